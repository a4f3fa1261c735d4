"""The context panel: else one does not learn what the system held, nor why."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractItemView, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.models.contexts import concept_rows
from app.models.reasons import concept_reason, object_reason, uncertainty_reason
from app.models.rows import RowListModel
from app.models.why import WhyModel
from app.theme import DARK, LIGHT, ROW, Theme
from app.views.context_panel import LEAST_WIDTH, ContextPanel
from core.events.contributions import Source
from core.events.schema import EventType
from core.projectors.context import difference
from core.projectors.rules import RECENCY
from core.replay.columns import SessionLog
from core.replay.explain import Share, Shares, explain_concept
from core.replay.explain_object import explain_object
from core.replay.explain_uncertainty import explain_uncertainty
from core.replay.index import ContextIndex
from core.replay.playback import Playhead
from tests.app.views.timeline.pictures import colours, has_colour
from tests.builders import captured, chat, claim, event, log_of, viewed

TOLD = Qt.ItemDataRole.AccessibleTextRole


@pytest.fixture
def log() -> SessionLog:
    return log_of(
        [
            viewed("raft", seconds=0.0, name="Raft"),
            captured("document", "a-22", seconds=10.0),
            chat("raft", "paxos", seconds=20.0),
            claim("cl-14", "paxos", seconds=30.0),
            viewed("raft", seconds=40.0, name="Raft"),
            claim("cl-14", "raft", seconds=50.0),
        ]
    )


class Shown:
    """A panel with the context of a log at a position, as the window would show it."""

    def __init__(self, qtbot: QtBot, log: SessionLog, *, theme: Theme = DARK) -> None:
        self.index = ContextIndex(log)
        self.panel = ContextPanel()
        qtbot.addWidget(self.panel)
        self.panel.show_theme(theme)
        self.panel.show_log(log)
        self.panel.resize(300, 800)
        self.panel.show()
        self.seeks: list[Playhead] = []
        self.selections: list[str | None] = []
        self.objects: list[tuple[str, str] | None] = []
        self.uncertain: list[bool] = []
        self.panel.object_selected.connect(self.objects.append)
        self.panel.uncertainty_selected.connect(self.uncertain.append)
        self.panel.seek_requested.connect(self.seeks.append)
        self.panel.concept_selected.connect(self.selections.append)

    def at(self, position: int) -> Shown:
        before, after = self.index.changed_by(position)
        context = self.index.context_at(position)
        touches = self.index.last_touches(position)
        self.panel.show_context(context, difference(before, after), touches)
        return self

    def why(self, concept: str, position: int) -> Shown:
        log = self.index.log
        code = log.concept_code(concept)
        assert code is not None
        shares = explain_concept(self.index, code, position=position)
        self.panel.show_reason(concept_reason(log.concept_label(code), shares))
        return self

    def list(self, name: str) -> QAbstractItemView:
        found = self.panel.findChild(QAbstractItemView, name)
        assert isinstance(found, QAbstractItemView)
        return found

    def told(self, name: str) -> list[str]:
        """What a list tells those who do not see it."""
        model = self.list(name).model()
        return [model.index(row, 0).data(TOLD) for row in range(model.rowCount())]

    def heading(self, name: str) -> str:
        found = self.panel.findChild(QWidget, name)
        assert isinstance(found, QWidget)
        return found.accessibleName()

    def selected(self) -> list[str]:
        rows = self.list("active-concepts").selectionModel().selectedRows()
        return [index.data() for index in rows]


@pytest.fixture
def shown(qtbot: QtBot, log: SessionLog) -> Shown:
    return Shown(qtbot, log)


def click(qtbot: QtBot, view: QAbstractItemView, row: int) -> None:
    middle = view.visualRect(view.model().index(row, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)


# -- what is shown --------------------------------------------------------------------------------


def test_concepts_stand_by_rank_with_what_the_event_changed(shown: Shown) -> None:
    shown.at(3)
    assert shown.told("active-concepts") == [
        "1 Raft, weight 0.35, up 0.15",
        "2 Paxos, weight 0.15, new",
    ]
    assert shown.heading("context-heading") == "CONTEXT AT 09:00:20.000"
    assert shown.heading("uncertainty") == "Uncertainty 0.80"


def test_before_the_first_event_it_says_so(shown: Shown) -> None:
    shown.at(0)
    assert shown.heading("context-heading") == "CONTEXT BEFORE THE FIRST EVENT"
    assert shown.told("active-concepts") == []
    assert shown.heading("uncertainty") == "Uncertainty 1.00"


def test_a_change_of_rank_alone_is_no_change_of_weight(shown: Shown) -> None:
    change = difference(*reversed(shown.index.changed_by(3)))
    rows = concept_rows(shown.index.context_at(2), change, {})
    assert [row.change_text for row in rows] == ["−.15"]
    assert "down 0.15" in rows[0].told


def test_why_lists_each_event_the_newest_first(shown: Shown) -> None:
    shown.at(6).why("raft", 6)
    assert shown.heading("why-heading") == "WHY “Raft” IS 0.65"
    assert shown.told("why") == [
        "09:00:50 claimed in cl-14, +0.10",
        "09:00:40 viewed, +0.20",
        "09:00:20 mentioned in chat m-1, +0.15",
        "09:00:00 viewed, +0.20",
    ]


def test_a_share_beyond_the_cap_is_told_to_count_for_nothing(qtbot: QtBot) -> None:
    log = log_of([viewed("a", seconds=float(s)) for s in range(7)])
    shown = Shown(qtbot, log).at(7).why("a", 7)
    assert shown.told("why")[:3] == [
        "09:00:06 viewed, +0.00, at the cap",
        "09:00:05 viewed, +0.00, at the cap",
        "09:00:04 viewed, +0.20",
    ]


def test_objects_have_their_relevance_and_last_touch(shown: Shown) -> None:
    shown.at(6)
    assert shown.told("active-objects") == [
        "document a-22, relevance 0.70, last touched 09:00:10",
        "claim cl-14, relevance 0.80, last touched 09:00:50",
    ]
    shown.at(4)
    assert shown.told("active-objects")[1].endswith("last touched 09:00:30")


def test_a_bar_has_the_colour_of_its_curve_or_of_none(shown: Shown) -> None:
    shown.at(3)
    view = shown.list("active-concepts")
    rows = [view.visualRect(view.model().index(row, 0)) for row in range(2)]

    def colours_of(row: int) -> set[int]:
        return colours(view.viewport().grab().toImage(), rows[row])

    assert DARK.other.rgb() in colours_of(0) and DARK.other.rgb() in colours_of(1)
    shown.panel.show_slots({"raft": 2})
    assert DARK.concepts[2].rgb() in colours_of(0)
    assert DARK.other.rgb() in colours_of(1)


def test_an_object_has_the_colour_of_its_touch(shown: Shown) -> None:
    shown.at(6)
    view = shown.list("active-objects")
    image = view.viewport().grab().toImage()
    for row, kind in enumerate((EventType.SOURCE_CAPTURED, EventType.CLAIM_UPSERTED)):
        rect = view.visualRect(view.model().index(row, 0))
        assert has_colour(image, DARK.types[kind], rect)


def test_a_message_stands_in_place_of_a_context_until_there_is_one(shown: Shown) -> None:
    shown.panel.show_message("Reading…")
    content = shown.panel.findChild(QWidget, "context-scroll")
    assert shown.heading("context-message") == "Reading…"
    assert content is not None and not content.isVisible()
    shown.at(1)
    assert content.isVisible()


def test_another_session_takes_the_old_context_away(shown: Shown) -> None:
    shown.at(6).why("raft", 6)
    shown.panel.show_log(None)
    assert [shown.told(name) for name in ("active-concepts", "why", "active-objects")] == [[]] * 3
    shown.panel.show_slots({"raft": 1})
    assert shown.told("active-objects") == []


def test_text_of_a_log_is_shown_as_typed_on_one_line(qtbot: QtBot) -> None:
    log = log_of([viewed("a", name="<b>x</b>\n\u202ey"), claim("<i>", "a", seconds=1.0)])
    shown = Shown(qtbot, log).at(2).why("a", 2)
    assert shown.told("active-concepts") == ["1 <b>x</b> \ufffdy, weight 0.30, up 0.10"]
    assert shown.told("why")[0] == "09:00:01 claimed in <i>, +0.10"
    heading = shown.panel.findChild(QWidget, "why-heading")
    assert heading is not None
    assert "&lt;" in heading.toolTip() or heading.toolTip() == ""


# -- selecting ------------------------------------------------------------------------------------


def test_a_click_selects_a_concept_and_another_one_lets_it_go(shown: Shown, qtbot: QtBot) -> None:
    shown.at(3)
    click(qtbot, shown.list("active-concepts"), 1)
    assert (shown.selections, shown.selected()) == (["paxos"], ["Paxos"])
    click(qtbot, shown.list("active-concepts"), 1)
    assert (shown.selections, shown.selected()) == (["paxos", None], [])


def test_arrows_select_and_escape_lets_go(shown: Shown, qtbot: QtBot) -> None:
    shown.at(3)
    view = shown.list("active-concepts")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Escape):
        qtbot.keyClick(view, key)
    assert shown.selections == ["raft", "paxos", "raft", None]


def test_enter_selects_the_row_that_was_reached_by_tab(shown: Shown, qtbot: QtBot) -> None:
    shown.at(3)
    view = shown.list("active-concepts")
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert shown.selected() == []
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert shown.selections == ["raft"]


def test_the_selection_follows_its_concept_through_the_ranks(qtbot: QtBot) -> None:
    log = log_of([viewed("a"), viewed("b", seconds=1.0), viewed("b", seconds=2.0)])
    shown = Shown(qtbot, log).at(2)
    shown.panel.show_selected("b")
    assert shown.told("active-concepts")[1].startswith("2 b")
    shown.at(3)
    assert shown.told("active-concepts")[0].startswith("1 b")
    assert shown.selected() == ["b"]
    shown.at(1)
    assert shown.selected() == []
    shown.at(3)
    assert shown.selected() == ["b"]
    assert shown.selections == [], "what the window shows is no wish of the user's"


# -- seeking --------------------------------------------------------------------------------------


def test_a_reason_leads_to_its_event(shown: Shown, qtbot: QtBot) -> None:
    shown.at(6).why("raft", 6)
    click(qtbot, shown.list("why"), 2)
    qtbot.keyClick(shown.list("why"), Qt.Key.Key_Return)
    times = shown.index.log.times
    assert shown.seeks == [Playhead(3, int(times[2]))] * 2


def test_an_object_is_selected_and_let_go_by_a_click(shown: Shown, qtbot: QtBot) -> None:
    """The reason why an object is active would be out of reach."""
    shown.at(5)
    click(qtbot, shown.list("active-objects"), 1)
    click(qtbot, shown.list("active-objects"), 1)
    assert shown.objects == [("claim", "cl-14"), None]
    assert shown.seeks == []


def test_the_uncertainty_is_selected_by_a_click_or_by_enter(shown: Shown, qtbot: QtBot) -> None:
    meter = shown.at(5).panel.findChild(QWidget, "uncertainty")
    assert isinstance(meter, QWidget)
    qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    shown.panel.show_selected_uncertainty(True)
    assert meter.accessibleDescription() == "selected"
    qtbot.keyClick(meter, Qt.Key.Key_Return)
    assert shown.uncertain == [True, False]


def test_why_an_object_is_active_is_told_by_its_touches(shown: Shown) -> None:
    shown.at(6)
    why = explain_object(shown.index, 1, position=6)
    shown.panel.show_reason(object_reason(shown.index.log.object_keys[1], why))
    assert shown.heading("why-heading").startswith("WHY “")
    assert shown.told("why")
    assert shown.heading("waterfall").startswith("first touch +")
    assert "Number 1 by first touch; 20 are kept." in labels(shown)


def test_why_the_uncertainty_is_what_it_is_is_told_by_its_steps(shown: Shown) -> None:
    shown.at(6)
    why = explain_uncertainty(shown.index, position=6)
    shown.panel.show_reason(uncertainty_reason(why))
    assert shown.heading("why-heading") == "WHY UNCERTAINTY IS 0.50"
    assert shown.told("why") == ["09:00:40 UserViewed, −0.30", "09:00:00 UserViewed, −0.20"]
    assert shown.heading("waterfall") == (
        "at the start +1.00; 1 earlier −0.20; latest step −0.30; uncertainty 0.50"
    )
    assert "6 events so far; 4 more make it 0.20." in labels(shown)


def test_the_waterfall_of_a_weight_tells_what_decay_and_cap_took(qtbot: QtBot) -> None:
    """A concept seen a hundred times at 1.00 would give no sign of what was cut."""
    log = log_of([viewed("a", seconds=float(s)) for s in range(7)])
    shown = Shown(qtbot, log).at(7).why("a", 7)
    assert shown.heading("waterfall") == (
        "given 7× +1.40; decayed —; over the cap −0.40; weight 1.00"
    )


def labels(shown: Shown) -> list[str]:
    found = shown.panel.findChildren(QLabel)
    return [label.text() for label in found if label.isVisibleTo(shown.panel)]


def test_an_instant_beyond_32_bits_arrives_whole(qtbot: QtBot) -> None:
    log = log_of([viewed("a", seconds=1e8)])
    shown = Shown(qtbot, log).at(1).why("a", 1)
    click(qtbot, shown.list("why"), 0)
    assert shown.seeks == [Playhead(1, log.end)]


# -- while scrubbing ------------------------------------------------------------------------------


def test_sections_stay_where_they_are_while_the_playhead_moves(shown: Shown) -> None:
    places = set()
    for position in range(1, 7):
        shown.at(position).why("raft", position)
        names = ("active-concepts", "why", "active-objects", "why-heading")
        widgets = [shown.panel.findChild(QWidget, name) for name in names]
        places.add(tuple(w.mapTo(shown.panel, QPoint(0, 0)).y() for w in widgets if w))
        places.add(tuple(-w.height() for w in widgets if w))
    assert len(places) == 2


def test_only_rows_that_changed_are_told_of(shown: Shown, qtbot: QtBot) -> None:
    shown.at(3)
    told: list[int] = []
    model = shown.list("active-concepts").model()
    model.dataChanged.connect(lambda first, last: told.extend(range(first.row(), last.row() + 1)))
    shown.at(3)
    assert told == []
    shown.at(5)
    assert set(told) == {0, 1}


def test_who_reads_further_down_stays_there_when_newer_reasons_come(qtbot: QtBot) -> None:
    log = log_of([viewed("a", seconds=float(s)) for s in range(40)])
    shown = Shown(qtbot, log).at(30).why("a", 30)
    view = shown.list("why")
    view.setCurrentIndex(view.model().index(20, 0))
    reading = view.currentIndex().data(TOLD)
    shown.at(35).why("a", 35)
    assert view.currentIndex().row() == 25
    assert view.currentIndex().data(TOLD) == reading
    shown.at(30).why("a", 30)
    assert view.currentIndex().data(TOLD) == reading


def test_a_million_reasons_cost_no_more_than_those_on_screen(shown: Shown, qtbot: QtBot) -> None:
    class Counted(Shares):
        asked = 0

        def __getitem__(self, index: int) -> Share:  # type: ignore[override]
            type(self).asked += 1
            return super().__getitem__(index)

    n = 1_000_000
    many = Counted(
        events=np.zeros(n, np.int32),
        instants=np.full(n, shown.index.log.start),
        sources=np.full(n, Source.VIEWED, np.uint8),
        amounts=np.full(n, 0.2),
        kept=np.full(n, 0.2),
        shares=np.zeros(n),
    )
    shown.at(6)
    shown.panel.show_reason(concept_reason("Raft", many))
    shown.panel.grab()
    assert shown.list("why").model().rowCount() == n
    assert 0 < Counted.asked < 200


# -- in general -----------------------------------------------------------------------------------


@pytest.mark.parametrize("height", [420, 640, 900])
@pytest.mark.parametrize("width", [LEAST_WIDTH, 300])
def test_everything_can_be_reached_in_a_small_window(
    width: int, height: int, shown: Shown, qtbot: QtBot
) -> None:
    shown.at(6).why("raft", 6)
    shown.panel.resize(width, height)
    scroll = shown.panel.findChild(QScrollArea, "context-scroll")
    assert isinstance(scroll, QScrollArea)
    content, last = scroll.widget(), shown.list("active-objects")
    assert content.width() <= scroll.viewport().width()
    assert content.rect().contains(last.geometry())
    assert last.height() >= 4 * ROW
    reachable = scroll.viewport().height() + scroll.verticalScrollBar().maximum()
    assert reachable >= content.height()


def test_more_concepts_than_usual_have_room(qtbot: QtBot) -> None:
    rules = RECENCY.model_copy(update={"max_concepts": 40})
    log = log_of([viewed(f"c{n:02}", seconds=float(n)) for n in range(40)])
    shown = Shown(qtbot, log)
    shown.index = ContextIndex(log, rules)
    shown.panel.show_room(rules.max_concepts)
    shown.at(40)
    view = shown.list("active-concepts")
    assert view.model().rowCount() == 40
    assert view.height() == 12 * ROW


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_both_themes_are_painted_with_their_own_colours(
    theme: Theme, log: SessionLog, qtbot: QtBot
) -> None:
    shown = Shown(qtbot, log, theme=theme).at(3)
    image = shown.panel.grab().toImage()
    other = LIGHT if theme is DARK else DARK
    assert has_colour(image, theme.panel, QRect(0, 0, 4, 4))
    found = colours(image, image.rect())
    assert theme.uncertainty.rgb() in found
    foreign: list[QColor] = [other.uncertainty, other.other, other.track, other.good]
    assert found.isdisjoint({colour.rgb() for colour in foreign})


def test_every_part_has_a_name_for_those_who_do_not_see_it(shown: Shown) -> None:
    shown.at(6)
    for name in ("active-concepts", "why", "active-objects"):
        view = shown.list(name)
        assert view.accessibleName()
        assert view.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert shown.panel.accessibleName()


@pytest.mark.parametrize("steps", [(0, 3, 1, 3, 6), (6, 2, 5)])
def test_models_keep_their_promises_to_views(
    steps: tuple[int, ...], log: SessionLog, qtbot: QtBot
) -> None:
    index, code = ContextIndex(log), log.concept_code("raft")
    assert code is not None
    rows, why = RowListModel(), WhyModel()
    warn = QAbstractItemModelTester.FailureReportingMode.Warning
    testers = [QAbstractItemModelTester(model, warn) for model in (rows, why)]
    for position in steps:
        before, after = index.changed_by(position)
        rows.show(concept_rows(after, difference(before, after), {}))
        why.show(explain_concept(index, code, position=position), log)
        assert _texts(rows) == [c.label for c in after.active_concepts]
        assert why.rowCount() == len(explain_concept(index, code, position=position))
    del testers


def _texts(model: QAbstractItemModel) -> list[str]:
    return [model.index(row, 0, QModelIndex()).data() for row in range(model.rowCount())]


def test_an_event_without_an_object_still_has_a_reason(qtbot: QtBot) -> None:
    mention = {"mentioned_concepts": [{"concept_id": "a"}]}
    log = log_of([event(EventType.CHAT_MESSAGE_CREATED, payload=mention)])
    shown = Shown(qtbot, log).at(1).why("a", 1)
    assert shown.told("why") == ["09:00:00 mentioned, +0.15"]
