"""The window as a whole, on real files: what a user does, and what they then see."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app import theme as themes
from app.commands import COMMANDS
from app.models.event_table import SUMMARY, EventTableModel
from app.models.opening import Wish
from app.models.session_list import SessionListModel
from app.models.source import Source
from app.sample import sample_path
from app.settings import SettingsFile
from app.window import Window
from core.events.errors import SourceLocked
from core.events.schema import EventEnvelope
from core.projectors.rules import BRAIN_WEB, RECENCY
from core.projectors.session_context import fold
from core.replay.axis import AxisMode
from core.replay.moment import Moment
from core.replay.playback import Playhead
from tests.app.windows import LONGEST, PATIENCE, make_window, position, press, texts
from tests.builders import chat, claim, event, viewed
from tests.builders_files import append_elsewhere, row_of, write_log


@pytest.fixture
def sample(window: Window, settled: Callable[[], None]) -> Window:
    """The window with the sample's longest session open."""
    window.open(sample_path(), Wish(LONGEST, Moment("#214")))
    settled()
    return window


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """A small log of two sessions, of a user's own."""
    events = [viewed("raft", seconds=i, name="Raft") for i in range(5)]
    events += [claim("cl-1", "raft", "paxos", seconds=10), chat("paxos", seconds=20)]
    return write_log(tmp_path / "my.db", events)


def test_without_a_file_the_window_offers_what_can_be_done(window: Window) -> None:
    """Else a first user looks at an empty window and does not know how to begin."""
    assert window.pages.currentWidget() is window.start_page
    assert not window.actions_by_id["play"].isEnabled()
    assert window.actions_by_id["open-sample"].isEnabled()


def test_the_sample_opens_from_the_start_page(window: Window, settled: Callable[[], None]) -> None:
    """One click, and a real session is on screen: the latest that has several events."""
    window.start_page.sample_requested.emit()
    settled()
    assert window.pages.currentWidget() is window.desk
    log = window.opening.log
    assert log is not None
    assert log.complete
    assert len(log) > 1
    assert window.replay.index is not None
    assert position(window) == len(log)


def test_the_context_on_screen_is_what_the_fold_computes(sample: Window, qtbot: QtBot) -> None:
    """A replay that shows anything else is worse than none."""
    shown = []
    sample.replay.moment_changed.connect(lambda moment: shown.append(moment.context))
    store_events = _events(sample)
    for at in (0, 1, 57, 213, len(store_events)):
        sample.clock.change(lambda p, at=at: p.at_position(at))
        assert shown[-1] == fold(LONGEST, store_events[:at]) or at == 0
        assert [c.concept_id for c in shown[-1].active_concepts] == [
            c.concept_id for c in fold(LONGEST, store_events[:at]).active_concepts
        ]


def _events(window: Window) -> list[EventEnvelope]:
    from core.events.store.sqlite import SQLiteEventStore

    path = window.source.path
    assert path is not None
    with SQLiteEventStore(path) as store:
        return list(store.replay(LONGEST))


def test_keys_move_the_playhead(sample: Window, qtbot: QtBot) -> None:
    """The keys of the guide do what it says."""
    sample.timeline.setFocus(Qt.FocusReason.MouseFocusReason)
    press(qtbot, sample, Qt.Key.Key_Period)
    assert position(sample) == 215
    press(qtbot, sample, Qt.Key.Key_Comma)
    assert position(sample) == 214
    press(qtbot, sample, Qt.Key.Key_Home)
    assert position(sample) == 0
    press(qtbot, sample, Qt.Key.Key_End)
    assert position(sample) == 404
    press(qtbot, sample, Qt.Key.Key_Up)
    assert sample.clock.playback is not None
    assert sample.clock.playback.speed == 2.0


def test_space_plays_and_pauses(sample: Window, qtbot: QtBot) -> None:
    """The one key that everybody tries."""
    sample.timeline.setFocus(Qt.FocusReason.MouseFocusReason)
    press(qtbot, sample, Qt.Key.Key_Space)
    assert sample.clock.playback is not None
    assert sample.clock.playback.playing
    press(qtbot, sample, Qt.Key.Key_Space)
    assert not sample.clock.playback.playing


