"""Bookmarks as JSON: what goes out comes in, and what is wrong is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.notes.bookmark import Anchor, Bookmark, Colour
from core.notes.errors import BookmarkError
from core.notes.wire import dumps, from_wire, loads, to_wire

INSTANTS = st.integers(-(10**15), 10**17)
ANCHORS = st.builds(
    Anchor,
    st.none() | st.text(min_size=1, max_size=40),
    st.integers(0, 10**15),
    INSTANTS,
)
BOOKMARKS = st.builds(
    Bookmark,
    session_id=st.text(min_size=1, max_size=40),
    anchor=ANCHORS,
    end=st.none() | ANCHORS,
    name=st.text(max_size=200),
    note=st.text(max_size=300),
    colour=st.sampled_from(Colour),
    source=st.text(max_size=40),
    id=st.uuids().map(str),
    created=INSTANTS,
    changed=INSTANTS,
)


@given(st.lists(BOOKMARKS, max_size=4))
def test_a_document_comes_back_as_it_was(bookmarks: list[Bookmark]) -> None:
    assert loads(dumps(bookmarks)) == bookmarks


def wire(**changes: object) -> dict[str, Any]:
    return to_wire(Bookmark("s", Anchor("e", 0, 0), "Here")) | changes


def test_what_may_be_left_out_has_a_default_and_what_nobody_knows_is_passed_over() -> None:
    value = {k: v for k, v in wire(more=1).items() if k not in {"note", "colour", "end", "source"}}
    assert from_wire(value).colour is Colour.BLUE


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "not an object"),
        (wire(id="x"), "“id” is “x”; expected a UUID"),
        (wire(session_id=None), "“session_id” is missing"),
        (wire(session_id=""), "“session_id” has 0 characters"),
        (wire(name=7), "“name” is 7; expected a text"),
        (wire(name="x" * 201), "201 characters; expected 0 to 200"),
        (wire(anchor=None), "“anchor” is not an object"),
        (wire(end="e"), "“end” is not an object"),
        (wire(anchor={"event_id": "e", "offset_us": -1}), "expected microseconds from 0 on"),
        (wire(anchor={"event_id": "e", "offset_us": True}), "expected microseconds from 0 on"),
        (wire(anchor={"event_id": 5}), "“event_id” is 5"),
        (wire(colour=["red"]), "expected one of blue, orange, green, pink, yellow"),
        (wire(created="yesterday"), "“created”: .* expected a time like"),
    ],
)
def test_what_is_wrong_is_said_with_what_was_expected(value: object, said: str) -> None:
    with pytest.raises(BookmarkError, match=said):
        from_wire(value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "It is not JSON"),
        (b"\xff\xfe\xfa", "It is not JSON"),
        ("[" * 100_000, "It is not JSON"),
        ("[]", "It holds no bookmarks"),
        (json.dumps({"format": "brainweb-replay-bookmarks", "version": 2}), "of version 2"),
        (
            json.dumps({"format": "brainweb-replay-bookmarks", "version": 1, "bookmarks": {}}),
            "not a list",
        ),
    ],
)
def test_another_file_is_refused_with_the_reason(text: str | bytes, said: str) -> None:
    with pytest.raises(BookmarkError, match=said):
        loads(text)
