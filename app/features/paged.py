"""A feature with a page below the timeline that is made when it is first looked at."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Generic

from app.features.base import Feature
from app.theme import DARK, Theme
from app.views.late_page import LatePage, Page

if TYPE_CHECKING:
    from app.window import Window


class PagedFeature(Feature, Generic[Page]):
    """Has a place for its page among the tabs from the start, and the page once it is needed.

    What it does without the page is connected by `connect`, and all of the page by `make_page`.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.place: LatePage[Page] = LatePage(self._themed_page)
        self._theme = DARK

    @abstractmethod
    def make_page(self) -> Page:
        """The page, connected, and with what is to be seen on it now."""

    @property
    def page(self) -> Page:
        """The page, made now where it was not yet."""
        return self.place.page

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self.place.made is not None:
            self.place.made.show_theme(theme)  # type: ignore[attr-defined]

    def _themed_page(self) -> Page:
        page = self.make_page()
        page.show_theme(self._theme)  # type: ignore[attr-defined]
        return page
