"""Links to a moment through the window: copied, pasted, typed, and given on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.views.go_to_link_dialog import GoToLinkDialog
from app.window import Window
from core.projectors.rules import RECENCY
from core.replay.moment_link import MomentLink, parse_link
from tests.app.command_line.running import FAULT, run
from tests.app.windows import position
from tests.builders import viewed
from tests.builders_files import append_elsewhere, contents, in_session, row_of, write_log

ROWS = [row_of(viewed("raft", seconds=s), event_id=f"e{s}") for s in (0, 10, 20, 30)]


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """`study` with an event each ten seconds, and a later session of two events."""
    (tmp_path / "log").mkdir()
    later = in_session("later", [viewed("elft", seconds=3600), viewed("elft", seconds=3700)])
    study = [row | {"session_id": "study"} for row in ROWS]
    return write_log(tmp_path / "log" / "my log.db", [*study, *later])


@pytest.fixture
def study(window: Window, settled: Callable[[], None], log_file: Path) -> Window:
    """The window with `study` on screen, after its second event."""
    window.open(log_file)
    settled()
    window.opening.open_session("study")
    settled()
    window.clock.change(lambda p: p.at_position(2))
    settled()
    return window


def trigger(window: Window, settled: Callable[[], None], command: str) -> None:
    window.actions_by_id[command].trigger()
    settled()


def copied() -> str:
    return QGuiApplication.clipboard().text()


def test_a_copied_link_tells_all_of_the_moment(
    study: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """Who gets the link would see another range, other rules or another filter."""
    study.actions_by_id["rules-recency"].trigger()
    study.filter.show_filter("concept:raft")
    log = study.opening.log
    assert log is not None
    study.selection.mark(log.start, log.end)
    trigger(study, settled, "copy-link")
    assert parse_link(copied()) == MomentLink(
        source=str(log_file),
        session_id="study",
        event_id="e10",
        position=2,
        at=log.start + 10_000_000,
        range=(log.start, log.end),
        rules="Recency",
        filter="concept:raft",
    )
    assert "event 2 of “study”" in study.banner.accessibleDescription()


def test_pasted_elsewhere_it_leads_back(study: Window, settled: Callable[[], None]) -> None:
    """A link would open the latest session at its end, as a file does."""
    study.filter.show_filter("concept:raft")
    study.actions_by_id["rules-recency"].trigger()
    log = study.opening.log
    assert log is not None
    study.selection.mark(log.start, log.start + 10_000_000)
    trigger(study, settled, "copy-link")
    study.actions_by_id["close"].trigger()
    study.actions_by_id["rules-brain-web"].trigger()
    study.filter.show_filter("")
    settled()
    trigger(study, settled, "paste-link")
    assert study.opening.session_id == "study"
    assert position(study) == 2
    assert study.selection.range == (log.start, log.start + 10_000_000)
    assert study.replay.rules == RECENCY
    assert study.filter.hits is not None
    assert study.banner.isHidden()


def test_in_a_log_that_grew_it_leads_to_the_same_event(
    study: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """Two late events would shift every link by two."""
    trigger(study, settled, "copy-link")
    study.actions_by_id["close"].trigger()
    settled()
    late = [row_of(viewed("paxos", seconds=s)) | {"session_id": "study"} for s in (1, 10)]
    append_elsewhere(log_file, late)
    trigger(study, settled, "paste-link")
    # One came before it, and one at its very instant but after it.
    assert position(study) == 3


def test_in_the_session_on_screen_it_only_seeks(
    study: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """Reading a long session again to move the playhead would take seconds."""
    trigger(study, settled, "copy-link")
    study.clock.change(lambda p: p.at_position(4))
    with qtbot.assert_not_emitted(study.source.opened):
        trigger(study, settled, "paste-link")
    assert position(study) == 2


def test_before_the_first_event_there_is_a_moment_too(
    study: Window, settled: Callable[[], None]
) -> None:
    """A link to the start would lead to the end."""
    study.clock.change(lambda p: p.at_position(0))
    trigger(study, settled, "copy-link")
    study.clock.change(lambda p: p.at_position(4))
    trigger(study, settled, "paste-link")
    assert position(study) == 0


def test_what_of_a_link_is_not_there_is_told(
    study: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """Another moment, or weights under other rules, would be taken for those that were meant."""
    log = study.opening.log
    assert log is not None
    source = str(log_file)
    assert study.moment_links.follow(str(MomentLink(source, "study", "gone", 1, log.end))) == ""
    settled()
    assert position(study) == 4
    assert "not in this log" in study.banner.accessibleDescription()
    study.moment_links.follow(str(MomentLink(source, "study", rules="<b>Mine</b>")))
    settled()
    assert "no rules “<b>Mine</b>” here" in study.banner.accessibleDescription()
    study.moment_links.follow(str(MomentLink(source, "studi", position=1)))
    settled()
    assert "no session “studi”" in study.banner.accessibleDescription()


def test_rules_of_ones_own_are_brought_back(
    study: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """A link of one's own would lead to other weights than those that were linked."""
    mine = RECENCY.model_copy(update={"name": "Of the links' test"})
    study.what_if.saved.save(mine)
    settled()
    study.moment_links.follow(str(MomentLink(str(log_file), "study", rules=mine.name)))
    settled()
    assert study.replay.rules == mine
    study.what_if.saved.delete(mine.name)
    settled()


