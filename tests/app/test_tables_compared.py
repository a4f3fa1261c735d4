"""Two sessions of one table, in the window: both are read, and neither keeps the other waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

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
from tests.core.events.dynamodb_server import Table


def length(window: Window) -> int:
    log = window.opening.log
    return -1 if log is None or not log.complete else len(log)


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
        window.actions_by_id["compare-with"].trigger()
        chooser = window.findChild(CompareChooser)
        assert isinstance(chooser, CompareChooser)
        chooser.words.setText("old")
        settled()
        accept = chooser.findChild(QPushButton, "compare-accept")
        assert isinstance(accept, QPushButton)
        accept.click()
        qtbot.wait_until(lambda: store.mirror.count("old") > 0, timeout=PATIENCE)
        append(dynamodb_table, [padded(900 + n) for n in range(3, 6)])
        qtbot.wait_until(lambda: length(window) == 6, timeout=PATIENCE)
        assert not store.mirror.side.progress("old").whole
        way.open()
        qtbot.wait_until(lambda: window.comparing.model.parting is not None, timeout=PATIENCE)
        settled()
        assert store.mirror.count("old") == 60
        assert store.feeder.fed.sessions == ("s",)
