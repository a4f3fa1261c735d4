"""The page of impacts: the events of a range that changed the context most."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
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

from app.models.impact import Impact, ImpactState
from app.models.impact_table import NUMBER, SIZE, TIME, TYPE, ImpactTableModel
from app.text import count
from app.theme import SPACE, Theme, ui_font
from app.views.cell_table import CellTable
from app.views.text_views import ElidedLabel, PlainLabel, tint

NOTHING = (
    "No event of this range changed a weight, a relevance or the uncertainty.\n"
    "A change of ranks alone is no impact."
)
NO_EVENT = "There is no event in this range"
NO_SESSION = "Choose a session to see which of its events changed most"
STOPPED = "Ranking was stopped"

_WIDTHS = {SIZE: 64, NUMBER: 76, TIME: 108, TYPE: 176}
_DATED = 168
_TYPE_FROM = 560


class ImpactPage(QWidget):
    """Shows an `ImpactState`.

    ``shown_changed`` tells whether it is looked at; ``event_requested`` carries an `Impact` to go
    to.
    """

    shown_changed = Signal(bool)
    start_requested = Signal()
    stop_requested = Signal()
    event_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("impact-page")
        self.setAccessibleName("Impact")
        self._impacts: tuple[Impact, ...] | None = None
        self._scope = ElidedLabel()
        self._scope.setObjectName("impact-scope")
        self._scope.setFont(ui_font(12))
        self._bar = QProgressBar()
        self._bar.setAccessibleName("Ranked so far")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setFixedSize(40 * SPACE, 6)
        self._button = QPushButton()
        self._button.setObjectName("impact-button")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._press)
        self._message = PlainLabel()
        self._message.setObjectName("impact-message")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._table = _ImpactTable()
        self._table.impact_chosen.connect(self.event_requested)
        self._lay_out()
        self.setFocusProxy(self._table)
        self.show_state(ImpactState())

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

    def show_times(self, start: int | None) -> None:
        """Tell moments as they are told now, of a session that began then (µs)."""
        self._table.show_times(start, self._impacts or ())

    def show_state(self, state: ImpactState) -> None:
        """Show the events, how far ranking is, or why there is none."""
        self._state = state
        ranking = state.share is not None
        self._bar.setVisible(ranking)
        self._bar.setValue(round(1000 * (state.share or 0.0)))
        self._button.setVisible(ranking or state.is_stopped)
        self._button.setText("Stop" if ranking else "Rank")
        self._button.setAccessibleName("Stop ranking" if ranking else "Rank the events")
        self._scope.setText(_scope(state))
        if state.impacts is not self._impacts:
            self._impacts = state.impacts
            self._table.show_impacts(state.impacts)
        message = _message(state)
        if message and self._table.hasFocus():
            # Else the focus would go on to a button, and the player's keys with it.
            self._table.clearFocus()
        self._message.setText(message)
        self._body.setCurrentWidget(self._message if message else self._table)

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


def _scope(state: ImpactState) -> str:
    if state == ImpactState():
        return ""
    what = "in the marked range" if state.is_marked else "in view"
    events = f"{count(state.stop - state.start, 'event')} {what}"
    if state.share is not None:
        return f"{events} · ranking… {state.share:.0%}"
    if state.is_stopped:
        return f"{events} · {STOPPED.lower()}"
    most = (
        f", the {len(state.impacts)} greatest shown" if state.changed > len(state.impacts) else ""
    )
    return f"{events} · {state.changed:,} changed the context{most}"


def _message(state: ImpactState) -> str:
    if state.impacts:
        return ""
    if state == ImpactState():
        return NO_SESSION
    if state.share is not None:
        return "Ranking the events…"
    if state.is_stopped:
        return STOPPED
    return NOTHING if state.stop > state.start else NO_EVENT


class _ImpactTable(CellTable):
    """``impact_chosen`` carries the `Impact` that was pressed, or on which Enter was."""

    impact_chosen = Signal(object)

    def __init__(self) -> None:
        self._rows = ImpactTableModel()
        super().__init__(self._rows)
        self._rows.setParent(self)
        self.setObjectName("impacts")
        self.setAccessibleName("Events by impact")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setStretchLastSection(True)
        for column, width in _WIDTHS.items():
            columns.resizeSection(column, width)
        self.clicked.connect(lambda index: self._choose(index.row()))
        self.row_entered.connect(self._choose)

    def show_times(self, start: int | None, impacts: tuple[Impact, ...]) -> None:
        """Tell moments anew, of a session that began then (µs)."""
        self._rows.show_start(start)
        self.show_impacts(impacts)

    def show_impacts(self, impacts: tuple[Impact, ...]) -> None:
        """Show these, from the top."""
        self._rows.show_impacts(impacts)
        width = _DATED if self._rows.is_dated else _WIDTHS[TIME]
        self.horizontalHeader().resizeSection(TIME, width)
        self.verticalScrollBar().setValue(0)

    def _choose(self, row: int) -> None:
        self.impact_chosen.emit(self._rows.impact(row))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setColumnHidden(TYPE, self.width() < _TYPE_FROM)
