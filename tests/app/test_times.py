"""How times are shown, chosen through the window and followed by all that shows one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTableView
from pytestqt.qtbot import QtBot

from app import text
from app.settings import SettingsFile
from app.time_format import IN_UTC
from app.views.playhead_label import PlayheadLabel
from app.views.section_heading import SectionHeading
from app.views.timeline.ruler import ticks_of
from app.views.timeline.scene import Scene
from app.views.zone_dialog import ZoneDialog
from app.window import Window
from tests.app.windows import PATIENCE, make_window, texts
from tests.builders import START, captured, viewed
from tests.builders_files import write_log


@pytest.fixture(autouse=True)
def in_utc() -> Iterator[None]:
    """Times are told in one way in the whole process: a test puts it back."""
    yield
    text.show_times(IN_UTC)


@pytest.fixture
def opened(window: Window, settled: Callable[[], None], tmp_path: Path) -> Window:
    """A session from 10:00 to 11:00 UTC, the playhead after its second event at 10:30."""
    ten = 3_600
    assert START.isoformat().startswith("2026-11-12T09:00")
    events = [
        viewed("raft", seconds=ten),
        captured("document", "d", seconds=ten + 1_800),
        viewed("raft", seconds=ten + 3_600),
    ]
    window.open(write_log(tmp_path / "my.db", events))
    settled()
    window.clock.change(lambda p: p.at_position(2))
    settled()
    return window


def choose(window: Window, settled: Callable[[], None], command: str) -> None:
    window.actions_by_id[command].trigger()
    settled()


def choose_zone(window: Window, qtbot: QtBot, settled: Callable[[], None], typed: str) -> None:
    window.actions_by_id["times-zone"].trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ZoneDialog)
    qtbot.wait_until(lambda: dialog.zones.topLevelItemCount() > 0, timeout=PATIENCE)
    qtbot.keyClicks(dialog.search, typed)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    settled()


def column(window: Window, title: str) -> list[str]:
    """The texts of a column of the table of events."""
    table = window.event_table
    model = table.model()
    horizontal = Qt.Orientation.Horizontal
    titles = [model.headerData(c, horizontal) for c in range(model.columnCount())]
    place = titles.index(title)
    return [model.index(row, place).data() for row in range(model.rowCount())]


def playhead_label(window: Window) -> str:
    label = window.transport.findChild(PlayheadLabel)
    assert isinstance(label, PlayheadLabel)
    return label.text


def headings(window: Window) -> str:
    return "\n".join(heading.text() for heading in window.findChildren(SectionHeading))


def labels(window: Window) -> list[str]:
    picture = window.timeline._shown()
    assert picture is not None
    scene: Scene = picture.scene
    return [tick.label for tick in ticks_of(scene, lambda label: 7 * len(label))]


def test_a_zone_is_found_and_all_that_shows_a_time_follows(
    opened: Window, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    """Of two times on screen one would be UTC and the other not."""
    choose(opened, settled, "axis-time")
    choose_zone(opened, qtbot, settled, "kathm")
    assert opened.status_line.times.text() == "Kathmandu (UTC+05:45)"
    assert column(opened, "Time (Kathmandu)") == ["15:45:00.000", "16:15:00.000", "16:45:00.000"]
    assert "16:15:00.000 UTC+05:45" in playhead_label(opened)
    assert "CONTEXT AT 16:15:00.000" in headings(opened)
    assert "16:15:00.000 UTC+05:45" in texts(opened.before_after)
    assert "16:15:00.000 UTC+05:45" in opened.timeline.accessibleName()
    assert "16:00" in labels(opened)
    fields = opened.event_detail.findChildren(QTableView)[0].model()
    rows = [
        (fields.index(r, 0).data(), fields.index(r, 1).data()) for r in range(fields.rowCount())
    ]
    assert ("Time", "12 Nov 2026 16:15:00.000000 UTC+05:45") in rows
    assert ("Time (UTC)", "2026-11-12T10:30:00Z") in rows


def test_since_the_start(opened: Window, settled: Callable[[], None]) -> None:
    """How long after the start something was would have to be reckoned."""
    choose(opened, settled, "axis-time")
    choose(opened, settled, "times-start")
    assert opened.status_line.times.text() == "Since start"
    assert column(opened, "Since start") == ["+00:00:00.000", "+00:30:00.000", "+01:00:00.000"]
    label = playhead_label(opened)
    assert "+00:30:00.000" in label
    assert "10:30:00 UTC" in label
    assert "CONTEXT AT +00:30:00.000" in headings(opened)
    assert "+00:30" in labels(opened)


def test_by_event_number(opened: Window, settled: Callable[[], None]) -> None:
    """Who speaks of events by their numbers would look for them by their times."""
    choose(opened, settled, "times-event")
    assert column(opened, "After event") == ["#1", "#2", "#3"]
    assert "CONTEXT AT #2" in headings(opened)
    assert "#2" in labels(opened)


def test_local_time_and_back(opened: Window, settled: Callable[[], None]) -> None:
    """There would be no way back to the times of the log."""
    choose(opened, settled, "times-local")
    assert opened.status_line.times.text().startswith("Local (")
    assert opened.actions_by_id["times-local"].isChecked()
    choose(opened, settled, "times-utc")
    assert opened.status_line.times.text() == "UTC"
    assert column(opened, "Time (UTC)")[0] == "10:00:00.000"


def test_the_choice_is_kept(
    opened: Window, qtbot: QtBot, settled: Callable[[], None], tmp_path: Path
) -> None:
    """Each start would be in UTC again."""
    choose_zone(opened, qtbot, settled, "+05:45")
    choose(opened, settled, "times-start")
    kept = SettingsFile(tmp_path / "settings" / "settings.json").read()
    assert (kept.times, kept.zone) == ("start", "Asia/Kathmandu")
    text.show_times(IN_UTC)
    again = make_window(qtbot, tmp_path / "settings" / "settings.json")
    try:
        assert again.actions_by_id["times-start"].isChecked()
        choose(again, settled, "times-zone")
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ZoneDialog)
        dialog.reject()
        assert again.actions_by_id["times-start"].isChecked()
        qtbot.wait_until(lambda: not again.busy, timeout=PATIENCE)
    finally:
        again.close()


def test_a_zone_that_is_not_there_is_told(
    opened: Window, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    """An empty list says neither that nothing was found nor what to type."""
    opened.actions_by_id["times-zone"].trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ZoneDialog)
    qtbot.wait_until(lambda: dialog.zones.topLevelItemCount() > 0, timeout=PATIENCE)
    dialog.search.setText("qqq")
    assert "Try a city" in texts(dialog)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.isVisible()
    dialog.reject()
    settled()


def test_the_ruler_is_round_by_the_clock_of_the_zone_also_where_it_is_changed(
    window: Window, qtbot: QtBot, settled: Callable[[], None], tmp_path: Path
) -> None:
    """Hours would stand at half past, or one would be missing in a night in October."""
    # From 22:00 to 04:00 UTC in the night in which Paris goes from +2 to +1 at 01:00 UTC.
    begin = -19 * 86_400 + 13 * 3_600
    events = [viewed("raft", seconds=begin + 600 * n) for n in range(37)]
    window.open(write_log(tmp_path / "night.db", events))
    settled()
    choose(window, settled, "axis-time")
    choose_zone(window, qtbot, settled, "europe/paris")
    hours = [label for label in labels(window) if label.endswith(":00")]
    assert hours == ["00:00", "01:00", "02:00", "03:00", "04:00", "05:00"]
    choose(window, settled, "times-utc")
    hours = [label for label in labels(window) if not label.endswith(":30")]
    assert hours == ["22:00", "23:00", "25 Oct", "01:00", "02:00", "03:00", "04:00"]


def test_the_button_says_it_to_those_who_do_not_see_it(
    opened: Window, settled: Callable[[], None]
) -> None:
    """A screen reader would read a button without a name."""
    button = opened.status_line.times
    assert button.accessibleName() == "How times are shown"
    choose(opened, settled, "times-start")
    assert button.accessibleDescription() == "Since start"
    menu = button.menu()
    assert [a.text() for a in menu.actions()][:2] == ["Times in UTC", "Times in local time"]
