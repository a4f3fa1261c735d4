"""Linked sessions in the window, on real files: chosen, replayed as one, followed, taken apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.models.event_table import SUMMARY, EventTableModel
from app.models.opening import Wish
from app.models.session_list import SessionListModel, SessionRow
from app.views.link_dialog import LinkDialog
from app.window import Window
from core.projectors.session_context import fold
from core.replay.link_file import LinkFile, default_path
from core.replay.linked import Link
from tests.app.windows import PATIENCE, position, texts
from tests.builders import chat, viewed
from tests.builders_files import append_elsewhere, in_session, row_of, write_log

MAIN = in_session("main", [viewed("raft"), chat("paxos", seconds=20)])
FRAGMENT = in_session("fragment", [chat("raft", seconds=10)])
NEAR = in_session("near", [viewed("clocks", seconds=60)])
STRANGER = in_session("stranger", [viewed("clocks", seconds=n * 90_000) for n in (1, 2)])


@pytest.fixture(autouse=True)
def no_links() -> Iterator[None]:
    """Links are of every log that has their sessions: those of a test end with it."""
    default_path().unlink(missing_ok=True)
    yield
    default_path().unlink(missing_ok=True)


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    tied = [row_of(event, correlation_id="c") for event in (*MAIN, *FRAGMENT)]
    return write_log(tmp_path / "my.db", [*tied, *NEAR, *STRANGER])


@pytest.fixture
def main(window: Window, settled: Callable[[], None], log_file: Path) -> Window:
    """The window with the session `main` open."""
    window.open(log_file, Wish("main"))
    settled()
    return window


@pytest.fixture
def linked(main: Window, settled: Callable[[], None]) -> Window:
    """The same, linked with its fragment as `chat`."""
    dialog = ask(main, settled)
    choose(dialog, "fragment")
    dialog.name.setText("chat")
    accept(dialog)
    settled()
    return main


def ask(window: Window, settled: Callable[[], None]) -> LinkDialog:
    window.actions_by_id["link-sessions"].trigger()
    settled()
    dialog = window.linking.dialog
    assert dialog is not None
    return dialog


def offered(dialog: LinkDialog) -> list[tuple[str, str]]:
    items = [dialog.list.topLevelItem(row) for row in range(dialog.list.topLevelItemCount())]
    return [(item.text(0), item.text(3)) for item in items if item is not None]


def choose(dialog: LinkDialog, name: str) -> None:
    row = [text for text, _ in offered(dialog)].index(name)
    item = dialog.list.topLevelItem(row)
    assert item is not None
    item.setCheckState(0, Qt.CheckState.Checked)


def accept(dialog: LinkDialog) -> None:
    button = dialog.findChild(QPushButton, "link-accept")
    assert isinstance(button, QPushButton)
    button.click()


def listed(window: Window) -> dict[str, SessionRow]:
    model = window.session_list.findChild(SessionListModel)
    assert isinstance(model, SessionListModel)
    rows = [model.row(place) for place in range(model.rowCount())]
    return {row.session_id: row for row in rows if row is not None}


def test_what_may_belong_together_is_offered_first(
    main: Window, settled: Callable[[], None]
) -> None:
    """Among thousands of fragments nobody finds those of one conversation."""
    dialog = ask(main, settled)
    assert offered(dialog) == [
        ("fragment", "shares a correlation id"),
        ("near", "same actor, 40 s apart"),
        ("stranger", ""),
    ]
    choose(dialog, "near")
    dialog.words.setText("frag")
    assert [name for name, _ in offered(dialog)] == ["near", "fragment"]
    dialog.reject()
    assert main.linking.dialog is None
    assert not default_path().exists()


def test_sessions_are_replayed_as_one(linked: Window) -> None:
    """A chat turn that the backend put into a session of its own would be missing."""
    assert linked.opening.session_id == "linked:chat"
    log = linked.opening.log
    assert log is not None
    assert len(log) == 3
    merged = [MAIN[0], FRAGMENT[0], MAIN[1]]
    assert linked.replay.index is not None
    assert linked.replay.index.context_at(3) == fold("linked:chat", merged)
    row = listed(linked)["chat"]
    assert row.parts == 2
    assert row.current
    assert row.size == "2 parts · 3 events"
    assert "main" in listed(linked)
    assert "6 events in 4 sessions" in texts(linked.status_line)
    table = linked.event_table.model()
    assert isinstance(table, EventTableModel)
    assert "…" not in [table.cell(place, SUMMARY).text for place in range(3)]


def test_the_part_at_the_playhead_is_told(linked: Window, settled: Callable[[], None]) -> None:
    """Where an event is stored would be lost."""
    assert "linked:chat" in texts(linked.top_bar)
    assert "Part 1 of 2: main" in texts(linked.status_line)
    linked.actions_by_id["previous"].trigger()
    settled()
    assert "Part 2 of 2: fragment" in texts(linked.status_line)
    linked.opening.open_session("near")
    settled()
    assert "Part" not in texts(linked.status_line)


def test_the_turns_of_linked_sessions_are_whole(linked: Window) -> None:
    assert "Turn: 3 of 3 events" in texts(linked.turns.bar)


def test_any_part_that_grows_is_followed(
    linked: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    """Whoever watches a running conversation would see only the half of it."""
    append_elsewhere(log_file, in_session("fragment", [chat("paxos", seconds=30)]))
    qtbot.wait_until(
        lambda: linked.opening.log is not None and len(linked.opening.log) == 4, timeout=PATIENCE
    )
    qtbot.wait_until(lambda: "4 events" in listed(linked)["chat"].size, timeout=PATIENCE)
    settled()
    assert "7 events in 4 sessions" in texts(linked.status_line)


def test_unlinking_can_be_undone(linked: Window, settled: Callable[[], None]) -> None:
    """One wrong click, and the parts would have to be found again."""
    linked.actions_by_id["unlink-session"].trigger()
    settled()
    assert linked.opening.session_id == "main"
    assert "chat" not in listed(linked)
    assert LinkFile().read() == ()
    undo = linked.banner.findChild(QPushButton, "banner-action")
    assert isinstance(undo, QPushButton)
    assert undo.text() == "Undo"
    undo.click()
    settled()
    assert linked.opening.session_id == "linked:chat"
    assert LinkFile().read() == (Link("chat", ("main", "fragment")),)


def test_a_link_is_there_when_the_file_is_opened_again(
    linked: Window, settled: Callable[[], None], log_file: Path
) -> None:
    linked.actions_by_id["close"].trigger()
    linked.open(log_file, Wish("linked:chat"))
    settled()
    assert linked.opening.session_id == "linked:chat"
    assert position(linked) == 3
    linked.actions_by_id["reload"].trigger()
    settled()
    assert linked.opening.session_id == "linked:chat"


def test_what_cannot_be_linked_says_why(linked: Window, settled: Callable[[], None]) -> None:
    """A button that is grey without a word helps nobody."""
    linked.actions_by_id["link-sessions"].trigger()
    assert linked.linking.dialog is None
    assert "linked one already" in texts(linked.banner)
    linked.opening.open_session("main")
    settled()
    linked.actions_by_id["unlink-session"].trigger()
    assert "nothing to unlink" in texts(linked.banner)
    dialog = ask(linked, settled)
    button = dialog.findChild(QPushButton, "link-accept")
    assert isinstance(button, QPushButton)
    assert "Choose at least one session" in texts(dialog)
    choose(dialog, "near")
    assert "2 sessions become one" in texts(dialog)
    assert button.isEnabled()
    dialog.name.setText("chat")
    assert "There is “chat” already" in texts(dialog)
    assert not button.isEnabled()
    dialog.name.setText(" ")
    assert "Give it a name" in texts(dialog)
    linked.actions_by_id["close"].trigger()
    assert linked.linking.dialog is None


def test_links_that_cannot_be_read_keep_no_log_from_being_opened(
    window: Window, settled: Callable[[], None], log_file: Path
) -> None:
    default_path().parent.mkdir(parents=True, exist_ok=True)
    default_path().write_text("{")
    window.open(log_file)
    settled()
    assert window.opening.session_id == "stranger"
    assert "set aside" in texts(window.banner)
