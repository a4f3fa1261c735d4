"""Pictures and plays of the real window where nobody sees it, and what nobody caught."""

from __future__ import annotations

import ast
import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app import start
from app import theme as themes
from app.sample import sample_path
from app.uncaught import called_on_interrupt, told_of_uncaught
from app.window import Window
from core.events.errors import SourceNotFound, StoreError
from core.events.store.sqlite import SQLiteEventStore
from core.notes.bookmark import Anchor, Bookmark
from core.notes.bookmark_file import BookmarkFile
from core.projectors.rules import BRAIN_WEB, RECENCY
from core.projectors.session_context import SessionContextProjector, fold
from tests.app.windows import PATIENCE
from tests.builders import chat, viewed
from tests.builders_files import contents, row_of, write_log

LARGEST = "session_1794474072480_9c2hv6ron"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    folder.mkdir()
    events = [viewed("raft", name="Raft"), chat("raft", "paxos", seconds=60)]
    return write_log(folder / "events.db", events)


NOT_AT_THE_START = (
    "numpy.ma", "boto3", "botocore", "neo4j", "fastapi", "uvicorn", "websockets", "pyarrow",
    "asyncio", "ssl", "app.features.comparing", "app.features.exporting", "app.views.server_panel",
    "app.views.palette", "app.views.people_page", "app.views.range_page", "app.views.impact_page",
    "app.views.settings_dialog", "app.views.link_dialog", "app.views.bookmark_dialog",
    "app.views.table_dialog", "app.views.key_sheet",
)  # fmt: skip


def test_what_few_need_is_not_imported_before_the_first_picture(tmp_path: Path) -> None:
    """The window would come the later, each time the program is started."""
    script = (
        "import builtins, sys\n"
        "from app.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([builtins.__import__.__name__, *sys.modules])\n"
    )
    arguments = ["render", str(sample_path()), "--out", str(tmp_path / "x.png")]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    way, *imported = ast.literal_eval(done.stdout.splitlines()[-1])
    # PySide's own reads the source of every module.
    assert way != "__feature_import__"
    assert "app.window" in imported
    assert [name for name in NOT_AT_THE_START if name in imported] == []


class TestPictures:
    @pytest.mark.parametrize(
        ("theme", "size"), [("dark", (1600, 1000)), ("light", (1280, 720))], ids=["dark", "light"]
    )
    def test_the_window_is_drawn_in_its_theme_and_size(
        self, qtbot: QtBot, tmp_path: Path, theme: str, size: tuple[int, int]
    ) -> None:
        """A picture for the documentation would be of another look than was asked for."""
        out = tmp_path / "new folder" / "x.png"
        start.render(sample_path(), LARGEST, "#214", out=out, theme=theme, size=size)
        image = QImage(str(out))
        assert (image.width(), image.height()) == size
        panel = (themes.DARK if theme == "dark" else themes.LIGHT).panel
        assert image.pixelColor(4, image.height() - 12) == panel

    def test_bookmarks_of_who_makes_it_are_in_it_where_asked_for(
        self, qtbot: QtBot, tmp_path: Path, log: Path
    ) -> None:
        """What two people draw of one log would differ, and tell what either of them noted."""
        outs = [tmp_path / f"{name}.png" for name in ("before", "without", "asked")]
        start.render(log, "s", "#1", out=outs[0])
        BookmarkFile().put([Bookmark("s", Anchor(None, 1_000_000), "Here it began")])
        start.render(log, "s", "#1", out=outs[1])
        start.render(log, "s", "#1", out=outs[2], bookmarks=True)
        # Below stands how long the reading took.
        images = [QImage(str(out)) for out in outs]
        before, without, asked = (i.copy(0, 0, i.width(), i.height() - 40) for i in images)
        assert before == without
        assert asked != without

    def test_it_is_under_the_rules_that_are_asked_for(
        self, qtbot: QtBot, tmp_path: Path, log: Path
    ) -> None:
        """A picture would show weights of other rules than it says."""
        pictures = []
        for rules in (BRAIN_WEB, RECENCY):
            out = tmp_path / f"{rules.name}.png"
            start.render(log, "s", "#2", out=out, rules=rules)
            pictures.append(QImage(str(out)))
        usual, recent = (picture.copy(0, 60, 1600, 900) for picture in pictures)
        assert usual != recent

    def test_two_moments_are_two_pictures_and_one_moment_is_one(
        self, qtbot: QtBot, tmp_path: Path
    ) -> None:
        """A picture would be taken before the moment is on screen."""
        pictures = []
        for number, at in enumerate(["#214", "#20", "#214"]):
            out = tmp_path / f"{number}.png"
            start.render(sample_path(), LARGEST, at, out=out)
            qtbot.wait(0)
            # Below is the status line, which says how long reading took.
            pictures.append(QImage(str(out)).copy(0, 0, 1600, 960))
        assert pictures[0] != pictures[1]
        assert pictures[0] == pictures[2]

    @pytest.mark.parametrize(
        ("source", "at", "fault"),
        [("missing.db", None, SourceNotFound), ("log/events.db", "#3", StoreError)],
        ids=["no file", "no such moment"],
    )
    def test_what_cannot_be_had_makes_no_picture(
        self,
        qtbot: QtBot,
        tmp_path: Path,
        log: Path,
        source: str,
        at: str | None,
        fault: type[StoreError],
    ) -> None:
        """A script would go on with a picture of something else."""
        out = tmp_path / "x.png"
        with pytest.raises(fault):
            start.render(tmp_path / source, None, at, out=out)
        assert not out.exists()

    def test_a_picture_that_cannot_be_written_is_a_fault(self, qtbot: QtBot, log: Path) -> None:
        """A script would go on without the picture."""
        with pytest.raises(StoreError, match="cannot be written"):
            start.render(log, None, None, out=log.parent)

    def test_the_file_and_its_folder_are_as_they_were(
        self, qtbot: QtBot, tmp_path: Path, log: Path
    ) -> None:
        """A log is evidence: a picture of it leaves no trace."""
        before = contents(log.parent)
        start.render(log, None, None, out=tmp_path / "x.png")
        assert contents(log.parent) == before


