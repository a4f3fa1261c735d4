"""The store that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping

from core.events.store.base import EventStore
from core.events.store.dynamodb.location import TableLocation, table_location
from core.events.store.sqlite import SQLiteEventStore


def get_event_store(environ: Mapping[str, str] = os.environ) -> EventStore:
    """A writable log: the table that EVENTS_DDB_TABLE names, else a file.

    That is the file of EVENTS_SQLITE_PATH, else `events.db`, made if missing; a table is not made.
    Raises StoreError.
    """
    table = named_table(environ)
    if table is not None:
        # Imported here, since most logs are files.
        from core.events.store.dynamodb.store import DynamoDBEventStore

        return DynamoDBEventStore(table, writable=True)
    path = environ.get("EVENTS_SQLITE_PATH") or "events.db"
    return SQLiteEventStore(path, writable=True, create=True)


def named_table(environ: Mapping[str, str] = os.environ) -> TableLocation | None:
    """The table of EVENTS_DDB_TABLE, AWS_REGION and EVENTS_DDB_ENDPOINT; None where none is named.

    Raises WrongLocation.
    """
    name = environ.get("EVENTS_DDB_TABLE")
    if not name:
        return None
    return table_location(
        name, region=environ.get("AWS_REGION"), endpoint=environ.get("EVENTS_DDB_ENDPOINT")
    )
