"""The order of sessions, beside one that compares all names."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.models.session_order import SessionSort, in_order
from core.events.store.base import SessionSummary

sessions = st.lists(
    st.builds(
        lambda name, first, lasts, count: SessionSummary(name, first, first + lasts, count),
        st.sampled_from(["s-1", "s-2", "s-10", "S-3", "s-", "chat", "7", ""]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    unique_by=lambda session: session.session_id,
)


@given(sessions, st.sampled_from(SessionSort))
def test_equals_are_in_order_of_their_names(found: list[SessionSummary], sort: SessionSort) -> None:
    """Session 10 would come before session 2, or the list would leap about when it is sorted."""

    def name(session: SessionSummary) -> list[Any]:
        pieces = re.split("([0-9]+)", session.session_id.casefold())
        return [(not n % 2, int(p) if n % 2 else p) for n, p in enumerate(pieces)]

    number = {
        SessionSort.NEWEST: lambda s: -s.last,
        SessionSort.LONGEST: lambda s: s.first - s.last,
        SessionSort.MOST_EVENTS: lambda s: -s.count,
        SessionSort.NAME: lambda s: 0,
    }[sort]
    expected = sorted(found, key=lambda s: (number(s), name(s)))
    assert in_order(found, sort, counts=lambda s: s.count or 0) == expected