class TestPlaying:
    def test_at_the_end_it_is_the_context_of_the_whole_session(
        self, qtbot: QtBot, tmp_path: Path
    ) -> None:
        """`make run` without a display would print what the system never held."""
        out = tmp_path / "x.png"
        context = start.play_offscreen(None, LARGEST, None, out=out)
        with SQLiteEventStore(sample_path()) as store:
            assert context == SessionContextProjector(store).project(LARGEST)
        assert out.stat().st_size > 10_000

    def test_it_stops_at_a_moment_that_is_asked_for(self, qtbot: QtBot, tmp_path: Path) -> None:
        context = start.play_offscreen(None, LARGEST, "#214", out=tmp_path / "x.png")
        with SQLiteEventStore(sample_path()) as store:
            events = list(store.replay(LARGEST))[:214]
        assert context == fold(LARGEST, events)

    @pytest.mark.parametrize(
        "times",
        [
            ["09:00:00"],
            ["09:00:00", "09:00:00", "09:00:00"],
            ["09:00:00.000000", "09:00:00.000050"],
            ["09:00:00", "18:00:00"],
        ],
        ids=["one event", "one instant", "fifty microseconds", "nine idle hours"],
    )
    def test_a_session_of_any_length_comes_to_its_end(
        self, qtbot: QtBot, tmp_path: Path, times: list[str]
    ) -> None:
        """The command would never come back."""
        rows = [row_of(viewed("raft"), occurred_at=f"2026-11-12T{time}") for time in times]
        path = write_log(tmp_path / "events.db", rows)
        context = start.play_offscreen(path, None, None, out=tmp_path / "x.png")
        assert context.position == len(times)

    def test_a_log_without_events_cannot_be_played(self, qtbot: QtBot, tmp_path: Path) -> None:
        path = write_log(tmp_path / "events.db", [])
        with pytest.raises(StoreError, match="no session"):
            start.play_offscreen(path, None, None, out=tmp_path / "x.png")


class TestWhatNobodyCaught:
    @pytest.fixture
    def told(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Exception]]:
        """What the user is told, in place of what fails a test here."""
        monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
        told: list[Exception] = []
        with told_of_uncaught(told.append):
            yield told

    def test_it_is_told_and_logged_with_where_it_was(
        self, told: list[Exception], qtbot: QtBot, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A key would do nothing, and nobody would ever know why."""
        with caplog.at_level(logging.CRITICAL):
            QTimer.singleShot(0, self.a_bug)
            qtbot.wait_until(lambda: bool(told), timeout=PATIENCE)
        assert [repr(error) for error in told] == ["ValueError('a bug')"]
        assert "a_bug" in caplog.text

    def test_what_happens_with_every_frame_is_told_once(
        self, told: list[Exception], qtbot: QtBot
    ) -> None:
        """Telling it makes the window paint, and what fails while painting would never end."""

        class Unlucky(QWidget):
            painted = 0

            def paintEvent(self, event: object) -> None:
                self.painted += 1
                self.update()
                raise ValueError("no paint")

        widget = Unlucky()
        qtbot.addWidget(widget)
        widget.show()
        qtbot.wait_until(lambda: widget.painted > 5 and bool(told), timeout=PATIENCE)
        widget.hide()
        assert [repr(error) for error in told] == ["ValueError('no paint')"]

    def test_ctrl_c_is_called_where_it_does_no_harm(self, qtbot: QtBot) -> None:
        """Ctrl+C in the terminal would leave the window where it is, or break off its painting."""
        interrupted: list[bool] = []
        with called_on_interrupt(lambda: interrupted.append(True)):
            signal.raise_signal(signal.SIGINT)
            qtbot.wait_until(lambda: bool(interrupted), timeout=PATIENCE)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_ctrl_c_while_the_window_is_made_waits_until_it_is(
        self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It would come in the midst of Qt's own work, and the program end in a crash."""

        class Interrupted(Window):
            def apply_theme(self) -> None:
                qtbot.addWidget(self)
                signal.raise_signal(signal.SIGINT)
                super().apply_theme()

        monkeypatch.setattr(start, "Window", Interrupted)
        monkeypatch.setattr(start, "has_display", lambda: True)
        assert start.show_window(None, None, None, fresh=True) == 0
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_afterwards_it_is_as_it_was(self, qtbot: QtBot) -> None:
        before = sys.excepthook
        with told_of_uncaught(lambda _: None):
            assert sys.excepthook != before
        assert sys.excepthook is before

    def a_bug(self) -> None:
        raise ValueError("a bug")