def test_a_file_that_is_not_there_is_told(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """A link from another machine would do nothing."""
    window.moment_links.follow(str(MomentLink(str(tmp_path / "no.db"), "study", position=1)))
    settled()
    assert "no.db" in window.start_page.findChild(object, "start-error-message").text()  # type: ignore[attr-defined]


def test_the_key_leaves_a_field_its_own_paste(
    study: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """Who pastes a link into the filter would be taken away."""
    trigger(study, settled, "copy-link")
    study.clock.change(lambda p: p.at_position(4))
    study.actions_by_id["find-events"].trigger()
    qtbot.keyClick(study.filter.bar.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert study.filter.bar.field.text() == copied()
    settled()
    assert position(study) == 4
    study.filter.bar.field.clear()
    study.timeline.setFocus()
    qtbot.keyClick(study.timeline, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settled()
    assert position(study) == 2


def test_what_was_copied_and_is_no_link_is_told(study: Window, settled: Callable[[], None]) -> None:
    """Ctrl+V would do nothing, for no reason."""
    for text, says in (("hello", "no link to a moment"), ("brainweb-replay://x", "is no link")):
        QGuiApplication.clipboard().setText(text)
        trigger(study, settled, "paste-link")
        assert says in study.banner.accessibleDescription()


def test_the_dialog_suggests_the_copied_link_and_says_what_is_wrong(
    study: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """A link that a chat has broken in two would be swallowed."""
    trigger(study, settled, "copy-link")
    link = copied()
    study.clock.change(lambda p: p.at_position(4))
    study.actions_by_id["go-to-link"].trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, GoToLinkDialog)
    assert dialog.field.text() == link
    dialog.field.setText("brainweb-replay://open?v=1")
    dialog.accept_button.click()
    assert "expected source=" in dialog.error.text()
    assert dialog.isVisible()
    dialog.field.setText(link)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    settled()
    assert position(study) == 2


def test_following_a_link_writes_nothing(
    study: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """A link from a stranger could change a log."""
    trigger(study, settled, "copy-link")
    study.actions_by_id["close"].trigger()
    settled()
    before = contents(log_file.parent)
    trigger(study, settled, "paste-link")
    study.actions_by_id["close"].trigger()
    settled()
    assert contents(log_file.parent) == before
    assert not study.server.model.state.running


def test_the_command_line_refuses_a_bad_link() -> None:
    """A link that the desktop hands over would be taken for a file that is missing."""
    answer = run("brainweb-replay://open?v=9&source=/a.db")
    assert answer.status == FAULT
    assert "expected 1" in answer.errors


def test_the_command_line_takes_a_link_and_no_session_beside_it() -> None:
    """Of two sessions asked for, one would be left out in silence."""
    answer = run(str(MomentLink("/a.db", "s", position=1)), "--session", "other")
    assert answer.status == FAULT
    assert "--session" in answer.errors
