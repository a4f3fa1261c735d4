"""A session that grows is shown as it would be if it were opened anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.models.growing import Carried, Manner
from app.models.reading import LoadStep, activity, growth_step, session_steps, summary_of
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.replay.growth import Growth
from core.replay.index import ContextIndex
from core.replay.weights import Weights
from tests.builders import captured, chat, viewed
from tests.builders_files import append_elsewhere, write_log
from tests.core.replay.test_index import assert_close

ROUNDS = [
    [viewed("raft", seconds=20, name="Raft")],
    [chat("paxos", "raft", seconds=1_000), captured("document", "d-2", seconds=1_001)],
    [viewed("clocks", seconds=3)],
    [viewed("clocks", seconds=1_002)],
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    early = [viewed("raft", seconds=1), captured("document", "d-1", seconds=2)]
    return write_log(tmp_path / "events.db", early)


def opened(store: SQLiteEventStore, rules: ProjectionRules) -> LoadStep:
    *_, last = session_steps(store, "s", rules)
    return last


@pytest.mark.parametrize("rules", [BRAIN_WEB, RECENCY], ids=["Brain Web", "Recency"])
def test_each_growth_shows_what_opening_it_anew_shows(path: Path, rules: ProjectionRules) -> None:
    """One of them brings a late event, so that what was computed cannot be carried on."""
    with SQLiteEventStore(path) as store:
        step = opened(store, rules)
        growth = Growth(step.log)
        for events in ROUNDS:
            append_elsewhere(path, events)
            grown = growth_step(store, growth, rules, ["raft"], before=step)
            assert grown is not None and grown.index is not None
            step, anew = grown, ContextIndex(grown.log, rules)
            for position in range(len(step.log) + 1):
                shown, expected = grown.index.context_at(position), anew.context_at(position)
                if rules.half_life is None:
                    assert shown == expected
                else:
                    assert_close(shown, expected)
            fresh = opened(store, rules)
            assert {m: axis.gaps for m, axis in step.axes.items()} == {
                m: axis.gaps for m, axis in fresh.axes.items()
            }
        assert growth_step(store, growth, rules, before=step) is None


def test_what_was_computed_is_carried_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session of a million events would be computed anew for each one that arrives."""
    with SQLiteEventStore(path) as store:
        step = opened(store, BRAIN_WEB)
        growth, made = Growth(step.log), []
        carry_on = Weights.grown
        monkeypatch.setattr(Weights, "grown", lambda *of: made.append(of) or carry_on(*of))
        append_elsewhere(path, ROUNDS[0])
        grown = growth_step(store, growth, BRAIN_WEB, before=step)
        assert grown is not None and len(made) == 1
        assert growth_step(store, growth, RECENCY, before=grown) is None
        append_elsewhere(path, ROUNDS[1])
        assert growth_step(store, growth, RECENCY, before=grown) is not None
        assert len(made) == 1, "under other rules nothing of it holds"


def test_each_is_carried_on_from_the_one_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came in quick succession was computed anew for each event: ten times as long."""
    made: list[object] = []
    carry_on = Weights.grown
    monkeypatch.setattr(Weights, "grown", lambda *of: made.append(of) or carry_on(*of))
    with SQLiteEventStore(path) as store:
        step = opened(store, BRAIN_WEB)
        carried = Carried(store, step)
        for round_, events in enumerate(ROUNDS[:2], 1):
            append_elsewhere(path, events)
            grown = carried.step(Manner(BRAIN_WEB, ["raft"]))
            assert grown is not None and len(made) == round_
        assert carried.step(Manner(BRAIN_WEB, ["raft"])) is None


def test_the_columns_say_of_a_session_what_the_store_says(path: Path) -> None:
    """Its line in the list would change as it is opened, or as something arrives."""
    append_elsewhere(path, [event for events in ROUNDS for event in events])
    with SQLiteEventStore(path) as store:
        log = opened(store, BRAIN_WEB).log
        assert summary_of(store, log) == store.summary("s")
        assert activity(store, "s", 48, log) == activity(store, "s", 48, None)
        assert activity(store, "other", 48, log) == {"other": [0] * 48}
