"""The marked range in the window, on real files: its ends, the difference, the statistics, zoom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.models.opening import Wish
from app.models.range_rows import ShiftRow, StatisticRow
from app.models.rows import ROW_ROLE
from app.sample import sample_path
from app.theme import DARK, LIGHT, Theme
from app.views.range_lists import ShiftList, StatisticList
from app.views.range_page import NO_END, NO_RANGE, NO_SESSION, NO_START
from app.window import Window
from core.replay.axis import AxisMode
from core.replay.moment import Moment
from core.replay.range_statistics import range_statistics
from core.replay.two_moments import compare
from tests.app.views.timeline.scenes import pixels_of
from tests.app.windows import LONGEST, PATIENCE, position, texts
from tests.builders import chat, event, viewed
from tests.builders_files import append_elsewhere, in_session, write_log


@pytest.fixture
def sample(window: Window, settled: Callable[[], None]) -> Window:
    """The sample's longest session with the page of the range on screen."""
    window.open(sample_path(), Wish(LONGEST, Moment("#120")))
    settled()
    do(window, "show-range")
    return window


@pytest.fixture
def marked(sample: Window, settled: Callable[[], None]) -> Window:
    """The same with A at #120 and B at #214."""
    do(sample, "range-start")
    go(sample, 214)
    do(sample, "range-end")
    settled()
    return sample


def do(window: Window, command: str) -> None:
    window.actions_by_id[command].trigger()


def go(window: Window, to: int) -> None:
    window.clock.change(lambda playback: playback.at_position(to))


def end_button(window: Window, name: str) -> QPushButton:
    found = window.range.page.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def shifts(window: Window) -> list[ShiftRow]:
    found = window.range.page.findChild(ShiftList)
    assert isinstance(found, ShiftList)
    return rows_of(found)


def statistics(window: Window) -> dict[str, StatisticRow]:
    found = window.range.page.findChild(StatisticList)
    assert isinstance(found, StatisticList)
    rows: list[StatisticRow] = rows_of(found)
    return {row.text: row for row in rows}


def rows_of(found: ShiftList | StatisticList) -> list:  # type: ignore[type-arg]
    model = found.model()
    return [model.index(place, 0).data(ROW_ROLE) for place in range(model.rowCount())]


def ends(window: Window) -> tuple[int | None, int | None]:
    state = window.range.model.state
    return state.a and state.a.position, state.b and state.b.position


def test_without_a_range_the_page_says_how_to_mark_one(
    window: Window, settled: Callable[[], None]
) -> None:
    """An empty page would look like one that does not work."""
    do(window, "show-range")
    assert NO_SESSION in texts(window.range.page)
    window.open(sample_path(), Wish(LONGEST, Moment("#120")))
    settled()
    assert NO_RANGE in texts(window.range.page)
    do(window, "range-start")
    assert NO_END in texts(window.range.page)
    do(window, "clear-range")
    do(window, "range-end")
    assert NO_START in texts(window.range.page)


def test_the_buttons_of_the_page_set_swap_clear_and_undo(
    sample: Window, settled: Callable[[], None]
) -> None:
    """Who does not know the keys could not mark anything."""

    def click(name: str) -> None:
        button = sample.range.page.findChild(QPushButton, name)
        assert isinstance(button, QPushButton)
        button.click()

    click("range-start")
    go(sample, 214)
    click("range-end")
    assert ends(sample) == (120, 214)
    click("swap-range")
    settled()
    assert sample.range.model.state.turned
    click("clear-range")
    assert ends(sample) == (None, None)
    click("undo-range")
    assert ends(sample) == (120, 214)


def test_a_line_tells_the_range_and_leads_to_its_ends(marked: Window) -> None:
    a, b = end_button(marked, "range-a"), end_button(marked, "range-b")
    assert (a.text(), b.text()) == ("A  10:02:00  #120", "B  11:57:23  #214")
    assert "·  94 events  ·  1 h 55 m" in texts(marked.range.page)
    a.click()
    assert position(marked) == 120
    b.click()
    assert position(marked) == 214


