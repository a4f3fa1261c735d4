"""Faults of the program itself: told once, with a report to copy, while the window goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.features.base import Feature, Slot
from app.versions import versions_text
from app.views.banner import BannerKind
from app.views.fault_dialog import FaultDialog
from core.events.errors import StoreError

if TYPE_CHECKING:
    from app.window import Window


class OwnFaultsFeature(Feature):
    """The notice of a fault, and the dialog with the report of all of them."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.dialog: FaultDialog | None = None

    def slots(self) -> Mapping[str, Slot]:
        return {"fault-report": lambda *_: self.show_report()}

    def take(self, error: Exception) -> None:
        """Note a fault, and tell of it if it is the first of its kind."""
        if self.window.others.faults.add(error):
            self.show(error)

    def told(self, error: Exception) -> str:
        """What a page says where something failed: a known fault speaks for itself."""
        if isinstance(error, StoreError):
            return str(error)
        self.take(error)
        return "A fault of the program kept this from being done; the line at the top has a report."

    def show(self, error: Exception) -> None:
        """Tell of a fault that was noted, by what it was and not by its message."""
        self.window.notice.show_message(
            f"A fault of the program: {type(error).__name__}. What you see may not be up to date; "
            "your files are untouched.",
            kind=BannerKind.ERROR,
            action="Report…",
            then=self.show_report,
        )

    def show_report(self) -> None:
        """Show what there is to report of all faults so far."""
        faults = self.window.others.faults
        self.dialog = dialog = FaultDialog(
            self.window, count=len(faults.all), report=faults.report(versions_text())
        )
        dialog.finished.connect(lambda _: self._forget())
        dialog.open()

    def _forget(self) -> None:
        self.dialog = None
