"""Features that are made when they are first asked for: what few do need not hold up the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from app.commands import COMMANDS
from app.features.base import Feature, Slot
from app.theme import DARK, Theme

if TYPE_CHECKING:
    from app.features.comparing import ComparingFeature
    from app.features.exporting import ExportingFeature
    from app.window import Window

Made = TypeVar("Made", bound=Feature)


class LateFeature(Feature, Generic[Made]):
    """Stands for a feature until one of its commands is given, or `feature` is asked for.

    ``make`` imports it and makes it. Until then it hears of nothing that happens in the window, so
    that it must ask for what it needs to know once it is there; and it has no page among the tabs.
    """

    def __init__(
        self, window: Window, make: Callable[[Window], Made], *, commands: Sequence[str]
    ) -> None:
        super().__init__(window)
        self._make = make
        self._commands = commands
        self._theme = DARK
        self.made: Made | None = None

    @property
    def feature(self) -> Made:
        """The feature itself, made now where it was not yet."""
        if self.made is None:
            self.made = self._make(self.window)
            self.made.connect()
            self.made.show_theme(self._theme)
        return self.made

    def slots(self) -> Mapping[str, Slot]:
        return {command: partial(self._do, command) for command in self._commands}

    def _do(self, command: str, *arguments: object) -> None:
        self.feature.slots()[command](*arguments)

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self.made is not None:
            self.made.show_theme(theme)

    def show_times(self) -> None:
        if self.made is not None:
            self.made.show_times()

    @property
    def busy(self) -> bool:
        return self.made is not None and self.made.busy

    def leave(self) -> None:
        if self.made is not None:
            self.made.leave()

    def close(self) -> None:
        if self.made is not None:
            self.made.close()


def comparing(window: Window) -> ComparingFeature:
    """Comparing two sessions."""
    from app.features.comparing import ComparingFeature

    return ComparingFeature(window)


COMPARING = tuple(each.id for each in COMMANDS if each.menu == "Compare")
"""The commands of comparing."""


def exporting(window: Window) -> ExportingFeature:
    """Exports, reports and pictures."""
    from app.features.exporting import ExportingFeature

    return ExportingFeature(window)


EXPORTING = ("export", "export-report", "export-picture")
"""The commands of exporting."""
