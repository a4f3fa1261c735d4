"""What can happen to a file that is open in the window: said there, and over when its cause is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.window import Window
from tests.app.windows import PATIENCE, make_window, position, texts
from tests.builders import chat, viewed
from tests.builders_files import append_elsewhere, contents, execute_elsewhere, row_of, write_log
from tests.core.events.logs import another_program, heard
from tests.torture.conftest import FULL, Figure, amount
from tests.torture.heartbeat import Heartbeat, heartbeat
from tests.torture.small_disk import read_only, small_disk

EVENTS = amount(300, 1_000)
LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
print("free", flush=True)
sys.stdin.read()
"""
by_torture = pytest.mark.skipif(not FULL, reason="done by `make torture`")
LONG = PATIENCE + 10_000


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[Window]:
    window = make_window(qtbot, tmp_path / "settings" / "settings.json")
    yield window
    window.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of one session, in a folder of its own."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return write_log(folder / "events.db", events(EVENTS))


def events(count: int) -> list[object]:
    return [
        viewed(f"c-{n % 40}", seconds=n, name="x" * 200) if n % 3 else chat("raft", seconds=n)
        for n in range(count)
    ]


def opened(window: Window, path: Path, qtbot: QtBot) -> None:
    window.open(path)
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    assert length(window) == EVENTS


def length(window: Window) -> int:
    return 0 if window.opening.log is None else len(window.opening.log)


def wander(window: Window) -> None:
    """Look at another event, so that rows and detail are asked for anew."""
    window.clock.change(lambda p: p.at_position((p.position * 7 + 11) % EVENTS))


def until(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.wait_until(lambda: bool(condition()), timeout=LONG)


@contextmanager
def measured(figure: Figure, what: str) -> Iterator[Heartbeat]:
    with heartbeat() as beating:
        yield beating
    figure(f"{what}: longest block of the GUI thread", beating.told)


def goes_on(window: Window, path: Path, beating: Heartbeat, qtbot: QtBot) -> None:
    """What another program writes now is followed, and any event can be looked at."""
    before = length(window)
    with beating.apart():
        append_elsewhere(path, [row_of(viewed("late", seconds=EVENTS + before))])
    until(qtbot, lambda: length(window) == before + 1)
    window.actions_by_id["end"].trigger()
    until(qtbot, lambda: position(window) == before + 1 and not window.busy)


@by_torture
def test_a_log_that_nothing_happens_to(
    window: Window, log: Path, qtbot: QtBot, figure: Figure
) -> None:
    """What the other figures are to be held against, on a machine as busy as it is."""
    with measured(figure, "a file opened that nothing happens to"):
        opened(window, log, qtbot)
    with measured(figure, "nothing happened") as beating:
        for _ in range(5):
            wander(window)
            qtbot.wait(100)
        until(qtbot, lambda: not window.busy)
        goes_on(window, log, beating, qtbot)
    with measured(figure, "the same file read anew"):
        window.actions_by_id["reload"].trigger()
        until(qtbot, lambda: not window.busy)


@pytest.mark.parametrize("seconds", [0.1, 4.0, 30.0] if FULL else [4.0])
def test_a_log_that_another_program_locks_for_a_while(
    window: Window, log: Path, seconds: float, qtbot: QtBot, figure: Figure
) -> None:
    """A backend that is busy would freeze the window, or end what it follows for good."""
    opened(window, log, qtbot)
    with another_program(LOCK, log) as writer:
        assert heard(writer) == "locked"
        with measured(figure, f"locked for {seconds} s") as beating:
            wander(window)
            if seconds > 3:
                until(qtbot, lambda: "is locked: another program" in texts(window.banner))
            qtbot.wait(round(seconds * 1000 if seconds != 4.0 else 1000))
            with beating.apart():
                assert writer.stdin is not None
                writer.stdin.write("\n")
                writer.stdin.flush()
                assert heard(writer) == "free"
            wander(window)
            until(qtbot, lambda: not window.banner.isVisible() and not window.busy)
            goes_on(window, log, beating, qtbot)
    assert length(window) == EVENTS + 1


def test_a_log_that_vanishes_and_comes_back(
    window: Window, log: Path, qtbot: QtBot, figure: Figure
) -> None:
    """Who moved a file by mistake would look at a dead window, or have to start again."""
    opened(window, log, qtbot)
    with measured(figure, "vanished"):
        away = log.with_name("moved.db")
        log.rename(away)
        wander(window)
        until(qtbot, lambda: "deleted" in texts(window.banner))
        assert length(window) == EVENTS
    with measured(figure, "come back, read anew") as beating:
        away.rename(log)
        window.actions_by_id["reload"].trigger()
        until(qtbot, lambda: not window.banner.isVisible() and not window.busy)
        goes_on(window, log, beating, qtbot)


@by_torture
def test_a_log_that_is_replaced(window: Window, log: Path, qtbot: QtBot, figure: Figure) -> None:
    """The detail of one log would stand beside the timeline of another."""
    opened(window, log, qtbot)
    other = write_log(log.with_name("other.db"), events(EVENTS + 500))
    with measured(figure, "replaced") as beating:
        other.replace(log)
        wander(window)
        until(qtbot, lambda: "replaced" in texts(window.banner))
        assert length(window) == EVENTS
        window.banner.action_requested.emit()
        until(qtbot, lambda: length(window) == EVENTS + 500 and not window.busy)
        assert not window.banner.isVisible()
        goes_on(window, log, beating, qtbot)


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.97] if FULL else [0.5])
def test_a_log_that_is_cut_short(
    window: Window, log: Path, kept: float, qtbot: QtBot, figure: Figure
) -> None:
    """A copy that was broken off over the open file would crash the window, or show half events."""
    opened(window, log, qtbot)
    whole = log.read_bytes()
    with measured(figure, f"cut to {kept:.0%}") as beating:
        os.truncate(log, round(len(whole) * kept))
        wander(window)
        until(qtbot, lambda: window.banner.isVisible())
        said = texts(window.banner)
        assert "replaced" in said or "damaged" in said, said
        window.banner.action_requested.emit()
        until(qtbot, lambda: not window.busy)
        # Put back as one does: a new file takes the place of the broken one.
        log.with_name("whole.db").write_bytes(whole)
        log.with_name("whole.db").replace(log)
        window.actions_by_id["reload"].trigger()
        until(qtbot, lambda: length(window) == EVENTS and not window.busy)
        goes_on(window, log, beating, qtbot)


@by_torture
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_medium_that_can_only_be_read(
    window: Window, journal: str, qtbot: QtBot, figure: Figure
) -> None:
    """A log on a disc, or on a share that is evidence, could not be looked at, or be changed."""
    with small_disk(8 << 20) as medium:
        path = write_log(medium / "events.db", events(EVENTS))
        execute_elsewhere(path, f"PRAGMA journal_mode = {journal}")
        before = contents(medium)
        read_only(medium)
        with measured(figure, f"read-only medium, {journal}: opened"):
            opened(window, path, qtbot)
        with measured(figure, f"read-only medium, {journal}: looked at"):
            wander(window)
            until(qtbot, lambda: not window.busy)
            assert ("cannot be written" in texts(window.banner)) == (journal == "wal")
            window.opening.close()
            until(qtbot, lambda: not window.busy)
        assert contents(medium) == before
