"""The page of recorded contexts: where they are not what the rules give."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
)

from app.models.recorded import NO_STATE, RecordedState
from app.models.recorded_table import (
    GIVEN,
    KNOWN,
    MOST,
    NUMBER,
    RECORDED,
    TIME,
    WHAT,
    RecordedTableModel,
)
from app.text import count
from app.theme import SPACE, Theme
from app.views.cell_table import CellTable
from app.views.found_page import FoundPage

NO_SESSION = "Choose a session to see whether what it recorded is what the rules give"
NOTHING = (
    "No context was recorded in this session. A backend that notes its context in the log, as "
    "SessionContextUpdated events, has it checked here."
)
ALL_AGREE = "Every recorded context is what the rules give"
STOPPED = "The check was stopped"

_WIDTHS = {NUMBER: 76, TIME: 108, WHAT: 180, RECORDED: 160, GIVEN: 160}
_NARROW_WIDTHS = {NUMBER: 52, TIME: 98, WHAT: 112, RECORDED: 96, GIVEN: 96}
_NARROW, _KNOWN_FROM, _NUMBER_FROM = 680, 820, 480
_DATED = 168


class RecordedPage(FoundPage):
    """Shows a `RecordedState`; ``event_requested`` carries the event (index) to go to."""

    event_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__("recorded", "Recorded contexts", progress="Checked so far")
        self._state = NO_STATE
        self._has_session = False
        self._message.setMargin(4 * SPACE)
        self._table = _RecordedTable()
        self._table.event_chosen.connect(self.event_requested)
        self._lay_out_found(self._table)
        self.setFocusProxy(self._table)
        self.show_state(NO_STATE)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        super().show_theme(theme)
        self._table.show_theme(theme)

    def show_session(self, start: int | None) -> None:
        """The session that what comes is of began then (µs); None is no session."""
        self._has_session = start is not None
        self._table.show_start(start)
        self.show_state(self._state)

    def show_state(self, state: RecordedState) -> None:
        """Show what differs, how far the check is, or why there is nothing to see."""
        self._state = state
        checking = state.share is not None
        self._show_job(state.share, scope=_scope(state))
        self._show_button(
            "Stop" if checking else "Check",
            "Stop checking" if checking else "Check what was recorded",
            shown=checking or state.is_stopped or state.is_waiting,
        )
        self._table.show_state(state)
        self._show_words(self._told())

    def show_event(self, event: int) -> None:
        """Make the row of an event the current one, where it is listed."""
        self._table.show_event(event)

    def _told(self) -> str:
        state = self._state
        if not self._has_session:
            return NO_SESSION
        if state.findings:
            return ""
        if state.share is not None:
            return "Checking what was recorded…"
        if state.is_stopped:
            return STOPPED
        if state.is_waiting:
            return (
                f"{count(state.total, 'context')} may be recorded here, too many to check unasked"
            )
        return ALL_AGREE if state.checked else NOTHING


def _scope(state: RecordedState) -> str:
    parts = []
    if state.share is not None:
        parts.append(f"checking… {state.share:.0%}")
    elif state.is_stopped:
        parts.append(STOPPED.lower())
    if state.checked:
        differ = "differs" if len(state.findings) == 1 else "differ"
        parts.append(f"{len(state.findings):,} {differ} from what the rules “{state.rules}” give")
        if len(state.findings) > MOST:
            parts.append(f"the first {MOST:,} shown")
    if not parts or not state.total:
        return ""
    recorded = state.total - state.silent
    return " · ".join([f"{count(recorded, 'recorded context')}", *parts])


class _RecordedTable(CellTable):
    """``event_chosen`` carries the event of the row that was pressed, or on which Enter was."""

    event_chosen = Signal(int)

    def __init__(self) -> None:
        self._rows = RecordedTableModel()
        super().__init__(self._rows)
        self._rows.setParent(self)
        self.setObjectName("recorded")
        self.setAccessibleName("Recorded contexts that differ")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.setStretchLastSection(True)
        self.clicked.connect(lambda index: self._choose(index.row()))
        self.row_entered.connect(self._choose)

    def show_start(self, start: int | None) -> None:
        """When the session began (µs)."""
        self._rows.show_start(start)

    def show_state(self, state: RecordedState) -> None:
        """List what differs."""
        self._rows.show_state(state)
        self._set_widths()

    def show_event(self, event: int) -> None:
        """Make the first row of an event current."""
        row = self._rows.row_of(event)
        if row is not None:
            with QSignalBlocker(self):
                self.setCurrentIndex(self._rows.index(row, 0))
            self.bring_into_view(row, margin=1)
            self.viewport().update()

    def _choose(self, row: int) -> None:
        self.event_chosen.emit(self._rows.event_at(row))

    def _set_widths(self) -> None:
        widths = dict(_NARROW_WIDTHS if self.width() < _NARROW else _WIDTHS)
        if self._rows.is_dated:
            widths[TIME] = _DATED
        for column, width in widths.items():
            self.horizontalHeader().resizeSection(column, width)
        self.setColumnHidden(KNOWN, self.width() < _KNOWN_FROM)
        self.setColumnHidden(NUMBER, self.width() < _NUMBER_FROM)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_widths()
