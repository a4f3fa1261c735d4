"""Tables and items as the tests of the DynamoDB store need them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import uuid4

from boto3.dynamodb.types import TypeSerializer

from core.events.instants import format_instant
from core.events.store.dynamodb.keys import HEADS_INDEX, IDEMPOTENCY_INDEX
from core.events.store.dynamodb.store import DynamoDBEventStore
from tests.core.events.dynamodb_server import Table, create_backend_table

# A server that shares a busy machine with the tests may take longer than a person would wait.
OPTIONS = {"writable": True, "read_seconds": 60.0}

serialize = TypeSerializer().serialize


def full_table(endpoint: str | None) -> Table:
    """A table with the indexes that `table create` makes, in one request; delete it afterwards."""
    table = Table(f"events-{uuid4().hex[:12]}", endpoint)
    keys = {HEADS_INDEX: ("heads_pk", "heads_sk"), IDEMPOTENCY_INDEX: ("idempotency_key",)}
    create_backend_table(
        table,
        names=[name for names in keys.values() for name in names],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": name, "KeyType": kind}
                    for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, names in keys.items()
        ],
    )
    return table


@contextmanager
def opened(table: Table, **options: Any) -> Iterator[DynamoDBEventStore]:
    with DynamoDBEventStore(table.location, **OPTIONS | options) as store:
        yield store


def backend_item(
    event_id: str, occurred_at: str, session_id: str = "s", **attributes: Any
) -> dict[str, Any]:
    """An item as the backend's own code writes it, through boto3's resource; None is left out."""
    values = {
        "pk": f"session#{session_id}",
        "sk": f"event#{occurred_at}#{event_id}",
        "event_id": event_id,
        "event_type": "UserViewed",
        "session_id": session_id,
        "occurred_at": occurred_at,
        "version": Decimal(1),
        "payload": json.dumps({"name": event_id}),
    } | attributes
    nullable = {name: {"NULL": True} for name in ("actor_id", "correlation_id", "trace_id")}
    return nullable | {
        name: serialize(value) for name, value in values.items() if value is not None
    }


def put_all(table: Table, items: Sequence[dict[str, Any]]) -> None:
    """Write items as they are, 25 at a time."""
    client = table.client()
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        answer = client.batch_write_item(RequestItems={table.name: puts})
        assert not answer["UnprocessedItems"]


START = 1_767_614_400_000_000


def stamp(number: int) -> str:
    """Instants that no fraction, a fraction, and three events in a row have."""
    return format_instant(START + number // 3 * 500_000).removesuffix("Z")


def a_session(count: int, text: str = "") -> list[dict[str, Any]]:
    """A session as the backend writes it, with a few odd ones among its first events."""
    items = [
        backend_item(f"e-{number:05}", stamp(number), payload=json.dumps({"n": number, "t": text}))
        for number in range(count)
    ]
    items[7]["actor_id"] = {"S": "ada"}
    items[8]["version"] = {"N": "2.0"}
    items[9] |= {"object_ref_type": {"S": "concept"}, "object_ref_id": {"S": "c"}}
    items[10]["event_type"] = {"S": "SomethingElse"}
    items[11]["payload"] = {"S": "{broken"}
    items[12]["idempotency_key"] = items[13]["idempotency_key"] = {"S": "twice"}
    del items[14]["correlation_id"]
    return items


def foreign(count: int) -> list[dict[str, Any]]:
    return [
        {"pk": {"S": f"tenant#{number}"}, "sk": {"S": "settings"}, "quota": {"N": "1"}}
        for number in range(count)
    ]
