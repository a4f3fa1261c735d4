"""Events as items of the table, and items as rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from core.events.errors import EventRejected
from core.events.instants import InstantError, parse_instant
from core.events.problems import Problem, printable
from core.events.rows import RawRow, SQLiteValue
from core.events.schema import EventEnvelope
from core.events.store.dynamodb.keys import (
    event_key,
    head_key,
    naive_text,
    partition_of,
    parts_of,
    session_of,
    sort_key,
    too_long,
)

ITEM_LIMIT: Final = 400 * 1024
"""The most bytes of an item, names of attributes included."""

ARRIVAL: Final = "replay_arrival"
"""Our attribute: the number of an event among those that we appended to its session, from 1."""
CREATED_AT: Final = "replay_created_at"
EMPTY_KEY: Final = "replay_empty_key"
"""Our attribute: the idempotency key is the empty text, which no index can hold."""

_TEXTS = ("event_id", "event_type", "session_id", "occurred_at")
_NULLABLE = ("actor_id", "correlation_id", "trace_id")
_INT64 = range(-(2**63), 2**63)

Item = dict[str, dict[str, Any]]


def item_of(event: EventEnvelope, arrival: int, created_at: datetime | None = None) -> Item:
    """The event as the backend writes it, and beside it the number of its arrival.

    Raises EventRejected for what the table cannot hold.
    """
    stamp = naive_text(event.occurred_at)
    item: Item = {
        **event_key(partition_of(event.session_id), sort_key(stamp, event.event_id)),
        "event_id": {"S": event.event_id},
        "event_type": {"S": event.event_type},
        "session_id": {"S": event.session_id},
        "occurred_at": {"S": stamp},
        "version": {"N": str(event.version)},
        "payload": {"S": _payload(event)},
        ARRIVAL: {"N": str(arrival)},
        CREATED_AT: {"S": (created_at or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M:%S")},
    }
    for name in _NULLABLE:
        value = getattr(event, name)
        item[name] = {"NULL": True} if value is None else {"S": value}
    if event.idempotency_key:
        item["idempotency_key"] = {"S": event.idempotency_key}
    elif event.idempotency_key is not None:
        item[EMPTY_KEY] = {"BOOL": True}
    if event.object_ref is not None:
        item["object_ref_type"] = {"S": event.object_ref.type}
        item["object_ref_id"] = {"S": event.object_ref.id}
    _check(event, item)
    return item


def numbered(item: Item, arrival: int) -> Item:
    """The item with another number of arrival."""
    return {**item, ARRIVAL: {"N": str(arrival)}}


def row_of(item: Mapping[str, Mapping[str, Any]]) -> tuple[RawRow, list[Problem]]:
    """The item of a session's partition as a row, and what a row cannot show of it.

    The row's key is the number of arrival, 0 where there is none: the backend wrote it. What is
    absent is null, except for what the item's key tells.
    """
    return _Reader(item).read()


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """The bytes of an item as DynamoDB counts them, numbers at their most.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode("utf-8")) + _size(value) for name, value in item.items())


def plain_instant(row: RawRow) -> bool:
    """Whether the row's instant is naive text, so that it sorts as its instant does."""
    stamp = row.occurred_at
    return isinstance(stamp, str) and len(stamp) in (19, 26) and stamp[10:11] == "T" and (
        not any(sign in stamp[19:] for sign in "+-Zz")
    )  # fmt: skip


def instant_of(row: RawRow) -> int | None:
    """The row's instant in µs, None where it cannot be read."""
    try:
        return parse_instant(row.occurred_at)
    except InstantError:
        return None


def _payload(event: EventEnvelope) -> str:
    try:
        return json.dumps(event.payload)
    except (TypeError, ValueError, RecursionError) as error:
        raise EventRejected(
            f"The payload of the event {event.event_id!r} is no JSON: {error}."
        ) from error


