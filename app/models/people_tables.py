"""The people of a log, and the events behind what one of them prefers, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.models.summaries import summary
from app.text import clock, date, plain
from core.events.schema import EventEnvelope
from core.projectors.actor_preferences import ActorPreferences
from core.projectors.people import Evidence

PERSON, SESSIONS, EVENTS = range(3)
TIME, SESSION, TYPE, OBJECT, SUMMARY = range(5)
_LONG = 16
_HEAD, _TAIL = 5, 8


class PersonTableModel(CellTableModel):
    """Who acted, in how many sessions and events."""

    columns = ("Person", "Sessions", "Events")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actors: Sequence[ActorPreferences] = ()

    def show_actors(self, actors: Sequence[ActorPreferences]) -> None:
        """Show these, in their order."""
        self.beginResetModel()
        self._actors = actors
        self.endResetModel()

    def actor(self, row: int) -> ActorPreferences:
        """The person of a row."""
        return self._actors[row]

    def row_of(self, user_id: str | None) -> int | None:
        """The row of a person, None where they are not there."""
        ids = (actor.user_id for actor in self._actors)
        return next((row for row, known in enumerate(ids) if known == user_id), None)

    def cell(self, row: int, column: int) -> Cell:
        actor = self._actors[row]
        if column == PERSON:
            return Cell(plain(actor.user_id, limit=100))
        number = len(actor.sessions) if column == SESSIONS else actor.events
        return Cell(f"{number:,}", Tone.MUTED, tabular=True)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._actors)


class EvidenceTableModel(CellTableModel):
    """Events of several sessions."""

    columns = ("Time (UTC)", "Session", "Type", "Object", "Summary")
    in_session = False

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._events: Sequence[tuple[Evidence, EventEnvelope]] = ()
        self._types_apart = True
        self._dated = False

    def show_events(self, events: Sequence[tuple[Evidence, EventEnvelope]]) -> None:
        """Show these, in their order."""
        self.beginResetModel()
        self._events = events
        self._dated = len({date(each.instant)[-4:] for each, _ in events}) > 1
        self.endResetModel()

    def time_text(self, instant: int) -> str:
        """An instant (µs) as the table shows it, with the year where there are several."""
        day = date(instant)
        return f"{day if self._dated else day.rsplit(' ', 1)[0]} {clock(instant, decimals=0)}"

    def show_types_apart(self, apart: bool) -> None:
        """Let the type have a column, or but a square before the summary."""
        if apart != self._types_apart:
            self._types_apart = apart
            last = self.rowCount() - 1
            if last >= 0:
                self.dataChanged.emit(self.index(0, SUMMARY), self.index(last, SUMMARY))

    def evidence(self, row: int) -> Evidence:
        """Where the event of a row is."""
        return self._events[row][0]

    def cell(self, row: int, column: int) -> Cell:
        evidence, event = self._events[row]
        if column == TIME:
            return Cell(self.time_text(evidence.instant), tabular=True)
        if column == SESSION:
            return Cell(_short(plain(evidence.session_id, limit=100)), Tone.MUTED)
        if column == TYPE:
            return Cell(plain(event.event_type, limit=100) or "—", swatch=event.event_type)
        if column == OBJECT:
            ref = event.object_ref
            return Cell("—" if ref is None else plain(f"{ref.type} {ref.id}", limit=200))
        return Cell(summary(event) or "—", swatch=None if self._types_apart else event.event_type)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._events)


def _short(session_id: str) -> str:
    """A session's id without its middle: what tells sessions apart is mostly the end."""
    if len(session_id) <= _LONG:
        return session_id
    return f"{session_id[:_HEAD]}…{session_id[-_TAIL:]}"
