"""The keys of items: the backend's for events, and our own beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zlib import crc32

from core.events.instants import to_datetime

SESSION: Final = "session#"
EVENT: Final = "event#"
OURS: Final = "replay#"
"""What the partitions of our own begin with; none is under `session#`, which the backend reads."""

HEADS_INDEX: Final = "replay-heads-index"
"""The sparse index on heads: `heads_pk` is one of HEAD_SHARDS, `heads_sk` the last instant."""
IDEMPOTENCY_INDEX: Final = "idempotency_key-index"
HEAD_SHARDS: Final = 8

_ID = f"{OURS}id#"
_KEY = f"{OURS}key#"
_HEAD = f"{OURS}head#"
_ONLY = "-"
_PK_LIMIT, _SK_LIMIT = 2048, 1024

Key = dict[str, dict[str, str]]


def partition_of(session_id: str) -> str:
    """The partition of a session's events."""
    return SESSION + session_id


def session_of(partition: str) -> str | None:
    """The session that a partition belongs to, None for one of another kind."""
    return partition.removeprefix(SESSION) if partition.startswith(SESSION) else None


def sort_key(occurred_at: str, event_id: str) -> str:
    """The sort key of an event, of its instant as text, naive."""
    return f"{EVENT}{occurred_at}#{event_id}"


def sort_key_from(instant: int) -> str:
    """What no event at or after an instant (µs) sorts before."""
    return EVENT + naive_text(to_datetime(instant))


def parts_of(sk: str) -> tuple[str, str] | None:
    """The instant's text and the event's id that a sort key is of; None where it is no event's."""
    stamp, hash_, event_id = sk.removeprefix(EVENT).partition("#")
    return (stamp, event_id) if sk.startswith(EVENT) and hash_ else None


def naive_text(moment: datetime) -> str:
    """An instant as the backend writes it: UTC without zone."""
    return moment.isoformat().removesuffix("+00:00")


def event_key(pk: str, sk: str) -> Key:
    """A key as DynamoDB spells it."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def id_marker(event_id: str) -> Key:
    """Where the marker of an event's id is: it tells where the event is."""
    return event_key(_ID + event_id, _ONLY)


def key_marker(idempotency_key: str) -> Key:
    """Where the marker of an idempotency key is: it tells where the key's first event is."""
    return event_key(_KEY + idempotency_key, _ONLY)


def head_key(session_id: str) -> Key:
    """Where the head of a session is."""
    return event_key(_HEAD + session_id, _ONLY)


def head_session(partition: str) -> str | None:
    """The session whose head is in a partition, None for one of another kind."""
    return partition.removeprefix(_HEAD) if partition.startswith(_HEAD) else None


def marked_id(partition: str) -> str | None:
    """The event id whose marker is in a partition."""
    return partition.removeprefix(_ID) if partition.startswith(_ID) else None


def marked_key(partition: str) -> str | None:
    """The idempotency key whose marker is in a partition."""
    return partition.removeprefix(_KEY) if partition.startswith(_KEY) else None


def heads_shard(session_id: str) -> str:
    """The partition of the index on heads that a session is in: spread, so that none is hot."""
    return f"heads#{crc32(session_id.encode('utf-8')) % HEAD_SHARDS}"


def heads_shards() -> list[str]:
    """All partitions of the index on heads."""
    return [f"heads#{number}" for number in range(HEAD_SHARDS)]


def too_long(key: Any) -> str | None:
    """Why DynamoDB would not take a key, None where it would."""
    for name, limit in (("pk", _PK_LIMIT), ("sk", _SK_LIMIT)):
        size = len(key[name]["S"].encode("utf-8"))
        if size > limit:
            return f"its {name} would have {size:,} bytes, and {limit:,} is the most"
    return None
