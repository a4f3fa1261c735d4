"""What if, through the real window: other rules, events left out, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QInputDialog, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from app.features import rule_sets, whatif
from app.models.cells import CellTableModel
from app.models.event_table import NUMBER
from app.sample import sample_path
from app.theme import ThemeChoice
from app.views.rule_editors import ChoiceEditor, NumberEditor
from app.views.rules_page import NO_SESSION, SAME, RulesPage
from app.views.timeline.ghosts import GhostLayer
from app.views.timeline.left_out_layer import LeftOutLayer
from app.window import Window
from core.projectors.context import SessionContext
from core.projectors.rule_files import read_rules, to_toml
from core.projectors.rules import BRAIN_WEB, RECENCY, FadingUncertainty, SteppedUncertainty
from core.projectors.saved_rules import RuleFolder
from core.projectors.session_context import fold
from core.replay.index import ContextIndex
from tests.app.windows import PATIENCE, press, texts
from tests.builders import captured, chat, event, viewed
from tests.builders_files import append_elsewhere, in_session, write_log

EVENTS = in_session(
    "one",
    [
        viewed("raft", seconds=0, name="Raft"),
        viewed("raft", seconds=60, name="Raft"),
        chat("paxos", "raft", seconds=120),
        captured("document", "d-1", seconds=180),
        event("UserHighlighted", seconds=240, ref=("document", "d-1")),
        viewed("paxos", seconds=300, name="Paxos"),
    ],
)


@pytest.fixture(autouse=True)
def own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a user who has saved nothing yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    other = in_session("two", [viewed("zab", seconds=-50), viewed("zab", seconds=-40)])
    return write_log(tmp_path / "my.db", [*other, *EVENTS])


@pytest.fixture
def desk(window: Window, settled: Callable[[], None], log_file: Path) -> Window:
    """The window at the end of a session of six events, the page of the rules on screen."""
    window.open(log_file)
    settled()
    window.clock.change(lambda p: p.at_position(6))
    do(window, "show-rules")
    settled()
    return window


def do(window: Window, command: str) -> None:
    window.actions_by_id[command].trigger()


def page(window: Window) -> RulesPage:
    return window.what_if.page


def number(window: Window, key: str) -> NumberEditor:
    editor = page(window).form.editors[key]
    assert isinstance(editor, NumberEditor)
    return editor


def drag(window: Window, key: str, *places: int) -> None:
    """A slider pulled along and let go."""
    slider = number(window, key).slider
    slider.setSliderDown(True)
    for place in places:
        slider.setSliderPosition(place)
    slider.setSliderDown(False)


def context(window: Window) -> SessionContext:
    index, playback = window.replay.index, window.clock.playback
    assert index is not None and playback is not None
    return index.context_at(playback.position, playback.instant)


def weights(window: Window) -> dict[str, float]:
    return {c.concept_id: round(c.weight, 9) for c in context(window).active_concepts}


def table(window: Window) -> list[list[str]]:
    model = page(window).table.model()
    assert isinstance(model, CellTableModel)
    columns = range(len(model.columns))
    return [[model.cell(r, c).text for c in columns] for r in range(model.rowCount())]


def layer(window: Window, name: str) -> object:
    return window.timeline._layers.get(name)


def entries(window: Window) -> list[tuple[str, int]]:
    return [(entry.told(), len(entry.rows)) for entry in window.what_if.model.left_out]


def test_what_other_rules_are_held_against_is_there_at_once(desk: Window) -> None:
    """It was worked out once more beside the other, and the first change came late."""
    before = desk.replay.index
    do(desk, "rules-recency")
    assert desk.what_if.model.base is before is not None


def test_a_form_that_is_made_before_it_is_looked_at_is_laid_out_when_it_is(
    window: Window, settled: Callable[[], None], log_file: Path
) -> None:
    """Made bit by bit while nothing is asked for, it blocks nobody; but it must be whole."""
    window.open(log_file)
    settled()
    while page(window).prepare():
        assert not page(window).isVisible()
    do(window, "show-rules")
    settled()
    editors = [each for each in page(window).form.editors.values() if each.isVisible()]
    assert len(editors) > 8
    assert all(each.height() >= each.minimumSizeHint().height() for each in editors)
    left_out = page(window).left_out
    right = max(each.geometry().right() for each in left_out.buttons.values())
    assert right < left_out.viewport().width()


def test_a_form_is_not_made_in_the_midst_of_zooming(
    window: Window,
    settled: Callable[[], None],
    qtbot: QtBot,
    log_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each zoom has it wait anew: else a frame took three times as long, soon after opening."""
    monkeypatch.setattr(whatif, "_REST", 1_000_000)
    window.open(log_file)
    settled()
    monkeypatch.setattr(whatif, "_REST", 0)
    assert window.what_if.place.made is None
    do(window, "zoom-in")
    qtbot.wait_until(lambda: window.what_if.place.made is not None, timeout=PATIENCE)


