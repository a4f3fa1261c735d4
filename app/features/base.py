"""What a feature of the window is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.theme import Theme

if TYPE_CHECKING:
    from app.window import Window

Slot = Callable[..., object]


class Feature:
    """One thing that the window can do: its models, its views, its commands, and what joins them.

    A feature is made when the window has its models and before it has its views; `connect` is
    called when all are there. Its commands stand in `app.commands.COMMANDS` with all others.
    """

    def __init__(self, window: Window) -> None:
        self.window = window

    def slots(self) -> Mapping[str, Slot]:
        """What its commands do, by their ids."""
        return {}

    def tab(self) -> tuple[QWidget, str] | None:
        """Its page among the tabs below the timeline, and the page's name."""
        return None

    def connect(self) -> None:
        """Connect its models and views with each other and with the window's."""

    def show_theme(self, theme: Theme) -> None:
        """Paint its views by this theme."""

    def show_times(self) -> None:
        """Times are told in another way (`app.text`): show anew what keeps them as text."""

    @property
    def busy(self) -> bool:
        """Whether something of it is still to come on screen that `Background` does not know of."""
        return False

    def leave(self) -> None:
        """The window is about to close: keep what is to be kept."""

    def close(self) -> None:
        """The window goes; nothing runs in the background any more."""
