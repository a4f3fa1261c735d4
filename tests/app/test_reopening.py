"""What was open is open again; and several windows, each on its own."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app import start
from app.kept import OpenLog
from app.models.opening import Wish
from app.settings import SettingsFile
from app.sources import place_of
from app.window import Window
from core.events.schema import EventEnvelope
from core.replay.axis import AxisMode
from tests.app.tables import append
from tests.app.windows import PATIENCE, make_window, position, texts
from tests.builders import event
from tests.builders_files import write_log
from tests.core.events.dynamodb_server import Table


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """A log of two sessions."""
    events = [look("raft", "one", i) for i in range(6)] + [
        look("paxos", "two", i) for i in range(4)
    ]
    return write_log(tmp_path / "my.db", events)


def look(concept: str, session_id: str, seconds: int) -> EventEnvelope:
    return event(
        ref=("concept", concept),
        seconds=seconds,
        session_id=session_id,
        event_id=f"{session_id}-{seconds}",
    )


@pytest.fixture
def settle(qtbot: QtBot, window: Window) -> Callable[..., None]:
    """Waits until all windows show what was asked for."""

    def wait(one: Window = window) -> None:
        qtbot.wait_until(lambda: not any(w.busy for w in one.others.all), timeout=PATIENCE)

    return wait


@pytest.fixture
def restart(
    qtbot: QtBot, window: Window, settle: Callable[..., None]
) -> Iterator[Callable[..., Window]]:
    """Starts the program once more, on the same settings, without a source."""
    started: list[Window] = []

    def again() -> Window:
        fresh = make_window(qtbot, window.settings_file.path)
        started.append(fresh)
        start.reopen(fresh)
        settle(fresh)
        return fresh

    yield again
    for one in started:
        one.others.quit()


def delete_closed() -> None:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def run(window: Window, command: str) -> None:
    window.actions_by_id[command].trigger()
    QApplication.processEvents()


def _is_whole(window: Window, count: int) -> bool:
    log = window.opening.log
    return log is not None and log.complete and len(log) == count and not window.source.filling


class TestTheNextStart:
    def test_shows_what_was_open(
        self,
        window: Window,
        log_file: Path,
        settle: Callable[..., None],
        restart: Callable[..., Window],
    ) -> None:
        """Who comes back after lunch would look for the moment again."""
        window.open(log_file, Wish("two"))
        settle()
        run(window, "rules-recency")
        run(window, "axis-event")
        window.clock.change(lambda p: p.at_position(3))
        log = window.opening.log
        assert log is not None
        window.selection.mark(log.start, log.end)
        window.filter.show_filter("type:UserViewed")
        window.replay.select_id("paxos")
        settle()
        run(window, "quit")
        again = restart()
        assert again.source.path == log_file
        assert again.opening.session_id == "two"
        assert position(again) == 3
        assert again.replay.rules.name == "Recency"
        assert again.opening.axis_mode is AxisMode.EVENT
        assert again.selection.range == (log.start, log.end)
        assert again.filter.bar.field.text() == "type:UserViewed"
        assert again.replay.selected == 0

    def test_tells_where_the_file_is_gone(
        self,
        window: Window,
        log_file: Path,
        settle: Callable[..., None],
        restart: Callable[..., Window],
    ) -> None:
        """The window would be empty, and nobody knew why."""
        window.open(log_file)
        settle()
        window.close()
        log_file.unlink()
        again = restart()
        assert again.pages.currentWidget() is again.start_page
        assert "my.db" in texts(again.start_page)

    def test_a_table_is_open_again_at_its_moment(
        self,
        qtbot: QtBot,
        window: Window,
        settle: Callable[..., None],
        restart: Callable[..., Window],
        dynamodb_table: Table,
    ) -> None:
        """Who looks at the cloud would have to type its address at each start."""
        append(dynamodb_table, [look("raft", "one", second) for second in range(5)])
        window.open(place_of(dynamodb_table.location), Wish("one"))
        qtbot.wait_until(lambda: _is_whole(window, 5), timeout=PATIENCE)
        settle()
        window.clock.change(lambda p: p.at_position(3))
        settle()
        run(window, "quit")
        again = restart()
        qtbot.wait_until(lambda: _is_whole(again, 5), timeout=PATIENCE)
        settle(again)
        assert again.source.place == place_of(dynamodb_table.location)
        assert (again.opening.session_id, position(again)) == ("one", 3)

    def test_tells_where_rules_or_the_session_are_gone(
        self, window: Window, log_file: Path, settle: Callable[..., None]
    ) -> None:
        """Numbers under other rules would be taken for the ones of yesterday."""
        window.reopening.open(
            OpenLog(source=str(log_file), session_id="three", rules="My rules", concept="raft")
        )
        settle()
        assert "no rules “My rules” any more" in texts(window.notice)
        assert "three" in texts(window.banner)
        assert window.replay.selected is None

    @pytest.mark.parametrize("source", ["dynamodb://", "", "\0", "/no/such/file.db", "."])
    def test_an_odd_source_is_no_crash(
        self, window: Window, settle: Callable[..., None], source: str
    ) -> None:
        """A damaged file of settings would end the program at each start."""
        window.reopening.open(OpenLog(source=source, session_id="one", position=2**40, at=2**62))
        settle()
        assert window.pages.currentWidget() is window.start_page
        assert texts(window.start_page)

    def test_goes_where_there_is_something(
        self, window: Window, log_file: Path, settle: Callable[..., None]
    ) -> None:
        """A log that was cut meanwhile has no event 5,000 any more."""
        window.reopening.open(
            OpenLog(source=str(log_file), session_id="one", position=5_000, at=2**62, range=(9, 3))
        )
        settle()
        assert window.opening.log is not None
        assert position(window) == len(window.opening.log)
        assert window.selection.range is None

    def test_is_empty_where_nothing_was_open(
        self, window: Window, restart: Callable[..., Window]
    ) -> None:
        """A file that was closed on purpose would be back."""
        window.close()
        again = restart()
        assert again.pages.currentWidget() is again.start_page
        assert "cannot be opened" not in texts(again.start_page)

    def test_is_empty_for_who_wants_it_so(self, window: Window) -> None:
        """On a shared machine the next one would see what was studied."""
        assert window.settings.reopen
        window.keep(reopen=False)
        window.close()
        assert not SettingsFile(window.settings_file.path).read().reopen


class TestSeveralWindows:
    def test_each_has_a_log_and_a_playhead_of_its_own(
        self, window: Window, log_file: Path, settle: Callable[..., None]
    ) -> None:
        """Two sessions could not be looked at side by side."""
        window.open(log_file, Wish("one"))
        settle()
        run(window, "new-window")
        _, other = window.others.all
        assert other.pages.currentWidget() is other.start_page
        other.open(log_file, Wish("two"))
        settle()
        window.clock.change(lambda p: p.at_position(1))
        other.clock.change(lambda p: p.at_position(3))
        settle()
        assert (position(window), position(other)) == (1, 3)
        assert window.opening.session_id == "one"
        other.close()
        delete_closed()
        assert window.others.all == (window,)
        window.clock.change(lambda p: p.at_position(2))
        settle()
        assert position(window) == 2

    def test_a_session_opens_in_a_window_of_its_own(
        self, window: Window, log_file: Path, settle: Callable[..., None]
    ) -> None:
        """To compare two of them one would choose the file once more, and find the session."""
        window.open(log_file, Wish("one"))
        settle()
        run(window, "session-window")
        choose_in_new_window(window, "two")
        settle()
        assert [w.opening.session_id for w in window.others.all] == ["one", "one", "two"]
        run(window, "quit")
        delete_closed()

    def test_closing_one_leaves_the_others_and_quitting_none(
        self,
        window: Window,
        log_file: Path,
        settle: Callable[..., None],
        restart: Callable[..., Window],
    ) -> None:
        """Work would be lost with a window that was only in the way; or all but one, at the end."""
        window.open(log_file, Wish("one"))
        for _ in range(2):
            run(window, "new-window")
        _, second, third = window.others.all
        second.open(log_file, Wish("two"))
        settle()
        run(third, "close-window")
        assert window.others.all == (window, second)
        run(second, "quit")
        assert window.others.all == ()
        assert not window.isVisible()
        again = restart()
        assert [w.opening.session_id for w in again.others.all] == ["one", "two"]

    def test_no_window_loses_what_another_remembers(self, window: Window) -> None:
        """The theme that was chosen in one window would be undone by the next change in another."""
        run(window, "new-window")
        _, other = window.others.all
        run(other, "theme-light")
        run(window, "skip-idle")
        run(other, "axis-event")
        window.others.quit()
        delete_closed()
        kept = SettingsFile(window.settings_file.path).read()
        assert (kept.theme, kept.skip_idle, kept.axis) == ("light", True, AxisMode.EVENT)

    def test_a_window_that_was_closed_is_gone(
        self, qtbot: QtBot, window: Window, log_file: Path, settle: Callable[..., None]
    ) -> None:
        """Each session that was looked at would stay in memory until the end."""
        run(window, "new-window")
        other = window.others.all[1]
        other.open(log_file)
        settle()
        gone = weakref.ref(other.opening)
        other.close()
        del other
        delete_closed()

        def is_gone() -> bool:
            gc.collect()
            return gone() is None

        # A thread may still be on its way out of the last job, which knows the window.
        qtbot.wait_until(is_gone, timeout=PATIENCE)


def choose_in_new_window(window: Window, session_id: str) -> None:
    """As a person does: the menu of a row of the list, and its entry."""
    rows = window.session_list._list
    row = window.session_list._model.row_of(session_id)
    assert row is not None
    where = rows.visualRect(rows.model().index(row, 0)).center()
    reason = QContextMenuEvent.Reason.Mouse
    asked = QContextMenuEvent(reason, where, rows.viewport().mapToGlobal(QPoint(where)))
    QApplication.sendEvent(rows.viewport(), asked)
    menu = rows.findChildren(QMenu)[-1]
    next(a for a in menu.actions() if a.text() == "Open in a new window").trigger()
    menu.close()
    delete_closed()
