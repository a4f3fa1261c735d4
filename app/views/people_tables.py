"""The tables of the page of people: who acted, and the events behind a preference."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView

from app.models.people_tables import (
    EVENTS,
    OBJECT,
    PERSON,
    SESSION,
    SESSIONS,
    TIME,
    TYPE,
    EvidenceTableModel,
    PersonTableModel,
)
from app.text import plain
from app.theme import ui_font
from app.views.cell_table import PADDING, CellTable
from app.views.text_views import tip_of
from core.events.schema import EventEnvelope
from core.projectors.actor_preferences import ActorPreferences
from core.projectors.people import Evidence

_NUMBER = 72
_SHOWN_FROM = {SESSIONS: 220, EVENTS: 130}
"""The width (px) of the list of people from which on it has these columns."""
_LATE_DAYS = range(27, 365, 30)
"""Days since the epoch, one in each month, that are written with two figures."""
_DAY = 86_400_000_000
_WIDTHS = {SESSION: 116, TYPE: 168, OBJECT: 132}
_EVIDENCE_SHOWN_FROM = {SESSION: 320, TYPE: 560, OBJECT: 720}


class PersonTable(CellTable):
    """The people of a log; ``person_chosen`` carries the one that is current."""

    person_chosen = Signal(object)

    def __init__(self) -> None:
        self._people = PersonTableModel()
        super().__init__(self._people)
        self._people.setParent(self)
        self.setObjectName("people")
        self.setAccessibleName("People")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(PERSON, QHeaderView.ResizeMode.Stretch)
        for column in (SESSIONS, EVENTS):
            columns.resizeSection(column, _NUMBER)
        self.selectionModel().currentRowChanged.connect(self._choose)

    def show_actors(self, actors: Sequence[ActorPreferences]) -> None:
        """Show these; who was chosen stays so where they are there, else the first is."""
        index = self.currentIndex()
        known = self._people.actor(index.row()).user_id if index.isValid() else None
        self._people.show_actors(actors)
        if actors:
            row = self._people.row_of(known) or 0
            self.setCurrentIndex(self._people.index(row, 0))
            self.bring_into_view(row)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.person_chosen.emit(self._people.actor(index.row()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for column, least in _SHOWN_FROM.items():
            self.setColumnHidden(column, self.width() < least)


class EvidenceTable(CellTable):
    """Events of several sessions; a click or Enter on one is a wish to see it there."""

    event_requested = Signal(object)

    def __init__(self) -> None:
        self._evidence = EvidenceTableModel()
        super().__init__(self._evidence)
        self._evidence.setParent(self)
        self._message = ""
        self.setObjectName("evidence")
        self.setAccessibleName("Events behind it")
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.setStretchLastSection(True)
        self._laying_out = self._widths_chosen = False
        columns.sectionResized.connect(self._note_width)
        self.clicked.connect(lambda index: self._activate(index.row()))
        self.row_entered.connect(self._activate)

    def show_events(
        self, events: Sequence[tuple[Evidence, EventEnvelope]], message: str = ""
    ) -> None:
        """Show these, or a message where there is none."""
        self._message = message
        self._evidence.show_events(events)
        self.horizontalHeader().setVisible(bool(events))
        self.verticalScrollBar().setValue(0)
        self._set_widths()
        self.viewport().update()

    def _tip(self, event: QHelpEvent) -> str:
        index = self.indexAt(event.pos())
        if index.isValid() and index.column() == SESSION:
            # The cell has it without its middle.
            return tip_of(plain(self._evidence.evidence(index.row()).session_id))
        return super()._tip(event)

    def _activate(self, row: int) -> None:
        self.event_requested.emit(self._evidence.evidence(row))

    def _set_widths(self) -> None:
        """As the room allows, which columns too; widths that the user chose stay."""
        self._laying_out = True
        for column, least in _EVIDENCE_SHOWN_FROM.items():
            self.setColumnHidden(column, self.width() < least)
        self._evidence.show_types_apart(not self.isColumnHidden(TYPE))
        if not self._widths_chosen:
            times = [self._evidence.time_text(day * _DAY) for day in _LATE_DAYS]
            width = max(map(QFontMetrics(ui_font(12)).horizontalAdvance, times))
            self.setColumnWidth(TIME, width + 2 * PADDING)
            for column, width in _WIDTHS.items():
                if not self.isColumnHidden(column):
                    self.setColumnWidth(column, width)
        self._laying_out = False

    def _note_width(self, column: int) -> None:
        if not self._laying_out and column <= OBJECT:
            self._widths_chosen = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_widths()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._message and not self._evidence.rowCount():
            with QPainter(self.viewport()) as painter:
                painter.setFont(ui_font(13))
                painter.setPen(self._theme.muted)
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.viewport().rect(), flags, self._message)
