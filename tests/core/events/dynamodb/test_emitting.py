"""Emitting into a table: nothing is lost while it cannot be reached."""

from __future__ import annotations

from pathlib import Path

from core.events.backoff import Backoff
from core.events.emission import Delivery
from core.events.event_emitter import EventEmitter
from core.events.schema import ObjectRef
from core.events.spool import Spool
from core.events.store.dynamodb.store import DynamoDBEventStore
from core.projectors.running import RunningSession
from core.projectors.session_context import fold
from tests.core.events.dynamodb.tables import opened
from tests.core.events.dynamodb_server import Table

PATIENCE = 60.0


def test_events_that_a_table_could_not_take_are_stored_when_it_can(
    dynamodb_table: Table, tmp_path: Path
) -> None:
    nowhere = dynamodb_table.location.replace(dynamodb_table.name, "not-yet-there")
    places = [nowhere]

    def open_store() -> DynamoDBEventStore:
        return DynamoDBEventStore(places[0], writable=True, attempts=1, read_seconds=60)

    with Spool(tmp_path / "spool.db") as spool:
        emitter = EventEmitter(
            open_store, target=nowhere, spool=spool, backoff=Backoff(first=0.01, longest=0.05)
        )
        sent = [emitter.emit("X", "s", payload={"n": n}, idempotency_key=str(n)) for n in (1, 2)]
        assert [each.delivery for each in sent] == [Delivery.SPOOLED] * 2
        places[0] = dynamodb_table.location
        assert emitter.close(PATIENCE)
        assert emitter.status().waiting == 0
    with opened(dynamodb_table) as store:
        assert [each.event_id for each in store.replay("s")] == [each.event_id for each in sent]


def test_a_context_follows_a_table(dynamodb_table: Table, tmp_path: Path) -> None:
    """What a backend projects as it emits is what a replay of the table gives."""
    with (
        Spool(tmp_path / "spool.db") as spool,
        opened(dynamodb_table) as store,
        opened(dynamodb_table) as read,
    ):
        emitter = EventEmitter(lambda: store, target=dynamodb_table.location, spool=spool)
        running = RunningSession("s")
        for number in range(6):
            ref = ObjectRef(type="concept", id=f"c-{number % 2}")
            assert emitter.emit("UserViewed", "s", object_ref=ref).delivery is Delivery.STORED
            running.catch_up(read)
            assert running.context() == fold("s", read.replay("s"))
        assert emitter.close(PATIENCE)
