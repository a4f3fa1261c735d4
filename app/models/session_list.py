"""The sessions of a log as a list: found, sorted, and those of one event folded into a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt, Signal

from app.models.cells import NO_PARENT, Index
from app.models.session_order import SessionSort, in_order, searched_text, started
from app.text import count, duration, plain, zone
from core.events.store.base import SessionSummary
from core.late_dataclass import dataclass
from core.replay.linked import link_name

_WORTH_DRAWING = 1.02
"""By what factor a session must grow for its sparkline to be drawn anew."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """What a row shows of a session; texts are safe to show, ``length`` is empty for one event.

    ``parts`` is how many sessions a linked one joins; its id is shown as its name.
    """

    session_id: str
    actor: str
    size: str
    length: str
    started: str
    activity: tuple[int, ...]
    current: bool
    running: bool = False
    parts: int = 0
    zone: str = " UTC"


class SessionListModel(QAbstractListModel):
    """Sessions of several events, then a line that stands for those of one, these if it is open.

    While a session's count is unknown, it has one event if it begins as it ends. Sparklines are
    asked for by ``activity_requested`` (a list of session ids, each once), see `want_activity`.
    """

    activity_requested = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sessions: dict[str, SessionSummary] = {}
        self._actors_known = True
        self._counts: dict[str, int] = {}
        self._activity: dict[str, tuple[int, ...]] = {}
        self._asked: dict[str, int] = {}
        self._haystacks: dict[str, str] = {}
        self._terms: tuple[str, ...] = ()
        self._sort = SessionSort.NEWEST
        self._open = False
        self._open_found = True
        self._rows: list[SessionSummary | None] = []
        self._places: dict[str, int] | None = None
        self._singles = 0
        self._matches = 0
        self._current: str | None = None
        self._running: frozenset[str] = frozenset()

    # -- what is shown ----------------------------------------------------------------------------

    def show_sessions(
        self, sessions: Iterable[SessionSummary], *, actors_known: bool = True
    ) -> None:
        """Show these; counts and sparklines of those that did not change are kept.

        Where the actors are not known yet, `show_actors` brings them.
        """
        before, self._sessions = self._sessions, {s.session_id: s for s in sessions}
        self._actors_known = actors_known
        for session_id, was in before.items():
            now = self._sessions.get(session_id)
            if now is None or (now.first, now.last) != (was.first, was.last):
                self._forget(session_id)
        found = self._sessions.values()
        self._counts.update({s.session_id: s.count for s in found if s.count is not None})
        self._haystacks.clear()
        if found and all(self._is_single(s) for s in found):
            self._open = True
        self._refresh()

    def show_times(self) -> None:
        """Times are told in another way, and sessions found by other days."""
        self._haystacks.clear()
        if self._terms:
            self._refresh()
        elif self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def show_actors(self, summaries: Mapping[str, SessionSummary]) -> None:
        """Take up the same sessions with their actors, by id."""
        self._actors_known = True
        self._sessions = {i: summaries.get(i, session) for i, session in self._sessions.items()}
        self._rows = [row and self._sessions[row.session_id] for row in self._rows]
        self._haystacks.clear()
        if self._terms:
            self._refresh()
        else:
            self._all_changed()

    def update_sessions(self, summaries: Mapping[str, SessionSummary]) -> None:
        """Take up sessions that grew, counted, and new ones.

        Those on screen keep their place, so that nothing moves under the hand, and their sparkline
        until the new one is there.
        """
        changed: set[str] = set()
        for session_id, summary in summaries.items():
            before = self._sessions.get(session_id)
            was_single = before is not None and self._is_single(before)
            if before is not None and (before == summary or self._count_is(before, summary)):
                continue
            self._haystacks.pop(session_id, None)
            self._counts[session_id] = summary.count or 0
            # A sparkline that would hardly differ is not worth reading the session for.
            if self._asked.get(session_id, 0) * _WORTH_DRAWING < (summary.count or 0):
                self._asked.pop(session_id, None)
            self._sessions[session_id] = summary
            if before is not None and was_single == self._is_single(summary):
                changed.add(session_id)
            elif not self._place(summary, was_known=before is not None):
                self._refresh()
        self._replace_rows({i: summaries[i] for i in changed})

    def _count_is(self, before: SessionSummary, summary: SessionSummary) -> bool:
        same = (before.first, before.last) == (summary.first, summary.last)
        return same and self._counts.get(before.session_id) == summary.count

    def _place(self, session: SessionSummary, *, was_known: bool) -> bool:
        """Show a new session, or one that is no longer single, without touching the other rows.

        False where that cannot be: then all rows are to be made anew.
        """
        if self._sort is not SessionSort.NEWEST or self._terms or self.is_open or not self._singles:
            return False
        if self._is_single(session):
            self._singles += 1
        else:
            if was_known and self._singles == 1:
                return False
            self.beginInsertRows(NO_PARENT, 0, 0)
            self._rows.insert(0, session)
            self._places = None
            self._singles -= was_known
            self.endInsertRows()
        self._matches += not was_known and not session.parts
        fold = self.index(len(self._rows) - 1)
        self.dataChanged.emit(fold, fold)
        return True

    def _replace_rows(self, summaries: Mapping[str, SessionSummary]) -> None:
        for session_id, summary in summaries.items():
            row = self.row_of(session_id)
            if row is not None:
                self._rows[row] = summary
                self.dataChanged.emit(self.index(row), self.index(row))

    def show_running(self, session_ids: frozenset[str]) -> None:
        """Mark the sessions that run."""
        if session_ids != self._running:
            self._running = session_ids
            self._all_changed()

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Take up how many events sessions have, by id."""
        before = self._singles_among(counts)
        for session_id, number in counts.items():
            if self._counts.get(session_id, number) != number:
                self._forget(session_id)
            self._counts[session_id] = number
        if self._sort is SessionSort.MOST_EVENTS or before != self._singles_among(counts):
            self._refresh()
        else:
            self._changed(counts)

    def show_activity(self, activity: Mapping[str, Sequence[int]]) -> None:
        """Take up sparklines, by id: numbers of events in equal parts of the session's time."""
        self._activity.update({i: tuple(bins) for i, bins in activity.items()})
        for session_id in activity:
            self._asked.setdefault(session_id, self._counts.get(session_id, 0))
        self._changed(activity)

    def show_current(self, session_id: str | None) -> None:
        """Mark the session that is open; the fold opens where it lies within."""
        self._current = session_id
        if self.row_of(session_id) is None and self._is_folded(session_id):
            self.set_open(True)
        self._all_changed()

    def _forget(self, session_id: str) -> None:
        self._counts.pop(session_id, None)
        self._activity.pop(session_id, None)
        self._asked.pop(session_id, None)

    # -- what the user asks -----------------------------------------------------------------------

    def find(self, text: str) -> None:
        """Show the sessions whose id, actor or date holds every word; all for an empty text."""
        terms = tuple(text.casefold().split())
        if bool(terms) != bool(self._terms):
            self._open_found = True
        if terms != self._terms:
            self._terms = terms
            self._refresh()

    def sort_by(self, sort: SessionSort) -> None:
        """Bring the sessions into this order."""
        self._sort = sort
        self._refresh()

    def set_open(self, is_open: bool) -> None:
        """Open or close the line of one-event sessions."""
        if self._terms:
            self._open_found = is_open
        else:
            self._open = is_open
        self._refresh()

    def want_activity(self, first: int, last: int) -> None:
        """Ask for the sparklines of these rows, as far as they are missing and not asked for."""
        shown = (s for s in self._rows[max(0, first) : last + 1] if s is not None)
        missing = [
            s.session_id
            for s in shown
            if not self._is_single(s) and s.session_id not in self._asked
        ]
        if missing:
            self._asked.update({i: self._counts.get(i, 0) for i in missing})
            self.activity_requested.emit(missing)

    # -- answers ----------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many sessions there are, linked ones left out: they have no event of their own."""
        return sum(not session.parts for session in self._sessions.values())

    @property
    def matches(self) -> int:
        """How many of them are found."""
        return self._matches

    @property
    def singles(self) -> int:
        """How many of those found have one event."""
        return self._singles

    @property
    def is_open(self) -> bool:
        """Whether the one-event sessions are shown, each in its row."""
        return self._open_found if self._terms else self._open

    @property
    def current(self) -> str | None:
        """The session that is open."""
        return self._current

    @property
    def fold_row(self) -> int | None:
        """The row that stands for the one-event sessions."""
        return self._rows.index(None) if self._singles else None

    def session_id(self, row: int) -> str | None:
        """The id of a row's session as it is, None for the line of one-event sessions."""
        session = self._rows[row]
        return None if session is None else session.session_id

    def row_of(self, session_id: str | None) -> int | None:
        """The row of a session, None where it is not shown."""
        if self._places is None:
            rows = enumerate(self._rows)
            self._places = {s.session_id: row for row, s in rows if s is not None}
        return None if session_id is None else self._places.get(session_id)

    def count_of(self, session: SessionSummary) -> int | None:
        """How many events it has, None while that is unknown."""
        known = self._counts.get(session.session_id)
        return 1 if known is None and session.first == session.last else known

    # -- rows -------------------------------------------------------------------------------------

    def _is_single(self, session: SessionSummary) -> bool:
        return self.count_of(session) == 1

    def _singles_among(self, session_ids: Iterable[str]) -> list[SessionSummary]:
        known = (self._sessions.get(session_id) for session_id in session_ids)
        return [s for s in known if s is not None and self._is_single(s)]

    def _is_folded(self, session_id: str | None) -> bool:
        session = None if session_id is None else self._sessions.get(session_id)
        return session is not None and self._is_single(session) and self._is_match(session)

    def _refresh(self) -> None:
        found = [s for s in self._sessions.values() if not self._terms or self._is_match(s)]
        matches = sum(not s.parts for s in found)
        found = in_order(found, self._sort, counts=lambda s: self.count_of(s) or 0)
        rows: list[SessionSummary | None] = []
        singles: list[SessionSummary] = []
        known = self._counts.get
        for session in found:
            # As `_is_single`, which to call ten thousand times takes as long as all the rest.
            number = known(session.session_id)
            single = number == 1 or (number is None and session.first == session.last)
            (singles if single else rows).append(session)
        if singles:
            rows += [None, *(singles if self.is_open else ())]
        same = rows == self._rows
        if not same:
            self.beginResetModel()
        self._rows, self._singles, self._matches = rows, len(singles), matches
        self._places = None
        if same:
            self._all_changed()
        else:
            self.endResetModel()

    def _changed(self, session_ids: Iterable[str]) -> None:
        """Tell that these are shown in another way: what lies between is painted with them."""
        rows = [row for i in session_ids if (row := self.row_of(i)) is not None]
        if rows:
            self.dataChanged.emit(self.index(min(rows)), self.index(max(rows)))

    def _all_changed(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def _is_match(self, session: SessionSummary) -> bool:
        if not self._terms:
            return True
        haystack = self._haystacks.get(session.session_id)
        if haystack is None:
            haystack = self._haystacks[session.session_id] = searched_text(session)
        return all(term in haystack for term in self._terms)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            session = self._rows[index.row()]
            return self.fold_text() if session is None else plain(session.session_id)
        return self._spoken(index.row()) if role == Qt.ItemDataRole.AccessibleTextRole else None

    # -- texts ------------------------------------------------------------------------------------

    def row(self, row: int) -> SessionRow | None:
        """What a row shows, None for the line of one-event sessions."""
        session = self._rows[row]
        if session is None:
            return None
        number, parts = self.count_of(session), session.parts
        size = "… events" if number is None else count(number, "event")
        return SessionRow(
            session_id=plain(link_name(session.session_id) if parts else session.session_id),
            actor=plain(session.actor_id, limit=100) if session.actor_id else self._no_actor,
            size=f"{count(parts, 'part')} · {size}" if parts else size,
            length="" if number == 1 else duration(session.last - session.first),
            started=started(session),
            zone=zone(session.first),
            activity=self._activity.get(session.session_id, ()),
            current=session.session_id == self._current,
            running=session.session_id in self._running,
            parts=parts,
        )

    @property
    def _no_actor(self) -> str:
        return "—" if self._actors_known else "…"

    def fold_text(self) -> str:
        """The line that stands for the one-event sessions."""
        return f"{count(self._singles, 'session')} of one event"

    def _spoken(self, row: int) -> str:
        shown = self.row(row)
        if shown is None:
            return f"{self.fold_text()}, {'open' if self.is_open else 'closed'}"
        actor = {"—": "no actor", "…": ""}.get(shown.actor, shown.actor)
        runs = "running" if shown.running else ""
        pieces = (shown.session_id, runs, actor, shown.size, shown.length, shown.started)
        return ", ".join(piece for piece in pieces if piece)
