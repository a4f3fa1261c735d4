"""Every file that cannot be read as it should: said, by the window and by each command alike."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from app.command_line.program import app
from app.models.opening import Wish
from app.window import Window
from tests.app.windows import PATIENCE, texts
from tests.builders import chat, viewed
from tests.builders_files import (
    append_elsewhere,
    contents,
    crash_elsewhere,
    execute_elsewhere,
    row_of,
    write_log,
)
from tests.core.events.logs import another_program, heard
from tests.core.events.test_opening import as_nobody, needs_permissions

FAULT = 2
COMMANDS = (
    ["sessions"],
    ["check"],
    ["events", "--session", "s"],
    ["context", "--session", "s", "--json"],
    ["render", "--session", "s", "--out", "x.png"],
    ["render", "--out", "x.png"],
)
LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def a_log(path: Path) -> None:
    write_log(path, [viewed("raft", name="Raft"), chat("raft", "paxos", seconds=60)])


def other_tables(path: Path) -> None:
    a_log(path)
    execute_elsewhere(path, "ALTER TABLE events RENAME TO elsewhere")


def other_columns(path: Path) -> None:
    a_log(path)
    execute_elsewhere(path, "ALTER TABLE events RENAME COLUMN occurred_at TO at")


def truncated(path: Path) -> None:
    write_log(path, [viewed(f"c-{n}" * 50, seconds=n) for n in range(200)])
    os.truncate(path, path.stat().st_size // 2)


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "There is no file"),
    "a folder": (lambda path: path.mkdir(), "is a folder. Choose the events.db inside it."),
    "empty": (lambda path: path.touch(), "is empty."),
    "text": (lambda path: path.write_text("Raft. " * 200), "is not an SQLite database. Choose"),
    "other tables": (other_tables, "without a table “events”"),
    "other columns": (other_columns, "occurred_at"),
    "cut short": (truncated, "is damaged or cut short"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing in it; what commands write goes beside it."""
    made = tmp_path / "logs"
    made.mkdir()
    monkeypatch.chdir(tmp_path)
    return made


def opened(window: Window, path: Path, qtbot: QtBot, wish: Wish | None = None) -> None:
    window.open(path, wish)
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Fails where a byte or a name differs afterwards."""
    before = contents(folder) if all(p.is_file() for p in folder.iterdir()) else None
    names = sorted(folder.rglob("*"))
    yield
    assert sorted(folder.rglob("*")) == names
    assert before is None or contents(folder) == before


@pytest.mark.parametrize("kind", BAD)
def test_the_window_says_what_is_wrong_and_what_to_do(
    window: Window, folder: Path, kind: str, qtbot: QtBot
) -> None:
    """The user would look at a crash, or at an empty window, and not know why."""
    path = folder / "events.db"
    make, words = BAD[kind]
    make(path)
    with unchanged(folder):
        opened(window, path, qtbot, Wish("s"))
        window.opening.close()
        opened(window, path, qtbot)
        assert window.pages.currentWidget() is window.start_page
        assert words in texts(window.start_page)
        assert str(path) in texts(window.start_page)
        assert window.source.path is None


@pytest.mark.parametrize("kind", BAD)
def test_a_command_says_so_in_a_line_and_by_its_status(folder: Path, kind: str) -> None:
    """A script would go on with the answer of a file that has none."""
    path = folder / "events.db"
    make, words = BAD[kind]
    make(path)
    with unchanged(folder):
        for command, *options in COMMANDS:
            result = CliRunner().invoke(app, [command, str(path), *options])
            assert (result.exit_code, result.stdout) == (FAULT, ""), command
            assert words in result.stderr
            assert result.stderr.startswith("brainweb-replay: ")
            assert len(result.stderr.splitlines()) == 1
    assert not Path("x.png").exists()


def test_a_file_that_a_writer_has_locked(window: Window, folder: Path, qtbot: QtBot) -> None:
    """A backend that is busy for a while would look like a broken file."""
    path = folder / "events.db"
    a_log(path)
    with unchanged(folder):
        with another_program(LOCK, path) as writer:
            assert heard(writer) == "locked"
            result = CliRunner().invoke(app, ["sessions", str(path)])
            assert (result.exit_code, result.stdout) == (FAULT, "")
            assert "is locked: another program is writing" in result.stderr
            opened(window, path, qtbot)
            assert "is locked: another program is writing" in texts(window.start_page)
        window.start_page.retry_requested.emit()
        qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
        assert window.pages.currentWidget() is window.desk
        window.opening.close()
        qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)


def test_what_a_crash_left_is_shown_from_a_copy(window: Window, folder: Path, qtbot: QtBot) -> None:
    """What was half written would be shown as events, or repaired where it lies as evidence."""
    path = folder / "events.db"
    a_log(path)
    crash_elsewhere(path)
    with unchanged(folder):
        opened(window, path, qtbot)
        assert window.opening.log is not None
        assert len(window.opening.log) == 2
        assert "recovered copy" in texts(window.banner)
        window.opening.close()
        qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)


@needs_permissions
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_folder_that_cannot_be_written(window: Window, qtbot: QtBot, mode: str) -> None:
    """A log on a share or a disc that is only read could not be looked at."""
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "events.db"
        a_log(path)
        execute_elsewhere(path, f"PRAGMA journal_mode = {mode}")
        folder.chmod(0o555)
        with unchanged(folder), as_nobody():
            result = CliRunner().invoke(app, ["context", str(path), "--session", "s", "--json"])
            assert result.exit_code == 0, result.stderr
            assert ("cannot be written" in result.stderr) == (mode == "wal")
            opened(window, path, qtbot)
            assert window.opening.log is not None
            assert len(window.opening.log) == 2
            assert ("cannot be written" in texts(window.banner)) == (mode == "wal")
            window.opening.close()
            qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_what_is_written_while_it_is_open_is_followed(
    window: Window, folder: Path, qtbot: QtBot
) -> None:
    """The backend goes on writing: nothing of it is in the way, and nothing of it is lost."""
    path = folder / "events.db"
    a_log(path)
    opened(window, path, qtbot)
    append_elsewhere(path, [row_of(viewed("late", seconds=90))])
    qtbot.wait_until(
        lambda: window.opening.log is not None and len(window.opening.log) == 3, timeout=PATIENCE
    )


def test_renumbered_rows_are_never_shown_as_others(
    window: Window, folder: Path, qtbot: QtBot
) -> None:
    """VACUUM may renumber: the detail of one event would stand under the time of another."""
    path = folder / "events.db"
    write_log(path, [viewed(f"c-{n}", seconds=n) for n in range(300)])
    execute_elsewhere(path, "DELETE FROM events WHERE rowid <= 100")
    opened(window, path, qtbot)
    execute_elsewhere(path, "UPDATE events SET rowid = rowid - 100")
    window.clock.change(lambda p: p.at_position(5))
    qtbot.wait_until(lambda: "replaced" in texts(window.banner), timeout=PATIENCE)
    window.banner.action_requested.emit()
    qtbot.wait_until(lambda: not window.banner.isVisible() and not window.busy, timeout=PATIENCE)
    assert window.opening.log is not None
    assert len(window.opening.log) == 200
    assert window.clock.playback is not None
    assert window.clock.playback.position == 5
