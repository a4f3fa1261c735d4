"""Tables for tests through the window: filled as the backend fills them, or by our own store."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from core.events.schema import EventEnvelope
from core.events.store.dynamodb.store import DynamoDBEventStore
from tests.builders import viewed
from tests.builders_files import row_of
from tests.core.events.dynamodb_server import Table

_APPEND = """
import json, sys
from core.events.schema import EventEnvelope
from core.events.store.dynamodb.store import DynamoDBEventStore
with DynamoDBEventStore(sys.argv[1], writable=True) as store:
    store.append_many([EventEnvelope.model_validate(each) for each in json.load(sys.stdin)])
"""


def padded(number: int, *, session_id: str = "s", size: int = 20) -> EventEnvelope:
    """A look at a concept, of about so many bytes."""
    event = viewed(f"c-{number % 7}", seconds=number, name="x" * size)
    return event.model_copy(
        update={"event_id": f"{session_id}-{number:06}", "session_id": session_id}
    )


def put(table: Table, events: Iterable[EventEnvelope]) -> None:
    """Write events as the backend does: items alone, no head."""
    client = table.client()
    batch: list[dict[str, Any]] = []
    for event in events:
        batch.append({"PutRequest": {"Item": _item(event)}})
        if len(batch) == 25:
            client.batch_write_item(RequestItems={table.name: batch})
            batch = []
    if batch:
        client.batch_write_item(RequestItems={table.name: batch})


def append(table: Table, events: Sequence[EventEnvelope]) -> None:
    """Write events as our own store does: with heads."""
    with DynamoDBEventStore(table.location, writable=True) as store:
        store.append_many(events)


def append_elsewhere(table: Table, events: Sequence[EventEnvelope]) -> None:
    """The same in a process of its own."""
    import json

    told = json.dumps([each.to_wire() for each in events])
    subprocess.run(
        [sys.executable, "-c", _APPEND, table.location], input=told, text=True, check=True
    )


def _item(event: EventEnvelope) -> dict[str, Any]:
    row = row_of(event, idempotency_key=event.idempotency_key)
    item: dict[str, Any] = {
        "pk": {"S": f"session#{event.session_id}"},
        "sk": {"S": f"event#{row['occurred_at']}#{row['event_id']}"},
    }
    for name, value in row.items():
        if value is None:
            if name in ("actor_id", "correlation_id", "trace_id"):
                item[name] = {"NULL": True}
        elif isinstance(value, int):
            item[name] = {"N": str(value)}
        else:
            item[name] = {"S": value}
    return item
