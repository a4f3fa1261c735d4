"""How times are shown: chosen in the status line, kept, and followed by everything on screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QMenu, QTableView, QWidget

from app import text
from app.features.base import Feature, Slot
from app.models.cells import CellTableModel
from app.models.clock import wall_clock
from app.time_format import LOCAL, Shown, TimeFormat, offset_name, zone_names
from app.views.zone_dialog import ZoneChoice, ZoneDialog
from core.replay.columns import SessionLog

if TYPE_CHECKING:
    from app.window import Window

COMMANDS = ("times-utc", "times-local", "times-zone", "times-start", "times-event")


class TimesFeature(Feature):
    """One choice that the whole program follows; other windows take it up when they come on top."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        text.show_times(TimeFormat(window.settings.times, window.settings.zone))
        self._shown = text.times()
        self._start: int | None = None
        self._activation = _Activation(window, self.follow)

    def slots(self) -> Mapping[str, Slot]:
        return {
            "times-utc": lambda *_: self.choose(TimeFormat(Shown.ZONE, "UTC")),
            "times-local": lambda *_: self.choose(TimeFormat(Shown.ZONE, LOCAL)),
            "times-zone": self.ask_zone,
            "times-start": lambda *_: self.choose(TimeFormat(Shown.START, text.times().zone)),
            "times-event": lambda *_: self.choose(TimeFormat(Shown.EVENT, text.times().zone)),
        }

    def connect(self) -> None:
        w = self.window
        menu = QMenu("Times", w)
        menu.addActions([w.actions_by_id[name] for name in COMMANDS])
        w.status_line.times.open(menu)
        w.opening.log_changed.connect(w.afterwards.later(self._take_log))
        self._show_choice()

    def choose(self, times: TimeFormat) -> None:
        """Show times in this way, and remember it."""
        text.show_times(times)
        self.window.keep(times=times.shown, zone=times.zone)
        self.follow()

    def follow(self) -> None:
        """Show everything anew where times are told in another way than it was shown."""
        self._show_choice()
        if text.times() != self._shown:
            self._show_again()

    def ask_zone(self, *_: object) -> None:
        """Ask for a zone."""
        self._show_choice()
        dialog = ZoneDialog(self.window, text.times().zone)
        dialog.zone_chosen.connect(lambda zone: self.choose(TimeFormat(Shown.ZONE, zone)))
        gone: list[int] = []
        dialog.finished.connect(gone.append)
        self.window.background.run(
            _zones, then=lambda zones: None if gone else dialog.show_zones(zones)
        )
        dialog.open()

    def _show_choice(self) -> None:
        w, times = self.window, text.times()
        chosen = f"times-{times.shown}"
        if times.shown is Shown.ZONE:
            chosen = "times-utc" if times.is_utc else "times-zone"
            chosen = "times-local" if times.zone == LOCAL else chosen
        w.actions_by_id[chosen].setChecked(True)
        w.status_line.show_times(_name(times))

    @property
    def start(self) -> int | None:
        """When the session on screen began (µs), which times may be told from."""
        return self._start

    def _take_log(self, log: SessionLog | None) -> None:
        start = None if log is None or not len(log) else log.start
        if start != self._start:
            self._show_start(start)

    def _show_start(self, start: int | None) -> None:
        w, self._start = self.window, start
        for page in (
            w.before_after, w.bookmarks.page.table, w.range.place.made, w.impact.place.made
        ):  # fmt: skip
            if page is not None:
                page.show_times(start)

    def _show_again(self) -> None:
        w = self.window
        self._shown = text.times()
        self._show_start(self._start)
        w.timeline.show_times()
        w.event_table.show_times()
        w.session_list.show_times()
        playback = w.clock.playback
        if playback is not None:
            w.presenter.playback(playback)
            w.presenter.settled(playback)
        for feature in w.features:
            feature.show_times()
        for table in w.findChildren(QTableView):
            model = table.model()
            if isinstance(model, CellTableModel):
                last = len(model.columns) - 1
                model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)
        for widget in w.findChildren(QWidget):
            widget.update()


class _Activation(QObject):
    """Tells when a window comes on top: another one may have chosen meanwhile."""

    def __init__(self, window: Window, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._then = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See `QObject`."""
        if event.type() == QEvent.Type.WindowActivate and watched is self.parent():
            self._then()
        return False


def _name(times: TimeFormat) -> str:
    """The choice in two words."""
    if times.shown is not Shown.ZONE:
        return "Since start" if times.shown is Shown.START else "Event number"
    if times.is_utc:
        return "UTC"
    place = times.zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{'Local' if times.zone == LOCAL else place} ({times.zone_name(wall_clock())})"


def _zones() -> Sequence[ZoneChoice]:
    """The zones by name, and what their clocks show; each is read from a file."""
    now = datetime.now(UTC)
    choices = []
    for name in zone_names():
        there = TimeFormat(zone=name).moment(round(now.timestamp()) * 1_000_000)
        choices.append(ZoneChoice(name, offset_name(there), there.strftime("%H:%M")))
    return choices
