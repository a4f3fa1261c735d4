"""A server that needs longer for a page than a person waits is read all the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.events.errors import AnswerLate, StoreError
from core.events.store.dynamodb.location import parse_location
from core.mirror.store import MirroredEventStore
from core.mirror.table import TableRemote
from tests.app.gate import gate
from tests.app.tables import padded, put
from tests.core.events.dynamodb_server import Table

SLOW = 0.4


def await_(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def test_pages_that_come_late_are_waited_for_longer(dynamodb_table: Table, tmp_path: Path) -> None:
    """Asked again with the same patience, a busy server would be read in vain for ever."""
    put(dynamodb_table, [padded(n, size=60_000) for n in range(12)])
    assert dynamodb_table.endpoint is not None
    faults: list[StoreError] = []
    with gate(dynamodb_table.endpoint, longest=SLOW) as way:
        location = parse_location(replace(dynamodb_table, endpoint=way.endpoint).location)
        remote = TableRemote(location, attempts=1, patience=(SLOW / 4, 30))
        with MirroredEventStore(location, remote, root=tmp_path) as store:
            store.feeder.want(["s"])

            def read() -> bool:
                fed = store.feeder.fed
                faults.extend([] if fed.fault is None else [fed.fault])
                return not fed.filling

            await_(read)
            assert [each.event_id for each in store.replay("s")] == [f"s-{n:06}" for n in range(12)]
    assert {type(fault) for fault in faults} == {AnswerLate}
    assert "does not answer in time" in str(faults[0])
