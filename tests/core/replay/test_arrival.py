"""The order of arrival: else nobody learns that what is on screen was not known at the time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope
from core.replay.arrival import ArrivalOrder
from tests.builders import log_of, viewed
from tests.core.replay.strategies import logs


def arriving(*seconds: float) -> ArrivalOrder:
    """Events of these times, in order of arrival."""
    return ArrivalOrder(log_of([viewed("c-1", seconds=at) for at in seconds]))


def test_events_that_arrive_in_order_are_not_late() -> None:
    order = arriving(0, 1, 1, 5)
    assert order.late.tolist() == []
    assert order.order.tolist() == order.ranks.tolist() == [0, 1, 2, 3]


def test_an_empty_log_has_nothing_late() -> None:
    order = arriving().prepare()
    assert order.late.tolist() == order.overtaken.tolist() == order.ahead.tolist() == []
    assert order.missing_at(0).tolist() == []


def test_a_late_event_tells_who_overtook_it_and_how_many() -> None:
    # By time: 0 1 2 3 4; the event of second 1 arrives last but one.
    order = arriving(0, 2, 3, 1, 4)
    assert order.late.tolist() == [1]
    assert order.overtaken.tolist() == [2]
    assert order.overtakers.tolist() == [2], "the event of second 2 was there first"
    assert order.ahead.tolist() == [3], "the log reached to second 3 when it came"


def test_what_was_known_at_a_position_is_what_had_arrived_with_its_last_event() -> None:
    order = arriving(0, 2, 3, 1, 4)
    assert order.missing_at(2).tolist() == [], "the late event itself was known when it came"
    assert order.missing_at(3).tolist() == [1]
    assert order.missing_at(4).tolist() == [1]
    assert order.missing_at(5).tolist() == []


def test_one_event_of_the_far_future_makes_all_that_follow_it_late() -> None:
    order = arriving(9_999, 0, 1, 2)
    assert order.late.tolist() == [0, 1, 2]
    assert order.overtaken.tolist() == [1, 1, 1]


@given(events=logs)
def test_late_events_are_those_that_the_definition_says(events: list[EventEnvelope]) -> None:
    order = ArrivalOrder(log_of(events))
    ranks = order.ranks.tolist()
    overtaken = {
        event: sum(rank < ranks[event] for rank in ranks[event + 1 :])
        for event in range(len(ranks))
    }
    assert dict(zip(order.late.tolist(), order.overtaken.tolist(), strict=True)) == {
        event: count for event, count in overtaken.items() if count
    }
    for event, first, ahead in zip(
        order.late.tolist(), order.overtakers.tolist(), order.ahead.tolist(), strict=True
    ):
        assert ranks[first] == min(ranks[event + 1 :])
        assert ahead == max(e for e in range(len(ranks)) if ranks[e] < ranks[event])


@given(events=logs, data=st.data())
def test_what_is_missing_is_what_had_not_arrived(
    events: list[EventEnvelope], data: st.DataObject
) -> None:
    order = ArrivalOrder(log_of(events))
    position = data.draw(st.integers(0, len(events)))
    arrived = data.draw(st.integers(0, len(events)))
    known_then = np.flatnonzero(order.ranks[:position] < order.arrived_at(position))
    missing = order.missing_at(position)
    assert sorted([*known_then.tolist(), *missing.tolist()]) == list(range(position))
    front = order.front(arrived)
    known = set(range(front)) - set(order.missing(front, arrived).tolist())
    assert known == set(order.order[:arrived].tolist())
