from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.errors import SourceLocked
from core.events.schema import EventEnvelope
from core.events.store import SQLiteEventStore
from core.projectors import running
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.projectors.running import RunningSession
from core.projectors.session_context import fold
from core.projectors.user_preferences import preferences
from tests.builders import chat, claim, viewed

seconds = st.one_of(st.integers(0, 4), st.integers(0, 2_000))
concepts = st.sampled_from(["raft", "paxos", "clocks"])
made = st.one_of(
    st.builds(lambda c, s: viewed(c, seconds=s, name=c.title()), concepts, seconds),
    st.builds(lambda c, s: chat(c, seconds=s), concepts, seconds),
    st.builds(lambda c, s: claim("cl-1", c, seconds=s), concepts, seconds),
)


def with_ids(events: list[EventEnvelope]) -> list[EventEnvelope]:
    return [e.model_copy(update={"event_id": f"e-{n}"}) for n, e in enumerate(events)]


@pytest.mark.parametrize("rules", [BRAIN_WEB, RECENCY])
@given(batches=st.lists(st.lists(made, max_size=12), max_size=6))
def test_a_running_session_is_the_fold_after_every_batch(
    rules: ProjectionRules, batches: list[list[EventEnvelope]]
) -> None:
    """What a backend projects as it runs is what a replay computes, late events included."""
    with (
        tempfile.TemporaryDirectory() as folder,
        SQLiteEventStore(Path(folder) / "events.db", writable=True, create=True) as store,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(running, "_RECENT", 8)
        patch.setattr(running, "_NEAR", 2)
        session = RunningSession("s", rules)
        arrived = 0
        for batch in batches:
            store.append_many(
                [e.model_copy(update={"event_id": f"e-{arrived + n}"}) for n, e in enumerate(batch)]
            )
            arrived += len(batch)
            assert session.catch_up(store) == bool(batch)
            events = list(store.replay("s"))
            assert session.position == arrived
            assert session.context() == fold("s", events, rules=rules)
            assert session.preferences() == preferences("s", events)
            assert session.last_event_id == (events[-1].event_id if events else None)


def test_events_are_folded_as_they_come_and_not_from_the_start(tmp_path: Path) -> None:
    """Projecting after each of n events may not cost n² of them."""
    with SQLiteEventStore(tmp_path / "events.db", writable=True, create=True) as store:
        session = RunningSession("s")
        for event in with_ids([viewed("raft", seconds=n) for n in range(600)]):
            store.append(event)
            session.catch_up(store)
        assert session.position == 600
        assert session.folded <= 3 * 600


def test_a_fault_in_between_loses_nothing(tmp_path: Path) -> None:
    class Flaky(SQLiteEventStore):
        locked = False

        def envelopes(self, rowids):  # type: ignore[no-untyped-def]
            if self.locked:
                raise SourceLocked("locked")
            return super().envelopes(rowids)

    with Flaky(tmp_path / "events.db", writable=True, create=True) as store:
        session = RunningSession("s")
        events = with_ids([viewed("raft", seconds=n) for n in range(3)])
        store.append(events[0])
        session.catch_up(store)
        store.append_many(events[1:])
        store.locked = True
        with pytest.raises(SourceLocked):
            session.catch_up(store)
        store.locked = False
        assert session.catch_up(store)
        assert session.context() == fold("s", events)


def test_one_event_from_a_clock_that_is_ahead_does_not_have_all_folded_again(
    tmp_path: Path,
) -> None:
    """Each event after it is late: folding the session for each would cost the square of it."""
    with SQLiteEventStore(tmp_path / "events.db", writable=True, create=True) as store:
        session = RunningSession("s")
        ahead = viewed("tomorrow", seconds=86_400)
        events = with_ids([ahead, *(viewed("raft", seconds=n) for n in range(1_500))])
        for event in events:
            store.append(event)
            session.catch_up(store)
        assert session.context() == fold("s", [*events[1:], ahead])
        assert session.folded < 100 * len(events)
        assert len(session._recent) <= 2 * running._RECENT