def test_a_field_that_takes_text_keeps_the_keys(sample: Window, qtbot: QtBot) -> None:
    """Who types a session's name must not start the player by it."""
    sample.actions_by_id["find-session"].trigger()
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "ada ws")
    assert field.text() == "ada ws"
    assert sample.clock.playback is not None
    assert not sample.clock.playback.playing
    assert position(sample) == 214


def test_a_table_reached_by_tab_keeps_its_arrows(sample: Window, qtbot: QtBot) -> None:
    """By keyboard alone the table must be usable; by mouse the player keeps its keys."""
    assert sample.clock.playback is not None
    sample.event_table.setFocus(Qt.FocusReason.TabFocusReason)
    press(qtbot, sample, Qt.Key.Key_Up)
    assert position(sample) == 213
    assert sample.clock.playback.speed == 1.0
    sample.timeline.setFocus(Qt.FocusReason.MouseFocusReason)
    sample.event_table.setFocus(Qt.FocusReason.MouseFocusReason)
    press(qtbot, sample, Qt.Key.Key_Up)
    assert sample.clock.playback.speed == 2.0


def test_a_click_in_the_table_goes_there(sample: Window, settled: Callable[[], None]) -> None:
    sample.event_table.seek_requested.emit(Playhead(10, int(_times(sample)[9])))
    settled()
    assert position(sample) == 10
    assert sample.event_table.currentIndex().row() == 9


def _times(window: Window) -> list[int]:
    assert window.opening.log is not None
    return [int(t) for t in window.opening.log.times]


def test_a_range_loops_and_can_be_cleared(sample: Window) -> None:
    actions = sample.actions_by_id
    sample.clock.change(lambda p: p.at_position(10))
    actions["range-start"].trigger()
    sample.clock.change(lambda p: p.at_position(20))
    actions["range-end"].trigger()
    actions["loop"].trigger()
    times = _times(sample)
    assert sample.clock.playback is not None
    assert sample.clock.playback.loop == (times[9], times[19])
    actions["clear-range"].trigger()
    assert sample.clock.playback.loop is None
    assert not actions["loop"].isChecked()


def test_other_rules_recompute_what_is_on_screen(
    sample: Window, settled: Callable[[], None]
) -> None:
    before = sample.replay.index
    assert before is not None
    assert before.rules == BRAIN_WEB
    sample.actions_by_id["rules-recency"].trigger()
    settled()
    assert sample.replay.index is not None
    assert sample.replay.index.rules == RECENCY


def test_every_axis_keeps_the_playhead(sample: Window, settled: Callable[[], None]) -> None:
    for mode in AxisMode:
        sample.actions_by_id[f"axis-{mode}"].trigger()
        settled()
        assert sample.viewport.axis is not None
        assert sample.viewport.axis.mode is mode
        assert position(sample) == 214


def test_a_selected_concept_is_explained(sample: Window, settled: Callable[[], None]) -> None:
    """The shares that are told add up to the weight that is shown."""
    told = []
    sample.replay.why_changed.connect(told.append)
    assert sample.replay.index is not None
    context = sample.replay.index.context_at(214)
    concept = context.active_concepts[2]
    sample.context_panel.concept_selected.emit(concept.concept_id)
    settled()
    assert told[-1].weight == pytest.approx(concept.weight)
    assert told[-1].label == concept.label


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_window_is_drawn_in_both_themes(sample: Window, theme: str) -> None:
    sample.actions_by_id[f"theme-{theme}"].trigger()
    image: QImage = sample.grab().toImage()
    panel = (themes.DARK if theme == "dark" else themes.LIGHT).panel
    assert image.pixelColor(4, image.height() - 12) == panel


