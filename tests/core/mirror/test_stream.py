"""A table with a stream tells of late events, and of new sessions, without being read for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from core.events.store.dynamodb.location import parse_location
from core.mirror.store import MirroredEventStore
from core.mirror.table import TableRemote
from tests.app.tables import padded, put
from tests.core.events.dynamodb_server import Table


def await_(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def test_what_came_very_late_and_new_sessions_are_told_by_the_stream(
    dynamodb_stream_table: Table, tmp_path: Path
) -> None:
    """A backend keeps no count: an event hours late would be seen by a new reading only."""
    put(dynamodb_stream_table, [padded(n * 3600) for n in range(1, 6)])
    location = parse_location(dynamodb_stream_table.location)
    with MirroredEventStore(location, TableRemote(location), root=tmp_path) as store:
        store.prepare("s", lambda: False)
        await_(lambda: not store.feeder.fed.filling)
        late = padded(1).model_copy(update={"event_id": "late"})
        put(dynamodb_stream_table, [late, padded(9, session_id="new"), padded(7 * 3600)])
        await_(lambda: store.mirror.count("s") == 7)
        await_(lambda: "new" in {each.session_id for each in store.sessions()})
        assert next(store.replay("s")).event_id == "late"
        assert len({each.event_id for each in store.replay("s")}) == 7
