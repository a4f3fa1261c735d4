"""Random queries, about what random events hold."""

from __future__ import annotations

from hypothesis import strategies as st

from core.filter.patterns import Pattern
from core.filter.query import (
    And,
    Field,
    Flag,
    Has,
    Is,
    Not,
    Or,
    PayloadCompares,
    PayloadIs,
    Query,
    Sign,
    When,
    Word,
)

_words = st.sampled_from(
    [
        "c-1", "C-2", "raft", "Raft", "知識", "user-ada", "claim", "claim/a", "concept", "a", "e",
        "UserViewed", "chatmessagecreated", "it holds", "why?", "1", "0.5", "true", "null", "", "/",
        "straße", "K",
    ]
)  # fmt: skip
_texts = _words | st.text(max_size=5)


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    """A text, or some with wildcards between them."""
    parts = draw(st.lists(_texts, min_size=1, max_size=3))
    inner = [part for part in parts[1:-1] if part]
    return Pattern((parts[0], *inner, parts[-1]) if len(parts) > 1 else (parts[0],))


_moments = st.sampled_from(
    ["#0", "#3", "7", "09:00", "09:00:01.5", "+00:00:10", "2026-11-12T09:00:00Z", "23:59"]
)
_keys = st.sampled_from(["name", "message", "mentioned_concepts", "concept_id", "text", "score"])
_paths = st.lists(_keys | st.text(min_size=1, max_size=3), min_size=1, max_size=3).map(tuple)
_numbers = st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False)
_terms = st.one_of(
    st.builds(Has, st.sampled_from(Field), patterns()),
    st.builds(PayloadIs, _paths, patterns()),
    st.builds(PayloadCompares, _paths, st.sampled_from(Sign), _numbers),
    st.builds(Word, patterns()),
    st.builds(When, st.booleans(), _moments),
    st.builds(Is, st.sampled_from(Flag)),
)


def _combined(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, several), st.builds(Or, several))


queries: st.SearchStrategy[Query] = st.recursive(_terms, _combined, max_leaves=6)
