"""The head of a session: what is known of it without reading it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.events.instants import from_datetime, to_datetime
from core.events.schema import EventEnvelope
from core.events.store.base import SessionSummary
from core.events.store.dynamodb.keys import head_key, head_session, heads_shard
from core.late_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Head:
    """How many events a session has, its first and last instants (µs), and its first one's actor.

    `arrivals` is how many of them we appended, the number of the last one's arrival; the others
    were there before, and were counted when the head was written. `version` changes with each
    write of ours, never with one of the backend.
    """

    session_id: str
    count: int = 0
    first: int = 0
    last: int = 0
    actor_id: str | None = None
    arrivals: int = 0
    version: int = 0

    def grown(self, event: EventEnvelope) -> Head:
        """The head after one more event of ours arrived; the version is as it was."""
        instant = from_datetime(event.occurred_at)
        head = replace(self, count=self.count + 1, arrivals=self.arrivals + 1)
        if not self.count:
            return replace(head, first=instant, last=instant, actor_id=event.actor_id)
        if instant < self.first:
            head = replace(head, first=instant, actor_id=event.actor_id)
        return replace(head, last=max(self.last, instant))

    def summary(self) -> SessionSummary:
        """The head as a session in a list."""
        return SessionSummary(self.session_id, self.first, self.last, self.count, self.actor_id)

    def says_the_same(self, other: Head) -> bool:
        """Whether two heads differ in nothing but the version."""
        return replace(self, version=0) == replace(other, version=0)


def head_item(head: Head) -> dict[str, dict[str, Any]]:
    """The head as an item, which the index on heads holds too."""
    actor: dict[str, Any] = {"NULL": True} if head.actor_id is None else {"S": head.actor_id}
    last = to_datetime(head.last).replace(tzinfo=None).isoformat(timespec="microseconds")
    # The index sorts by it; a long name is cut, since a key has a limit.
    name = head.session_id.encode("utf-8")[:512].decode("utf-8", "ignore")
    return {
        **head_key(head.session_id),
        "session_id": {"S": head.session_id},
        "count": {"N": str(head.count)},
        "first": {"N": str(head.first)},
        "last": {"N": str(head.last)},
        "actor_id": actor,
        "arrivals": {"N": str(head.arrivals)},
        "version": {"N": str(head.version)},
        "heads_pk": {"S": heads_shard(head.session_id)},
        "heads_sk": {"S": f"{last}#{name}"},
    }


def head_of(item: Mapping[str, Mapping[str, Any]]) -> Head | None:
    """The head that an item is; None where it cannot be read as one."""
    session_id = head_session(item["pk"]["S"])
    if session_id is None:
        return None
    try:
        numbers = {
            name: int(item[name]["N"]) for name in ("count", "first", "last", "arrivals", "version")
        }
        return Head(session_id=session_id, actor_id=item["actor_id"].get("S"), **numbers)
    except (KeyError, ValueError):
        return None
