"""A context without some events is what the system would have held had they never been."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope
from core.projectors.context import SessionContext
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.projectors.session_context import fold
from core.replay.changes import uncertainty_changes
from core.replay.explain_uncertainty import explain_uncertainty
from core.replay.growth import Growth
from core.replay.index import ContextIndex
from core.replay.leaving_out import shortened, without, without_rows
from core.replay.loader import load
from tests.builders import EventsInMemory, captured, chat, log_of, viewed
from tests.core.replay.strategies import logs, rules
from tests.core.replay.test_index import assert_close, in_order

masks = st.lists(st.booleans(), min_size=40, max_size=40)


def expected_at(
    events: list[EventEnvelope], mask: list[bool], position: int, rules: ProjectionRules
) -> SessionContext:
    """The fold over what is left of the first events, at the instant of the last of all."""
    kept = [e for e, gone in zip(events[:position], mask, strict=False) if not gone]
    at = log_of(events[:position]).end if position else None
    context = fold("s", kept, rules=rules, instant=at)
    return SessionContext(
        "s",
        position,
        at,
        context.active_concepts,
        context.active_objects,
        context.uncertainty_score,
    )


@given(events=logs, mask=masks, rules=rules(decay=False))
def test_the_rest_is_the_fold_over_the_rest_to_the_last_bit(
    events: list[EventEnvelope], mask: list[bool], rules: ProjectionRules
) -> None:
    """Ranks and names included: an answer to “what if” that is nearly right is wrong."""
    ordered, gone = in_order(events), np.array(mask[: len(events)], dtype=bool)
    index = ContextIndex(without(log_of(events), gone), rules)
    for position in range(len(events) + 1):
        assert index.context_at(position) == expected_at(ordered, mask, position, rules)


@given(events=logs, mask=masks, rules=rules(decay=True))
def test_the_rest_is_the_fold_over_the_rest_with_decay(
    events: list[EventEnvelope], mask: list[bool], rules: ProjectionRules
) -> None:
    ordered, gone = in_order(events), np.array(mask[: len(events)], dtype=bool)
    index = ContextIndex(without(log_of(events), gone), rules)
    for position in range(len(events) + 1):
        assert_close(index.context_at(position), expected_at(ordered, mask, position, rules))


@given(events=logs, mask=masks, rules=rules(decay=False) | rules(decay=True))
def test_charts_and_reasons_know_of_what_is_left_out(
    events: list[EventEnvelope], mask: list[bool], rules: ProjectionRules
) -> None:
    """Else the track of uncertainty says one thing and its explanation another."""
    log = without(log_of(events), np.array(mask[: len(events)], dtype=bool))
    index = ContextIndex(log, rules)
    positions = np.arange(len(log) + 1)
    instants = np.array([log.instant_at(int(p)) for p in positions], dtype=np.int64)
    scores = [index.context_at(int(p)).uncertainty_score for p in positions]
    assert index.uncertainty.over(positions, instants) == pytest.approx(scores, abs=1e-9)
    for position in positions.tolist():
        assert explain_uncertainty(index, position=position).value == pytest.approx(
            scores[position], abs=1e-9
        )
    assert not np.isin(uncertainty_changes(index), np.flatnonzero(mask[: len(log)])).any()


@given(events=logs, mask=masks)
def test_events_keep_their_places(events: list[EventEnvelope], mask: list[bool]) -> None:
    """The lanes, the table and the playhead still hold every event of the log."""
    whole = log_of(events)
    log = without(whole, np.flatnonzero(mask[: len(events)]))
    assert log.rows is whole.rows and log.times is whole.times and log.kinds is whole.kinds
    assert log.whole is whole
    again = without(log, np.zeros(len(log), dtype=bool))
    assert again is whole, "what is put back is the log as it was"
    by_row = without_rows(whole, whole.rows[np.flatnonzero(mask[: len(events)])])
    assert np.array_equal(by_row.uncounted, log.uncounted)


@given(events=logs, mask=masks, rules=rules(decay=False))
def test_a_shortened_log_is_that_of_the_other_events(
    events: list[EventEnvelope], mask: list[bool], rules: ProjectionRules
) -> None:
    """Counting what is left would count what is gone."""
    ordered = in_order(events)
    kept = [e for e, gone in zip(ordered, mask, strict=False) if not gone]
    log = shortened(without(log_of(events), np.array(mask[: len(events)], dtype=bool)))
    assert len(log) == len(kept)
    index = ContextIndex(log, rules)
    for position in range(len(kept) + 1):
        assert index.context_at(position) == fold("s", kept[:position], rules=rules)


def test_a_name_stays_where_another_event_gives_it_too() -> None:
    """The columns hold a name where it changes; who said it again must not be forgotten."""
    events = [
        viewed("raft", seconds=0, name="Raft"),
        viewed("raft", seconds=1, name="Paxos"),
        viewed("raft", seconds=2, name="Paxos"),
        chat("raft", seconds=3),
    ]
    log = without(log_of(events), [1])
    assert [log.names.at(0, p) for p in range(5)] == [None, "Raft", "Raft", "Paxos", "Raft"]


def test_ranks_of_equals_go_by_what_is_left() -> None:
    events = [viewed("a", seconds=0), viewed("b", seconds=1), viewed("a", seconds=2)]
    events.append(viewed("b", seconds=3))
    index = ContextIndex(without(log_of(events), [0]), BRAIN_WEB)
    assert [c.concept_id for c in index.context_at(3).active_concepts] == ["b", "a"]


def test_what_is_left_out_stays_so_by_its_row_while_the_log_grows() -> None:
    """Indexes shift when a late event arrives; another event would be left out instead."""
    source = EventsInMemory([viewed("a", seconds=5), viewed("b", seconds=6)])
    growth = Growth(load(source, "s"))
    rows = growth.log.rows[[1]]
    source.append([captured("document", "d", seconds=1), viewed("b", seconds=7)])
    log = without_rows(growth.grow(source), rows)
    assert np.flatnonzero(log.left_out).tolist() == [2]  # type: ignore[arg-type]
    context = ContextIndex(log, RECENCY).context_at(3)
    assert [c.concept_id for c in context.active_concepts] == ["a"]


def test_events_that_the_log_does_not_have_are_refused() -> None:
    log = log_of([viewed("a")])
    with pytest.raises(IndexError, match="0 to 0"):
        without(log, [1])
    with pytest.raises(IndexError, match="a mask of 2 events for a log of 1"):
        without(log, np.array([True, False]))
