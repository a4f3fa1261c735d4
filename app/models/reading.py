"""What is read of an open file in the background: sessions in steps, rows, counts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import field

from core.events.errors import SourceChanged
from core.events.instants import from_datetime
from core.events.schema import EventEnvelope
from core.events.store.base import SessionSummary
from core.events.store.sessions import newest_first, spread
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass
from core.memory import give_back
from core.mirror.feeder import MAIN
from core.mirror.store import MirroredEventStore
from core.projectors.rules import ProjectionRules
from core.replay.apart import WORTH_IT, ReadHereError, origin_of, steps_apart, warm_up
from core.replay.axis import Axis, AxisMode, axis_of, axis_on
from core.replay.columns import NONE, Int64, SessionLog
from core.replay.growth import Growth
from core.replay.index import ContextIndex
from core.replay.kept_logs import KeptLogs
from core.replay.leaving_out import NOTHING, without_rows
from core.replay.linked import LinkedEventStore, link_of
from core.replay.loader import Loaded, read_instants, read_rows
from core.replay.room import continues

logger = logging.getLogger(__name__)

MANY = 500
"""Of more sessions than these the actors are told once the names and times are."""

_COUNTS_AT_ONCE = 200
_LARGE = 10_000_000
"""A smaller file holds no session that is worth a process (bytes)."""


@dataclass(frozen=True, eq=False)
class LoadStep:
    """A session as far as it has been read, in so many seconds; the last step has the index.

    ``left_out`` are the keys of the events that the index was made without.
    """

    log: SessionLog
    read: int
    total: int
    seconds: float
    axes: dict[AxisMode, Axis]
    index: ContextIndex | None
    left_out: Int64 = field(default_factory=lambda: NOTHING)


def session_steps(
    store: SQLiteEventStore,
    session_id: str,
    rules: ProjectionRules,
    *,
    stopped: Callable[[], bool] = lambda: False,
    kept: KeptLogs | None = None,
    who: str = MAIN,
) -> Iterator[LoadStep]:
    """The steps of loading, with what the charts need computed beside them.

    A session that was ``kept`` (in the cache folder) and is unchanged comes in one step. They end
    early once ``stopped`` answers yes; ``who`` wants it of a table's feeder. Raises what the store
    raises.
    """
    if isinstance(store, MirroredEventStore):
        store.prepare(session_id, stopped, who=who)
    began = time.monotonic()
    axes: dict[AxisMode, Axis] = {}
    total = -1
    for step, index in _kept_steps(store, session_id, rules, stopped, kept or KeptLogs()):
        if step.total != total:
            axes = {mode: axis_of(step.log, mode) for mode in AxisMode}
            total = step.total
        # Asked for here, so that the first paint does not have to.
        assert step.log.events_by_kind is not None
        yield LoadStep(step.log, step.read, step.total, time.monotonic() - began, axes, index)
    if total >= WORTH_IT:
        give_back()


def _kept_steps(
    store: SQLiteEventStore,
    session_id: str,
    rules: ProjectionRules,
    stopped: Callable[[], bool],
    kept: KeptLogs,
) -> Iterator[tuple[Loaded, ContextIndex | None]]:
    """What is kept from the last time; else read it, and keep it for the next."""
    known = kept.read(store, session_id)
    if known is not None:
        yield Loaded(known, len(known), len(known)), ContextIndex(known, rules).prepare()
        return
    with kept.keeping(store, session_id) as found:
        for step, index in _steps(store, session_id, rules, stopped):
            yield step, index
            if step.log.complete:
                found.append(step.log)


def _steps(
    store: SQLiteEventStore,
    session_id: str,
    rules: ProjectionRules,
    stopped: Callable[[], bool],
) -> Iterator[tuple[Loaded, ContextIndex | None]]:
    """Read here, or, where it is long, in processes of its own."""
    if store.opened_as.size > _LARGE:
        warm_up()
    log, unreadable = read_instants(store, session_id)
    origin = origin_of(store, session_id) if len(log) >= WORTH_IT else None
    if origin is not None:
        yield Loaded(log, 0, len(log)), None
        try:
            yield from steps_apart(origin, log, unreadable, rules, stopped=stopped)
        except ReadHereError as error:
            logger.warning("%s; reading in this process instead", error)
        else:
            return
    for step in read_rows(store, log, unreadable):
        index = ContextIndex(step.log, rules).prepare() if step.log.complete else None
        yield step, index


def growth_step(
    store: SQLiteEventStore,
    growth: Growth,
    rules: ProjectionRules,
    shown: Sequence[str] = (),
    left_out: Int64 = NOTHING,
    *,
    before: LoadStep | None = None,
) -> LoadStep | None:
    """The session with what arrived, as the last step of loading it; None where nothing did.

    What the curves of the concepts that are ``shown`` (ids) need is computed here too. The index is
    made without the events whose keys are ``left_out``. What the step ``before`` computed is
    carried on, where it is of the log that grew.
    """
    began, known = time.monotonic(), growth.log
    log = growth.grow(store)
    if log is known:
        return None
    if before is not None and before.log is known and continues(log.rows, known.rows):
        axes = {mode: axis_on(axis, known, log) for mode, axis in before.axes.items()}
        index = _index_on(before.index, without_rows(log, left_out), rules, shown)
    else:
        axes = {mode: axis_of(log, mode) for mode in AxisMode}
        index = ContextIndex(without_rows(log, left_out), rules).with_series(shown)
    index.prepare()
    return LoadStep(log, len(log), len(log), time.monotonic() - began, axes, index, left_out)


def _index_on(
    known: ContextIndex | None, log: SessionLog, rules: ProjectionRules, shown: Sequence[str]
) -> ContextIndex:
    """The index of a log that grew, carried on, series and all, where it was of all its events."""
    carries = known is not None and known.rules == rules and log.left_out is None
    if known is None or not carries or known.log.left_out is not None:
        return ContextIndex(log, rules).with_series(shown)
    # Where a series is new, the first paint would have to group all contributions.
    assert log.contributions.by_concept is not None
    return known.grown(log)


def summaries(store: SQLiteEventStore, session_ids: Collection[str]) -> dict[str, SessionSummary]:
    """What the list says of these sessions, by id; those without a readable event are left out."""
    found = ((session_id, store.summary(session_id)) for session_id in session_ids)
    return {session_id: each for session_id, each in found if each is not None}


def summary_of(store: SQLiteEventStore, log: SessionLog) -> SessionSummary:
    """What the list says of a session that has been read, and has an event."""
    actor, link = int(log.actors[0]), link_of(store, log.session_id)
    return SessionSummary(
        log.session_id,
        log.start,
        log.end,
        len(log),
        None if actor == NONE else log.actor_names[actor],
        parts=0 if link is None else len(link.sessions),
    )


def listed(store: LinkedEventStore) -> tuple[list[SessionSummary], bool]:
    """The sessions, the latest first, and whether with their actors.

    Of many the actors are left out, which take as long as all the rest; `with_actors` reads them.
    """
    if isinstance(store, MirroredEventStore):
        return store.listed(), True
    found = store.listed(actors=False)
    if len(found) > MANY or any(each.count is not None for each in found):
        # What has to be read as a whole is counted, and has its actors.
        return found, found[0].count is not None
    return newest_first(with_actors(store).values()), True


def with_actors(store: LinkedEventStore) -> dict[str, SessionSummary]:
    """The sessions by id, with their actors."""
    found = store.sessions()
    return {s.session_id: s for s in (*found, *store.linked_sessions(found))}


def activity(
    store: SQLiteEventStore, session_id: str, bins: int, log: SessionLog | None
) -> dict[str, list[int]]:
    """How the events of a session are spread over its time, by its id.

    Where it is that of the ``log``, which has every instant, the store is not asked once more.
    """
    if log is not None and log.session_id == session_id:
        return {session_id: spread(log.times, bins)}
    return {session_id: store.activity(session_id, bins)}


def envelopes(
    store: SQLiteEventStore, log: SessionLog, events: Sequence[int]
) -> dict[int, EventEnvelope]:
    """Whole events by index. Raises SourceChanged where a row is not the one that was indexed."""
    rows = {int(log.rows[event]): event for event in events}
    found = store.envelopes(list(rows))
    link = link_of(store, log.session_id)
    sessions = (log.session_id,) if link is None else link.sessions
    for row, envelope in found.items():
        at = int(log.times[rows[row]])
        if envelope.session_id not in sessions or from_datetime(envelope.occurred_at) != at:
            raise SourceChanged(
                "The file was rewritten while it was open. Press F5 to read it again."
            )
    return {rows[row]: envelope for row, envelope in found.items()}


def counts(
    store: SQLiteEventStore, session_ids: Sequence[str], log: SessionLog | None
) -> Iterator[dict[str, int]]:
    """How many events the sessions have, some hundreds at a time.

    The one whose ``log`` is there is not counted once more. What had to be read for many is let go.
    """
    if log is not None and log.session_id in session_ids:
        yield {log.session_id: len(log)}
        session_ids = [each for each in session_ids if each != log.session_id]
    for start in range(0, len(session_ids), _COUNTS_AT_ONCE):
        yield store.session_counts(session_ids[start : start + _COUNTS_AT_ONCE])
    if len(session_ids) > MANY:
        # Of what was counted nothing is looked at again: that can be sixteen megabytes.
        store.forget_pages()
        give_back()
