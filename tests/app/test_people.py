"""The page of people in the window, on real files: who acted, what they prefer, and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app import theme as themes
from app.models.cells import CellTableModel
from app.models.people import STOPPED, PeopleState
from app.models.preference_rows import PreferenceRow
from app.sample import sample_path
from app.views.people_page import NOBODY
from app.views.people_tables import EvidenceTable, PersonTable
from app.views.preference_list import PreferenceList
from app.window import Window
from tests.app.windows import PATIENCE, position, texts
from tests.builders import captured, chat, event, viewed
from tests.builders_files import (
    append_elsewhere,
    execute_elsewhere,
    in_session,
    write_log,
    write_long_log,
)


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """Two sessions of ada's and one of bo's; the latest, `three`, opens first."""
    ml = {"domain": "ml"}
    events = [
        *in_session("one", [viewed("raft", seconds=i, name="Raft") for i in range(3)]),
        *in_session("one", [chat("raft", seconds=5), captured("document", "d", seconds=6)]),
        *in_session("two", [event(seconds=10, actor="bo", payload=ml), chat(seconds=12)]),
        *in_session("three", [viewed("raft", seconds=20), event(seconds=30, payload=ml)]),
    ]
    return write_log(tmp_path / "my.db", events)


@pytest.fixture
def people(window: Window, settled: Callable[[], None], log_file: Path) -> Window:
    """The window with the page of people on screen."""
    window.open(log_file)
    settled()
    window.actions_by_id["show-people"].trigger()
    settled()
    return window


def table(widget: PersonTable | EvidenceTable) -> list[list[str]]:
    model = widget.model()
    assert isinstance(model, CellTableModel)
    columns = range(len(model.columns))
    return [[model.cell(r, c).text for c in columns] for r in range(model.rowCount())]


def persons(window: Window) -> PersonTable:
    found = window.people.page.findChild(PersonTable)
    assert isinstance(found, PersonTable)
    return found


def preferences(window: Window) -> PreferenceList:
    found = window.people.page.findChild(PreferenceList)
    assert isinstance(found, PreferenceList)
    return found


def evidence(window: Window) -> EvidenceTable:
    found = window.people.page.findChild(EvidenceTable)
    assert isinstance(found, EvidenceTable)
    return found


def rows(window: Window) -> list[tuple[str, str]]:
    """What is preferred, as text and amount."""
    model = preferences(window).model()
    places = range(model.rowCount())
    found = [model.data(model.index(place, 0), Qt.ItemDataRole.UserRole) for place in places]
    assert all(isinstance(row, PreferenceRow) for row in found)
    return [(row.text, row.amount) for row in found]


def press_row(window: Window, text: str) -> None:
    """Choose what is preferred by its text."""
    place = [row for row, _ in rows(window)].index(text)
    preferences(window).press(place)


def button(window: Window) -> QPushButton:
    found = window.people.page.findChild(QPushButton, "people-button")
    assert isinstance(found, QPushButton)
    return found


def press_key(qtbot: QtBot, key: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, key)


def test_nobody_is_counted_before_somebody_looks(
    window: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """Opening a long log would take twice as long, for a page that may never be seen."""
    window.open(log_file)
    settled()
    assert window.people.model.state == PeopleState()


def test_the_people_of_the_log_are_listed_the_most_active_first(people: Window) -> None:
    """What one person did in many sessions would have to be put together by hand."""
    assert people.desk.is_shown(people.people.page)
    assert table(persons(people)) == [["user-ada", "2", "7"], ["bo", "1", "2"]]
    assert rows(people) == [
        ("STYLE", "explorer"),
        ("Views", "71%"),
        ("Chats", "14%"),
        ("Captures", "14%"),
        ("DOMAINS", "1"),
        ("ml", "1"),
        ("CONCEPTS", "1"),
        ("Raft", "4"),
    ]
    assert "2 people in 3 sessions and 9 events" in texts(people.people.page)


def test_a_preference_leads_to_its_event_in_another_session(
    people: Window, settled: Callable[[], None]
) -> None:
    """A number that cannot be followed to its events is a claim."""
    assert people.opening.session_id == "three"
    press_row(people, "Raft")
    settled()
    found = table(evidence(people))
    assert [row[1] for row in found] == ["three", "one", "one", "one"]
    assert found[1][2:] == ["UserViewed", "concept raft", "Raft"]
    evidence(people).row_entered.emit(2)
    settled()
    assert people.opening.session_id == "one"
    assert position(people) == 2
    assert people.desk.is_shown(people.people.page)
    assert [row[1] for row in table(evidence(people))] == ["three", "one", "one", "one"]


def test_an_event_of_the_session_on_screen_is_gone_to_at_once(
    people: Window, settled: Callable[[], None]
) -> None:
    """Reading the session anew would lose range and zoom for a single step."""
    begun: list[str | None] = []
    people.opening.session_changed.connect(begun.append)
    press_row(people, "Raft")
    settled()
    evidence(people).row_entered.emit(0)
    assert position(people) == 1
    assert begun == []


def test_another_person_shows_what_they_prefer(people: Window, settled: Callable[[], None]) -> None:
    persons(people).selectRow(1)
    settled()
    assert rows(people)[0] == ("STYLE", "mixed")
    assert [row[1] for row in table(evidence(people))] == ["two"]


def test_the_page_is_used_by_keyboard_alone(
    people: Window, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    """Who has no mouse could look at the page, and do nothing with it."""
    assert QApplication.focusWidget() is persons(people)
    press_key(qtbot, Qt.Key.Key_Down)
    assert persons(people).currentIndex().row() == 1
    press_key(qtbot, Qt.Key.Key_Up)
    press_key(qtbot, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is preferences(people)
    press_key(qtbot, Qt.Key.Key_End)
    chosen = preferences(people).chosen
    assert chosen is not None
    assert chosen.text == "Raft"
    settled()
    press_key(qtbot, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is evidence(people)
    press_key(qtbot, Qt.Key.Key_Down)
    press_key(qtbot, Qt.Key.Key_Down)
    press_key(qtbot, Qt.Key.Key_Return)
    settled()
    assert people.opening.session_id == "one"


def test_what_is_open_anew_is_counted_anew(
    people: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    """After F5 the page would tell of the file as it was."""
    append_elsewhere(log_file, in_session("four", [event(seconds=60, actor="cy")]))
    people.actions_by_id["reload"].trigger()
    qtbot.wait_until(lambda: len(table(persons(people))) == 3, timeout=PATIENCE)
    settled()


def test_that_the_log_has_grown_is_told_and_it_can_be_counted_again(
    people: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    """On a running log one would take old numbers for those of now."""
    append_elsewhere(log_file, in_session("three", [viewed("raft", seconds=60)]))
    qtbot.wait_until(
        lambda: "the log has grown since" in texts(people.people.page), timeout=PATIENCE
    )
    assert persons(people).currentIndex().row() == 0
    button(people).click()
    settled()
    assert rows(people)[-1] == ("Raft", "5")
    assert "the log has grown since" not in texts(people.people.page)


def test_counting_can_be_stopped_and_begun_again(
    window: Window, settled: Callable[[], None], tmp_path: Path, qtbot: QtBot
) -> None:
    """A log of millions would have to be waited for once its page was opened."""
    window.open(write_long_log(tmp_path / "long.db", 20_000))
    settled()
    window.actions_by_id["show-people"].trigger()
    assert button(window).text() == "Stop"
    assert window.people.model.state.share is not None
    button(window).click()
    settled()
    assert window.people.model.state == PeopleState(fault=STOPPED)
    assert STOPPED in texts(window.people.page)
    button(window).click()
    settled()
    assert table(persons(window)) == [["unknown", "1", "20,000"]]


def test_of_very_many_events_the_latest_are_listed(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """That most are left out would be hidden."""
    window.open(write_long_log(tmp_path / "long.db", 5_000))
    settled()
    window.actions_by_id["show-people"].trigger()
    settled()
    assert len(table(evidence(window))) == 1_000
    assert "the latest 1,000 of 5,000 events" in texts(window.people.page)


def test_closing_the_file_ends_the_counting(
    window: Window, settled: Callable[[], None], tmp_path: Path, qtbot: QtBot
) -> None:
    """The next file would be shown with the people of the one before."""
    window.open(write_long_log(tmp_path / "long.db", 20_000))
    settled()
    window.actions_by_id["show-people"].trigger()
    window.actions_by_id["close"].trigger()
    assert window.people.model.state == PeopleState()
    settled()
    assert window.people.model.state == PeopleState()


def test_another_file_is_counted_when_it_is_opened_with_the_page_on_screen(
    people: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    people.open(write_log(tmp_path / "other.db", [event(actor="cy")]))
    settled()
    assert table(persons(people)) == [["cy", "1", "1"]]


def test_a_file_that_was_rewritten_is_told_where_the_people_were(
    people: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """The page would go on counting for ever, or show people that no event stands behind."""
    execute_elsewhere(log_file, "DELETE FROM events; VACUUM;")
    button(people).click()
    settled()
    assert people.people.model.state.fault
    assert people.people.model.state.fault in texts(people.people.page)
    assert button(people).text() == "Count again"


def test_a_log_without_events_says_so(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """An empty page would look like one that does not work."""
    window.open(write_log(tmp_path / "empty.db", []))
    settled()
    window.actions_by_id["show-people"].trigger()
    settled()
    assert NOBODY in texts(window.people.page)


def test_what_a_log_says_is_shown_as_plain_text(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """A name could hide, or turn around, what is written beside it."""
    nasty = "<b>x</b>\u202e\x1b\n"
    odd = event(ref=("concept", nasty), actor=nasty, payload={"domain": nasty, "name": nasty})
    window.open(write_log(tmp_path / "odd.db", in_session(nasty, [odd])))
    settled()
    window.actions_by_id["show-people"].trigger()
    settled()
    shown = str(table(persons(window)) + table(evidence(window))) + str(rows(window))
    assert "<b>x</b>\ufffd\ufffd" in shown
    assert not {"\u202e", "\x1b", "\n"} & set("".join(text for row in rows(window) for text in row))


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(1600, 1000), (1280, 720), (900, 600)])
def test_the_page_is_drawn_in_both_themes_and_fits(
    window: Window, settled: Callable[[], None], theme: str, size: tuple[int, int]
) -> None:
    """In a small window names would run over numbers, or the page would be one of dark on dark."""
    window.resize(*size)
    window.actions_by_id[f"theme-{theme}"].trigger()
    window.open(sample_path())
    settled()
    window.actions_by_id["show-people"].trigger()
    settled()
    page = window.people.page
    assert page.width() + 2 < window.width()
    assert persons(window).columnWidth(0) >= 60
    assert persons(window).isColumnHidden(1) == (size[0] < 1600)
    image: QImage = page.grab().toImage()
    palette = themes.DARK if theme == "dark" else themes.LIGHT
    left = preferences(window).mapTo(page, preferences(window).rect().bottomLeft())
    assert image.pixelColor(left.x() + 4, left.y() - 2) == palette.panel
