"""A long session of a backend's table, with all that such a table may hold, through the window."""

from __future__ import annotations

import time
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.sources import place_of
from tests.app.windows import make_window, position
from tests.core.events.dynamodb.tables import a_session, backend_item, foreign, put_all
from tests.core.events.dynamodb_server import Table
from tests.torture.conftest import Figure, amount

MANY = amount(3_000, 30_000)
PATIENCE = 600_000


def test_a_long_session_is_replayed_whole(
    qtbot: QtBot, tmp_path: Path, dynamodb_table: Table, figure: Figure
) -> None:
    """Of a long session a learner's analyst would see its first page, or nothing for minutes."""
    # An item takes about 900 bytes, a page 1 MB.
    items = a_session(MANY, "x" * 700)
    put_all(dynamodb_table, [*items, backend_item("bad", "yesterday"), *foreign(30)])
    window = make_window(qtbot, tmp_path / "settings.json")

    def shown() -> int:
        return -1 if window.opening.log is None else len(window.opening.log)

    window.open(place_of(dynamodb_table.location))
    qtbot.wait_until(lambda: window.opening.session_id == "s", timeout=PATIENCE)
    began = time.monotonic()
    qtbot.wait_until(lambda: shown() > 0, timeout=PATIENCE)
    first, read = time.monotonic() - began, shown()
    qtbot.wait_until(lambda: shown() == MANY and not window.busy, timeout=PATIENCE)
    assert read < MANY
    assert position(window) == MANY
    store, title = window.source.store, window.desk.title(window.problem_page)
    assert store is not None
    assert [each.event_id for each in store.replay("s")] == [
        item["event_id"]["S"] for item in items
    ]
    # An unknown type, a broken payload, a key used twice, and an instant that is none.
    assert title == "Problems · 4"
    window.close()
    figure(f"{MANY:,} events of 0.9 KB on a ministack: events on screen first", f"{read:,}")
    figure("seconds from choosing the session to these", f"{first:.1f}")
    figure("seconds to all of them", f"{time.monotonic() - began:.1f}")
