"""The people of a log: who acted, what they prefer, and the events behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.features.base import Slot
from app.features.paged import PagedFeature
from app.models.people import PeopleModel

if TYPE_CHECKING:
    from app.views.people_page import PeoplePage
    from app.window import Window


class PeopleFeature(PagedFeature["PeoplePage"]):
    """The page of people."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = PeopleModel(
            window.source, window.background, window, told=lambda e: window.own_faults.told(e)
        )

    def slots(self) -> Mapping[str, Slot]:
        return {"show-people": lambda *_: self.window.wishes.show_tab(self.place)}

    def tab(self) -> tuple[QWidget, str]:
        return self.place, "People"

    def make_page(self) -> PeoplePage:
        from app.views.people_page import PeoplePage

        model, page = self.model, PeoplePage()
        model.changed.connect(page.show_state)
        model.found.connect(page.show_found)
        page.shown_changed.connect(model.show)
        page.start_requested.connect(model.count)
        page.stop_requested.connect(model.stop)
        page.find_requested.connect(model.find)
        page.event_requested.connect(self.window.wishes.show_event)
        page.show_state(model.state)
        return page
