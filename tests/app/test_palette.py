"""The palette through the window: what it finds, how fast, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import text
from app.commands import COMMANDS
from app.features import palette as feature
from app.models.finding import Found, Kind
from app.settings import SettingsFile
from app.time_format import IN_UTC, TimeFormat
from app.views.palette import Palette
from app.window import Window
from tests.app.windows import PATIENCE, position, texts
from tests.builders import viewed
from tests.builders_files import in_session, write_log


@pytest.fixture(autouse=True)
def in_utc() -> Iterator[None]:
    """Times are told in one way in the whole process: a test puts it back."""
    yield
    text.show_times(IN_UTC)


@pytest.fixture
def opened(window: Window, settled: Callable[[], None], tmp_path: Path) -> Window:
    """`lesson` with Raft and Vector clocks on screen, and `revision` of two events before it."""
    before = in_session("revision", [viewed("elft", seconds=0), viewed("elft", seconds=10)])
    lesson = [
        viewed("c-1", seconds=3_600, name="Raft"),
        viewed("c-2", seconds=3_700, name="Vector clocks"),
        viewed("c-1", seconds=3_900, name="<b>Raft</b> 📘 log"),
    ]
    window.open(write_log(tmp_path / "my.db", [*before, *in_session("lesson", lesson)]))
    settled()
    return window


def show(window: Window, settled: Callable[[], None], typed: str = "") -> Palette:
    window.actions_by_id["palette"].trigger()
    palette = QApplication.activeModalWidget()
    assert isinstance(palette, Palette)
    palette.search.setText(typed)
    settled()
    return palette


def rows(palette: Palette) -> list[Kind | Found]:
    model = palette.list.model()
    return [
        model.data(model.index(row, 0), Qt.ItemDataRole.UserRole) for row in range(model.rowCount())
    ]


def found(palette: Palette, kind: Kind | None = None) -> list[str]:
    return [
        row.item.text
        for row in rows(palette)
        if isinstance(row, Found) and kind in (None, row.item.kind)
    ]


def enter(qtbot: QtBot, palette: Palette, settled: Callable[[], None]) -> None:
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    settled()


def test_with_nothing_typed_all_commands_are_there(
    opened: Window, settled: Callable[[], None]
) -> None:
    """Who does not know what there is could not look around."""
    palette = show(opened, settled)
    assert set(found(palette)) == {c.text for c in COMMANDS if c.id != "palette"}
    by_text = {row.item.text: row.item.detail for row in rows(palette) if isinstance(row, Found)}
    assert by_text["Zoom in"] == "View   W"
    palette.reject()


def test_a_command_is_found_and_run(
    opened: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """A few letters would not do."""
    palette = show(opened, settled, "ax by ev")
    first = next(row for row in rows(palette) if isinstance(row, Found))
    assert first.item.text == "Axis by event"
    assert "".join(first.item.text[place] for place in first.places).lower() == "axbyev"
    enter(qtbot, palette, settled)
    assert opened.actions_by_id["axis-event"].isChecked()


def test_what_was_chosen_last_comes_first_also_at_the_next_start(
    opened: Window, settled: Callable[[], None], qtbot: QtBot, tmp_path: Path
) -> None:
    """What is done every day would be typed every day."""
    enter(qtbot, show(opened, settled, "clear the filter"), settled)
    palette = show(opened, settled)
    assert rows(palette)[0] is Kind.RECENT
    assert found(palette)[0] == "Clear the filter"
    palette.reject()
    kept = SettingsFile(tmp_path / "settings" / "settings.json").read()
    assert kept.recent_commands == ("clear-filter",)


def test_sessions_and_concepts_are_found_beside_commands(
    opened: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """A session or a concept would have to be looked for in its own list."""
    palette = show(opened, settled, "rev")
    assert "revision · user-ada" in found(palette, Kind.SESSION)
    palette.search.setText("vector")
    assert rows(palette)[0] is Kind.CONCEPT
    assert found(palette, Kind.CONCEPT) == ["Vector clocks · c-2"]
    enter(qtbot, palette, settled)
    assert opened.replay.selected is not None
    enter(qtbot, show(opened, settled, "@revi"), settled)
    assert opened.opening.session_id == "revision"


def test_a_name_of_a_log_is_plain_and_its_letters_are_marked_in_place(
    opened: Window, settled: Callable[[], None]
) -> None:
    """A name could be set in bold by whoever wrote the log."""
    palette = show(opened, settled, "#raft log")
    assert found(palette) == ["<b>Raft</b> 📘 log · c-1"]
    assert not palette.grab().isNull()
    palette.reject()


def test_a_number_or_a_time_leads_there(
    opened: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """Who was told a time would have to scrub for it."""
    for typed in ("#2", "2", "10:01:40", "+00:01:40", "2026-11-12T10:01:40Z"):
        opened.clock.change(lambda p: p.at_position(3))
        palette = show(opened, settled, typed)
        assert rows(palette)[0] is Kind.MOMENT, typed
        enter(qtbot, palette, settled)
        assert position(opened) == 2, typed


def test_a_time_is_typed_as_it_is_shown(
    opened: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """A time copied from the screen would lead five hours away."""
    opened.times.choose(TimeFormat(zone="Asia/Kathmandu"))
    enter(qtbot, show(opened, settled, "15:46:40"), settled)
    assert position(opened) == 2


def test_a_moment_that_is_not_there_says_why(
    opened: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """Enter would go somewhere else."""
    palette = show(opened, settled, "#99")
    assert "beyond the session's 3 events" in found(palette, Kind.MOMENT)[0]
    enter(qtbot, palette, settled)
    assert position(opened) == 3


def test_bookmarks_are_found(opened: Window, settled: Callable[[], None], qtbot: QtBot) -> None:
    """A moment that was given a name could not be found by it."""
    log = opened.opening.log
    assert log is not None
    opened.clock.change(lambda p: p.at_position(1))
    playback = opened.clock.playback
    assert playback is not None
    draft = opened.bookmarks.model.begin(log, playback.playhead, None)
    assert draft is not None
    from core.notes.bookmark import Colour

    opened.bookmarks.model.save(draft, name="The turn", note="", colour=Colour.BLUE)
    settled()
    opened.clock.change(lambda p: p.at_position(3))
    palette = show(opened, settled, "!turn")
    assert found(palette) == ["The turn"]
    enter(qtbot, palette, settled)
    assert position(opened) == 1


def test_what_cannot_be_done_now_is_shown_and_passed_over(
    window: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """A command would be missing, or do nothing."""
    palette = show(window, settled, "play or pause")
    assert found(palette) == ["Play or pause"]
    assert not palette.list.currentIndex().isValid()
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.reject()


def test_the_arrows_go_round_past_headings_and_an_empty_list_says_what_to_type(
    opened: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """The hand would have to leave the keys for the mouse."""
    palette = show(opened, settled, "e")
    can = [n for n, row in enumerate(rows(palette)) if isinstance(row, Found) and row.item.enabled]
    assert palette.list.currentIndex().row() == can[0]
    qtbot.keyClick(palette.search, Qt.Key.Key_Up)
    assert palette.list.currentIndex().row() == can[-1]
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == can[1]
    # An empty list would look like a fault: it says what can be found.
    palette.search.setText("qqqq")
    assert "@ sessions" in texts(palette)
    palette.reject()


def test_a_long_search_is_not_waited_for_and_enter_is_not_lost(
    opened: Window,
    settled: Callable[[], None],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With ten thousand sessions each letter would hold up the window, or Enter take the wrong."""
    monkeypatch.setattr(feature, "FEW", 0)
    palette = show(opened, settled)
    palette.search.setText("#vector")
    assert opened.palette_of_all.busy
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.wait_until(lambda: not opened.busy, timeout=PATIENCE)
    assert opened.replay.selected is not None
