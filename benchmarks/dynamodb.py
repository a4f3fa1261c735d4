"""What a table costs: requests and capacity units of append, replay, listing and tail.

python -m benchmarks.dynamodb [--events N]

On a ministack of its own. Write units are those that the server tells, which counts them as AWS
does; read units are reckoned from the bytes of the items by AWS's rule, since it does not: 4 KB a
unit, of a query's page together, twice as much for a half unit where a read need not be consistent.
No time is taken: it would be the server's.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.events.schema import EventEnvelope, ObjectRef, new_event
from core.events.store.dynamodb.capacity import PRICES
from core.events.store.dynamodb.items import item_of, item_size
from core.events.store.dynamodb.location import TableLocation
from core.events.store.dynamodb.store import DynamoDBEventStore
from core.events.store.dynamodb.table import create
from tests.core.events.dynamodb_server import CREDENTIALS, ministack

TEXT = "x" * 560
"""Makes an event of 1 KB."""
SESSIONS = 200


@dataclass(frozen=True)
class Cost:
    """What something took, for so many events (or sessions) in the log before it."""

    what: str
    size: int
    requests: int
    read_units: float
    write_units: float

    @property
    def price(self) -> float:
        """A million of it, in US dollars."""
        return self.read_units * PRICES.read_units + self.write_units * PRICES.write_units


class Counted:
    """A store whose answers are counted as AWS would."""

    def __init__(self, store: DynamoDBEventStore) -> None:
        self.store = store
        self.requests = 0
        self.read_units = self.write_units = 0.0
        store.client.boto.meta.events.register("after-call.dynamodb", self._count)
        store.client.boto.meta.events.register("before-parameter-build.dynamodb", self._asked)
        self._parameters: dict[str, Any] = {}

    def of(self, what: str, size: int, done: Callable[[], object], times: int = 1) -> Cost:
        """What it costs to do something, on average where it does it several times."""
        before = self.requests, self.read_units, self.write_units
        done()
        return Cost(
            what,
            size,
            math.ceil((self.requests - before[0]) / times),
            (self.read_units - before[1]) / times,
            (self.write_units - before[2]) / times,
        )

    def _asked(self, params: dict[str, Any], **_: Any) -> None:
        self._parameters = params

    def _count(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        self.requests += 1
        if model.name == "TransactWriteItems":
            self.write_units += sum(
                each["CapacityUnits"] for each in parsed.get("ConsumedCapacity", ())
            )
            return
        items = parsed.get("Items", [parsed["Item"]] if "Item" in parsed else [])
        units = max(1, math.ceil(sum(map(item_size, items)) / 4096))
        if model.name in ("GetItem", "Query", "Scan"):
            self.read_units += units if self._parameters.get("ConsistentRead") else units / 2


def main() -> None:
    """Measure, and print a table."""
    options = _options()
    os.environ.update(CREDENTIALS)
    with tempfile.TemporaryDirectory() as folder, ministack(Path(folder)) as server:
        costs = list(_measured(server.endpoint, options.events))
    print("| what | in the log | requests | read units | write units | a million of it |")
    print("|---|---:|---:|---:|---:|---:|")
    for cost in costs:
        print(
            f"| {cost.what} | {cost.size:,} | {cost.requests:,} | {cost.read_units:,.1f} "
            f"| {cost.write_units:,.1f} | ${cost.price:,.2f} |"
        )
    print(f"\nPrices: {PRICES.region}, {PRICES.as_of}.", file=sys.stderr)


def _measured(endpoint: str, most: int) -> Iterator[Cost]:
    for size in (0, most // 10, most):
        with _table(endpoint, f"log-{size}") as store:
            _fill(store, [_event(number) for number in range(size)])
            yield from _log_costs(Counted(store), size)
    for size in (SESSIONS // 10, SESSIONS):
        with _table(endpoint, f"sessions-{size}") as store:
            store.append_many([_event(n, session_id=f"session-{n}") for n in range(size)])
            counted = Counted(store)
            yield counted.of("list the sessions by heads", size, store.sessions)
            yield counted.of(
                "read the table for its sessions", size, lambda: list(store.client.pages("Scan"))
            )


def _log_costs(counted: Counted, size: int) -> Iterator[Cost]:
    store = counted.store
    store.append(_event(size))
    yield counted.of("append, alone", size, lambda: store.append(_event(size + 20)))
    yield counted.of(
        "append with a key, alone",
        size,
        lambda: store.append(_event(size + 21, idempotency_key=f"k-{size}")),
    )
    batch = [_event(size + 30 + n) for n in range(98)]
    yield counted.of("append, by 49 of a session", size, lambda: store.append_many(batch), 98)
    *_, last = store.since("session")
    store.append(_event(size + 200))
    yield counted.of(
        "tail: one more event", size, lambda: list(store.since("session", last.cursor))
    )
    yield counted.of("replay of all", size + 111, lambda: sum(1 for _ in store.replay("session")))


def _event(number: int, session_id: str = "session", **more: Any) -> EventEnvelope:
    return new_event(
        "UserViewed",
        session_id,
        payload={"name": TEXT, "n": number},
        object_ref=ObjectRef(type="concept", id=f"c-{number % 50}"),
        actor_id="ada",
        **more,
    )


def _fill(store: DynamoDBEventStore, events: list[EventEnvelope]) -> None:
    """Past transactions, with which ministack copies the whole table."""
    table = store.location.table
    for start in range(0, len(events), 25):
        items = [
            item_of(each, number)
            for number, each in enumerate(events[start : start + 25], start + 1)
        ]
        puts = [{"PutRequest": {"Item": item}} for item in items]
        store.client.call("BatchWriteItem", RequestItems={table: puts})


@contextmanager
def _table(endpoint: str, name: str) -> Iterator[DynamoDBEventStore]:
    location = TableLocation(f"bench-{name}", endpoint=endpoint)
    with _made(location), DynamoDBEventStore(location, writable=True, read_seconds=120) as store:
        yield store


@contextmanager
def _made(location: TableLocation) -> Iterator[None]:
    from core.events.store.dynamodb.client import Client

    client = Client(location, read_seconds=120)
    create(client, idempotency_index=False)
    client.close()
    yield


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5_000, help="the longest session")
    return parser.parse_args()


if __name__ == "__main__":
    main()