def _check(event: EventEnvelope, item: Item) -> None:
    """Refuse what the server would, before anything is sent."""
    try:
        size = item_size(item)
        wrong = too_long(item) or too_long(head_key(event.session_id))
    except UnicodeEncodeError as error:
        raise EventRejected(f"The event {event.event_id!r} cannot be stored: {error}.") from error
    if event.version not in _INT64:
        wrong = "its version has more than 64 bits"
    if size > ITEM_LIMIT:
        wrong = (
            f"it would take {size:,} bytes, and an item of DynamoDB holds {ITEM_LIMIT:,} at the "
            "most. Keep what is large elsewhere, and its address in the payload"
        )
    if len(event.idempotency_key or "") > 1024:
        wrong = "its idempotency key has more than 1,024 characters"
    if wrong is not None:
        raise EventRejected(f"The event {event.event_id!r} cannot be stored: {wrong}.")


def _size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind in ("S", "B"):
        return len(content.encode("utf-8") if isinstance(content, str) else content)
    if kind == "N":
        return len(content) // 2 + 2
    if kind == "L":
        return 3 + sum(1 + _size(each) for each in content)
    if kind == "M":
        return 3 + sum(
            1 + len(name.encode("utf-8")) + _size(each) for name, each in content.items()
        )
    if kind in ("SS", "NS", "BS"):
        return sum(len(each.encode("utf-8") if isinstance(each, str) else each) for each in content)
    return 1


class _Reader:
    """Reads the attributes of one item and notes what is wrong."""

    def __init__(self, item: Mapping[str, Mapping[str, Any]]) -> None:
        self.item = item
        self.wrong: list[tuple[str, object]] = []

    def read(self) -> tuple[RawRow, list[Problem]]:
        item = self.item
        sk = item["sk"]["S"]
        session_id = session_of(item["pk"]["S"])
        told = parts_of(sk)
        if told is None:
            self.wrong.append(("the sort key is not that of an event", sk))
        stamp, event_id = told or (None, sk)
        values = {name: self.value(name) for name in RawRow._fields[1:-1]}
        values["session_id"] = self.by_key("session_id", values["session_id"], session_id)
        values["event_id"] = self.by_key("event_id", values["event_id"], event_id)
        values["occurred_at"] = self.by_key("occurred_at", values["occurred_at"], stamp)
        if EMPTY_KEY in item and values["idempotency_key"] is None:
            values["idempotency_key"] = ""
        arrival = self.arrival()
        row = RawRow(rowid=arrival, created_at=self.value(CREATED_AT), **values)
        shown = None if row.event_id is None else str(row.event_id)
        return row, [
            Problem(arrival or None, session_id, shown, reason, printable(raw))
            for reason, raw in self.wrong
        ]

    def by_key(self, name: str, value: SQLiteValue, told: str | None) -> SQLiteValue:
        """The value, unless it is absent or contradicts the partition: then what the key tells."""
        if value is None and told is not None:
            self.wrong.append((f"{name} is missing: it is taken from the key", told))
            return told
        if name == "session_id" and value != told:
            self.wrong.append(("session_id is not that of the partition, which counts", value))
            return told
        return value

    def arrival(self) -> int:
        value = self.value(ARRIVAL)
        return value if isinstance(value, int) and value > 0 else 0

    def value(self, name: str) -> SQLiteValue:
        attribute = self.item.get(name)
        if attribute is None:
            return None
        ((kind, content),) = attribute.items()
        if kind == "S":
            return str(content)
        if kind == "NULL":
            return None
        if kind == "N":
            return _number(content)
        if kind == "B":
            return bytes(content)
        text = json.dumps(plain(attribute))
        if (name, kind) == ("payload", "M"):
            self.wrong.append(("payload is stored as a map, not as a JSON text", text))
        else:
            self.wrong.append((f"{name} is stored as {kind}: it is shown as JSON", text))
        return text


def plain(value: Mapping[str, Any]) -> Any:
    """What an attribute holds, as JSON has it."""
    ((kind, content),) = value.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return _number(content)
        case "M":
            return {name: plain(each) for name, each in content.items()}
        case "L":
            return [plain(each) for each in content]
        case "NS":
            return [_number(each) for each in content]
        case "B":
            return bytes(content).decode("utf-8", "replace")
        case "BS":
            return [bytes(each).decode("utf-8", "replace") for each in content]
        case _:
            return content


def _number(text: str) -> int | float:
    """A number of DynamoDB, which is decimal: whole ones stay exact."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