def test_both_lists_show_what_the_core_computed(marked: Window) -> None:
    """The page would show other numbers than the command line."""
    state, index = marked.range.model.state, marked.replay.index
    assert index is not None
    assert state.found is not None
    assert state.a is not None
    assert state.b is not None
    assert state.found.difference == compare(index, state.a, state.b)
    expected = range_statistics(index.log, 120, 214, since=state.a.instant, until=state.b.instant)
    assert state.found.statistics == expected
    rows = shifts(marked)
    assert rows[0].text == "DIFFERENCE"
    assert rows[1].text == "Uncertainty"
    came = [c.label for c in state.found.difference.concepts if c.rank_before is None]
    assert {row.text for row in rows} >= set(came)
    assert statistics(marked)["UserViewed"].amount == "35 · 37%"


def test_rows_lead_to_moments_and_select_concepts(
    marked: Window, settled: Callable[[], None]
) -> None:
    """A busiest minute that cannot be looked at is a riddle."""
    found = marked.range.page.findChild(StatisticList)
    assert isinstance(found, StatisticList)
    texts_of = [row.text for row in rows_of(found)]
    found.press(texts_of.index("Busiest minute"))
    peak = marked.range.model.state.found
    assert peak is not None
    assert peak.statistics.peak is not None
    assert position(marked) == peak.statistics.peak.position
    concept = next(row for row in rows_of(found) if row.concept_id is not None)
    found.press(texts_of.index(concept.text))
    settled()
    log = marked.opening.log
    assert log is not None
    assert marked.replay.selected == log.concept_code(concept.concept_id)
    changes = marked.range.page.findChild(ShiftList)
    assert isinstance(changes, ShiftList)
    place = next(i for i, row in enumerate(shifts(marked)) if row.concept_id is not None)
    changes.press(place)
    assert marked.replay.selected == log.concept_code(shifts(marked)[place].concept_id)


def test_swapped_it_is_read_from_b_to_a(marked: Window, settled: Callable[[], None]) -> None:
    before = {row.text: row.events for row in shifts(marked)}
    do(marked, "swap-range")
    settled()
    assert end_button(marked, "range-a").text().startswith("B")
    assert {row.text: -row.events for row in shifts(marked) if row.change}.items() <= before.items()
    assert ends(marked) == (120, 214)
    do(marked, "swap-range")
    settled()
    assert {row.text: row.events for row in shifts(marked)} == before


def test_other_rules_are_taken_up(marked: Window, settled: Callable[[], None]) -> None:
    """Decay would be said to do nothing under rules that decay."""
    assert all(row.decay == 0 for row in shifts(marked))
    do(marked, "rules-recency")
    settled()
    assert any(row.decay < 0 for row in shifts(marked))


def test_a_lost_range_can_be_had_back(marked: Window, settled: Callable[[], None]) -> None:
    """A range that was found with care would be lost by one wrong key."""
    do(marked, "loop")
    do(marked, "clear-range")
    assert marked.selection.range is None
    do(marked, "undo-range")
    assert ends(marked) == (120, 214)
    assert marked.selection.looping
    go(marked, 300)
    do(marked, "range-start")
    assert ends(marked) == (300, None)
    do(marked, "undo-range")
    settled()
    assert ends(marked) == (120, 214)
    assert marked.range.model.state.found is not None


def test_nothing_is_brought_back_into_another_session(
    marked: Window, settled: Callable[[], None]
) -> None:
    """The other session would get a range of a day on which it was not."""
    other = next(s.session_id for s in marked.source.store.sessions()  # type: ignore[union-attr]
                 if s.session_id != LONGEST)  # fmt: skip
    marked.opening.open_session(other)
    settled()
    do(marked, "undo-range")
    assert ends(marked) == (None, None)
    assert NO_RANGE in texts(marked.range.page)


