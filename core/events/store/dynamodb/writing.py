"""Appending by transactions: an event with its markers and its session's head, or nothing."""

from __future__ import annotations

import random
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import Any, Final

from core.events.errors import (
    EventRejected,
    SourceDamaged,
    SourceLocked,
    SourceThrottled,
    StoreError,
)
from core.events.rows import decode_row
from core.events.schema import EventEnvelope
from core.events.store.base import Appended
from core.events.store.dynamodb.client import Client
from core.events.store.dynamodb.faults import Cancelled
from core.events.store.dynamodb.heads import Head, head_item, head_of
from core.events.store.dynamodb.items import Item, item_of, item_size, numbered, row_of
from core.events.store.dynamodb.keys import Key, event_key, head_key, id_marker, key_marker
from core.events.store.dynamodb.survey import head_of_partition
from core.late_dataclass import dataclass

ACTION_LIMIT: Final = 100
BYTES_LIMIT: Final = 4 * 1024 * 1024 - 64 * 1024
"""A transaction holds 4 MB; some is left for what is counted otherwise than we do."""
PATIENCE: Final = 20.0
"""So many seconds are spent on a transaction that others are in the way of."""

_HEADS_KEPT = 1024
_FIRST_WAIT, _LONGEST_WAIT = 0.02, 1.0
_EXISTS = "ConditionalCheckFailed"
_THROTTLED = ("ThrottlingError", "ProvisionedThroughputExceeded")
_HEAD_BYTES = 3 * 1024
_IF_NEW = {
    "ConditionExpression": "attribute_not_exists(pk)",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}


@dataclass(frozen=True, slots=True)
class _Action:
    """A put of a transaction; `event` is the place in the batch, None for a head."""

    put: dict[str, Any]
    size: int
    event: int | None = None
    session_id: str | None = None


@dataclass(slots=True)
class _Batch:
    """A batch on its way: what was found or stored by id and by key, and the answers so far."""

    events: Sequence[EventEnvelope]
    items: list[Item]
    answers: list[Appended] = field(default_factory=list)
    by_id: dict[str, EventEnvelope] = field(default_factory=dict)
    by_key: dict[str, EventEnvelope] = field(default_factory=dict)

    def first_of(self, event: EventEnvelope) -> EventEnvelope | None:
        """The event that is known to stand in the way of this one."""
        first = None if event.idempotency_key is None else self.by_key.get(event.idempotency_key)
        return first or self.by_id.get(event.event_id)

    def know(self, event: EventEnvelope) -> None:
        self.by_id[event.event_id] = event
        if event.idempotency_key is not None:
            self.by_key[event.idempotency_key] = event


@dataclass(slots=True)
class _Plan:
    """The transaction for the events from one place of a batch to another.

    `known` are those of them that are there already, `heads` what the sessions' heads will be.
    """

    start: int
    stop: int
    actions: list[_Action] = field(default_factory=list)
    heads: dict[str, Head] = field(default_factory=dict)
    known: dict[int, EventEnvelope] = field(default_factory=dict)


