"""The people of a log: who acted, what they prefer, and the events behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.features.base import Feature, Slot
from app.models.people import PeopleModel
from app.theme import Theme
from app.views.people_page import PeoplePage

if TYPE_CHECKING:
    from app.window import Window


class PeopleFeature(Feature):
    """The page of people."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = PeopleModel(
            window.source, window.background, window, told=lambda e: window.own_faults.told(e)
        )
        self.page = PeoplePage()

    def slots(self) -> Mapping[str, Slot]:
        return {"show-people": lambda *_: self.window.wishes.show_tab(self.page)}

    def tab(self) -> tuple[QWidget, str]:
        return self.page, "People"

    def connect(self) -> None:
        model, page = self.model, self.page
        model.changed.connect(page.show_state)
        model.found.connect(page.show_found)
        page.shown_changed.connect(model.show)
        page.start_requested.connect(model.count)
        page.stop_requested.connect(model.stop)
        page.find_requested.connect(model.find)
        page.event_requested.connect(self.window.wishes.show_event)

    def show_theme(self, theme: Theme) -> None:
        self.page.show_theme(theme)
