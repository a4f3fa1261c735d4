"""Bookmarks in the window, on real files: marked, found again, kept by their events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from app import theme as themes
from app.models.opening import Wish
from app.views.bookmark_colours import shade
from app.views.bookmark_dialog import BookmarkDialog
from app.views.bookmark_page import NO_FILE
from app.views.contrast import contrast
from app.window import Window
from core.notes.bookmark import Anchor, Bookmark, Colour
from core.notes.bookmark_file import BookmarkFile
from core.replay.linked import Link
from core.replay.playback import Playhead
from tests.app.windows import PATIENCE, make_window, position, texts
from tests.builders import event, viewed
from tests.builders_files import append_elsewhere, in_session, write_log, write_long_log

Settled = Callable[[], None]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user's data that no other test writes to."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "brainweb-replay"


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, data: Path) -> Iterator[Window]:
    window = make_window(qtbot, tmp_path / "settings" / "settings.json")
    yield window
    window.close()


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """Session `s` of ten events, a second apart, and the older session `old`."""
    events = [viewed(f"c-{n}", seconds=n, name="Raft") for n in range(10)]
    old = in_session("old", [event(seconds=n - 100) for n in range(5)])
    return write_log(tmp_path / "my.db", [*old, *events])


@pytest.fixture
def opened(window: Window, settled: Settled, log_file: Path) -> Window:
    window.open(log_file, Wish("s"))
    settled()
    return window


def trigger(window: Window, command: str) -> None:
    window.actions_by_id[command].trigger()


def dialog(window: Window) -> BookmarkDialog:
    (found,) = (each for each in window.findChildren(BookmarkDialog) if each.isVisible())
    return found


def at(window: Window, position: int) -> None:
    window.clock.change(lambda playback: playback.at_position(position))


def mark(
    window: Window, qtbot: QtBot, settled: Settled, place: int, name: str | None = None
) -> None:
    """Mark a position as a user does: M, words, Enter."""
    at(window, place)
    trigger(window, "bookmark")
    asked = dialog(window)
    if name is not None:
        asked.name.setText(name)
    qtbot.keyClick(asked.name, Qt.Key.Key_Return)
    settled()


def table(window: Window) -> list[list[str]]:
    view = window.bookmarks.page.table
    model = view.model()
    columns = [c for c in range(model.columnCount()) if not view.isColumnHidden(c)]
    return [
        [str(model.index(row, column).data()) for column in columns]
        for row in range(model.rowCount())
    ]


def names(window: Window) -> list[str]:
    return [placed.bookmark.name for placed in window.bookmarks.model.state.here]


def positions(window: Window) -> list[int | None]:
    here = window.bookmarks.model.state.here
    return [None if placed.playhead is None else placed.playhead.position for placed in here]


def button(window: Window, name: str) -> QPushButton:
    found = window.bookmarks.page.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def pennant(window: Window, place: int) -> QPoint:
    """A point on the pennant of a bookmark."""
    picture = window.timeline._shown()
    assert picture is not None
    log = window.opening.log
    assert log is not None
    x = float(picture.scene.axis.x_of_positions(place))
    pixel = (
        picture.scene.left
        + (x - picture.scene.x0) / (picture.scene.x1 - picture.scene.x0) * picture.scene.width
    )
    return QPoint(round(pixel), picture.layout.lanes.top() - 5)


def test_a_moment_is_marked_with_a_name_that_its_event_suggests(
    opened: Window, qtbot: QtBot, settled: Settled, data: Path
) -> None:
    """Who has seen something would have to note its time by hand."""
    mark(opened, qtbot, settled, 4)
    (kept,) = BookmarkFile(data / "bookmarks.db").of_session("s")
    assert kept.name == "UserViewed · Raft"
    assert kept.source == "my.db"
    trigger(opened, "show-bookmarks")
    assert table(opened) == [["09:00:03.000", "4", "UserViewed · Raft", ""]]
    assert "1 bookmark in this session" in texts(opened.bookmarks.page)


def test_the_moment_is_that_of_the_key_though_time_goes_on(
    opened: Window, qtbot: QtBot, settled: Settled
) -> None:
    """While the name is typed the session plays on, to what nobody meant to mark."""
    at(opened, 3)
    trigger(opened, "bookmark")
    at(opened, 8)
    qtbot.keyClick(dialog(opened).name, Qt.Key.Key_Return)
    settled()
    assert positions(opened) == [3]


def test_escape_marks_nothing(opened: Window, qtbot: QtBot, settled: Settled, data: Path) -> None:
    trigger(opened, "bookmark")
    qtbot.keyClick(dialog(opened), Qt.Key.Key_Escape)
    settled()
    assert names(opened) == []
    assert not (data / "bookmarks.db").exists()


def test_a_note_has_lines_and_is_saved_with_its_colour(
    opened: Window, qtbot: QtBot, settled: Settled
) -> None:
    trigger(opened, "bookmark")
    asked = dialog(opened)
    asked.choose(Colour.PINK)
    qtbot.keyClicks(asked.note, "one")
    qtbot.keyClick(asked.note, Qt.Key.Key_Return)
    qtbot.keyClicks(asked.note, "two")
    qtbot.keyClick(asked.note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settled()
    (placed,) = opened.bookmarks.model.state.here
    assert (placed.bookmark.note, placed.bookmark.colour) == ("one\ntwo", Colour.PINK)


def test_a_range_is_marked_and_marked_again_when_gone_to(
    opened: Window, qtbot: QtBot, settled: Settled
) -> None:
    at(opened, 3)
    trigger(opened, "range-start")
    at(opened, 7)
    trigger(opened, "range-end")
    marked = opened.selection.range
    trigger(opened, "bookmark-range")
    assert dialog(opened).name.text() == "09:00:02 – 09:00:06"
    qtbot.keyClick(dialog(opened).name, Qt.Key.Key_Return)
    settled()
    trigger(opened, "clear-range")
    trigger(opened, "show-bookmarks")
    settled()
    assert table(opened)[0][0] == "09:00:02.000 · 4 s"
    opened.bookmarks.page.table.row_entered.emit(0)
    assert (position(opened), opened.selection.range) == (3, marked)


def test_without_a_range_it_is_said_how_to_mark_one(opened: Window) -> None:
    trigger(opened, "bookmark-range")
    assert "No range is marked" in texts(opened.banner)
    assert opened.findChild(BookmarkDialog) is None


def test_keys_lead_from_bookmark_to_bookmark(
    opened: Window, qtbot: QtBot, settled: Settled
) -> None:
    trigger(opened, "next-bookmark")
    assert "no bookmark in this session" in texts(opened.banner)
    for place in (2, 0, 6):
        mark(opened, qtbot, settled, place)
    at(opened, 4)
    trigger(opened, "next-bookmark")
    assert position(opened) == 6
    trigger(opened, "next-bookmark")
    assert position(opened) == 6
    for expected in (2, 0, 0):
        trigger(opened, "previous-bookmark")
        assert position(opened) == expected


def test_the_timeline_shows_and_tells_a_bookmark_and_a_click_goes_there(
    opened: Window, qtbot: QtBot, settled: Settled
) -> None:
    mark(opened, qtbot, settled, 5, "A <b>turn</b>")
    point = pennant(opened, 5)
    colour = shade(opened.bookmarks._theme, Colour.BLUE)
    at(opened, 1)
    image = opened.timeline.grab().toImage()
    assert image.pixelColor(point) == colour
    picture = opened.timeline._shown()
    assert picture is not None
    hit = picture.hit(point)
    assert hit is not None
    assert hit.text.splitlines() == ["A <b>turn</b>", "#5 · 09:00:04.000"]
    qtbot.mouseClick(opened.timeline, Qt.MouseButton.LeftButton, pos=point)
    assert position(opened) == 5
    at(opened, 1)
    overview = QPoint(point.x() + 2, picture.layout.overview.bottom() - 2)
    qtbot.mouseClick(opened.timeline, Qt.MouseButton.LeftButton, pos=overview)
    assert position(opened) == 5


def test_words_are_changed_and_a_bookmark_deleted_and_brought_back(
    opened: Window, qtbot: QtBot, settled: Settled
) -> None:
    """A slip of the key would lose what was noted."""
    for place in (2, 5):
        mark(opened, qtbot, settled, place, f"at {place}")
    trigger(opened, "show-bookmarks")
    view = opened.bookmarks.page.table
    view.selectRow(1)
    qtbot.keyClick(view, Qt.Key.Key_F2)
    dialog(opened).name.setText("Other")
    qtbot.keyClick(dialog(opened).name, Qt.Key.Key_Return)
    settled()
    assert names(opened) == ["at 2", "Other"]
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    settled()
    assert names(opened) == ["at 2"]
    assert "Deleted “Other”" in texts(opened.bookmarks.page)
    assert view.currentIndex().row() == 0
    qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled()
    assert names(opened) == ["at 2", "Other"]
    assert not button(opened, "undo-delete").isVisible()
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    button(opened, "undo-delete").click()
    settled()
    assert names(opened) == ["at 2", "Other"]


def test_a_bookmark_stays_with_its_event_when_others_come_late(
    opened: Window, qtbot: QtBot, settled: Settled, log_file: Path
) -> None:
    """On a running session it would come to lie at what nobody marked."""
    mark(opened, qtbot, settled, 5)
    append_elsewhere(log_file, [event(seconds=0.5), event(seconds=20)])
    qtbot.wait_until(lambda: positions(opened) == [6], timeout=PATIENCE)
    settled()
    assert opened.bookmarks.model.state.here[0].instant == opened.opening.log.times[5]  # type: ignore[union-attr]


def test_another_session_is_opened_at_its_bookmark(
    opened: Window, qtbot: QtBot, settled: Settled
) -> None:
    mark(opened, qtbot, settled, 5, "here")
    opened.opening.open_session("old")
    settled()
    assert names(opened) == []
    mark(opened, qtbot, settled, 2, "there")
    trigger(opened, "show-bookmarks")
    button(opened, "all-sessions").click()
    settled()
    assert [(row[2], row[1], row[3]) for row in table(opened)] == [
        ("old", "2", "there"),
        ("s", "5", "here"),
    ]
    opened.bookmarks.page.table.row_entered.emit(1)
    settled()
    assert (opened.opening.session_id, position(opened)) == ("s", 5)
    button(opened, "all-sessions").click()
    settled()
    assert [row[2] for row in table(opened)] == ["here"]


def test_linked_sessions_show_the_bookmarks_of_their_parts_and_the_other_way_round(
    opened: Window, qtbot: QtBot, settled: Settled
) -> None:
    """What was marked in a part would be gone where the parts are replayed as one."""
    mark(opened, qtbot, settled, 5, "in a part")
    link = Link("both", ("old", "s"))
    opened.source.show_links([link])
    settled()
    opened.opening.open_session(link.id)
    settled()
    assert positions(opened) == [10]
    mark(opened, qtbot, settled, 8, "in both")
    assert positions(opened) == [8, 10]
    opened.opening.open_session("s")
    settled()
    assert list(zip(names(opened), positions(opened), strict=True)) == [
        ("in both", 3),
        ("in a part", 5),
    ]


def test_a_bookmark_whose_event_is_not_there_is_kept_and_said(
    opened: Window, settled: Settled, data: Path
) -> None:
    BookmarkFile(data / "bookmarks.db").put([Bookmark("s", Anchor("gone", at=0), "Lost")])
    trigger(opened, "show-bookmarks")
    settled()
    assert table(opened)[0][1:3] == ["not found", "Lost"]
    assert "the events of 1 are not in this log" in texts(opened.bookmarks.page)
    opened.bookmarks.page.table.row_entered.emit(0)
    assert "not in this log" in texts(opened.banner)


def test_what_another_window_marked_is_there_when_the_page_is_looked_at(
    opened: Window, settled: Settled, data: Path
) -> None:
    BookmarkFile(data / "bookmarks.db").put([Bookmark("s", Anchor(None), "Theirs")])
    trigger(opened, "show-bookmarks")
    settled()
    assert names(opened) == ["Theirs"]


def test_bookmarks_are_exported_and_imported_by_dialogs(
    opened: Window, qtbot: QtBot, settled: Settled, tmp_path: Path
) -> None:
    mark(opened, qtbot, settled, 5, "here")
    trigger(opened, "export-bookmarks")
    choose(opened, tmp_path / "out.json", suggested="bookmarks-s.json")
    settled()
    assert "1 bookmark written to out.json" in texts(opened.bookmarks.page)
    document = json.loads((tmp_path / "out.json").read_text())
    assert [each["name"] for each in document["bookmarks"]] == ["here"]
    opened.bookmarks.model.delete([opened.bookmarks.model.state.here[0].bookmark])
    opened.bookmarks.model.forget_deleted()
    settled()
    trigger(opened, "import-bookmarks")
    choose(opened, tmp_path / "out.json")
    settled()
    assert names(opened) == ["here"]
    assert "out.json: 1 added, 0 updated, 0 skipped" in texts(opened.bookmarks.page)


def test_a_file_that_cannot_be_imported_is_said_with_the_place(
    opened: Window, settled: Settled, tmp_path: Path
) -> None:
    (tmp_path / "bad.json").write_text("[]")
    trigger(opened, "import-bookmarks")
    choose(opened, tmp_path / "bad.json")
    settled()
    assert "was not imported. It holds no bookmarks" in texts(opened.banner)


def choose(window: Window, path: Path, suggested: str = "") -> None:
    found = window.findChild(QFileDialog)
    assert isinstance(found, QFileDialog)
    if suggested:
        assert Path(found.selectedFiles()[0]).name == suggested
    found.fileSelected.emit(str(path))
    found.reject()


def test_a_broken_file_of_bookmarks_is_set_aside_and_said(
    window: Window, settled: Settled, log_file: Path, data: Path
) -> None:
    data.mkdir(parents=True)
    (data / "bookmarks.db").write_bytes(b"nothing of the kind" * 200)
    window.open(log_file, Wish("s"))
    settled()
    assert "was set aside as" in texts(window.banner)
    assert window.opening.log is not None


def test_many_marked_at_once_are_all_kept(opened: Window, settled: Settled) -> None:
    """Jobs that wait for each other would take every thread, and the window stand for ever."""
    log, model = opened.opening.log, opened.bookmarks.model
    assert log is not None
    for place in range(10):
        draft = model.begin(log, Playhead(place, log.instant_at(place)), None)
        assert draft is not None
        model.save(draft, name=f"{place}", note="", colour=Colour.BLUE)
    settled()
    assert positions(opened) == list(range(10))


def test_closing_at_once_loses_nothing(opened: Window, qtbot: QtBot, data: Path) -> None:
    """What was marked last, before the window was closed, would be gone."""
    for place in (2, 3, 4):
        at(opened, place)
        trigger(opened, "bookmark")
        qtbot.keyClick(dialog(opened).name, Qt.Key.Key_Return)
    opened.close()
    assert len(BookmarkFile(data / "bookmarks.db").of_session("s")) == 3


def test_without_a_file_the_page_says_what_it_is_for(window: Window) -> None:
    trigger(window, "show-bookmarks")
    assert window.bookmarks.page.table._message == NO_FILE
    assert not window.actions_by_id["bookmark"].isEnabled()


def test_a_long_session_is_marked_as_a_short_one(
    window: Window, qtbot: QtBot, settled: Settled, tmp_path: Path
) -> None:
    window.open(write_long_log(tmp_path / "long.db", 30_000))
    settled()
    mark(window, qtbot, settled, 29_000)
    assert positions(window) == [29_000]


def test_every_colour_is_seen_in_both_themes() -> None:
    for theme in (themes.DARK, themes.LIGHT):
        assert all(contrast(shade(theme, c), theme.ground) >= 3 for c in Colour)
        assert len({shade(theme, colour).name() for colour in Colour}) == len(Colour)


@pytest.mark.parametrize("size", [(1600, 1000), (900, 600)])
def test_the_table_fits(
    opened: Window, qtbot: QtBot, settled: Settled, size: tuple[int, int]
) -> None:
    mark(opened, qtbot, settled, 5, "A name of some length, which is cut where there is no room")
    opened.resize(*size)
    trigger(opened, "show-bookmarks")
    settled()
    view = opened.bookmarks.page.table
    widths = [view.columnWidth(c) for c in range(5) if not view.isColumnHidden(c)]
    assert sum(widths) <= view.viewport().width()
    export = button(opened, "export-button")
    where = QRect(export.mapTo(opened, QPoint()), export.size())
    assert opened.rect().contains(where)
