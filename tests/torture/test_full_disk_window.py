"""A disk that fills up under the window: it says so, keeps what was there, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.views.bookmark_dialog import BookmarkDialog
from app.views.export_dialog import ExportDialog
from app.window import Window
from core.notes.bookmark_file import BookmarkFile
from tests.app.windows import PATIENCE, make_window, texts
from tests.builders import viewed
from tests.builders_files import write_log
from tests.torture.conftest import Figure
from tests.torture.heartbeat import heartbeat
from tests.torture.small_disk import small_disk
from tests.torture.test_full_disk import Room


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the user's data lies."""
    with small_disk(2 << 20) as folder:
        monkeypatch.setenv("XDG_DATA_HOME", str(folder))
        yield folder


@pytest.fixture
def window(disk: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[Window]:
    window = make_window(qtbot, disk / "settings" / "settings.json")
    log = write_log(tmp_path / "my.db", [viewed("raft", seconds=n) for n in range(300)])
    window.open(log)
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    yield window
    window.close()


def mark(window: Window, qtbot: QtBot, name: str) -> None:
    # Each at a moment of its own: the same one would be edited.
    window.clock.change(lambda p: p.at_position(p.position // 2))
    window.actions_by_id["bookmark"].trigger()
    (asked,) = (each for each in window.findChildren(BookmarkDialog) if each.isVisible())
    asked.name.setText(name)
    qtbot.keyClick(asked.name, Qt.Key.Key_Return)
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)


def export(window: Window, qtbot: QtBot, target: Path) -> None:
    window.actions_by_id["export"].trigger()
    asked = next(each for each in window.findChildren(ExportDialog) if each.isVisible())
    asked.target.setText(str(target))
    asked.target.textEdited.emit(str(target))
    words = ("Export", "Replace")
    (press,) = (each for each in asked.findChildren(QPushButton) if each.text() in words)
    press.click()
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)


def told(window: Window, qtbot: QtBot, words: str) -> None:
    qtbot.wait_until(lambda: words in texts(window.banner), timeout=PATIENCE)


def kept(disk: Path) -> list[str]:
    return [each.name for each in BookmarkFile(disk / "brainweb-replay" / "bookmarks.db").all()]


def test_bookmarks_and_exports_on_a_disk_that_is_full(
    window: Window, disk: Path, qtbot: QtBot, figure: Figure
) -> None:
    """A note would be gone with the window, and an export that is cut short be taken for whole."""
    target, room = disk / "x.jsonl", Room(disk)
    mark(window, qtbot, "before")
    export(window, qtbot, target)
    whole = target.read_bytes()
    room.leave(0)
    with heartbeat() as beating:
        mark(window, qtbot, "lost?")
        told(window, qtbot, "The disk is full")
        export(window, qtbot, target)
        told(window, qtbot, "There is no room left")
    figure("a full disk: longest block of the GUI thread", beating.told)
    room.leave_all()
    assert kept(disk) == ["before"]
    assert target.read_bytes() == whole
    mark(window, qtbot, "after")
    export(window, qtbot, target)
    told(window, qtbot, "Wrote 300 events")
    assert kept(disk) == ["before", "after"]
    assert target.read_bytes() == whole
    assert {each.name for each in disk.iterdir()} >= {"x.jsonl", "brainweb-replay"}
    assert not list(disk.rglob("*.part"))
    assert not list(disk.rglob("*.broken*"))
