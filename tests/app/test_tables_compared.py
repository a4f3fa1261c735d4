"""Sessions of tables that are compared, in the window: both are read, and followed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.models.opening import Wish
from app.sources import place_of
from app.views.compare.chooser import CompareChooser
from app.window import Window
from core.mirror.store import MirroredEventStore
from tests.app.gate import gate
from tests.app.tables import append, padded
from tests.app.windows import PATIENCE
from tests.builders_files import write_log
from tests.core.events.dynamodb_server import Table


def length(window: Window) -> int:
    log = window.opening.log
    return -1 if log is None or not log.complete else len(log)


def compare(
    window: Window, settled: Callable[[], None], words: str, source: str | None = None
) -> None:
    """Choose the session that has these words, of the open source or of another."""
    window.actions_by_id["compare-with"].trigger()
    chooser = window.findChild(CompareChooser)
    assert isinstance(chooser, CompareChooser)
    if source is not None:
        chooser.source_requested.emit(source)
        settled()
    chooser.words.setText(words)
    settled()
    accept = chooser.findChild(QPushButton, "compare-accept")
    assert isinstance(accept, QPushButton)
    accept.click()


def test_a_session_is_followed_on_while_another_of_its_table_is_compared(
    window: Window, qtbot: QtBot, settled: Callable[[], None], dynamodb_table: Table
) -> None:
    """Who compares what runs with what ran would see what runs stand still."""
    append(dynamodb_table, [padded(n, session_id="old", size=60_000) for n in range(60)])
    append(dynamodb_table, [padded(900 + n) for n in range(3)])
    assert dynamodb_table.endpoint is not None
    with gate(dynamodb_table.endpoint, longest=0.5, session="old") as way:
        behind = replace(dynamodb_table, endpoint=way.endpoint)
        window.open(place_of(behind.location), Wish("s"))
        qtbot.wait_until(lambda: length(window) == 3, timeout=PATIENCE)
        settled()
        store = window.source.store
        assert isinstance(store, MirroredEventStore)
        compare(window, settled, "old")
        qtbot.wait_until(lambda: store.mirror.count("old") > 0, timeout=PATIENCE)
        append(dynamodb_table, [padded(900 + n) for n in range(3, 6)])
        qtbot.wait_until(lambda: length(window) == 6, timeout=PATIENCE)
        assert not store.mirror.side.progress("old").whole
        way.open()
        qtbot.wait_until(lambda: window.comparing.model.parting is not None, timeout=PATIENCE)
        settled()
        assert store.mirror.count("old") == 60
        assert store.feeder.fed.sessions == ("s",)


def test_what_arrives_of_a_session_of_a_table_is_compared_too(
    window: Window, qtbot: QtBot, settled: Callable[[], None], dynamodb_table: Table, tmp_path: Path
) -> None:
    """A run in the cloud beside one that is kept would stand still while it goes on."""
    append(dynamodb_table, [padded(n, session_id="cloud") for n in range(5)])
    kept = write_log(tmp_path / "events.db", [padded(n) for n in range(4)])
    window.open(kept, Wish("s"))
    qtbot.wait_until(lambda: length(window) == 4, timeout=PATIENCE)
    settled()
    compare(window, settled, "cloud", dynamodb_table.location)
    both = window.comparing.model.sessions
    assert both is not None
    qtbot.wait_until(lambda: both[1].index is not None, timeout=PATIENCE)
    table = both[1].store
    assert isinstance(table, MirroredEventStore)

    append(dynamodb_table, [padded(n, session_id="cloud") for n in range(5, 9)])
    qtbot.wait_until(lambda: both[1].log is not None and len(both[1].log) == 9, timeout=PATIENCE)
    assert both[1].index is not None
    assert both[1].index.log is both[1].log
    window.comparing.model.end()
    # Nobody pays for a session that nobody looks at any more.
    assert table.feeder.fed_for(both[1].who).sessions == ()
