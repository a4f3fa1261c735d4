"""The open source: its store, its sessions, and the session that is being read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background, Latest, Task
from app.models.following import Following
from app.models.growing import Growing, Manner
from app.models.opened import Opened, opened
from app.models.reading import (
    LoadStep,
    activity,
    counts,
    envelopes,
    listed,
    session_steps,
    summaries,
    summary_of,
    with_actors,
)
from app.models.running import Running
from app.models.summaries import summary
from app.sources import Place, file_of
from core.events.problems import Problem
from core.events.store.base import SessionSummary
from core.events.store.sessions import newest_first
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.columns import SessionLog
from core.replay.linked import Link, LinkedEventStore
from core.replay.tail import Tail

T = TypeVar("T")

_WATCH = 1000
_SUMMARIES = 250
"""How long (ms) the sessions that grew are collected before the list is told."""


class Source(QObject):
    """Opens files and reads sessions, all of it in the background.

    ``failed`` tells of a fault, ``load_failed`` of one that ended the reading of a session.
    ``state_changed`` says `replaced` or `deleted` once when that happens to the file that is open.
    Rows that arrive are told by ``grown`` (a set of session ids) as soon as they are noticed, and
    by ``summaries_changed`` (summaries by id) a few times a second; those of the session that was
    loaded are read, in the ``manner`` of the moment, and a step comes of them. ``running_changed``
    names the sessions that run. ``check_ended`` says whether the whole file was looked through.
    Where there are many sessions, their actors follow by ``actors_changed`` (summaries by id), as
    ``counts_changed`` brings the counts.
    """

    opened = Signal(object)
    failed = Signal(object)
    sessions_changed = Signal(object)
    actors_changed = Signal(object)
    counts_changed = Signal(object)
    activity_changed = Signal(object)
    step_loaded = Signal(object)
    load_failed = Signal(object)
    envelopes_read = Signal(object)
    summaries_read = Signal(object)
    problems_found = Signal(object)
    check_ended = Signal(bool)
    state_changed = Signal(str)
    grown = Signal(object)
    summaries_changed = Signal(object)
    links_changed = Signal(object)
    running_changed = Signal(object)
    closed = Signal()

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._store: LinkedEventStore | None = None
        self.sessions: dict[str, SessionSummary] = {}
        """What is known of the sessions, by id."""
        self.actors_known = True
        """Whether the sessions that were listed have their actors."""
        self._place: Place | None = None
        self.filling = False
        """Whether what arrives is what was there already: a mirror is filled."""
        self._tasks: list[Task] = []
        self._opening: Task | None = None
        self._loading: Task | None = None
        self._session_id = ""
        self._stop_loading = threading.Event()
        self._after_loading: list[Callable[[], None]] = []
        self._checking: Task | None = None
        self._state = "same"
        self._list_when_seen = False
        self._listing = QTimer(self, interval=0, singleShot=True)
        self._listing.timeout.connect(self.list_again)
        self._detail = Latest(background)
        self._look = Latest(background)
        self.manner: Callable[[], Manner] = lambda: Manner(BRAIN_WEB)
        """How a session that grows is to be shown; asked for on another thread."""
        self.before_growth: Callable[[], object] = lambda: None
        """Called on that thread before what arrived is read; it may take a few milliseconds."""
        self._growing = Growing(lambda: self.manner(), self, first=lambda: self.before_growth())
        self._growing.grown.connect(self._take_growth)
        self._growing.failed.connect(self.failed)
        self._following = Following(self, beside=self._growing)
        self._following.grown.connect(self._take_grown)
        self._following.failed.connect(self.failed)
        self._grown: set[str] = set()
        self._told: set[str] = set()
        self._running = Running()
        self._told_running: frozenset[str] = frozenset()
        self._summaries = QTimer(self, interval=_SUMMARIES, singleShot=True)
        self._summaries.timeout.connect(self._summarise)
        self._watch = QTimer(self, interval=_WATCH)
        self._watch.setObjectName("watch")
        self._watch.timeout.connect(self._look_at_file)
        self._watch.timeout.connect(self._tell_running)

    @property
    def place(self) -> Place | None:
        """What is open: a file or a table."""
        return self._place

    @property
    def path(self) -> Path | None:
        """The file that is open; of a table its mirror."""
        return None if self._place is None else file_of(self._place)

    @property
    def store(self) -> LinkedEventStore | None:
        """The store of the file that is open, for models that read more of it in the background."""
        return self._store

    @property
    def busy(self) -> bool:
        """Whether sessions are still to be listed, or what arrived is still to come."""
        return self._list_when_seen or self._listing.isActive() or self._growing.busy

    @property
    def checking(self) -> bool:
        """Whether the whole file is being looked through for problems."""
        return self._checking is not None

    # -- the file ---------------------------------------------------------------------------------

    def open(self, place: Place) -> None:
        """Open a source read-only, and list its sessions; the one before is closed."""
        self._leave_for(place)
        self._open(place)

    def reload(self) -> None:
        """Open the same file again, for it may have grown or been replaced.

        What is open stays open until then, and where that fails.
        """
        if self._place is not None:
            self._open(self._place)

    def close(self) -> None:
        """Close the file; nothing more is heard of it."""
        self._leave_for(None)

    def _leave_for(self, place: Place | None) -> None:
        if self._opening is not None:
            self._opening.cancel()
        had_place, self._place = self._place is not None, place
        self._let_go()
        if had_place:
            self.closed.emit()

    def _open(self, place: Place) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self._opening = self._background.run(
            lambda: opened(place), then=self._take_store, error=self._refuse
        )

    def _take_store(self, found: tuple[LinkedEventStore, Tail, str | None]) -> None:
        self._let_go()
        store, tail, notice = found
        self._store = store
        assert self._place is not None
        # What is read from now on is followed by what the tail tells: nothing lies between.
        self._following.start(tail)
        self.opened.emit(Opened(self._place, notice))
        self._watch.start()
        if self._loading is not None and isinstance(self._place, Path):
            # Of what was asked for one sees something first; a table may have to be fetched first.
            self._list_when_seen = True
        else:
            self.list_again()

    def list_again(self) -> None:
        """List the sessions; ``sessions_changed`` brings them."""
        store, self._list_when_seen = self._store, False
        if store is not None:
            self._run(lambda: listed(store), self._take_sessions)

    def _refuse(self, error: Exception) -> None:
        if self._store is None:
            self._place = None
        self.failed.emit(error)

    def _let_go(self) -> None:
        """Hear no more of the store, and close it."""
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self._after_loading.clear()
        self.cancel_loading()
        self.stop_check()
        self._watch.stop()
        self._listing.stop()
        self._list_when_seen = False
        self._following.stop()
        self._summaries.stop()
        self._grown.clear()
        self.sessions.clear()
        self._running.clear()
        self.filling = False
        self._tell_running()
        self._look.cancel()
        self._detail.cancel()
        store, self._store, self._state = self._store, None, "same"
        if store is not None:
            self._background.run(store.close, then=lambda _: None, lasting=True)

    # -- sessions ---------------------------------------------------------------------------------

    def open_session(self, session_id: str, rules: ProjectionRules) -> None:
        """Read a session; steps come by ``step_loaded``."""
        store = self._store
        if store is None:
            return
        self.cancel_loading()
        self._session_id = session_id
        stop = self._stop_loading = threading.Event()
        self._loading = self._background.stream(
            lambda: session_steps(store, session_id, rules, stopped=stop.is_set),
            each=self._take_step,
            then=self._end_loading,
            error=self._fail_loading,
        )

    def is_running(self, log: SessionLog) -> bool:
        """Whether something of a session happened a short while ago."""
        self._running.happened(log.session_id, log.end)
        return log.session_id in self._running.ids

    def _tell_running(self) -> None:
        running = self._running.ids
        if running != self._told_running:
            self._told_running = running
            self.running_changed.emit(running)

    def _take_step(self, step: LoadStep) -> None:
        if step.log.complete:
            assert self._store is not None
            self._growing.begin(self._store, step, followed=self._following.listens)
        self.step_loaded.emit(step)
        self._list_if_waiting()

    def _list_if_waiting(self) -> None:
        if self._list_when_seen:
            # What asks for it now is painted before.
            self._listing.start()

    def cancel_loading(self) -> None:
        """Stop reading the session."""
        self._stop_loading.set()
        self._growing.stop()
        if self._loading is not None:
            self._loading.cancel()
            self._end_loading()

    def _fail_loading(self, error: Exception) -> None:
        self._end_loading()
        self.load_failed.emit(error)

    def _end_loading(self) -> None:
        self._loading = None
        self._list_if_waiting()
        waiting, self._after_loading = self._after_loading, []
        for start in waiting:
            start()

    def _after_the_session(self, start: Callable[[], None]) -> None:
        """Start what can wait once no session is being read: that comes first."""
        if self._loading is None:
            start()
        else:
            self._after_loading.append(start)

    def read_activity(self, session_ids: Sequence[str], bins: int) -> None:
        """Count the events of sessions over their time; ``activity_changed`` brings them by id."""
        store = self._store

        def start() -> None:
            if store is None or store is not self._store:
                return
            log = None if self.filling else self._growing.log
            for session_id in session_ids:
                self._run(
                    partial(activity, store, session_id, bins, log),
                    self.activity_changed.emit,
                )

        self._after_the_session(start)

    def _take_sessions(self, found: tuple[list[SessionSummary], bool]) -> None:
        sessions, self.actors_known = found
        self._told.clear()
        self.sessions = {session.session_id: session for session in sessions}
        self._running.take(sessions)
        self.sessions_changed.emit(sessions)
        self._tell_running()
        store, ids = self._store, [session.session_id for session in sessions]

        def start() -> None:
            if store is not None and store is self._store:
                if not self.actors_known:
                    self._run(lambda: with_actors(store), self._take_actors)
                self._tasks.append(
                    self._background.stream(
                        lambda: counts(store, ids, None if self.filling else self._growing.log),
                        each=self.counts_changed.emit,
                        error=self.failed.emit,
                    )
                )

        self._after_the_session(start)

    def _take_actors(self, found: dict[str, SessionSummary]) -> None:
        self.actors_known = True
        # Who grew meanwhile was told of, with its actor.
        found = {i: s for i, s in found.items() if i not in self._told}
        self.sessions.update(found)
        self.actors_changed.emit(found)

    # -- what arrives -----------------------------------------------------------------------------

    def _take_growth(self, step: LoadStep) -> None:
        self.summarise_later([step.log.session_id])
        self.step_loaded.emit(step)

    def show_links(self, links: Collection[Link]) -> None:
        """Offer these linked sessions; ``links_changed`` brings the list of all sessions anew."""
        store = self._store

        def with_links() -> list[SessionSummary]:
            assert store is not None
            found = store.sessions()
            store.show_links(links, found)
            return newest_first([*found, *store.linked_sessions(found)])

        def take(sessions: list[SessionSummary]) -> None:
            assert store is not None
            self.sessions = {session.session_id: session for session in sessions}
            self.links_changed.emit(sessions)
            self._run(lambda: summaries(store, list(store.links)), self._take_summaries)

        if store is not None:
            self._run(with_links, take)

    def _take_grown(self, session_ids: set[str]) -> None:
        if self._store is not None:
            session_ids = session_ids | self._store.linked_with(session_ids)
        if not self.filling:
            self._running.arrived(session_ids)
            self._tell_running()
        self.summarise_later(session_ids)
        self.grown.emit(session_ids)

    def summarise_later(self, session_ids: Collection[str]) -> None:
        """Look up soon what the list has to say of these; ``summaries_changed`` brings it."""
        self._grown.update(session_ids)
        if not self._summaries.isActive():
            self._summaries.start()

    def _summarise(self) -> None:
        """Look up what the list has to say of the sessions that grew."""
        store, ids = self._store, self._grown
        self._grown = set()
        if store is None:
            return
        if self._loading is not None and self._session_id in ids:
            # It is read anyway, and will tell; the store would read all of it once more.
            ids.discard(self._session_id)
            self.summarise_later([self._session_id])
        log = self._growing.log
        if log is not None and len(log) and log.session_id in ids and not self.filling:
            ids.discard(log.session_id)
            self._take_summaries({log.session_id: summary_of(store, log)})
        if ids:
            self._run(lambda: summaries(store, ids), self._take_summaries)

    def _take_summaries(self, found: dict[str, SessionSummary]) -> None:
        self._told.update(found)
        self.sessions.update(found)
        self._running.take(found.values())
        self._tell_running()
        self.summaries_changed.emit(found)

    # -- rows -------------------------------------------------------------------------------------

    def read_summaries(self, log: SessionLog, events: Sequence[int]) -> None:
        """Read what events say; ``summaries_read`` brings the log, and that by index.

        Whole events would be kept by the hundred, and looked through for garbage in the midst of a
        movement.
        """
        store = self._store
        if store is not None:
            self._run(
                lambda: (
                    log,
                    {at: summary(event) for at, event in envelopes(store, log, events).items()},
                ),
                self.summaries_read.emit,
            )

    def read_envelope(self, log: SessionLog, event: int) -> None:
        """Read a whole event; ``envelopes_read`` brings the log, and the event by index.

        Of those asked for while one is read only the last is read.
        """
        store = self._store
        if store is not None:
            self._detail.run(
                lambda: (log, envelopes(store, log, [event])),
                then=self.envelopes_read.emit,
                error=self.failed.emit,
            )

    def check(self) -> None:
        """Look for every problem in the file; ``problems_found`` brings them in batches."""
        store = self._store
        if store is not None and self._checking is None:
            self._checking = self._background.stream(
                store.problem_pages,
                each=self._take_problems,
                then=lambda: self._end_check(whole=True),
                error=self._fail_check,
            )

    def stop_check(self) -> None:
        """Look no further."""
        if self._checking is not None:
            self._checking.cancel()
            self._end_check(whole=False)

    def _take_problems(self, problems: list[Problem]) -> None:
        if problems:
            self.problems_found.emit(problems)

    def _end_check(self, *, whole: bool) -> None:
        self._checking = None
        self.check_ended.emit(whole)

    def _fail_check(self, error: Exception) -> None:
        self._end_check(whole=False)
        self.failed.emit(error)

    def _run(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        self._tasks = [task for task in self._tasks if not task.done]
        self._tasks.append(self._background.run(job, then=then, error=self.failed.emit))

    # -- what happens to the file -----------------------------------------------------------------

    def _look_at_file(self) -> None:
        store = self._store
        if store is not None:
            self._look.run(store.changed, then=self._take_state, error=self._take_state_error)

    def _take_state(self, state: str) -> None:
        # What arrives is followed; only what cannot be is told.
        if state != self._state:
            self._state = state
            if state not in ("same", "grown"):
                self.state_changed.emit(state)

    def _take_state_error(self, error: Exception) -> None:
        self._watch.stop()
        self.failed.emit(error)
