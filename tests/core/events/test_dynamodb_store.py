from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from core.events.store import EventStore
from core.events.store.dynamodb.client import Client
from core.events.store.dynamodb.location import parse_location
from core.events.store.dynamodb.store import DynamoDBEventStore
from core.events.store.dynamodb.table import create
from tests.core.events.dynamodb_server import Table, create_backend_table
from tests.core.events.store_contract import StoreContract


@pytest.mark.usefixtures("aws_environment")
class TestDynamoDBStore(StoreContract):
    @pytest.fixture(autouse=True)
    def server(self, dynamodb_endpoint: str | None) -> None:
        self.endpoint = dynamodb_endpoint

    def make_table(self, table: Table) -> None:
        client = Client(parse_location(table.location))
        create(client)
        client.close()

    @contextmanager
    def make_store(self) -> Iterator[EventStore]:
        table = Table(f"events-{uuid4().hex[:12]}", self.endpoint)
        self.make_table(table)
        with DynamoDBEventStore(table.location, writable=True) as store:
            yield store
        table.delete()


class TestDynamoDBStoreOfTheBackend(TestDynamoDBStore):
    """The same, in a table as the backend makes it."""

    def make_table(self, table: Table) -> None:
        create_backend_table(table)