class Writer:
    """Appends to one table. For one thread at a time."""

    def __init__(self, client: Client) -> None:
        self._client = client
        # The heads as they were written last; of sessions that others write too none is trusted.
        self._heads: OrderedDict[str, Head] = OrderedDict()
        self._shared: set[str] = set()

    def append(self, events: Sequence[EventEnvelope]) -> list[Appended]:
        """Store events by as few transactions as they fit into, in turn, and answer for each.

        What cannot be stored is refused before anything is. All or none holds for a transaction,
        not for the batch: where one fails, those before it are stored, and the same batch again
        goes on from there. Raises StoreError.
        """
        now = datetime.now(UTC)
        batch = _Batch(events, [item_of(event, 0, now) for event in events])
        while len(batch.answers) < len(events):
            self._store_some(batch)
        return batch.answers

    def _store_some(self, batch: _Batch) -> None:
        """Answer for at least one more event."""
        deadline, tries = time.monotonic() + PATIENCE, 0
        while True:
            plan = self._plan(batch)
            if not plan.actions:
                break
            puts = [{"Put": action.put} for action in plan.actions]
            try:
                self._client.call("TransactWriteItems", TransactItems=puts)
                break
            except Cancelled as cancelled:
                if not self._learn(batch, plan.actions, cancelled):
                    tries += 1
                    if time.monotonic() > deadline:
                        raise self._gave_up(cancelled, batch.events[plan.start]) from cancelled
                    _wait(tries)
        for head in plan.heads.values():
            self._keep(head)
        for place in range(plan.start, plan.stop):
            event, first = batch.events[place], plan.known.get(place)
            if first is None:
                batch.know(event)
            batch.answers.append(Appended(first or event, existed=first is not None))

    def _plan(self, batch: _Batch) -> _Plan:
        """As many of the next events as fit and do not concern each other, with their heads."""
        start = len(batch.answers)
        plan = _Plan(start, start)
        before: dict[str, Head] = {}
        ids, keys, size = set[str](), set[str](), 0
        for place in range(start, len(batch.events)):
            event = batch.events[place]
            first = batch.first_of(event)
            if first is not None:
                plan.known[place] = first
                plan.stop = place + 1
                continue
            key, session_id = event.idempotency_key, event.session_id
            if event.event_id in ids or (key is not None and key in keys):
                break
            head = plan.heads.get(session_id) or self._head(session_id)
            grown = head.grown(event)
            puts = self._puts(batch, place, grown.arrivals)
            new = session_id not in before
            size += sum(each.size for each in puts) + new * _HEAD_BYTES
            count = len(plan.actions) + len(puts) + len(before) + new
            if plan.actions and (count > ACTION_LIMIT or size > BYTES_LIMIT):
                break
            before.setdefault(session_id, head)
            plan.actions += puts
            plan.heads[session_id] = grown
            plan.stop = place + 1
            ids.add(event.event_id)
            if key is not None:
                keys.add(key)
        for session_id, head in plan.heads.items():
            after = replace(head, version=head.version + 1)
            plan.heads[session_id] = after
            plan.actions.append(self._head_put(before[session_id], after))
        return plan

    def _puts(self, batch: _Batch, place: int, arrival: int) -> list[_Action]:
        """The event and its markers."""
        event, item = batch.events[place], numbered(batch.items[place], arrival)
        where = {"event_pk": item["pk"], "event_sk": item["sk"]}
        items: list[Item] = [item, {**id_marker(event.event_id), **where}]
        if event.idempotency_key is not None:
            items.append({**key_marker(event.idempotency_key), **where})
        return [_Action(self._put(each) | _IF_NEW, item_size(each), event=place) for each in items]

    def _head_put(self, before: Head, after: Head) -> _Action:
        put = self._put(head_item(after))
        if before.version:
            put["ConditionExpression"] = "version = :version"
            put["ExpressionAttributeValues"] = {":version": {"N": str(before.version)}}
        else:
            put |= _IF_NEW
        return _Action(put, _HEAD_BYTES, session_id=after.session_id)

    def _put(self, item: Item) -> dict[str, Any]:
        return {"TableName": self._client.location.table, "Item": item}

    def _learn(self, batch: _Batch, actions: Sequence[_Action], cancelled: Cancelled) -> bool:
        """Find what stood in the way; whether some event of the batch is there already."""
        met: dict[int, list[Item]] = {}
        for action, reason in zip(actions, cancelled.reasons, strict=False):
            code = reason.get("Code")
            if action.session_id is not None and code != "None":
                self._heads.pop(action.session_id, None)
                self._shared.add(action.session_id)
            elif action.event is not None and code == _EXISTS:
                met.setdefault(action.event, []).append(reason.get("Item") or {})
            elif code in ("ItemCollectionSizeLimitExceeded", "ValidationError"):
                raise EventRejected(f"The table does not take an event: {reason.get('Message')}.")
        for place, items in met.items():
            self._find(batch, place, items)
        return bool(met)

    def _find(self, batch: _Batch, place: int, met: Sequence[Item]) -> None:
        """Learn of the event that stands in the way of one, of which some items were met."""
        event, item = batch.events[place], batch.items[place]
        own = event_key(item["pk"]["S"], item["sk"]["S"])
        key = event.idempotency_key
        where = None if key is None else self._marked(key_marker(key), met)
        of_key = where is not None
        where = where or self._marked(id_marker(event.event_id), met) or own
        stored = next((each for each in met if _has_key(each, where)), None)
        stored = stored or self._client.get(where)
        first = None if stored is None else decode_row(row_of(stored)[0])[0]
        if first is None:
            raise EventRejected(
                f"The event {event.event_id!r} was not stored: what is there in its place cannot "
                "be read."
            )
        if of_key and key is not None:
            batch.by_key[key] = first
        else:
            batch.by_id[event.event_id] = first

    def _marked(self, marker: Key, met: Sequence[Item]) -> Key | None:
        """Where the event is that a marker is of; None where there is no marker."""
        found = next((each for each in met if _has_key(each, marker)), None)
        # Where what was met is told, a marker that was not met is not there.
        if found is None and not all(met):
            found = self._client.get(marker)
        return None if found is None else event_key(found["event_pk"]["S"], found["event_sk"]["S"])

    def _head(self, session_id: str) -> Head:
        """The head to build on; one that the session has not yet counts what the backend wrote."""
        kept = self._heads.get(session_id)
        if kept is not None and session_id not in self._shared:
            return kept
        item = self._client.get(head_key(session_id))
        if item is None:
            return head_of_partition(self._client, session_id)
        found = head_of(item)
        if found is None:
            raise SourceDamaged(
                f"The head of the session {session_id!r} cannot be read. Write it anew with "
                "`brainweb-replay table verify --write-heads`."
            )
        return found

    def _gave_up(self, cancelled: Cancelled, event: EventEnvelope) -> StoreError:
        if any(reason.get("Code") in _THROTTLED for reason in cancelled.reasons):
            return SourceThrottled(
                f"“{self._client.location.table}” takes no more requests just now. Try again in a "
                "while; a table with on-demand capacity grows with its load."
            )
        return SourceLocked(
            f"Others write to the session {event.session_id!r} all the time: the event "
            f"{event.event_id!r} found no turn. Try again."
        )

    def _keep(self, head: Head) -> None:
        self._heads[head.session_id] = head
        self._heads.move_to_end(head.session_id)
        if len(self._heads) > _HEADS_KEPT:
            self._heads.popitem(last=False)


def _has_key(item: Item, key: Key) -> bool:
    return bool(item) and {"pk": item["pk"], "sk": item["sk"]} == key


def _wait(tries: int) -> None:
    """Wait before another try, by full jitter (AWS, “Exponential backoff and jitter”, 2015)."""
    time.sleep(random.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(tries, 10))))
