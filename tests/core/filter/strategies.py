"""Random queries, about what random events hold."""

from __future__ import annotations

import json
from typing import Any

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
        "straße", "K", "Write", "write", "WRITE", "k", "ss", "fi", "a%b", "a_b", "!", '"', "\\",
        "write/", "12.50", "12.5", "-3", "17", "1e3", "é", "\x00", "row:", "u0057",
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


_stored_texts = st.lists(
    st.sampled_from(
        [
            "Write", "rewritten", "wriTE/", "Raft", "raft", "straße", "STRASSE", "\u212a", "K", "k",
            "ﬁ", "ſ", "İ", "a%b", "a_b", "axb", "!", '"', "\\", "\\u0057rite", "\x00", "\n", " ",
            "知識", "é", "😀", "12.5", "true",
        ]
    ),
    max_size=3,
).map("".join)  # fmt: skip
_stored_numbers = st.sampled_from(
    ["12.5", "12.50", "1.25e1", "-3", "17", "1E3", "NaN", "0.30000000000000004"]
)


@st.composite
def _json_text(draw: st.DrawFn, texts: st.SearchStrategy[str] = _stored_texts) -> str:
    """A text as any program may write it: plain, or by number where it likes."""
    written = ""
    for character in draw(texts):
        form = draw(st.integers(0, 5))
        code = character.encode("utf-16-be").hex()
        numbers = "".join(f"\\u{code[i : i + 4]}" for i in range(0, len(code), 4))
        if form == 0:
            written += numbers
        elif form == 1:
            written += numbers.upper().replace("U", "u")
        elif form == 2 and character == "/":
            written += "\\/"
        else:
            written += json.dumps(character, ensure_ascii=form == 3)[1:-1]
    return f'"{written}"'


_json_values = st.recursive(
    _json_text() | _stored_numbers | st.sampled_from(["true", "null"]),
    lambda inner: st.lists(inner, max_size=2).map(lambda found: f"[{', '.join(found)}]"),
    max_leaves=3,
)
_json_keys = _json_text(st.sampled_from(["name", "text", "score", "Write", "é"]))
json_payloads: st.SearchStrategy[Any] = st.lists(
    st.tuples(_json_keys, _json_values), max_size=3
).map(lambda found: "{" + ", ".join(f"{key}: {value}" for key, value in found) + "}")
"""Payloads as they may be stored, with all ways to write a text."""
odd_texts: st.SearchStrategy[Any] = st.sampled_from(
    ["Write-1", "raft", "\u212a", "a\x00write", b"WRITE", b"\xffraft", "a%b", "知識"]
)
"""Ids as they may be stored."""
