"""The store that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping

from core.events.errors import StoreError
from core.events.store.base import EventStore
from core.events.store.sqlite import SQLiteEventStore


def get_event_store(environ: Mapping[str, str] = os.environ) -> EventStore:
    """A writable log: the file that EVENTS_SQLITE_PATH names, else `events.db`, made if missing.

    Raises StoreError; EVENTS_DDB_TABLE, which names a DynamoDB table, is not supported yet.
    """
    table = environ.get("EVENTS_DDB_TABLE")
    if table:
        raise StoreError(
            f"EVENTS_DDB_TABLE names the DynamoDB table “{table}”, which cannot be used yet. "
            "Unset it, and set EVENTS_SQLITE_PATH to use a file."
        )
    path = environ.get("EVENTS_SQLITE_PATH") or "events.db"
    return SQLiteEventStore(path, writable=True, create=True)
