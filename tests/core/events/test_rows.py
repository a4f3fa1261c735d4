from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.rows import RawRow, RepairedText, decode_payload, decode_row, payload_problems
from core.events.schema import EventEnvelope, EventType

PLAIN = RawRow(
    rowid=7,
    event_id="e-1",
    event_type="UserViewed",
    session_id="s",
    actor_id="user-ada",
    occurred_at="2026-01-05T12:00:00.000001",
    version=1,
    idempotency_key="k",
    correlation_id=None,
    trace_id=None,
    object_ref_type="concept",
    object_ref_id="c-1",
    payload='{"name": "Graph"}',
    created_at="2026-01-05 12:00:01",
)
stored = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=5).filter(lambda t: t.isprintable())
    | st.binary(max_size=5)
    | st.just(RepairedText("a\ufffd"))
)
payload_texts = st.sampled_from(
    ["{}", "[]", "nul", '{"name": 7}', '{"mentioned_concepts": [null]}']
)
dates = st.sampled_from(["2026-01-05T12:00:00", "2026-01-05", "", "2026-01-05T12:00:00+02:00"])
types = st.sampled_from([*EventType, "Invented", ""])


def event_of(**columns: Any) -> EventEnvelope:
    event, _ = decode_row(PLAIN._replace(**columns))
    assert event is not None
    return event


def reasons(**columns: Any) -> list[str]:
    return [problem.reason for problem in decode_row(PLAIN._replace(**columns))[1]]


def test_a_plain_row_is_read_without_a_problem() -> None:
    event, problems = decode_row(PLAIN)
    assert event is not None
    assert problems == []
    assert event.to_wire() == {
        "event_id": "e-1",
        "event_type": "UserViewed",
        "session_id": "s",
        "actor_id": "user-ada",
        "occurred_at": "2026-01-05T12:00:00.000001Z",
        "version": 1,
        "idempotency_key": "k",
        "correlation_id": None,
        "trace_id": None,
        "object_ref": {"type": "concept", "id": "c-1"},
        "payload": {"name": "Graph"},
    }


def test_a_problem_says_where_it_is_and_shows_what_is_stored() -> None:
    (problem,) = decode_row(PLAIN._replace(payload="{oops"))[1]
    assert (problem.row, problem.session_id, problem.event_id) == (7, "s", "e-1")
    assert problem.raw == "{oops"
    assert "not JSON" in problem.reason


@pytest.mark.parametrize(
    ("raw", "payload", "reason"),
    [
        ('{"a": 1}', {"a": 1}, None),
        ('{"\\ud83d": "\\ude00"}', {"\ud83d": "\ude00"}, None),
        (f'{{"a": {2**70}}}', {"a": 2**70}, None),
        ('{"a": "NaN and Infinity"}', {"a": "NaN and Infinity"}, None),
        ('{"a": -Infinity}', {"a": -float("inf")}, "holds -Infinity, which is not JSON"),
        (b'{"a": 1}', {"a": 1}, "is stored as BLOB, not TEXT"),
        ("{oops", {}, "is not JSON"),
        ("", {}, "is not JSON"),
        ("[1]", {}, "is no JSON object but a list"),
        ("null", {}, "is no JSON object but null"),
        ('"text"', {}, "is no JSON object but a text"),
        ("7", {}, "is no JSON object but a number"),
        ("true", {}, "is no JSON object but true"),
        (None, {}, "is missing"),
        (7, {}, "is stored as a number"),
    ],
)
def test_a_payload_is_read_as_far_as_it_can_be(
    raw: object, payload: dict[str, Any], reason: str | None
) -> None:
    found, why = decode_payload(raw)
    assert found == payload
    assert (why is None) if reason is None else (why is not None and why.startswith(reason))


def test_nan_is_kept_and_told_of() -> None:
    payload, reason = decode_payload('{"score": NaN}')
    assert payload["score"] != payload["score"]
    assert reason == "holds NaN, which is not JSON"


def test_an_integer_of_ten_thousand_digits_does_not_hide_its_neighbours() -> None:
    digits = "9" * 10_000
    payload, reason = decode_payload(f'{{"n": {digits}, "name": "Graph"}}')
    assert payload == {"n": digits, "name": "Graph"}
    assert reason is not None


@pytest.mark.parametrize("depth", [201, 100_000])
def test_a_payload_that_nests_too_deep_is_refused_on_every_thread_alike(depth: int) -> None:
    payload, reason = decode_payload('{"a":' + "[" * depth + "]" * depth + "}")
    assert payload == {}
    assert reason == "nests deeper than 200 levels"


def test_brackets_in_a_text_are_no_nesting() -> None:
    text = json.dumps({"message": '["\\' * 500})
    assert decode_payload(text) == (json.loads(text), None)


def test_a_row_without_an_instant_has_no_place_but_is_told_of() -> None:
    for bad in (None, "", "soon", b"2026-01-05T12:00:00", 1767614400):
        event, problems = decode_row(PLAIN._replace(occurred_at=bad))
        assert event is None
        assert next(p.reason for p in problems).startswith("occurred_at cannot be read")


def test_a_row_without_a_session_belongs_nowhere_but_is_told_of() -> None:
    event, (problem,) = decode_row(PLAIN._replace(session_id=None))
    assert event is None
    assert problem.session_id is None
    assert "session_id is missing" in problem.reason