def test_a_file_that_grew_is_read_again_and_keeps_the_playhead(
    window: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    """Who watches a backend write presses F5, and is where they were."""
    window.open(log_file)
    settled()
    window.clock.change(lambda p: p.at_position(3))
    append_elsewhere(log_file, [viewed("new", seconds=60)])
    window.actions_by_id["reload"].trigger()
    qtbot.wait_until(
        lambda: window.opening.log is not None and len(window.opening.log) == 8, timeout=PATIENCE
    )
    settled()
    assert position(window) == 3


def test_reading_again_leaves_everything_in_its_place(
    window: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """Each F5 would flash the start page, empty the list of sessions and unmark the range."""
    window.open(log_file)
    settled()
    assert window.opening.log is not None
    window.selection.mark(window.opening.log.start, window.opening.log.end)
    pages: list[int] = []
    window.pages.currentChanged.connect(pages.append)
    rows: list[int] = []
    model = window.session_list.findChild(SessionListModel)
    assert isinstance(model, SessionListModel)
    model.modelReset.connect(lambda: rows.append(1))
    for _ in range(2):
        window.actions_by_id["reload"].trigger()
    settled()
    assert pages == rows == []
    assert window.selection.range is not None
    assert window.opening.log is not None


def test_reading_a_deleted_file_again_says_so_and_keeps_what_is_there(
    window: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """One key would take away what cannot be had again."""
    window.open(log_file)
    settled()
    log_file.unlink()
    window.actions_by_id["reload"].trigger()
    settled()
    assert window.pages.currentWidget() is window.desk
    assert str(log_file) in texts(window.banner)
    window.clock.change(lambda p: p.at_position(2))
    settled()
    assert position(window) == 2


def test_rows_that_were_locked_are_asked_for_again(
    window: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    """A program that writes for a while would leave dots where the events are told."""
    window.open(log_file)
    settled()
    model = window.event_table.findChild(EventTableModel)
    assert isinstance(model, EventTableModel)
    qtbot.wait_until(lambda: model.cell(0, SUMMARY).text == "Raft", timeout=PATIENCE)
    log = window.opening.log
    assert log is not None
    model.show_log(None)
    model.show_log(log)
    model.want(0, 6)
    with qtbot.assert_not_emitted(model.rows_requested):
        model.want(0, 6)
    window.source.failed.emit(SourceLocked("“my.db” is locked. Try again when it is done."))
    with qtbot.wait_signal(model.rows_requested, timeout=PATIENCE):
        model.want(0, 6)
    settled()


def test_a_file_that_is_deleted_stays_on_screen_and_says_so(
    window: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    window.open(log_file)
    settled()
    log_file.unlink()
    qtbot.wait_until(lambda: "deleted" in texts(window.banner), timeout=PATIENCE)
    assert window.opening.log is not None
    assert len(window.opening.log) == 7


def test_a_file_that_is_replaced_says_so(
    window: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    window.open(log_file)
    settled()
    other = log_file.with_name("other.db")
    shutil.copy(sample_path(), other)
    other.replace(log_file)
    qtbot.wait_until(lambda: "replaced" in texts(window.banner), timeout=PATIENCE)
    window.actions_by_id["reload"].trigger()
    qtbot.wait_until(
        lambda: window.opening.log is not None and window.opening.log.session_id != "s",
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "text", "other tables"])
def test_what_cannot_be_opened_is_explained_with_a_way_on(
    window: Window, settled: Callable[[], None], tmp_path: Path, kind: str, qtbot: QtBot
) -> None:
    """No crash and no silence: the start page says why, and offers to try again."""
    path = tmp_path / "log.db"
    if kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    elif kind == "text":
        path.write_text("no database " * 100)
    elif kind == "other tables":
        import apsw

        connection = apsw.Connection(str(path))
        connection.execute("CREATE TABLE notes (text TEXT)")
        connection.close()
    window.open(path)
    settled()
    assert window.pages.currentWidget() is window.start_page
    assert "cannot be opened" in texts(window.start_page)
    if kind != "folder":
        if path.exists():
            path.unlink()
        write_log(path, [viewed("raft"), viewed("raft", seconds=1)])
        window.start_page.retry_requested.emit()
        settled()
        assert window.pages.currentWidget() is window.desk


def test_an_unknown_session_is_said_and_another_is_shown(
    window: Window, settled: Callable[[], None]
) -> None:
    window.open(sample_path(), Wish("session_1794474072480_9c2hv6rom"))
    settled()
    assert LONGEST in texts(window.banner)
    assert window.opening.log is not None


def test_a_log_of_odd_rows_is_shown_and_its_problems_are_listed(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """One bad row must not take the others away, nor hide."""
    rows = [
        viewed("raft", seconds=0, name="Raft"),
        row_of(viewed("raft", seconds=1), payload="{not json"),
        row_of(event("Unheard", seconds=2)),
        row_of(viewed("raft", seconds=3), occurred_at="yesterday"),
        row_of(viewed("raft", seconds=4), payload='{"mentioned_concepts": ["x"], "v": NaN}'),
    ]
    window.open(write_log(tmp_path / "odd.db", rows))
    settled()
    assert window.opening.log is not None
    assert len(window.opening.log) == 4
    assert window.desk.title(window.problem_page).startswith("Problems · ")
    found = len(window.opening.log.problems)
    assert found >= 4
    assert window.desk.title(window.problem_page) == f"Problems · {found}"
    window.actions_by_id["check-file"].trigger()
    settled()
    assert window.desk.title(window.problem_page) == f"Problems · {found}"


@pytest.fixture
def bad_log(tmp_path: Path) -> Path:
    """Two sessions, each with a bad row, and a row of no session."""
    rows = [
        row_of(viewed("raft", seconds=i).model_copy(update={"session_id": session_id}))
        for session_id in ("one", "two")
        for i in range(3)
    ]
    for place in (1, 4):
        rows[place]["payload"] = "{"
    rows[0]["occurred_at"] = "yesterday"
    return write_log(tmp_path / "bad.db", rows)


def test_the_check_of_the_file_is_not_mixed_with_a_session_opened_meanwhile(
    window: Window, settled: Callable[[], None], bad_log: Path
) -> None:
    """Problems would be there twice, or be missing, and nobody could tell."""
    window.open(bad_log, Wish("one"))
    settled()
    assert window.desk.title(window.problem_page) == "Problems · 2"
    window.actions_by_id["check-file"].trigger()
    window.session_list.session_requested.emit("two")
    settled()
    told = (window.desk.title(window.problem_page), "whole file" in texts(window.problem_page))
    assert told in [("Problems · 3", True), ("Problems · 1", False)]
    window.session_list.session_requested.emit("one")
    settled()
    assert window.desk.title(window.problem_page) == "Problems · 2"


def test_a_check_that_is_stopped_leaves_the_problems_of_the_session(
    window: Window, settled: Callable[[], None], bad_log: Path
) -> None:
    """What was found so far would be taken for all that there is."""
    window.open(bad_log, Wish("one"))
    settled()
    for _ in range(2):
        window.actions_by_id["check-file"].trigger()
    settled()
    assert window.desk.title(window.problem_page) == "Problems · 2"
    assert "in this session" in texts(window.problem_page)


def test_a_check_ends_when_the_file_is_read_again(
    window: Window, settled: Callable[[], None], bad_log: Path
) -> None:
    """The page would say “Checking…” for ever."""
    window.open(bad_log, Wish("one"))
    settled()
    window.actions_by_id["check-file"].trigger()
    window.actions_by_id["reload"].trigger()
    settled()
    assert "Checking" not in texts(window.problem_page)
    assert window.desk.title(window.problem_page) == "Problems · 2"


def test_a_recent_file_that_cannot_be_looked_for_is_no_trouble(
    window: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """One name in the settings would greet the user with a fault at every start."""
    window.settings = window.settings.model_copy(update={"recent": ("x" * 5_000,)})
    window.presenter.start()
    settled()
    assert "should not" not in texts(window.start_page)
    window.open(log_file)
    settled()
    assert window.pages.currentWidget() is window.desk


def test_text_of_a_log_is_never_markup(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """A hostile name must be shown as typed, wherever it appears."""
    name = "<b>bold</b><img src=x>"
    events = [
        viewed(name, seconds=i, name=name).model_copy(update={"session_id": name}) for i in range(3)
    ]
    window.open(write_log(tmp_path / "markup.db", events))
    settled()
    window.replay.select_id(name)
    settled()
    for label in window.findChildren(QLabel):
        if "bold" in label.text():
            assert label.textFormat() is Qt.TextFormat.PlainText, label.objectName()
    for widget in window.findChildren(QWidget):
        assert "<b>" not in widget.toolTip(), widget.objectName()


def test_a_dropped_file_is_opened(
    window: Window, settled: Callable[[], None], log_file: Path
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(log_file))])
    window.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip
    settled()
    assert window.source.path == log_file


def test_recent_files_are_remembered(
    window: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    window.open(log_file)
    settled()
    again = SettingsFile(window.settings_file.path).read()
    assert again.recent[0] == str(log_file)


def test_nothing_beside_or_in_the_file_changes(
    window: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """A log is evidence: looking at it leaves no trace."""
    before = log_file.read_bytes()
    names = sorted(p.name for p in log_file.parent.iterdir() if p.is_file())
    window.open(log_file)
    settled()
    window.clock.change(lambda p: p.at_position(2))
    settled()
    window.opening.close()
    settled()
    assert log_file.read_bytes() == before
    assert sorted(p.name for p in log_file.parent.iterdir() if p.is_file()) == names


def test_reading_can_be_cancelled(
    window: Window, settled: Callable[[], None], tmp_path: Path, qtbot: QtBot
) -> None:
    """A user who opened the wrong session does not have to wait for it."""
    path = write_log(
        tmp_path / "long.db", [viewed(f"c-{i % 50}", seconds=i) for i in range(25_000)]
    )
    window.open(path)
    qtbot.wait_until(lambda: window.opening.log is not None, timeout=PATIENCE)
    window.loading_bar.cancel_requested.emit()
    settled()
    assert window.opening.log is None
    assert not window.loading_bar.isVisible()
    assert "stopped" in texts(window.banner)
    window.session_list.session_requested.emit("s")
    settled()
    assert window.opening.log is not None
    assert window.opening.log.complete


def test_every_command_has_an_action_in_a_menu(window: Window) -> None:
    """A command that nobody can find is not there."""
    offered = {
        action.objectName()
        for menu in window.menus.main.actions()
        if menu.menu() is not None
        for action in menu.menu().actions()  # type: ignore[attr-defined]
    }
    assert {command.id for command in COMMANDS} <= offered


def test_every_widget_that_can_be_reached_has_a_name(sample: Window) -> None:
    """Who does not see the window is told what has the focus."""
    for widget in sample.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            name = widget.accessibleName() or getattr(widget, "text", lambda: "")()
            assert name, f"{widget.metaObject().className()} {widget.objectName()}"


def test_closing_the_file_brings_the_start_page_back(
    sample: Window, settled: Callable[[], None]
) -> None:
    sample.actions_by_id["close"].trigger()
    settled()
    assert sample.pages.currentWidget() is sample.start_page
    assert isinstance(sample.source, Source)
    assert not sample.actions_by_id["play"].isEnabled()


def test_what_was_chosen_is_in_force_at_the_next_start(
    sample: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """A ticked box that does nothing is a lie."""
    sample.actions_by_id["skip-idle"].trigger()
    sample.actions_by_id["axis-event"].trigger()
    settled()
    again = make_window(qtbot, sample.settings_file.path)
    again.open(sample_path())
    qtbot.wait_until(lambda: not again.busy, timeout=PATIENCE)
    assert again.clock.playback is not None
    assert again.clock.playback.skip_idle
    assert again.viewport.axis is not None
    assert again.viewport.axis.mode is AxisMode.EVENT
    again.close()
