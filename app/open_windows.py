"""The windows that are open: another one, each on its own, and all of them closed at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.kept import OpenWindow
from core.fault import Faults

if TYPE_CHECKING:
    from app.window import Window

_SHIFT = 32
"""How far a new window lies below and to the right of the one that it came from (px)."""


class OpenWindows:
    """Knows the windows of the program; what is open in the last ones is kept for the next start.

    Who closes one window of several is done with it; who closes the last, or quits, wants to go
    on with what was open.
    """

    def __init__(self) -> None:
        self._windows: list[Window] = []
        self._own: list[Window] = []
        self._quitting = False
        self.faults = Faults()

    @property
    def all(self) -> tuple[Window, ...]:
        """The windows, the oldest first."""
        return tuple(self._windows)

    def add(self, window: Window) -> None:
        """There is one more."""
        self._windows.append(window)

    def new(self, beside: Window) -> Window:
        """A new window, with nothing open in it; it goes when it is closed."""
        window = type(beside)(beside.settings_file, theme=beside.theme_choice, others=self)
        self._own.append(window)
        if not beside.isMaximized():
            window.resize(beside.size())
        window.move(beside.pos().x() + _SHIFT, beside.pos().y() + _SHIFT)
        window.show()
        return window

    def leave(self, window: Window) -> None:
        """A window is about to close: keep what is open, if it is the last."""
        if not self._quitting and len(self._windows) <= 1:
            self.keep()

    def remove(self, window: Window) -> None:
        """A window is closed."""
        if window in self._windows:
            self._windows.remove(window)
        if window in self._own:
            self._own.remove(window)
            window.deleteLater()

    def keep(self) -> None:
        """Keep what is open in all windows."""
        if self._windows and not self._quitting:
            self._windows[-1].keep(windows=tuple(_of(window) for window in self._windows))

    def quit(self) -> None:
        """Close all windows, the oldest last; what is open in them is kept."""
        self.keep()
        self._quitting = True
        for window in reversed(self.all):
            window.close()
        self._quitting = False

    def tell(self, error: Exception) -> None:
        """Tell of a fault that was noted and is no window's, in the newest."""
        if self._windows:
            self._windows[-1].own_faults.show(error)

    def each(self, call: Callable[[Window], object]) -> None:
        """Do something with every window."""
        for window in self.all:
            call(window)


def _of(window: Window) -> OpenWindow:
    return window.arranging.open_window()