def test_an_event_without_an_id_is_shown_by_the_key_of_its_row() -> None:
    assert event_of(event_id=None).event_id == "row:7"
    assert reasons(event_id=None) == ["event_id is missing"]


@pytest.mark.parametrize("column", ["event_id", "actor_id", "object_ref_id", "trace_id"])
def test_wrong_storage_classes_are_read_and_told_of(column: str) -> None:
    assert reasons(**{column: b"abc"}) == [f"{column} is stored as BLOB, not TEXT"]
    assert reasons(**{column: 5}) == [f"{column} is stored as INTEGER, not TEXT"]
    assert reasons(**{column: 1.5}) == [f"{column} is stored as REAL, not TEXT"]
    assert event_of(actor_id=b"abc").actor_id == "abc"
    assert event_of(actor_id=5).actor_id == "5"


def test_text_that_was_not_valid_is_shown_with_its_gaps() -> None:
    assert event_of(actor_id=RepairedText("a\ufffd")).actor_id == "a\ufffd"
    assert "actor_id is not valid text" in reasons(actor_id=RepairedText("a\ufffd"))[0]
    assert "is not valid text" in reasons(payload=RepairedText('{"a": "\ufffd"}'))[0]


def test_an_unknown_type_counts_and_is_told_of() -> None:
    assert event_of(event_type="Invented").event_type == "Invented"
    assert reasons(event_type="Invented") == ["event type “Invented” is unknown"]
    assert reasons(event_type=None) == ["event_type is missing"]


def test_an_unknown_version_is_kept_and_a_wrong_one_told_of() -> None:
    assert event_of(version=99).version == 99
    assert reasons(version=99) == []
    assert event_of(version="new").version == 1
    assert reasons(version="new") == ["version is stored as TEXT, not INTEGER: taken as 1"]


def test_half_a_reference_is_none_and_told_of() -> None:
    assert event_of(object_ref_id=None).object_ref is None
    assert "only its type" in reasons(object_ref_id=None)[0]
    assert "only its id" in reasons(object_ref_type="")[0]
    assert reasons(object_ref_type=None, object_ref_id=None) == []


def test_payloads_of_older_versions_are_brought_forward_when_they_are_read() -> None:
    table = {("UserViewed", 1): lambda payload: {"title": payload["name"]}}
    event, problems = decode_row(PLAIN, upcasters=table)
    assert event is not None
    assert (event.version, event.stored_version, event.payload) == (2, 1, {"title": "Graph"})
    assert problems == []


def test_a_payload_that_cannot_be_brought_forward_is_shown_as_stored() -> None:
    table = {("UserViewed", 1): lambda payload: {"title": payload["nothing"]}}
    event, (problem,) = decode_row(PLAIN, upcasters=table)
    assert event is not None
    assert (event.version, event.payload) == (1, {"name": "Graph"})
    assert "from version 1 to 2" in problem.reason


@pytest.mark.parametrize(
    ("event_type", "payload", "found"),
    [
        ("UserViewed", {}, []),
        ("UserViewed", {"name": None, "domain": None}, []),
        ("UserViewed", {"name": 7}, ["has a name that is no text: a number"]),
        ("UserHighlighted", {"domain": ["ml"]}, ["has a domain that is no text: a list"]),
        ("ChatMessageCreated", {"mentioned_concepts": None}, []),
        ("ChatMessageCreated", {"mentioned_concepts": [{"name": "x"}]}, []),
        ("ChatMessageCreated", {"mentioned_concepts": [{"concept_id": None}]}, []),
        (
            "ChatMessageCreated",
            {"mentioned_concepts": "Graph"},
            ["has mentioned_concepts that are no list: a text"],
        ),
        (
            "ChatMessageCreated",
            {"mentioned_concepts": ["Graph", {"concept_id": 7, "name": {}}]},
            [
                "has no object in mentioned_concepts, entry 1: a text",
                "has a concept_id that is no text in mentioned_concepts, entry 2: a number",
                "has a name that is no text in mentioned_concepts, entry 2: an object",
            ],
        ),
        ("ClaimUpserted", {"concept_ids": {}}, ["has concept_ids that are no list: an object"]),
        (
            "ClaimUpserted",
            {"concept_ids": ["a", None]},
            ["has no text in concept_ids, entry 2: null"],
        ),
        ("Invented", {"concept_ids": 7}, []),
    ],
)
def test_what_the_rules_cannot_use_is_told_of(
    event_type: str, payload: dict[str, Any], found: list[str]
) -> None:
    assert payload_problems(event_type, payload) == found


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(RawRow._fields[1:], stored)
        | {"payload": payload_texts | stored, "occurred_at": dates | stored, "event_type": types},
    )
)
def test_no_row_stops_a_replay_and_none_is_dropped_in_silence(columns: dict[str, Any]) -> None:
    row = PLAIN._replace(**columns)
    event, problems = decode_row(row)
    if event is None:
        assert problems
    else:
        assert event.occurred_at.tzinfo is UTC
        assert event.occurred_at > datetime(1, 1, 1, tzinfo=UTC)
        json.dumps(event.to_wire())
    for problem in problems:
        assert problem.row == row.rowid
        assert problem.reason.isprintable()
        assert problem.raw.isprintable()
