"""How many events there are in all, while they are counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.models.event_total import EventTotal
from core.events.store.base import SessionSummary

NAMES = "abcd"
counts = st.dictionaries(st.sampled_from(NAMES + "xl"), st.integers(0, 9))


@given(st.lists(counts), st.sets(st.sampled_from(NAMES)))
def test_it_is_the_sum_of_what_was_counted_last(
    batches: list[dict[str, int]], later: set[str]
) -> None:
    """The status line would tell of more events than there are, or never of any."""
    total = EventTotal()
    known = sorted(set(NAMES) - later)
    total.begin([*(SessionSummary(n, 0, 0) for n in known), SessionSummary("l", 0, 0, parts=2)])
    total.add(SessionSummary(n, 0, 0) for n in NAMES)
    last: dict[str, int] = {}
    for batch in batches:
        total.take(batch)
        last |= {name: number for name, number in batch.items() if name in NAMES}
    assert total.sessions == len(NAMES)
    assert total.events == (sum(last.values()) if len(last) == len(NAMES) else None)
    total.begin([])
    assert (total.sessions, total.events) == (0, 0)
