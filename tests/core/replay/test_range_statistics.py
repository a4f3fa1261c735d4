"""What a range holds: the columns must count what a plain loop over the events counts."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.contributions import contributions, touched_object
from core.events.instants import from_datetime
from core.events.schema import EventEnvelope
from core.replay.axis import IDLE
from core.replay.columns import SessionLog
from core.replay.range_statistics import MINUTE, RangeStatistics, Tallies, range_statistics
from tests.builders import captured, chat, claim, event, log_of, viewed
from tests.core.replay.strategies import log_at, logs


def plain_answer(events: list[EventEnvelope], start: int, stop: int) -> dict[str, Any]:
    """The same by a loop over the events in order."""
    ordered = sorted(events, key=lambda e: e.occurred_at)
    times = [from_datetime(e.occurred_at) for e in ordered]
    within, instants = ordered[start:stop], times[start:stop]
    concepts, objects = Counter[str](), Counter[tuple[str, str]]()
    for e in within:
        ref = (None, None) if e.object_ref is None else (e.object_ref.type, e.object_ref.id)
        concepts.update(c for _, c, _ in contributions(e.event_type, *ref, e.payload))
        if touched_object(e.event_type, *ref) is not None and None not in ref:
            objects[ref] += 1  # type: ignore[index]
    busiest = [sum(t <= other < t + MINUTE for other in instants) for t in instants]
    gaps = [b - a for a, b in pairwise(instants)]
    return {
        "kinds": Counter((str(e.event_type),) for e in within),
        "actors": Counter((e.actor_id or "",) for e in within),
        "concepts": Counter({(c,): n for c, n in concepts.items()}),
        "objects": objects,
        "peak": max(busiest, default=None),
        "peak_at": start + busiest.index(max(busiest)) + 1 if busiest else None,
        "idle": sum(gap for gap in gaps if gap >= IDLE),
        "length": sum(gaps),
        "first": instants[0] if instants else None,
        "last": instants[-1] if instants else None,
    }


def counted(tallies: Tallies) -> Counter[tuple[str, ...]]:
    assert tallies.total == len(tallies.top)
    everything = sum(each.count for each in tallies.top)
    assert all(each.share == each.count / everything for each in tallies.top)
    counts = [each.count for each in tallies.top]
    assert counts == sorted(counts, reverse=True)
    return Counter({each.key: each.count for each in tallies.top})


@given(events=logs, one=st.floats(0, 1), two=st.floats(0, 1))
def test_it_counts_what_a_plain_loop_counts(
    events: list[EventEnvelope], one: float, two: float
) -> None:
    """Numbers would be shown that nobody who counts by hand gets."""
    log = log_of(events)
    start, stop = sorted((round(one * len(log)), round(two * len(log))))
    found, expected = range_statistics(log, start, stop), plain_answer(events, start, stop)
    assert found.events == stop - start
    for name in ("kinds", "actors", "concepts", "objects"):
        assert counted(getattr(found, name)) == expected[name]
    assert (found.peak and found.peak.events) == expected["peak"]
    assert (found.peak and found.peak.position) == expected["peak_at"]
    assert found.idle == expected["idle"]
    assert found.length == expected["length"] == found.active + found.idle
    assert (found.first, found.last) == (expected["first"], expected["last"])


def plain_idle(log: SessionLog, since: int, until: int) -> int:
    """How much of a time lies in gaps of five minutes and more."""
    times = log.times.tolist()
    knots = [min(since, times[0]), *times, max(until, times[-1])]
    return sum(max(0, min(b, until) - max(a, since)) for a, b in pairwise(knots) if b - a >= IDLE)


@given(
    instants=st.lists(st.integers(0, 3_000), min_size=1, max_size=12),
    ends=st.tuples(st.integers(-1_000, 4_000), st.integers(-1_000, 4_000)),
)
def test_a_piece_of_an_idle_gap_is_idle(instants: list[int], ends: tuple[int, int]) -> None:
    """Three minutes of an hour in which nothing happened would count as work."""
    log = log_at([second * 1_000_000 for second in sorted(instants)])
    zero = log.start - min(instants) * 1_000_000
    since, until = (zero + end * 1_000_000 for end in sorted(ends))
    found = range_statistics(
        log, log.position_at(since), log.position_at(until), since=since, until=until
    )
    assert found.idle == plain_idle(log, since, until)
    assert found.length == until - since


@pytest.fixture
def hour() -> RangeStatistics:
    """An hour with a claim, a capture, two views, and much idle time."""
    log = log_of(
        [
            viewed("raft", name="Raft"),
            claim("cl-1", "raft", "paxos", seconds=30),
            captured("document", "d", seconds=59),
            viewed("raft", seconds=3_600),
            event("SomethingNew", actor=None, seconds=3_600),
        ]
    )
    return range_statistics(log, 0, 5)


def test_the_rate_is_that_of_all_its_time_and_the_peak_says_where(hour: RangeStatistics) -> None:
    assert hour.per_minute == pytest.approx(5 / 60)
    assert hour.peak is not None
    assert (hour.peak.events, hour.peak.position) == (3, 1)
    assert hour.idle == 3_541_000_000
    assert hour.active == 59_000_000


def test_concepts_are_called_by_their_names(hour: RangeStatistics) -> None:
    assert [(c.key, c.label, c.count, c.share) for c in hour.concepts.top] == [
        (("raft",), "Raft", 3, 0.75),
        (("paxos",), "paxos", 1, 0.25),
    ]


def test_of_many_actors_the_busiest_are_named_and_all_are_counted() -> None:
    """A session of a thousand people would fill the page with names."""
    log = log_of([event(actor=f"u-{n % 30}", seconds=n) for n in range(45)])
    found = range_statistics(log, 0, 45).actors
    assert found.total == 30
    assert [each.key for each in found.top] == [(f"u-{n}",) for n in range(10)]
    assert found.top[0].share == 2 / 45


def test_a_range_without_events_has_a_length_and_no_rate_of_its_own() -> None:
    log = log_of([viewed("raft"), viewed("raft", seconds=3_600)])
    found = range_statistics(log, 1, 1, since=log.start + 60_000_000, until=log.start + 120_000_000)
    assert (found.events, found.peak, found.first, found.kinds.total) == (0, None, None, 0)
    assert (found.length, found.idle, found.per_minute) == (60_000_000, 60_000_000, 0.0)


def test_a_range_of_no_length_has_no_rate() -> None:
    """A division by nothing, where all events share an instant."""
    found = range_statistics(log_of([viewed("raft"), viewed("raft")]), 0, 2)
    assert found.per_minute is None
    assert found.peak is not None
    assert found.peak.events == 2


def test_a_log_without_events_has_an_empty_range() -> None:
    found = range_statistics(log_of([]), 0, 0)
    assert (found.events, found.length, found.idle) == (0, 0, 0)


@pytest.mark.parametrize("positions", [(-1, 0), (0, 2), (1, 0)])
def test_what_is_no_range_of_the_log_is_refused(positions: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no range of positions within 0 to 1"):
        range_statistics(log_of([viewed("raft")]), *positions)


def test_in_json_it_has_all_of_it(hour: RangeStatistics) -> None:
    wire = hour.to_wire()
    assert wire["from"] == {"position": 0, "at": "2026-11-12T09:00:00Z"}
    assert wire["events"] == 5
    assert wire["seconds"] == 3_600.0
    assert wire["busiest_minute"]["events"] == 3
    assert wire["types"]["top"][0] == {"event_type": "UserViewed", "count": 2, "share": 0.4}
    assert wire["actors"]["top"][-1] == {"actor_id": None, "count": 1, "share": 0.2}
    assert wire["concepts"]["top"][1] == {
        "concept_id": "paxos", "label": "paxos", "count": 1, "share": 0.25,
    }  # fmt: skip
    assert wire["objects"] == {
        "total": 2,
        "top": [
            {"object_type": "claim", "object_id": "cl-1", "count": 1, "share": 0.5},
            {"object_type": "document", "object_id": "d", "count": 1, "share": 0.5},
        ],
    }


def test_a_chat_counts_once_for_each_concept_it_mentions() -> None:
    log = log_of([chat("raft", "raft", "paxos")])
    assert [c.count for c in range_statistics(log, 0, 1).concepts.top] == [2, 1]
