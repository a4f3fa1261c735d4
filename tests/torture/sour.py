"""Rows as a sour mind stores them: what compat.md tells of, and what nobody should write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tests.core.events.logs import row

MB = 1 << 20
LONG_ID = "i" * 100_000
DEEP = 100_000
_ANSI = "\x1b[31mred\x1b[0m \x07 \u202egpj.exe\u202c \u2066"


@dataclass(frozen=True)
class Kind:
    """A way to be odd: the columns that are, and whether the row is an event of a session all
    the same. ``reason`` is a part of what is told of it; nothing is told where it is no fault."""

    columns: dict[str, Any]
    readable: bool = True
    reason: str | None = ""


# The instants lie within the session's, so that every readable row has its place there.
_SMALL: dict[str, Kind] = {
    "no instant": Kind({"occurred_at": None}, readable=False, reason="occurred_at"),
    "instant of no format": Kind(
        {"occurred_at": "yesterday"}, readable=False, reason="occurred_at"
    ),
    "an empty instant": Kind({"occurred_at": ""}, readable=False, reason="occurred_at"),
    "the year 0": Kind(
        {"occurred_at": "0000-01-01T00:00:00"}, readable=False, reason="occurred_at"
    ),
    "the 30th of February": Kind(
        {"occurred_at": "2026-02-30T00:00:00"}, readable=False, reason="occurred_at"
    ),
    "the year 9999": Kind({"occurred_at": "9999-12-31T23:59:59.999999"}, reason=None),
    "the year 1": Kind({"occurred_at": "0001-01-01T00:00:00"}, reason=None),
    "past the year 9999": Kind(
        {"occurred_at": "9999-12-31T23:59:59-23:59"}, readable=False, reason="occurred_at"
    ),
    "instant as a number": Kind({"occurred_at": 1.7e9}, readable=False, reason="occurred_at"),
    "instant as bytes": Kind({"occurred_at": b"\xff\x00"}, readable=False, reason="occurred_at"),
    "NUL in the instant": Kind(
        {"occurred_at": "2026-01-05T00:00:00\x00"}, readable=False, reason="occurred_at"
    ),
    "no session": Kind({"session_id": None}, readable=False, reason="session_id"),
    "no id": Kind({"event_id": None}, reason="event_id is missing"),
    "id of bytes": Kind({"event_id": lambda n: b"\xfe\xff%d" % n}, reason="event_id"),
    "no type": Kind({"event_type": None}, reason="event_type"),
    "an empty type": Kind({"event_type": ""}),
    "an unknown type": Kind({"event_type": "Invented"}, reason="Invented"),
    "type of bytes": Kind({"event_type": b"\x80"}, reason="event_type"),
    "type of 100,000 characters": Kind({"event_type": "T" * 100_000}),
    "id of 100,000 characters": Kind({"actor_id": LONG_ID}, reason=None),
    "object of 100,000 characters": Kind(
        {"object_ref_type": "concept", "object_ref_id": LONG_ID}, reason=None
    ),
    "actor as a number": Kind({"actor_id": 7}, reason="actor_id"),
    "half an object": Kind({"object_ref_type": "concept"}, reason="object reference"),
    "version of text": Kind({"version": "one"}, reason="version"),
    "no version": Kind({"version": None}, reason="version"),
    "version of the future": Kind({"version": 2**62}, reason=None),
    "version below all": Kind({"version": -(2**63)}, reason=None),
    "version as a fraction": Kind({"version": 1.5}, reason="version"),
    "no payload": Kind({"payload": None}, reason="payload"),
    "an empty payload": Kind({"payload": ""}, reason="payload"),
    "no JSON": Kind({"payload": "{oops"}, reason="payload"),
    "half of it": Kind({"payload": '{"name": "Ra'}, reason="payload"),
    "a list": Kind({"payload": "[]"}, reason="payload"),
    "payload of bytes": Kind({"payload": b"\x00\xff\xfe"}, reason="payload"),
    "invalid UTF-8": Kind({"payload": ("bytes", b'{"name": "\xff\xfe\x80"}')}, reason="payload"),
    "an invalid session": Kind({"actor_id": ("bytes", b"\xc3\x28")}, reason="actor_id"),
    "NUL bytes": Kind({"payload": '{"name": "\x00"}'}, reason="payload"),
    "an escaped NUL": Kind({"payload": '{"name": "a\\u0000b"}'}, reason=None),
    "half a surrogate pair": Kind({"payload": '{"name": "\\ud800"}'}, reason=None),
    "NaN and Infinity": Kind({"payload": '{"a": NaN, "b": -Infinity}'}, reason="NaN"),
    "over 2^64": Kind({"payload": json.dumps({"n": 2**70, "m": -(10**300)})}, reason=None),
    "1e999": Kind({"payload": '{"n": 1e999}'}, reason=None),
    "100,000 digits": Kind({"payload": '{"n": ' + "9" * 100_000 + "}"}, reason="payload"),
    "100,000 deep": Kind({"payload": '{"a":' * DEEP + "1" + "}" * DEEP}, reason="payload"),
    "100,000 lists deep": Kind(
        {"payload": '{"a":' + "[" * DEEP + "]" * DEEP + "}"}, reason="payload"
    ),
    "the same key twice": Kind({"payload": '{"name": "a", "name": "b"}'}, reason=None),
    "right-to-left and ANSI": Kind(
        {"payload": json.dumps({"name": _ANSI}, ensure_ascii=False), "actor_id": _ANSI},
        reason=None,
    ),
    "markup": Kind(
        {"payload": json.dumps({"name": "<img src=file:///etc/passwd><script>"})}, reason=None
    ),
    "mentions that are none": Kind(
        {"event_type": "ChatMessageCreated", "payload": '{"mentioned_concepts": [null, 7, {}]}'},
        reason="payload",
    ),
    "claims that are none": Kind(
        {"event_type": "ClaimUpserted", "payload": '{"concept_ids": {"a": 1}}'}, reason="payload"
    ),
    "created at no time": Kind({"created_at": b"\xff"}, reason=None),
}
HUGE = {"payload of 50 MB": Kind({"payload": json.dumps({"name": "x" * (50 * MB)})}, reason=None)}
LARGE = 50_000
"""A row of more characters comes a few times alone: ten thousand of them would be gigabytes."""


def kinds() -> dict[str, Kind]:
    return _SMALL | HUGE


def odd_rows(count: int, *, huge: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """So many odd rows, of every kind in turn, each named by its kind; large ones once.

    ``huge`` adds the one of 50 MB.
    """
    every = _SMALL | HUGE if huge else _SMALL
    small = {name: kind for name, kind in _SMALL.items() if _size(kind) < LARGE}
    large = {name: kind for name, kind in every.items() if name not in small}
    names = [*large, *(list(small) * (count // len(small) + 1))]
    for n, name in enumerate(islice(names, count)):
        odd = {k: v(n) if callable(v) else v for k, v in every[name].columns.items()}
        yield name, {**row(f"odd-{n}", n % 3_600), **odd}


def _size(kind: Kind) -> int:
    return max((len(v) for v in kind.columns.values() if isinstance(v, str | bytes)), default=0)
