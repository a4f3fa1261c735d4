"""The filter in the window, on real files: typed, lit, gone through, saved."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import platformdirs
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from app.models.opening import Wish
from app.sample import sample_path
from app.window import Window
from tests.app.windows import LONGEST, PATIENCE, make_window, position
from tests.builders import captured, chat, viewed
from tests.builders_files import append_elsewhere, write_log, write_long_log


@pytest.fixture
def saved_file() -> Iterator[Path]:
    path = platformdirs.user_data_path("brainweb-replay", appauthor=False) / "filters.json"
    path.unlink(missing_ok=True)
    yield path
    for each in path.parent.glob("filters.*"):
        each.unlink()


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, saved_file: Path) -> Iterator[Window]:
    window = make_window(qtbot, tmp_path / "settings" / "settings.json")
    yield window
    window.close()


@pytest.fixture
def small(window: Window, settled: Callable[[], None], tmp_path: Path, qtbot: QtBot) -> Window:
    """The window with a log of four views, two chats and a capture, the playhead at its start."""
    log = [viewed("raft", seconds=i, name="Raft") for i in range(4)]
    log += [chat("raft", seconds=60), captured("document", "d", seconds=90), chat(seconds=120)]
    window.open(write_log(tmp_path / "my.db", log))
    settled()
    window.actions_by_id["start"].trigger()
    window.activateWindow()
    qtbot.wait_until(lambda: window.isActiveWindow(), timeout=PATIENCE)
    settled()
    return window


def hits(window: Window) -> list[int]:
    """The numbers of the events that are hits."""
    found = window.filter.hits
    assert found is not None
    return [event + 1 for event in found.tolist()]


def numbers(window: Window) -> list[str]:
    """The first column of the table, all of it."""
    model = window.event_table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def type_filter(qtbot: QtBot, window: Window, text: str) -> None:
    """Go to the field by its command and type."""
    window.actions_by_id["find-events"].trigger()
    qtbot.keyClicks(window.filter.bar.field, text)


def test_a_filter_is_typed_and_its_hits_are_told(
    small: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """What a question finds could be read off nowhere."""
    type_filter(qtbot, small, "type:ChatMessageCreated")
    settled()
    assert QApplication.focusWidget() is small.filter.bar.field
    assert hits(small) == [5, 7]
    assert small.filter.bar.told.text() == "2 of 7 events · 09:01 – 09:02"


def test_enter_and_f3_go_from_hit_to_hit(
    small: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """The hits would have to be looked for on the timeline by eye."""
    field = small.filter.bar.field
    type_filter(qtbot, small, "why")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settled()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert position(small) == 5
    small.actions_by_id["next-hit"].trigger()
    assert position(small) == 7
    small.actions_by_id["previous-hit"].trigger()
    assert position(small) == 5
    small.actions_by_id["next-hit"].trigger()
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert position(small) == 5


def test_a_wrong_filter_is_told_where_and_what_was_expected(
    small: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """Who mistypes would take “no hit” for an answer."""
    type_filter(qtbot, small, "tpye:Chat")
    settled()
    field = small.filter.bar.field
    assert small.filter.hits is None
    assert field.told == "“tpye:” is no field. Expected type:."
    assert "Expected type:" in field.toolTip()
    field.clear()
    settled()
    assert field.toolTip() == ""
    assert small.filter.bar.told.isHidden()


def test_completions_are_taken_with_tab_and_closed_with_escape(
    small: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """Types and concepts would have to be known by heart."""
    field = small.filter.bar.field
    type_filter(qtbot, small, "ty")
    assert field.offered == ("type:",)
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert field.text() == "type:"
    assert field.offered[0] == "UserViewed"
    qtbot.keyClicks(field, "c")
    assert field.offered == ("ChatMessageCreated", "SourceCaptured")
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "type:SourceCaptured "
    qtbot.keyClicks(field, "co")
    assert field.offered
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.offered == ()
    assert field.text() == "type:SourceCaptured co"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    settled()
    assert small.filter.hits is None


def test_the_table_can_show_the_hits_alone(
    small: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """A click on the second hit would go to the second event of the session."""
    small.filter.show_filter("type:Chat*")
    settled()
    assert numbers(small) == ["1", "2", "3", "4", "5", "6", "7"]
    small.actions_by_id["only-hits"].trigger()
    assert numbers(small) == ["5", "7"]
    small.event_table.row_entered.emit(1)
    settled()
    assert position(small) == 7
    assert small.event_table.currentIndex().row() == 1
    summary = small.event_table.model().index(1, 6)
    qtbot.wait_until(lambda: "Why?" in summary.data(), timeout=PATIENCE)
    small.actions_by_id["clear-filter"].trigger()
    settled()
    assert len(numbers(small)) == 7


def test_hits_stand_out_in_the_table_and_on_the_timeline(
    small: Window, settled: Callable[[], None]
) -> None:
    """The hits would be a number, and nowhere to be seen."""
    plain = small.timeline.grab().toImage(), small.event_table.grab().toImage()
    small.filter.show_filter("type:SourceCaptured")
    settled()
    lit = small.timeline.grab().toImage(), small.event_table.grab().toImage()
    assert lit[0] != plain[0]
    assert lit[1] != plain[1]
    small.filter.show_filter("")
    settled()
    assert (small.timeline.grab().toImage(), small.event_table.grab().toImage()) == plain


def test_a_running_log_is_searched_as_it_grows(
    small: Window, settled: Callable[[], None], tmp_path: Path, qtbot: QtBot
) -> None:
    """What arrives would never be a hit; one that comes late would light the wrong event."""
    small.filter.show_filter("why")
    settled()
    append_elsewhere(tmp_path / "my.db", [chat(seconds=150)])
    qtbot.wait_until(lambda: hits(small) == [5, 7, 8], timeout=PATIENCE)
    settled()
    append_elsewhere(tmp_path / "my.db", [captured("document", "late", seconds=30)])
    qtbot.wait_until(lambda: hits(small) == [6, 8, 9], timeout=PATIENCE)
    settled()


def test_a_filter_is_saved_picked_deleted_and_restored(
    small: Window, settled: Callable[[], None], saved_file: Path, qtbot: QtBot
) -> None:
    """A filter that took long to find would have to be typed anew each day."""
    small.filter.show_filter("type:Chat*")
    settled()
    small.actions_by_id["save-filter"].trigger()
    dialog = small.findChild(QInputDialog)
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("Chats & more")
    dialog.accept()
    settled()
    assert stat.S_IMODE(saved_file.stat().st_mode) == 0o600
    small.actions_by_id["clear-filter"].trigger()
    small.filter.menu.actions()[0].trigger()
    settled()
    assert small.filter.bar.field.text() == "type:Chat*"
    assert hits(small) == [5, 7]
    small.filter.saved.delete("Chats & more")
    settled()
    assert small.filter.saved.filters == {}
    small.filter.menu.actions()[-1].trigger()
    settled()
    assert small.filter.saved.filters == {"Chats & more": "type:Chat*"}


def test_nothing_is_saved_where_no_filter_is_typed(
    small: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """An entry that finds everything would stand in the menu."""
    small.actions_by_id["save-filter"].trigger()
    assert small.findChild(QInputDialog) is None
    assert small.banner.isVisibleTo(small)


def test_a_broken_file_of_filters_is_set_aside(
    qtbot: QtBot, tmp_path: Path, saved_file: Path
) -> None:
    """The window would not open any more, or what could be mended by hand be overwritten."""
    saved_file.parent.mkdir(parents=True, exist_ok=True)
    saved_file.write_text("{broken", encoding="utf-8")
    window = make_window(qtbot, tmp_path / "settings.json")
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    assert saved_file.with_suffix(".broken.json").read_text(encoding="utf-8") == "{broken"
    window.close()


def test_a_search_ends_when_the_text_changes_or_the_file_is_closed(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """Hits of what was typed before would come on screen after those that were asked for."""
    window.open(write_long_log(tmp_path / "long.db", 20_000))
    settled()
    window.filter.show_filter("nowhere")
    window.filter.show_filter("object:concept")
    settled()
    assert len(hits(window)) == 20_000
    window.filter.show_filter("nowhere")
    window.actions_by_id["close"].trigger()
    settled()
    assert window.filter.hits is None
    assert not window.filter.bar.isVisibleTo(window)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(1600, 1000), (1280, 720), (900, 600)])
def test_the_field_fits_in_the_bar(
    window: Window, settled: Callable[[], None], theme: str, size: tuple[int, int]
) -> None:
    """In a small window the field would be too narrow to type in, or push the menu out."""
    window.resize(*size)
    window.actions_by_id[f"theme-{theme}"].trigger()
    window.open(sample_path(), Wish(LONGEST))
    settled()
    window.filter.show_filter("type:ChatMessageCreated")
    settled()
    assert window.width() == size[0]
    assert window.filter.bar.field.width() >= 120
    told = window.filter.bar.told
    assert told.fontMetrics().horizontalAdvance(told.text()) <= told.width()