def test_among_events_of_one_instant_an_end_stands_where_the_playhead_did(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """Of events with equal times, what lies between two could not be asked for; nor the first."""
    events = [viewed("raft"), viewed("paxos"), chat("raft", seconds=60), chat("raft", seconds=60)]
    window.open(write_log(tmp_path / "ties.db", events))
    settled()
    go(window, 0)
    do(window, "range-start")
    go(window, 3)
    do(window, "range-end")
    assert ends(window) == (0, 3)


def test_it_is_zoomed_to_and_back(marked: Window, settled: Callable[[], None]) -> None:
    """To look at the range closely one would have to aim for both of its ends."""
    for axis in AxisMode:
        do(marked, f"axis-{axis}")
        settled()
        everything, shown = marked.viewport.range, marked.viewport.axis
        do(marked, "zoom-range")
        x0, x1 = marked.viewport.range
        assert shown is not None
        assert int(shown.positions_at(x0 + 1e-6)) == 120
        assert int(shown.positions_at(x1 + 1e-6)) == 214
        do(marked, "fit")
        assert marked.viewport.range == everything
        do(marked, "zoom-back")
        assert marked.viewport.range == pytest.approx((x0, x1), abs=1e-4)
        do(marked, "zoom-back")
        assert marked.viewport.range == everything


def test_where_there_is_nothing_to_zoom_to_or_undo_it_is_said(sample: Window) -> None:
    """A key that does nothing looks broken."""
    for command, said in (
        ("zoom-range", "Mark a range first"),
        ("zoom-back", "no zoom to go back from"),
        ("undo-range", "has not been changed"),
    ):
        do(sample, command)
        assert said in texts(sample.banner)


def test_a_log_that_grows_is_followed(
    window: Window, settled: Callable[[], None], tmp_path: Path, qtbot: QtBot
) -> None:
    """A late event within the range would not be counted, and A and B would slip by one."""
    log = write_log(tmp_path / "grows.db", [viewed("raft", seconds=n * 60) for n in range(6)])
    window.open(log)
    settled()
    do(window, "show-range")
    go(window, 2)
    do(window, "range-start")
    go(window, 5)
    do(window, "range-end")
    settled()
    late = in_session("s", [viewed("old", seconds=10), viewed("late", seconds=150)])
    append_elsewhere(log, late)
    qtbot.wait_until(lambda: ends(window) == (3, 7), timeout=PATIENCE)
    settled()
    assert "late" in [row.text for row in shifts(window)]
    assert statistics(window)["EVENTS BY TYPE"].amount == "4"


def test_nothing_is_computed_before_somebody_looks(
    window: Window, settled: Callable[[], None]
) -> None:
    """Marking a range of a million events to loop it would keep the machine busy."""
    window.open(sample_path(), Wish(LONGEST, Moment("#120")))
    settled()
    do(window, "range-start")
    go(window, 214)
    do(window, "range-end")
    assert not window.range.model.busy
    assert window.range.model.state.found is None
    do(window, "show-range")
    settled()
    assert window.range.model.state.found is not None


def test_the_ends_are_shown_on_the_timeline_and_lead_there(sample: Window, qtbot: QtBot) -> None:
    """Where one has set the first end could not be seen until the second is there."""
    timeline = sample.timeline
    before = pixels_of(timeline.grab().toImage(), DARK.accent).sum()
    sample.actions_by_id["theme-dark"].trigger()
    do(sample, "range-start")
    go(sample, 404)
    image = timeline.grab().toImage()
    tag = pixels_of(image, DARK.accent)[-14:]
    assert tag.sum() > 60
    assert pixels_of(image, DARK.accent).sum() > before
    x = int(tag.any(axis=0).argmax()) + 5
    point = QPoint(x, timeline.height() - 6)
    picture = timeline._shown()
    assert picture is not None
    hit = picture.hit(point)
    assert hit is not None
    assert "A: the range starts here" in hit.text
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=point)
    assert position(sample) == 120
    do(sample, "clear-range")
    assert not pixels_of(timeline.grab().toImage(), DARK.accent)[-14:].any()


