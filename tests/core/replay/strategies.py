"""Random events and rules, shaped like what a log holds and what a user may set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from hypothesis import strategies as st

from core.events.schema import EventEnvelope, EventType
from core.projectors.rules import FadingUncertainty, ProjectionRules, SteppedUncertainty
from core.replay.columns import SessionLog
from tests.builders import captured, chat, claim, event, log_of, viewed

concept_ids = st.sampled_from(["c-1", "c-2", "c-3", "c-4", "知識", "c-6", "c-7", "c-8", "c-9"])
names = st.none() | st.sampled_from(["Raft", "Paxos", ""])
instants = st.one_of(
    st.integers(0, 20).map(float), st.floats(0, 40_000, allow_nan=False).map(lambda s: round(s, 6))
)
object_keys = st.tuples(st.sampled_from(["document", "claim", "quote"]), st.sampled_from("abcdef"))


@st.composite
def events(draw: st.DrawFn) -> EventEnvelope:
    """One event at a random instant; equal instants and late ones are likely."""
    seconds = draw(instants)
    kind = draw(st.integers(0, 6))
    if kind == 0:
        return viewed(draw(concept_ids), seconds=seconds, name=draw(names))
    if kind == 1:
        return chat(*draw(st.lists(concept_ids, max_size=4)), seconds=seconds)
    if kind == 2:
        ids = draw(st.lists(concept_ids, max_size=4))
        return claim(draw(st.sampled_from("abcdefgh")), *ids, seconds=seconds)
    if kind == 3:
        return captured(*draw(object_keys), seconds=seconds)
    if kind == 4:
        return event(EventType.SESSION_CONTEXT_UPDATED, seconds=seconds)
    if kind == 5:
        return event("SomethingNew", seconds=seconds, ref=draw(st.none() | object_keys))
    return event(EventType.CLAIM_UPSERTED, seconds=seconds, payload={"concept_ids": ["c-1"]})


logs = st.lists(events(), max_size=40)

shares = st.floats(0, 1, allow_nan=False)
amounts = st.sampled_from([0.0, 0.1, 0.15, 0.2, 0.3]) | st.floats(0, 2, allow_nan=False)


@st.composite
def rules(draw: st.DrawFn, *, decay: bool) -> ProjectionRules:
    """Any rules, with a half-life or without."""
    stepped = SteppedUncertainty(
        below=tuple(draw(st.lists(st.tuples(st.integers(0, 12), shares), max_size=3))),
        otherwise=draw(shares),
    )
    fading = FadingUncertainty(scale=draw(st.floats(0.5, 20)))
    return ProjectionRules(
        name="random",
        viewed=draw(amounts),
        mentioned=draw(amounts),
        claimed=draw(amounts),
        cap=draw(st.sampled_from([0.5, 1.0, 3.0])),
        half_life=draw(st.floats(0.5, 100_000)) if decay else None,
        max_concepts=draw(st.integers(0, 12)),
        max_objects=draw(st.integers(0, 8)),
        objects=draw(st.sampled_from(["first", "recent"])),
        captured_relevance=draw(shares),
        claim_relevance=draw(shares),
        uncertainty=draw(st.sampled_from([stepped, fading])),
    )


steps = st.sampled_from(
    [0, 0, 1, 500_000, 1_000_000, 299_999_999, 300_000_000, 3_600_000_000, 2_592_000_000_000]
) | st.integers(0, 10**9)


@st.composite
def instants_of_events(draw: st.DrawFn, *, least: int = 0) -> list[int]:
    """Instants (µs since START) in order: ties, neighbours and idle gaps of up to a month."""
    count = draw(st.integers(least, 25))
    first = draw(st.integers(0, 10**9))
    return list(accumulate(draw(st.lists(steps, min_size=count, max_size=count)), initial=first))[
        :count
    ]


def log_at(instants: Sequence[int]) -> SessionLog:
    """A log with an event at each of these instants (µs since START), given in any order."""
    return log_of([viewed("c-1", seconds=at / 1e6) for at in instants])


class BadText(bytes):
    """Bytes that are to be stored as text although they are none."""


_ODD = (None, "", "x", "a\x00b", b"UserViewed", b"", b"\xff\xfe", 7, 2.5)
_odd = st.sampled_from([*_ODD, BadText(b"caf\xe9")])
# The loader leaves these columns to the store, which lists text that is none.
_odd_unread = st.sampled_from(_ODD)
_types = st.sampled_from([*map(str, EventType), "UserViewed", "ChatMessageCreated", "SomethingNew"])
_instants = st.one_of(
    st.sampled_from(
        [
            "2026-11-12T09:00:00",
            "2026-11-12T09:00:00.500000",
            "2026-11-12T09:00:00.5Z",
            "2026-11-12T09:00:00Z",
            "2026-11-12T10:00:00+01:00",
            "2026-11-12T08:59:59.999999",
            "2026-11-12 09:00:01",
            "1970-01-01T00:00:00",
            "1969-12-31T23:59:59.999999",
        ]
    ),
    st.integers(0, 59).map(lambda s: f"2026-11-12T09:00:{s:02}"),
)
_bad_instants = _odd | st.sampled_from(
    [
        "yesterday",
        "2026-13-01T00:00:00",
        "2026-02-30T00:00:00",
        "2026-11-12",
        "2026-11-12T09:00:00,5",
        "1794474000",
        "０２6-11-12T09:00:00",
    ]
)
_mentions = st.one_of(
    concept_ids.map(lambda c: {"concept_id": c, "name": c.upper()}),
    concept_ids.map(lambda c: {"concept_id": c}),
    concept_ids,
    st.sampled_from(
        [
            {},
            None,
            7,
            [],
            {"concept_id": None},
            {"concept_id": ""},
            {"concept_id": 3},
            {"concept_id": "c-1", "name": None},
            {"concept_id": "c-1", "name": ""},
            {"concept_id": "c-1", "name": 5},
            {"concept_id": "c-\ud800", "name": "\udfff"},
            {"concept_id": "c-1", "name": "Raft\x00", "more": {"a": [1.5e300, True]}},
        ]
    ),
)
_fields = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Raft", "", None, 7, "\ud83d\ude00", "\ud800", ["Raft"]]),
        "domain": st.sampled_from(["ml", "", None, 7, {"a": 1}]),
        "mentioned_concepts": st.lists(_mentions, max_size=4) | st.sampled_from([None, "c-1", {}]),
        "concept_ids": st.lists(concept_ids | st.sampled_from([None, 7, "", ["c-1"]]), max_size=4)
        | st.sampled_from([None, "c-1", {}]),
        "confidence": st.sampled_from([0.5, float("nan"), float("inf"), 2**70, "high"]),
        "\ud800 é": st.just(1),
    },
)
_MENTION = '"mentioned_concepts": [{"concept_id": "c-1"}]'
BAD_PAYLOADS = (
    *_ODD,
    "{",
    "[]",
    "null",
    '"text"',
    "7",
    "NaN",
    '{"mentioned_concepts": [{"concept_id": ""}, {"concept_id": "c-1", "name": ""}]}',
    '{"mentioned_concepts": [{"concept_id": null}]}',
    '{"mentioned_concepts": [{"name": "Raft"}, {"concept_id": "c-1", "name": null}]}',
    '{"mentioned_concepts": null, "concept_ids": null, "name": null, "domain": null}',
    '{"mentioned_concepts": ["c-1"], "concept_ids": [{"concept_id": "c-1"}, "c-2"]}',
    '{"concept_ids": ["", "c-1"], "name": "", "domain": ""}',
    '{"concept_ids": ["c-1", null, 7], "name": 7}',
    '{"Name": "Raft", "concept_ids ": ["c-1"]}',
    "{" + _MENTION + "} {}",
    "{" + _MENTION + ', "a": 1,}',
    "{" + _MENTION + ', "a": "line\nbreak"}',
    "{" + _MENTION + ', "a": ' + "9" * 5_000 + "}",
    "{" + _MENTION + ', "a": ' + "[" * 199 + "]" * 199 + "}",
    "{" + _MENTION + ', "a": ' + "[" * 200 + "]" * 200 + "}",
    "{" + _MENTION + ', "a": ' + "[" * 700 + "]" * 700 + "}",
    "{" + _MENTION + ', "a": ' + "[" * 3_000 + "]" * 3_000 + "}",
    "{" + _MENTION + ', "a": "' + "[{" * 300 + '"}',
    "{" + _MENTION + ', "mentioned_concepts": 7}',
    '{"mentioned_concepts": 7, ' + _MENTION + "}",
    '{"name": "Raft", "name": "Paxos"}',
    "\ufeff{}",
    (" {" + _MENTION + "}\n").encode(),
    BadText(b'{"name": "caf\xe9"}'),
    BadText(b'{"name": "Raft"}\xff'),
)
"""Payloads that cannot be read as they should, and some that only look so."""


def _mostly(good: st.SearchStrategy[Any], bad: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nine of ten times what should be there."""
    return st.integers(0, 9).flatmap(lambda n: bad if n == 0 else good)


raw_rows = st.fixed_dictionaries(
    {
        "event_id": _mostly(st.uuids().map(str), _odd_unread),
        "event_type": _mostly(_types, _odd),
        "session_id": _mostly(st.just("s"), _odd),
        "actor_id": _mostly(st.sampled_from([None, "ada", "bob"]), _odd),
        "occurred_at": _mostly(_instants, _bad_instants),
        "version": _mostly(st.just(1), st.sampled_from([2, None, "1", "x", 1.5, 0, b"1"])),
        "idempotency_key": _mostly(st.none(), _odd_unread),
        "correlation_id": _mostly(st.none(), _odd_unread),
        "trace_id": _mostly(st.none(), _odd_unread),
        "object_ref_type": _mostly(st.sampled_from(["concept", "claim", "document", None]), _odd),
        "object_ref_id": _mostly(concept_ids | st.none(), _odd),
        "payload": _mostly(_fields.map(json.dumps), st.sampled_from(BAD_PAYLOADS)),
    }
)
"""Rows of a file as anything may have written them, good and bad, all of the session `s`."""