class TestRules:
    def test_a_slider_recomputes_everything(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        assert weights(desk) == {"raft": 0.55, "paxos": 0.35}
        drag(desk, "viewed", 30, 50)
        settled()
        assert desk.replay.rules.viewed == 0.5
        assert weights(desk) == {"raft": 1.0, "paxos": 0.65}
        assert desk.replay.rules.name == "Brain Web, edited"
        assert page(desk).sentence.text() == (
            "At 09:05:00: 2 of the 2 active concepts change, Raft 0.55 → 1.00."
        )
        assert table(desk) == [
            ["Uncertainty", "0.50", "0.50", ""],
            ["Raft", "0.55", "▲ 1.00", "1"],
            ["Paxos", "0.35", "▲ 0.65", "2"],
        ]

    def test_a_drag_is_one_step_of_undo(self, desk: Window, settled: Callable[[], None]) -> None:
        """Who undoes a drag would press the keys a hundred times."""
        drag(desk, "viewed", 30, 40, 50)
        drag(desk, "viewed", 60, 70)
        number(desk, "claimed").spin.setValue(0.4)
        settled()
        do(desk, "undo-what-if")
        assert (desk.replay.rules.viewed, desk.replay.rules.claimed) == (0.7, 0.1)
        do(desk, "undo-what-if")
        assert desk.replay.rules.viewed == 0.5
        do(desk, "undo-what-if")
        assert desk.replay.rules == BRAIN_WEB
        do(desk, "redo-what-if")
        settled()
        assert desk.replay.rules.viewed == 0.5
        assert weights(desk)["raft"] == 1.0

    def test_undo_and_redo_by_keys_within_the_page(
        self, desk: Window, qtbot: QtBot, settled: Callable[[], None]
    ) -> None:
        """Ctrl+Z would undo the range while somebody edits rules."""
        drag(desk, "viewed", 50)
        spin = number(desk, "viewed").spin
        spin.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(spin, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert desk.replay.rules == BRAIN_WEB
        modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        qtbot.keyClick(spin, Qt.Key.Key_Z, modifiers)
        settled()
        assert desk.replay.rules.viewed == 0.5

    def test_there_is_nothing_to_undo_at_first(self, desk: Window) -> None:
        do(desk, "undo-what-if")
        assert whatif.NOTHING_TO_UNDO in texts(desk.banner)
        do(desk, "redo-what-if")
        assert whatif.NOTHING_TO_REDO in texts(desk.banner)

    def test_every_field_can_be_set_and_reset(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        """A field without a way to set it could be set by a file alone."""
        form = page(desk).form
        for key, editor in form.editors.items():
            if isinstance(editor, ChoiceEditor) or not editor.isVisibleTo(form):
                continue
            if editor.field.optional:
                editor.check.click()
            place = editor.slider.value() // 2 or editor.slider.maximum() // 2
            before = desk.replay.rules
            drag(desk, key, place)
            assert desk.replay.rules != before, key
            shown = desk.replay.rules.model_dump() | desk.replay.rules.uncertainty.model_dump()
            assert editor.spin.value() == pytest.approx(shown[key] / editor.field.scale), key
            assert editor.reset.isEnabled()
            editor.reset.click()
            assert not editor.reset.isEnabled(), key
        settled()
        assert desk.replay.rules == BRAIN_WEB

    def test_half_life_is_none_or_minutes(self, desk: Window, settled: Callable[[], None]) -> None:
        editor = number(desk, "half_life")
        assert not editor.spin.isEnabled()
        editor.check.click()
        assert desk.replay.rules.half_life == 600.0
        editor.spin.setValue(5)
        settled()
        assert desk.replay.rules.half_life == 300.0
        assert weights(desk)["paxos"] == pytest.approx(0.2 + 0.15 * 2 ** (-180 / 300))
        editor.check.click()
        assert desk.replay.rules == BRAIN_WEB

    def test_choices_and_the_uncertainty_with_fields_of_its_own(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        form = page(desk).form
        kind, objects = form.editors["kind"], form.editors["objects"]
        assert isinstance(kind, ChoiceEditor) and isinstance(objects, ChoiceEditor)
        objects.choice.chosen.emit("recent")
        assert desk.replay.rules.objects == "recent"
        assert form.steps.isVisibleTo(form)
        kind.choice.chosen.emit("fading")
        assert desk.replay.rules.uncertainty == FadingUncertainty()
        assert not form.steps.isVisibleTo(form)
        number(desk, "scale").spin.setValue(2)
        settled()
        assert context(desk).uncertainty_score == pytest.approx(2**-3)
        kind.reset.click()
        assert desk.replay.rules.uncertainty == SteppedUncertainty()

    def test_steps_of_the_uncertainty_are_edited(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        steps = page(desk).form.steps
        steps.add.click()
        formula = desk.replay.rules.uncertainty
        assert isinstance(formula, SteppedUncertainty)
        assert formula.below == (*SteppedUncertainty().below, (15, 0.5))
        events, share = steps._rows[2]
        events.setValue(7)
        share.setValue(0.35)
        settled()
        assert context(desk).uncertainty_score == 0.35
        drop = steps.findChildren(QPushButton)
        next(b for b in drop if b.accessibleName() == "Remove step 4").click()
        do(desk, "reset-what-if")
        settled()
        assert desk.replay.rules == BRAIN_WEB
        assert len(steps._rows) == 3

    def test_the_presets_and_the_menu_go_together(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        page(desk).preset.chosen.emit("Recency")
        assert desk.replay.rules == RECENCY
        assert desk.actions_by_id["rules-recency"].isChecked()
        do(desk, "rules-brain-web")
        settled()
        assert page(desk).preset.text() == "Brain Web"
        do(desk, "rules-recency")
        assert page(desk).preset.text() == "Recency"
        drag(desk, "viewed", 50)
        assert page(desk).preset.text() == "Recency, edited"
        assert not desk.actions_by_id["rules-recency"].isChecked()
        drag(desk, "viewed", 20)
        settled()
        assert page(desk).preset.text() == "Recency"

    def test_another_base_can_be_compared_with(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        do(desk, "rules-recency")
        settled()
        assert isinstance(layer(desk, "ghosts"), GhostLayer)
        page(desk).base.chosen.emit("Recency")
        settled()
        assert layer(desk, "ghosts") is None
        assert page(desk).sentence.text() == SAME
        do(desk, "rules-brain-web")
        settled()
        ghosts = layer(desk, "ghosts")
        assert isinstance(ghosts, GhostLayer)
        assert ghosts.base.rules == RECENCY


class TestSets:
    def test_rules_are_saved_under_a_name_and_are_there_the_next_time(
        self, desk: Window, qtbot: QtBot, settled: Callable[[], None]
    ) -> None:
        drag(desk, "viewed", 50)
        answer(desk, "save-rules", "Mine")
        qtbot.wait_until(lambda: desk.replay.rules.name == "Mine", timeout=PATIENCE)
        settled()
        assert page(desk).preset.text() == "Mine"
        assert list(desk.what_if.saved.rules) == ["Mine"]
        assert RuleFolder().read().rules["Mine"].viewed == 0.5

    def test_saved_rules_are_renamed_deleted_and_restored(
        self, desk: Window, qtbot: QtBot, settled: Callable[[], None]
    ) -> None:
        drag(desk, "viewed", 50)
        answer(desk, "save-rules", "Mine")
        settled()
        answer(desk, "rename-rules", "Ours")
        settled()
        assert list(desk.what_if.saved.rules) == ["Ours"]
        assert desk.replay.rules.name == "Ours"
        do(desk, "delete-rules")
        settled()
        assert desk.what_if.saved.rules == {}
        desk.what_if.saved.restore()
        settled()
        assert list(desk.what_if.saved.rules) == ["Ours"]

    def test_a_name_that_cannot_be_is_refused(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        answer(desk, "save-rules", "Recency")
        settled()
        assert "every window has" in texts(desk.banner)
        answer(desk, "save-rules", "a/b")
        assert "expected 1 to 60 characters" in texts(desk.banner)

    def test_rules_without_a_name_of_the_users_cannot_be_renamed(self, desk: Window) -> None:
        for command in ("rename-rules", "delete-rules"):
            desk.banner.hide()
            do(desk, command)
            assert rule_sets.NOT_SAVED in texts(desk.banner)

    def test_rules_go_to_a_file_and_come_from_one(
        self,
        desk: Window,
        settled: Callable[[], None],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        out = tmp_path / "out.toml"
        drag(desk, "viewed", 50)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
        do(desk, "export-rules")
        settled()
        assert read_rules(out) == desk.replay.rules
        assert "written to out.toml" in texts(desk.banner)
        out.write_text(to_toml(RECENCY.model_copy(update={"name": "Theirs", "viewed": 0.9})))
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(out), ""))
        do(desk, "import-rules")
        settled()
        assert (desk.replay.rules.name, desk.replay.rules.viewed) == ("Theirs", 0.9)
        out.write_text("viewed = -1")
        do(desk, "import-rules")
        settled()
        assert "out.toml: viewed = -1: expected a number of 0 or more" in texts(desk.banner)

    def test_a_broken_set_is_set_aside_with_a_word(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        folder = desk.what_if.saved._folder.path
        folder.mkdir(parents=True)
        (folder / "Bad.toml").write_text("viewed = [")
        desk.what_if.saved.read()
        settled()
        assert "set aside as Bad.broken.toml" in texts(desk.banner)


class TestLeavingOut:
    def test_an_event_is_left_out_by_its_key_and_put_back(
        self, desk: Window, qtbot: QtBot, settled: Callable[[], None]
    ) -> None:
        desk.timeline.setFocus()
        press(qtbot, desk, Qt.Key.Key_X)
        settled()
        assert entries(desk) == [("UserViewed concept paxos at 09:05:00.000", 1)]
        assert weights(desk) == {"raft": 0.55, "paxos": 0.15}
        assert context(desk).position == 6
        assert "1 of the 2 active concepts changes, Paxos 0.35 → 0.15" in (
            page(desk).sentence.text()
        )
        press(qtbot, desk, Qt.Key.Key_X)
        assert len(entries(desk)) == 1, "twice is once"
        qtbot.keyClick(desk.timeline, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
        settled()
        assert entries(desk) == []
        assert weights(desk)["paxos"] == 0.35
        do(desk, "put-back")
        assert whatif.NOT_LEFT_OUT in texts(desk.banner)

    def test_the_filters_hits_are_left_out_and_the_context_is_the_fold_without_them(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        do(desk, "leave-out-hits")
        assert whatif.NO_HITS in texts(desk.banner)
        desk.filter.show_filter("type:UserViewed concept:raft")
        settled()
        do(desk, "leave-out-hits")
        settled()
        assert entries(desk) == [("type:UserViewed concept:raft", 2)]
        expected = fold("one", [e for i, e in enumerate(EVENTS) if i > 1])
        assert context(desk).active_concepts == expected.active_concepts
        assert context(desk).uncertainty_score == expected.uncertainty_score == 0.8
        hits = desk.filter.hits
        assert hits is not None and hits.tolist() == [0, 1], "they are found all the same"
        assert "— 2 events" in texts(page(desk).left_out)

    def test_its_moment_is_told_as_times_are_told(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        """A time in another zone than all others would be taken for another event's."""
        do(desk, "leave-out")
        settled()

        def told() -> list[str]:
            backs = page(desk).left_out.findChildren(QPushButton, "put-back-entry")
            return [b.accessibleName() for b in backs if b.isVisibleTo(page(desk))]

        assert told() == ["Put back UserViewed concept paxos at 09:05:00.000, 1 event"]
        do(desk, "times-start")
        settled()
        assert told() == ["Put back UserViewed concept paxos at +00:05:00.000, 1 event"]
        do(desk, "times-utc")
        settled()
        assert told() == ["Put back UserViewed concept paxos at 09:05:00.000, 1 event"]

    def test_each_is_taken_back_by_its_own_button_or_all_at_once(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        do(desk, "leave-out")
        desk.filter.show_filter("type:ChatMessageCreated")
        settled()
        do(desk, "leave-out-hits")
        settled()
        backs = page(desk).left_out.findChildren(QPushButton, "put-back-entry")
        assert [b.accessibleName() for b in backs if b.isVisibleTo(page(desk))] == [
            "Put back type:ChatMessageCreated, 1 event",
            "Put back UserViewed concept paxos at 09:05:00.000, 1 event",
        ]
        next(b for b in backs if "Chat" in b.accessibleName()).click()
        settled()
        assert [label for label, _ in entries(desk)] == ["UserViewed concept paxos at 09:05:00.000"]
        do(desk, "put-all-back")
        settled()
        assert entries(desk) == []
        do(desk, "undo-what-if")
        settled()
        assert len(entries(desk)) == 1

    def test_ctrl_z_takes_back_what_was_done_last(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        """The range would lose its end in place of the event that was left out."""
        do(desk, "range-start")
        do(desk, "leave-out")
        do(desk, "undo-range")
        settled()
        assert entries(desk) == []
        assert desk.selection.start is not None
        do(desk, "leave-out")
        do(desk, "clear-range")
        do(desk, "undo-range")
        settled()
        assert desk.selection.start is not None
        assert len(entries(desk)) == 1

    def test_left_out_events_are_struck_out_and_hollow(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        """By more than a colour: in the table a line through the text, on the lanes an outline."""
        before = desk.timeline.grab().toImage()
        do(desk, "leave-out")
        settled()
        assert isinstance(layer(desk, "left-out"), LeftOutLayer)
        assert desk.timeline.grab().toImage() != before
        table = desk.event_table.model()
        assert isinstance(table, CellTableModel)
        assert [table.cell(row, NUMBER).struck for row in range(6)] == [False] * 5 + [True]
        do(desk, "put-all-back")
        settled()
        assert layer(desk, "left-out") is None
        assert not any(table.cell(row, NUMBER).struck for row in range(6))

    def test_before_the_first_event_there_is_none(self, desk: Window) -> None:
        desk.clock.change(lambda p: p.at_position(0))
        do(desk, "leave-out")
        assert whatif.NO_EVENT in texts(desk.banner)

    def test_another_session_has_all_its_events_and_the_first_keeps_its_own(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        do(desk, "leave-out")
        settled()
        desk.opening.open_session("two")
        settled()
        assert entries(desk) == []
        assert weights(desk) == {"zab": 0.4}
        assert layer(desk, "left-out") is None
        desk.opening.open_session("one")
        settled()
        desk.clock.change(lambda p: p.at_position(6))
        assert weights(desk) == {"raft": 0.55, "paxos": 0.15}

    def test_a_session_that_grows_keeps_it_by_event(
        self, desk: Window, log_file: Path, qtbot: QtBot, settled: Callable[[], None]
    ) -> None:
        """A late event shifts all places after it; another event would be left out."""
        do(desk, "leave-out")
        settled()
        late = in_session("one", [viewed("late", seconds=30), viewed("new", seconds=400)])
        append_elsewhere(log_file, late)
        qtbot.wait_until(lambda: len(desk.opening.log or ()) == 8, timeout=PATIENCE)
        settled()
        log = desk.replay.log
        assert log is not None and log.left_out is not None
        assert np.flatnonzero(log.left_out).tolist() == [6]
        desk.clock.change(lambda p: p.at_position(8))
        assert weights(desk) == {"raft": 0.55, "late": 0.2, "new": 0.2, "paxos": 0.15}
        base = desk.what_if.model.base
        assert base is not None and base.log is desk.opening.log


class TestTold:
    def test_a_what_if_says_that_it_is_one(self, desk: Window, settled: Callable[[], None]) -> None:
        """Somebody would take another context for the system's."""
        chip = desk.what_if.chip
        assert not chip.isVisibleTo(desk)
        assert whatif.NEVER_WRITTEN not in texts(desk.status_line)
        drag(desk, "viewed", 50)
        do(desk, "leave-out")
        settled()
        assert chip.isVisibleTo(desk)
        assert chip.open.accessibleName() == (
            "What if: rules Brain Web, edited instead of Brain Web, 1 event left out"
        )
        assert whatif.NEVER_WRITTEN in texts(desk.status_line)
        chip.reset.click()
        settled()
        assert not chip.isVisibleTo(desk)
        assert whatif.NEVER_WRITTEN not in texts(desk.status_line)
        assert weights(desk) == {"raft": 0.55, "paxos": 0.35}
        do(desk, "undo-what-if")
        settled()
        assert chip.isVisibleTo(desk)

    def test_the_chip_leads_to_the_page(self, desk: Window, settled: Callable[[], None]) -> None:
        do(desk, "show-events")
        do(desk, "rules-recency")
        settled()
        desk.what_if.chip.open.click()
        assert page(desk).isVisibleTo(desk)

    def test_the_log_is_never_written(
        self, desk: Window, log_file: Path, settled: Callable[[], None]
    ) -> None:
        before = log_file.read_bytes()
        drag(desk, "viewed", 50)
        do(desk, "leave-out")
        settled()
        assert log_file.read_bytes() == before

    def test_the_base_is_kept_as_ghosts(self, desk: Window, settled: Callable[[], None]) -> None:
        still = desk.timeline.grab().toImage()
        drag(desk, "viewed", 50)
        settled()
        ghosts = layer(desk, "ghosts")
        assert isinstance(ghosts, GhostLayer)
        assert ghosts.base.log is desk.opening.log
        assert ghosts.base.rules == BRAIN_WEB
        with_ghosts = desk.timeline.grab().toImage()
        desk.timeline.show_layer("ghosts", None)
        assert _differ(with_ghosts, desk.timeline.grab().toImage())
        assert _differ(still, with_ghosts)

    def test_the_difference_follows_the_playhead(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        do(desk, "leave-out")
        settled()
        desk.clock.change(lambda p: p.at_position(3))
        settled()
        assert page(desk).sentence.text() == (
            "At 09:02:00: nothing differs from Brain Web with all events."
        )
        desk.clock.change(lambda p: p.at_position(6))
        settled()
        assert "Paxos 0.35 → 0.15" in page(desk).sentence.text()

    def test_a_row_of_the_table_selects_its_concept(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        do(desk, "leave-out")
        settled()
        table = page(desk).table
        table.setCurrentIndex(table.model().index(1, 0))
        assert desk.replay.selected is not None
        assert desk.replay.log is not None
        ids = desk.replay.log.contributions.concept_ids
        assert ids[desk.replay.selected] == "paxos"

    def test_without_a_session_the_page_says_so(self, window: Window) -> None:
        assert page(window).sentence.text() == NO_SESSION
        do(window, "reset-what-if")

    def test_ghosts_are_told_under_the_pointer(
        self, window: Window, settled: Callable[[], None]
    ) -> None:
        window.open(sample_path())
        settled()
        do(window, "rules-recency")
        settled()
        picture = window.timeline._shown()
        ghosts = layer(window, "ghosts")
        assert picture is not None and isinstance(ghosts, GhostLayer)
        concepts = picture.layout.concepts
        told = {
            hit.text
            for x in range(picture.layout.left, picture.layout.right, 5)
            for y in range(concepts.top(), concepts.bottom(), 3)
            if (hit := ghosts.hit(_point(x, y), picture.layout, picture.scene, picture.everything))
        }
        assert any(text.endswith("under Brain Web") for text in told)

    def test_it_is_drawn_at_every_size_in_both_themes(
        self, desk: Window, settled: Callable[[], None]
    ) -> None:
        do(desk, "leave-out")
        do(desk, "rules-recency")
        for theme in (ThemeChoice.DARK, ThemeChoice.LIGHT):
            desk.choose_theme(theme)
            for size in ((1600, 1000), (900, 600)):
                desk.resize(*size)
                settled()
                assert not desk.grab().isNull()
        for slider in page(desk).findChildren(QSlider):
            assert slider.accessibleName()


def answer(window: Window, command: str, name: str) -> None:
    """Type a name into the dialog that a command opens."""
    do(window, command)
    dialog = window.findChildren(QInputDialog)[-1]
    dialog.setTextValue(name)
    dialog.accept()


def _differ(one: QImage, other: QImage) -> bool:
    return one != other


def _point(x: int, y: int) -> QPoint:
    return QPoint(x, y)


def test_the_index_of_the_base_is_the_log_as_it_is(
    desk: Window, settled: Callable[[], None]
) -> None:
    do(desk, "leave-out")
    settled()
    base, log = desk.what_if.model.base, desk.opening.log
    assert base is not None and log is not None
    assert base.context_at(6) == ContextIndex(log, BRAIN_WEB).context_at(6)


@pytest.mark.parametrize("width", [1280, 1440, 1600])
def test_fields_and_what_they_change_can_be_read_beside_each_other(
    desk: Window, settled: Callable[[], None], width: int
) -> None:
    """Who moves a slider would not see what it changes, nor how to take it back."""
    desk.resize(width, 900)
    do(desk, "show-rules")
    number(desk, "viewed").slider.setValue(number(desk, "viewed").slider.maximum())
    settled()
    shown = page(desk)
    view, reset = shown.form.viewport(), number(desk, "viewed").reset
    right = reset.mapTo(view, reset.rect().topRight()).x()
    assert right <= view.width()
    if width >= 1440:
        assert shown.table.isVisible()
        assert shown.table.columnWidth(0) >= 90
    assert shown.sentence.height() >= shown.sentence.heightForWidth(shown.sentence.width())
