"""Comparing two sessions in the window, on real files: the actions, the page and the pointer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from app.models.opening import Wish
from app.views.compare.chooser import CompareChooser
from app.views.compare.page import ComparePage
from app.views.compare.pair_lists import LastEventList, ObjectPairList, PairList
from app.views.compare.side_timeline import SideTimeline
from app.window import Window
from core.replay.alignment import AlignBy
from tests.app.tables import append
from tests.app.windows import PATIENCE, press, texts
from tests.builders import captured, chat, claim, event, viewed
from tests.builders_files import append_elsewhere, in_session, write_log, write_long_log
from tests.core.events.dynamodb_server import Table

Settled = Callable[[], None]
SAME = [viewed("raft", name="Raft"), chat("raft", seconds=10)]


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """`study` and `again` part at their third event; `glimpse` is the latest."""
    return write_log(
        tmp_path / "my.db",
        [
            *in_session("study", [*SAME, claim("cl-1", "skew", seconds=20)]),
            *in_session("study", [viewed("paxos", seconds=600), viewed("raft", seconds=610)]),
            *in_session("again", [*SAME, captured("document", "d-1", seconds=25)]),
            *in_session("glimpse", [event("Odd", seconds=9_000, actor="bo")]),
        ],
    )


@pytest.fixture
def opened(window: Window, settled: Settled, log_file: Path) -> Window:
    """The window with `study` on screen, after its second event."""
    window.open(log_file, Wish("study"))
    settled()
    window.clock.change(lambda p: p.at_position(2))
    return window


@pytest.fixture
def compared(opened: Window, settled: Settled, qtbot: QtBot) -> Window:
    """`study` compared with `again`."""
    compare_with(opened, settled, "again")
    settled()
    # Where there is no screen, no window comes back to the front when a dialog goes.
    opened.activateWindow()
    qtbot.wait_until(opened.isActiveWindow, timeout=PATIENCE)
    return opened


def trigger(window: Window, name: str) -> None:
    action = window.actions_by_id[name]
    assert action.isEnabled()
    action.trigger()


def chooser(window: Window) -> CompareChooser:
    found = window.findChild(CompareChooser)
    assert isinstance(found, CompareChooser)
    return found


def offered(window: Window) -> list[str]:
    rows = chooser(window).list
    found = (rows.topLevelItem(row) for row in range(rows.topLevelItemCount()))
    return [item.text(0) for item in found if item is not None]


def compare_with(window: Window, settled: Settled, name: str) -> None:
    trigger(window, "compare-with")
    find(window, settled, name)
    accept(window)


def find(window: Window, settled: Settled, words: str) -> None:
    chooser(window).words.setText(words)
    settled()


def accept(window: Window) -> None:
    button = chooser(window).findChild(QPushButton, "compare-accept")
    assert isinstance(button, QPushButton)
    button.click()


def page(window: Window) -> ComparePage:
    found = window.pages.currentWidget()
    assert isinstance(found, ComparePage)
    return found


def positions(window: Window) -> tuple[int, int]:
    moment = window.comparing.model.moment()
    assert moment is not None
    a, b = moment.playheads
    return a.position, b.position


def rows(listed: PairList | ObjectPairList | LastEventList) -> list[str]:
    model = listed.model()
    role = Qt.ItemDataRole.AccessibleTextRole
    return [model.index(row, 0).data(role) for row in range(model.rowCount())]


def test_the_chooser_offers_the_other_sessions_the_latest_first(
    opened: Window, settled: Settled
) -> None:
    """Of ten thousand sessions nobody would find the one to compare with."""
    trigger(opened, "compare-with")
    settled()
    assert offered(opened) == ["glimpse", "again"]
    find(opened, settled, "aga")
    assert offered(opened) == ["again"]
    find(opened, settled, "nothing of the kind")
    assert "No session is found" in texts(chooser(opened))
    chooser(opened).reject()


def test_a_above_b_with_what_differs_at_the_playhead(compared: Window) -> None:
    """The whole page: who is compared, where both are, what differs, and where they part."""
    shown = page(compared)
    assert shown.bar.text == "my.db › Compare: study and again · Align by: start"
    assert shown.heads[0].text.startswith(
        "A  study  user-ada · 5 events · 10 m 10 s  Aligned at its"
    )
    assert shown.heads[1].text.startswith("B  again  user-ada · 3 events · 25 s")
    # From where the session on screen was.
    assert positions(compared) == (2, 2)
    assert shown.transport.where.text == "A 2 / 5  ·  B 2 / 3  +00:00:10 from the start"
    assert rows(shown.panel.concepts) == ["Raft, A 0.35, B 0.35"]
    trigger(compared, "end")
    assert positions(compared) == (5, 3)
    assert rows(shown.panel.concepts) == [
        "Raft, A 0.55, B 0.35",
        "paxos, A 0.20, B 0.00",
        "skew, A 0.10, B 0.00",
    ]
    assert rows(shown.panel.uncertainty) == ["Uncertainty, A 0.50, B 0.80"]
    assert rows(shown.panel.objects) == [
        "claim cl-1, only in A, 0.80 · —",
        "document d-1, only in B, — · 0.70",
    ]
    assert rows(shown.panel.last)[1] == "Last in B: 09:00:25 #3  “document d-1” captured"
    assert shown.panel.parting_text == "They part first at event 3 of A: “skew” claimed"
    assert not compared.top_bar.isVisible()
    # A concept has one colour in both.
    of_a, of_b = (slots(compared, side) for side in (0, 1))
    assert of_b == {"raft": of_a["raft"]}
    assert set(of_a) == {"raft", "skew", "paxos"}


def slots(window: Window, side: int) -> dict[str, int]:
    log = window.comparing.model.sessions[side].log  # type: ignore[index]
    assert log is not None
    ids = log.contributions.concept_ids
    return {ids[curve.concept]: curve.slot for curve in page(window).timelines[side]._curves}


def test_where_they_part_is_one_command_away(compared: Window) -> None:
    """An analyst would look for it by hand, step by step."""
    trigger(compared, "start")
    trigger(compared, "compare-parting")
    assert positions(compared) == (3, 2)
    trigger(compared, "start")
    page(compared).panel.parting.click()
    assert positions(compared) == (3, 2)


def test_the_keys_of_the_desk_play_both(compared: Window, qtbot: QtBot) -> None:
    """Both would have to be played by other keys than the one is, or the hidden desk would play."""
    desk = compared.clock.playback
    press(qtbot, compared, Qt.Key.Key_Home)
    assert positions(compared) == (0, 0)
    for key, reached in (
        (Qt.Key.Key_Period, (1, 1)),
        (Qt.Key.Key_Period, (2, 2)),
        (Qt.Key.Key_Period, (3, 2)),
        (Qt.Key.Key_Period, (3, 3)),
        (Qt.Key.Key_Comma, (3, 2)),
        (Qt.Key.Key_Left, (2, 2)),
        (Qt.Key.Key_End, (5, 3)),
    ):
        press(qtbot, compared, key)
        assert positions(compared) == reached
    before = compared.comparing.model.viewport.range
    press(qtbot, compared, Qt.Key.Key_W)
    assert compared.comparing.model.viewport.range != before
    press(qtbot, compared, Qt.Key.Key_F)
    assert compared.comparing.model.viewport.range == before
    trigger(compared, "start")
    press(qtbot, compared, Qt.Key.Key_Space)
    playback = compared.comparing.model.clock.playback
    assert playback is not None
    assert playback.playing
    press(qtbot, compared, Qt.Key.Key_Space)
    assert compared.clock.playback is desk
    assert not compared.actions_by_id["bookmark"].isEnabled()


def test_escape_leads_back_to_the_desk_as_it_was(
    compared: Window, qtbot: QtBot, settled: Settled
) -> None:
    press(qtbot, compared, Qt.Key.Key_Escape)
    settled()
    assert compared.pages.currentWidget() is compared.desk
    assert compared.top_bar.isVisible()
    assert compared.clock.playback is not None
    assert compared.clock.playback.position == 2
    assert compared.actions_by_id["bookmark"].isEnabled()
    assert not compared.actions_by_id["compare-leave"].isEnabled()
    trigger(compared, "next")
    assert compared.clock.playback.position == 3


def test_what_they_are_aligned_by_can_be_chosen(compared: Window, settled: Settled) -> None:
    """Sessions of different days, or paces, could not be set beside each other."""
    for command, by, said in (
        ("compare-clock", AlignBy.CLOCK, "Align by: clock"),
        ("compare-event", AlignBy.EVENT, "Align by: event"),
        ("compare-start", AlignBy.START, "Align by: start"),
        ("compare-number", AlignBy.NUMBER, "Align by: event number"),
    ):
        trigger(compared, command)
        settled()
        laid = compared.comparing.model.laid
        assert laid is not None
        assert laid.alignment.by is by
        assert compared.actions_by_id[command].isChecked()
        assert page(compared).bar.text.endswith(said)
        assert positions(compared) == (2, 2)
    # By number the pointer goes past the end of the shorter, over its own lanes, too.
    press_at_the_end(page(compared).timelines[1])
    assert positions(compared) == (5, 3)


def press_at_the_end(timeline: SideTimeline) -> None:
    picture = timeline._shown()
    assert picture is not None
    end = QPoint(picture.layout.right, picture.layout.concepts.bottom() - 4)
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=end)


def test_an_event_of_each_can_be_chosen_to_align_by(compared: Window, settled: Settled) -> None:
    """Two readings of one paper could not be laid upon each other."""
    trigger(compared, "end")
    trigger(compared, "compare-choose-a")
    compared.comparing.model.clock.change(lambda p: p.at_position(1))
    trigger(compared, "compare-choose-b")
    trigger(compared, "compare-event")
    settled()
    model = compared.comparing.model
    assert model.picks == (4, 0)
    assert page(compared).heads[0].text.endswith("Aligned at event 5  “Raft” viewed")
    assert page(compared).heads[1].text.endswith("Aligned at event 1  “Raft” viewed")
    model.clock.change(lambda p: p.at_position(5))
    assert positions(compared) == (5, 1)
    assert page(compared).transport.where.text.endswith("+00:00:00 from the aligned event")
    # Here: the last of each is now the one.
    trigger(compared, "end")
    trigger(compared, "compare-here")
    settled()
    assert model.picks == (4, 2)


def test_swapped_b_stands_above_and_the_transport_stays(compared: Window, settled: Settled) -> None:
    trigger(compared, "compare-parting")
    trigger(compared, "compare-swap")
    settled()
    assert page(compared).bar.text.startswith("my.db › Compare: again and study")
    assert positions(compared) == (2, 3)
    assert page(compared).panel.parting_text.endswith("event 3 of A: “document d-1” captured")
    assert rows(page(compared).panel.concepts)[0] == "skew, A 0.00, B 0.10"


def test_a_press_on_either_lane_set_moves_both(compared: Window) -> None:
    """The pointer would move one session and leave the other where it was."""
    for timeline in page(compared).timelines:
        trigger(compared, "start")
        press_at_the_end(timeline)
        assert positions(compared)[1] == 3
        assert positions(compared)[0] >= 3


def test_a_session_of_another_file_is_read_only_and_closed_again(
    opened: Window, settled: Settled, tmp_path: Path
) -> None:
    """What the table has could not be set against what the file has."""
    other = write_log(tmp_path / "other.db", in_session("study", SAME))
    before = other.read_bytes()
    trigger(opened, "compare-with")
    button = chooser(opened).findChild(QPushButton, "compare-other")
    assert isinstance(button, QPushButton)
    button.click()
    files = chooser(opened).findChild(QFileDialog)
    assert isinstance(files, QFileDialog)
    files.fileSelected.emit(str(other))
    files.reject()
    settled()
    assert offered(opened) == ["study"]
    accept(opened)
    settled()
    assert page(opened).bar.text.startswith("my.db › Compare: study (my.db) and study (other.db)")
    assert page(opened).panel.parting_text.startswith("B ends first; event 3 of A:")
    trigger(opened, "compare-leave")
    settled()
    assert other.read_bytes() == before
    assert not opened.comparing.choosing.other._open


def test_what_a_table_has_stands_against_what_the_file_has(
    opened: Window, settled: Settled, qtbot: QtBot, dynamodb_table: Table
) -> None:
    """An operator could not tell what of a session never reached the table."""
    rows_of_it = [viewed("raft", name="Raft"), chat("raft", seconds=10)]
    append(dynamodb_table, [
        each.model_copy(update={"event_id": f"e-{n}"})
        for n, each in enumerate(in_session("study", rows_of_it))
    ])  # fmt: skip
    trigger(opened, "compare-with")
    dialog = chooser(opened)
    dialog.source.setText(dynamodb_table.location)
    dialog.source.returnPressed.emit()
    settled()
    assert offered(opened) == ["study"]
    accept(opened)
    qtbot.wait_until(lambda: opened.comparing.model.parting is not None, timeout=PATIENCE)
    settled()
    assert f"study ({dynamodb_table.name})" in page(opened).bar.text
    assert page(opened).panel.parting_text.startswith("B ends first; event 3 of A:")


def test_what_cannot_be_opened_is_said_where_it_was_asked_for(
    opened: Window, settled: Settled, tmp_path: Path
) -> None:
    (tmp_path / "bad.db").write_text("no log")
    trigger(opened, "compare-with")
    dialog = chooser(opened)
    for name, said in ((str(tmp_path / "bad.db"), "bad.db"), ("dynamodb://", "dynamodb://")):
        dialog.source.setText(name)
        dialog.source.returnPressed.emit()
        settled()
        assert said in texts(dialog)
    dialog.reject()


def test_what_is_the_same_never_parts(opened: Window, settled: Settled, tmp_path: Path) -> None:
    copy = write_log(tmp_path / "copy.db", in_session("copy", [*SAME, viewed("raft", seconds=11)]))
    append_elsewhere(tmp_path / "my.db", in_session("copy", [*SAME, viewed("raft", seconds=11)]))
    opened.open(copy)
    settled()
    trigger(opened, "compare-with")
    chooser(opened).source.setText(str(tmp_path / "my.db"))
    chooser(opened).source.returnPressed.emit()
    settled()
    find(opened, settled, "copy")
    accept(opened)
    settled()
    assert page(opened).panel.parting_text == (
        "The same happened in both, and their contexts never part."
    )
    trigger(opened, "compare-parting")
    assert "They never part" in texts(page(opened).banner)


def test_other_rules_are_followed_in_both(compared: Window, settled: Settled) -> None:
    trigger(compared, "rules-recency")
    settled()
    trigger(compared, "end")
    a, b = (each.index for each in compared.comparing.model.sessions or ())
    assert a is not None
    assert b is not None
    assert a.rules.name == b.rules.name == "Recency"
    assert rows(page(compared).panel.concepts)[0].startswith("Raft, A 0.")


def test_what_arrives_in_the_session_on_screen_is_taken_up(
    compared: Window, settled: Settled, qtbot: QtBot, log_file: Path
) -> None:
    """Who compares a running session would look at an old one."""
    append_elsewhere(log_file, in_session("study", [viewed("paxos", seconds=700)]))
    shown = page(compared)
    qtbot.wait_until(lambda: "A 2 / 6" in shown.transport.where.text, timeout=PATIENCE)
    settled()
    assert positions(compared) == (2, 2)
    assert "6 events" in shown.heads[0].text


def test_what_arrives_in_the_other_session_is_taken_up(
    compared: Window, settled: Settled, qtbot: QtBot, log_file: Path
) -> None:
    """Of two sessions that run, one would stand still, and they would seem to part."""
    shown = page(compared)
    before = shown.heads[1].text
    append_elsewhere(log_file, in_session("again", [viewed("paxos", seconds=700)]))
    qtbot.wait_until(lambda: shown.heads[1].text != before, timeout=PATIENCE)
    settled()
    _, b = compared.comparing.model.sessions or (None, None)
    assert b is not None
    assert b.log is not None
    assert b.index is not None
    assert len(b.log) == len(b.index.log)
    assert f"{len(b.log)} events" in shown.heads[1].text
    assert positions(compared)[0] == 2


def test_what_arrives_in_another_file_is_taken_up(
    opened: Window, settled: Settled, qtbot: QtBot, tmp_path: Path
) -> None:
    other = write_log(tmp_path / "other.db", in_session("there", SAME))
    trigger(opened, "compare-with")
    opened.comparing.choosing.open_other(str(other))
    settled()
    find(opened, settled, "there")
    accept(opened)
    settled()
    shown = page(opened)
    append_elsewhere(other, in_session("there", [viewed("paxos", seconds=700)]))
    wanted = f"{len(SAME) + 1} events"
    qtbot.wait_until(lambda: wanted in shown.heads[1].text, timeout=PATIENCE)
    settled()


def test_the_charts_of_each_tell_their_values(compared: Window, settled: Settled) -> None:
    """Who does not see them would know of neither side where it is, and what it holds."""
    compared.comparing.model.clock.change(lambda p: p.at_position(1))
    settled()
    told = [timeline.accessibleDescription() for timeline in page(compared).timelines]
    assert all("Concepts: Raft 0.20" in words and "Uncertainty" in words for words in told)
    compared.comparing.model.clock.change(lambda p: p.at_position(0))
    settled()
    told = [timeline.accessibleDescription() for timeline in page(compared).timelines]
    assert all("Concepts: none" in words for words in told)


def test_closing_the_file_ends_the_comparison(compared: Window, settled: Settled) -> None:
    trigger(compared, "close")
    settled()
    assert compared.pages.currentWidget() is compared.start_page
    assert compared.top_bar.isVisible()
    assert compared.comparing.model.sessions is None


def test_a_long_session_shows_how_far_it_is_and_reading_can_be_stopped(
    window: Window, settled: Settled, qtbot: QtBot, tmp_path: Path
) -> None:
    """A million events would be read with nothing to see, and no way out."""
    path = write_long_log(tmp_path / "long.db", 60_000)
    append_elsewhere(path, in_session("short", [viewed("raft", seconds=9_999_999)]))
    window.open(path, Wish("short"))
    settled()
    told: list[tuple[int, int]] = []
    compare_with(window, settled, "long")
    model = window.comparing.model
    model.sessions_changed.connect(
        lambda: told.append((model.sessions[1].read, model.sessions[1].total))  # type: ignore[index]
    )
    qtbot.wait_until(lambda: page(window).loading_bar.isVisible() and bool(told), timeout=PATIENCE)
    page(window).loading_bar.cancel_requested.emit()
    assert not page(window).loading_bar.isVisible()
    assert "Reading was stopped" in texts(page(window).banner)
    assert told[0] == (0, 60_000)
    settled()
