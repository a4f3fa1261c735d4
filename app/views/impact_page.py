"""The page of impacts: the events of a range that changed the context most."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
)

from app.models.impact import Impact, ImpactState
from app.models.impact_table import NUMBER, SIZE, TIME, TYPE, ImpactTableModel
from app.text import count
from app.theme import Theme
from app.views.cell_table import CellTable
from app.views.found_page import FoundPage

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


class ImpactPage(FoundPage):
    """Shows an `ImpactState`; ``event_requested`` carries an `Impact` to go to."""

    event_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__("impact", "Impact", progress="Ranked so far")
        self._impacts: tuple[Impact, ...] | None = None
        self._table = _ImpactTable()
        self._table.impact_chosen.connect(self.event_requested)
        self._lay_out_found(self._table)
        self.setFocusProxy(self._table)
        self.show_state(ImpactState())

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        super().show_theme(theme)
        self._table.show_theme(theme)

    def show_times(self, start: int | None) -> None:
        """Tell moments as they are told now, of a session that began then (µs)."""
        self._table.show_times(start, self._impacts or ())

    def show_state(self, state: ImpactState) -> None:
        """Show the events, how far ranking is, or why there is none."""
        ranking = state.share is not None
        self._show_job(state.share, scope=_scope(state))
        self._show_button(
            "Stop" if ranking else "Rank",
            "Stop ranking" if ranking else "Rank the events",
            shown=ranking or state.is_stopped,
        )
        if state.impacts is not self._impacts:
            self._impacts = state.impacts
            self._table.show_impacts(state.impacts)
        self._show_words(_message(state))


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
