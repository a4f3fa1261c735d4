"""A page that is made when it is first looked at: most of a start, nobody looks at most of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

Page = TypeVar("Page", bound=QWidget)


class LatePage(QWidget, Generic[Page]):
    """Stands where a page belongs, and holds it once it is in view or was asked for."""

    def __init__(self, make: Callable[[], Page]) -> None:
        super().__init__()
        self._make = make
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.made: Page | None = None

    @property
    def page(self) -> Page:
        """The page itself, made now where it was not yet."""
        return self.make()

    def make(self) -> Page:
        """Make the page, before anybody looks."""
        if self.made is None:
            self.made = self._make()
            self._column.addWidget(self.made)
            self.made.show()
            if self.made.focusProxy() is not None:
                self.setFocusProxy(self.made)
            # It has its size when it is painted first.
            self._column.activate()
        return self.made

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        self.make()
        super().showEvent(event)