def test_the_page_is_used_by_keyboard_alone(marked: Window, qtbot: QtBot) -> None:
    do(marked, "show-events")
    do(marked, "show-range")
    focus = QApplication.focusWidget()
    assert isinstance(focus, ShiftList)
    qtbot.keyClick(focus, Qt.Key.Key_Down)
    assert focus.currentIndex().row() > 0


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_page_is_drawn_in_both_themes_and_fits(
    marked: Window, settled: Callable[[], None], theme: Theme
) -> None:
    """In a small window numbers would run over names, or the timeline be pushed out."""
    page = marked.range.page
    do(marked, f"theme-{theme.name}")
    for size in (1600, 1000), (1280, 720), (900, 600):
        marked.resize(*size)
        settled()
        assert page.width() < marked.width()
        image = page.grab().toImage()
        assert image.pixelColor(page.width() // 4, page.height() - 1) == theme.panel
        assert page.minimumSizeHint().height() <= 100
        assert page.minimumSizeHint().width() <= 340
        assert {end_button(marked, f"range-{end}").text()[0] for end in "ab"} == {"A", "B"}


def test_what_a_log_says_is_shown_as_plain_text(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """A name could hide, or turn around, what is written beside it."""
    nasty = "<b>x</b>\u202e\x1b\n"
    odd = event(ref=("concept", nasty), actor=nasty, payload={"name": nasty}, seconds=5)
    window.open(write_log(tmp_path / "odd.db", [viewed("raft"), odd]))
    settled()
    go(window, 1)
    do(window, "range-start")
    go(window, 2)
    do(window, "range-end")
    do(window, "show-range")
    settled()
    told = [row.text + row.told + row.tip for row in shifts(window)]
    told += [row.text + row.told + row.tip for row in statistics(window).values()]
    assert any("<b>x</b>\ufffd\ufffd" in text for text in told)
    assert not {"\u202e", "\x1b"} & set("".join(told))


def handle(window: Window, end: str, *, overview: bool = False) -> QPoint:
    """Where on the timeline the handle of A or of B is."""
    timeline = window.timeline
    picture = timeline._shown()
    assert picture is not None
    layout = picture.layout
    top = layout.overview.top() if overview else layout.ruler.top()
    for y in range(top, top + 40):
        for x in range(layout.left, layout.right):
            hit = picture.hit(QPoint(x, y))
            if hit is not None and hit.handle == end:
                return QPoint(x + 3, y + 3)
    raise AssertionError(f"no handle of {end}")


def dragged(qtbot: QtBot, window: Window, point: QPoint, by: int, *, escape: bool = False) -> None:
    timeline = window.timeline
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=point)
    for step in (by // 2, by):
        qtbot.mouseMove(timeline, point + QPoint(step, 0))
    if escape:
        qtbot.keyClick(timeline, Qt.Key.Key_Escape)
    qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=point + QPoint(by, 0))


@pytest.mark.parametrize("overview", [False, True])
def test_an_end_is_dragged_and_taken_back_as_one_change(
    marked: Window, settled: Callable[[], None], qtbot: QtBot, overview: bool
) -> None:
    """To move an end by a little one would have to go there and mark it anew."""
    before, shown = ends(marked), marked.viewport.range
    dragged(qtbot, marked, handle(marked, "B", overview=overview), -40)
    settled()
    now = ends(marked)
    assert now[0] == before[0]
    assert now[0] < now[1] < before[1]  # type: ignore[operator]
    assert marked.viewport.range == shown, "the overview's box stays where it is"
    do(marked, "undo-range")
    settled()
    assert ends(marked) == before


def test_an_end_stops_at_the_other_one(
    marked: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """The range would turn about in the hand."""
    dragged(qtbot, marked, handle(marked, "A"), 2_000)
    settled()
    start, end = ends(marked)
    assert start is not None
    assert end == 214
    assert start <= end
    assert marked.selection.range is not None


def test_escape_puts_a_dragged_end_back(
    marked: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """A slip of the hand would be a change."""
    before = ends(marked)
    dragged(qtbot, marked, handle(marked, "B"), -40, escape=True)
    settled()
    assert ends(marked) == before
    do(marked, "undo-range")
    settled()
    assert ends(marked)[1] is None, "what is taken back is the marking, the drag never was"


def test_a_click_on_a_handle_goes_there(
    marked: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """In the overview a click on it would go to the moment under the pointer."""
    point = handle(marked, "A", overview=True)
    qtbot.mouseMove(marked.timeline, point)
    assert marked.timeline.cursor().shape() is Qt.CursorShape.SizeHorCursor
    qtbot.mouseClick(marked.timeline, Qt.MouseButton.LeftButton, pos=point)
    settled()
    assert position(marked) == 120
