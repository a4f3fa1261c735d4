"""The page of recorded contexts: where they are not what the rules give."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
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
from app.theme import SPACE, Theme, ui_font
from app.views.cell_table import CellTable
from app.views.text_views import ElidedLabel, PlainLabel, tint

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


class RecordedPage(QWidget):
    """Shows a `RecordedState`.

    ``shown_changed`` tells whether it is looked at; ``event_requested`` carries the event (index)
    to go to.
    """

    shown_changed = Signal(bool)
    start_requested = Signal()
    stop_requested = Signal()
    event_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("recorded-page")
        self.setAccessibleName("Recorded contexts")
        self._state = NO_STATE
        self._has_session = False
        self._scope = ElidedLabel()
        self._scope.setObjectName("recorded-scope")
        self._scope.setFont(ui_font(12))
        self._bar = QProgressBar()
        self._bar.setAccessibleName("Checked so far")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setFixedSize(40 * SPACE, 6)
        self._button = QPushButton()
        self._button.setObjectName("recorded-button")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._press)
        self._message = PlainLabel()
        self._message.setObjectName("recorded-message")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._message.setMargin(4 * SPACE)
        self._table = _RecordedTable()
        self._table.event_chosen.connect(self.event_requested)
        self._lay_out()
        self.setFocusProxy(self._table)
        self.show_state(NO_STATE)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        head.setSpacing(3 * SPACE)
        head.addWidget(self._scope, 1)
        head.addWidget(self._bar)
        head.addWidget(self._button)
        self._body = QStackedWidget()
        self._body.addWidget(self._message)
        self._body.addWidget(self._table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._body, 1)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self._table.show_theme(theme)
        for label in (self._scope, self._message):
            tint(label, theme.muted)

    def show_session(self, start: int | None) -> None:
        """The session that what comes is of began then (µs); None is no session."""
        self._has_session = start is not None
        self._table.show_start(start)
        self.show_state(self._state)

    def show_state(self, state: RecordedState) -> None:
        """Show what differs, how far the check is, or why there is nothing to see."""
        self._state = state
        checking = state.share is not None
        self._bar.setVisible(checking)
        self._bar.setValue(round(1000 * (state.share or 0.0)))
        self._button.setVisible(checking or state.is_stopped or state.is_waiting)
        self._button.setText("Stop" if checking else "Check")
        self._button.setAccessibleName("Stop checking" if checking else "Check what was recorded")
        self._scope.setText(_scope(state))
        self._table.show_state(state)
        message = self._told()
        if message and self._table.hasFocus():
            # Else the focus would go on to a button, and the player's keys with it.
            self._table.clearFocus()
        self._message.setText(message)
        self._body.setCurrentWidget(self._message if message else self._table)

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

    def _press(self) -> None:
        if self._state.share is None:
            self.start_requested.emit()
        else:
            self.stop_requested.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown_changed.emit(False)


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
