"""What is shown of a log at a playhead: the system's own context, under the rules in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.background import Background
from app.models.replay import Moment, Replay, Why
from app.views.timeline.scene import Curve
from core.events.contributions import Source
from core.events.schema import EventEnvelope
from core.projectors.context import difference
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.replay.axis import AxisMode, axis_of
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.leaving_out import NOTHING, without_rows
from core.replay.playback import Playhead
from tests.app.windows import PATIENCE
from tests.builders import captured, chat, claim, log_of, viewed

STUDY = [
    viewed("raft", seconds=0, name="Raft"),
    chat("raft", "paxos", seconds=60),
    captured("document", "d-1", seconds=120),
    *[viewed("raft", seconds=180 + i) for i in range(6)],
    claim("cl-1", "paxos", "raft", seconds=900),
    viewed("quorum", seconds=1_800),
]


class Shown:
    """A replay with what it told, the latest last."""

    def __init__(self, replay: Replay, qtbot: QtBot) -> None:
        self.replay = replay
        self.qtbot = qtbot
        self.indexes: list[ContextIndex | None] = []
        self.curves: list[tuple[Curve, ...]] = []
        self.moments: list[Moment] = []
        self.selected: list[int | None] = []
        self.whys: list[Why | None] = []
        self.rules: list[ProjectionRules] = []
        replay.index_changed.connect(self.indexes.append)
        replay.curves_changed.connect(self.curves.append)
        replay.moment_changed.connect(self.moments.append)
        replay.selected_changed.connect(self.selected.append)
        replay.why_changed.connect(self.whys.append)
        replay.rules_changed.connect(self.rules.append)

    def show(self, log: SessionLog, rules: ProjectionRules = BRAIN_WEB) -> None:
        """Show a log that was read whole, all of it in view, and wait for all there is to tell."""
        self.replay.show_range(axis_of(log, AxisMode.TIME), 0.0, 1e9)
        self.replay.show_log(log, ContextIndex(log, rules).prepare())
        self.settle()

    def settle(self) -> None:
        self.qtbot.wait_until(lambda: not self.replay.busy, timeout=PATIENCE)

    def names_of_curves(self) -> dict[str, int]:
        """The colour's slot of each concept that has a curve, as last told."""
        assert self.replay.log is not None
        ids = self.replay.log.contributions.concept_ids
        return {ids[curve.concept]: curve.slot for curve in self.curves[-1]}

    def name_of_selected(self) -> str | None:
        assert self.replay.log is not None
        ids = self.replay.log.contributions.concept_ids
        assert self.selected[-1] == self.replay.selected
        return None if self.replay.selected is None else ids[self.replay.selected]


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Shown]:
    background = Background()
    yield Shown(Replay(background), qtbot)
    background.close()


def ids_in(shown: Shown) -> Sequence[str]:
    assert shown.replay.log is not None
    return shown.replay.log.contributions.concept_ids


class TestMoments:
    @pytest.mark.parametrize("rules", [BRAIN_WEB, RECENCY], ids=lambda rules: rules.name)
    def test_each_is_what_the_index_answers(self, shown: Shown, rules: ProjectionRules) -> None:
        """The panel would show another context than the command line."""
        log = log_of(STUDY)
        shown.replay.set_rules(rules)
        shown.show(log, rules)
        index = ContextIndex(log, rules)
        for position in range(len(log) + 1):
            playhead = Playhead(position, log.instant_at(position) + 30_000_000)
            shown.replay.show_playhead(playhead)
            moment = shown.moments[-1]
            before, after = index.changed_by(position)
            assert moment.playhead == playhead
            assert moment.context == index.context_at(position, playhead.instant)
            assert (moment.before, moment.after) == (before, after)
            assert moment.change == difference(before, after)

    def test_nothing_is_told_before_all_is_read(self, shown: Shown) -> None:
        """A context of half the events would be taken for the system's."""
        log = log_of(STUDY)
        shown.replay.show_log(replace(log, complete=False))
        shown.replay.show_playhead(Playhead(3, log.instant_at(3)))
        assert shown.moments == []
        assert shown.replay.index is None
        shown.show(log)
        assert shown.moments[-1].playhead == Playhead(3, log.instant_at(3))

    def test_a_playhead_beyond_what_was_read_waits(self, shown: Shown) -> None:
        """The playhead of a longer log would crash the shorter one that took its place."""
        log = log_of(STUDY[:3])
        shown.show(log)
        told = len(shown.moments)
        shown.replay.show_playhead(Playhead(4, log.end))
        assert len(shown.moments) == told


class TestRules:
    def test_other_rules_recompute_everything(self, shown: Shown) -> None:
        """The name of the rules would change and the picture stay."""
        log = log_of(STUDY)
        shown.show(log)
        at = Playhead(len(log), log.end)
        shown.replay.show_playhead(at)
        shown.replay.select_id("raft")
        shown.replay.set_rules(RECENCY)
        shown.settle()
        assert shown.rules == [RECENCY]
        assert shown.replay.index is shown.indexes[-1]
        assert shown.indexes[-1] is not None
        assert shown.indexes[-1].rules == RECENCY
        expected = ContextIndex(log, RECENCY).context_at(len(log), log.end)
        assert shown.moments[-1].context == expected
        why = shown.whys[-1]
        assert why is not None
        weights = {c.concept_id: c.weight for c in expected.active_concepts}
        assert why.weight == pytest.approx(weights["raft"], abs=1e-9)

    def test_the_last_choice_stands(self, shown: Shown) -> None:
        """Switching to and fro would end on the rules that took longest.

        What is in between may be seen, in its order: while a slider moves there were nothing else.
        """
        shown.show(log_of(STUDY))
        seen: list[float] = []
        shown.replay.index_changed.connect(lambda index: seen.append(index.rules.viewed))
        wild = [BRAIN_WEB.model_copy(update={"viewed": n / 10}) for n in range(20)]
        for rules in wild:
            shown.replay.set_rules(rules)
        shown.settle()
        assert shown.replay.index is not None
        assert shown.replay.index.rules == shown.replay.rules == wild[-1]
        assert seen == sorted(seen)

    def test_a_choice_made_while_a_session_is_read_counts(self, shown: Shown) -> None:
        """The session would appear under the rules that were left."""
        log = log_of(STUDY)
        shown.replay.show_log(replace(log, complete=False))
        shown.replay.set_rules(RECENCY)
        shown.show(log, BRAIN_WEB)
        assert shown.replay.index is not None
        assert shown.replay.index.rules == RECENCY

    def test_rules_computed_for_a_log_that_is_gone_are_let_go(self, shown: Shown) -> None:
        """The index of the session before would answer for this one."""
        shown.show(log_of(STUDY))
        shown.replay.set_rules(RECENCY)
        other = replace(log_of(STUDY[:2]), session_id="other")
        shown.show(other, RECENCY)
        assert shown.replay.index is not None
        assert shown.replay.index.log is other


class TestLeavingOut:
    def test_what_is_left_out_says_nothing(self, shown: Shown) -> None:
        """The context would be that of all events, and the panel said otherwise."""
        log = log_of(STUDY)
        shown.show(log)
        at = Playhead(len(log), log.end)
        shown.replay.show_playhead(at)
        rows = log.rows[[0, 2]]
        shown.replay.leave_out(rows)
        shown.settle()
        expected = ContextIndex(without_rows(log, rows)).context_at(len(log), log.end)
        assert shown.moments[-1].context == expected
        assert shown.replay.whole is log
        shown.replay.leave_out(NOTHING)
        shown.settle()
        assert shown.replay.log is log
        assert shown.moments[-1].context == ContextIndex(log).context_at(len(log), log.end)

    def test_the_selected_concept_and_the_colours_stay(self, shown: Shown) -> None:
        """Codes go by the first contribution that is left; another concept would be shown."""
        log = log_of(many_concepts())
        shown.show(log)
        shown.replay.select_id("c-11")
        shown.settle()
        before = shown.names_of_curves()
        first = log.contributions.event[log.contributions.of(0)]
        shown.replay.leave_out(log.rows[first])
        shown.settle()
        assert shown.name_of_selected() == "c-11"
        after = shown.names_of_curves()
        assert all(after[name] == before[name] for name in after.keys() & before.keys())

    def test_a_log_that_grew_is_taken_with_what_is_left_out_of_it(self, shown: Shown) -> None:
        """What is left out would come back with every event that arrives."""
        log = log_of(STUDY)
        shown.show(log)
        rows = log.rows[[0]]
        shown.replay.leave_out(rows)
        shown.settle()
        index = ContextIndex(without_rows(log, rows)).prepare()
        shown.replay.show_log(log, index, left_out=rows)
        assert shown.replay.index is index
        shown.replay.show_log(log, ContextIndex(log).prepare())
        shown.settle()
        assert shown.replay.index is not None
        assert shown.replay.index.log.left_out is not None


def many_concepts() -> list[EventEnvelope]:
    """Twelve concepts, each of them heavier than the one before."""
    return [
        viewed(f"c-{number:02}", seconds=number * 10 + again)
        for number in range(12)
        for again in range(1 + number // 4)
    ]


class TestCurves:
    def test_the_eight_heaviest_of_what_is_in_view_are_drawn(self, shown: Shown) -> None:
        """The curves would be those of concepts that play no part in what one looks at."""
        log = log_of(many_concepts())
        shown.show(log)
        assert set(shown.names_of_curves()) == {f"c-{n:02}" for n in (*range(4, 8), *range(8, 12))}
        axis = axis_of(log, AxisMode.TIME)
        shown.replay.show_range(axis, 0.0, 35.0)
        shown.settle()
        assert set(shown.names_of_curves()) == {f"c-{n:02}" for n in range(4)}

    def test_the_selected_one_is_drawn_beside_them(self, shown: Shown) -> None:
        """A click on a light concept in the panel would show no curve."""
        shown.show(log_of(many_concepts()))
        shown.replay.select_id("c-00")
        shown.settle()
        assert "c-00" in shown.names_of_curves()
        assert len(shown.curves[-1]) == 9
        shown.replay.select(None)
        shown.settle()
        assert "c-00" not in shown.names_of_curves()

    def test_they_keep_their_colours_wherever_one_looks(self, shown: Shown) -> None:
        """Zooming would repaint all curves in other colours."""
        log = log_of(many_concepts())
        axis = axis_of(log, AxisMode.TIME)
        shown.show(log)
        known = shown.names_of_curves()
        for x0, x1 in ((0.0, 50.0), (30.0, 70.0), (80.0, 200.0), (0.0, 200.0)):
            shown.replay.show_range(axis, x0, x1)
            shown.settle()
            for name, slot in shown.names_of_curves().items():
                assert known.setdefault(name, slot) == slot

    def test_new_rules_keep_the_colours_too(self, shown: Shown) -> None:
        """Comparing two rules by eye would begin with finding the curves again."""
        shown.show(log_of(many_concepts()))
        known = shown.names_of_curves()
        shown.replay.set_rules(RECENCY)
        shown.settle()
        now = shown.names_of_curves()
        assert {name: now[name] for name in known if name in now} == {
            name: slot for name, slot in known.items() if name in now
        }

    def test_those_chosen_for_a_log_that_is_gone_are_let_go(self, shown: Shown) -> None:
        """The curves of the session before would be drawn from the events of this one."""
        log = log_of(many_concepts())
        shown.replay.show_range(axis_of(log, AxisMode.TIME), 0.0, 1e9)
        shown.replay.show_log(log, ContextIndex(log))
        shown.curves.clear()
        shown.show(replace(log_of(STUDY[:1]), session_id="other"))
        assert {curve.concept for curves in shown.curves for curve in curves} == {0}

    def test_without_a_log_there_are_none(self, shown: Shown) -> None:
        """Curves of a file that was closed would stay on screen."""
        shown.show(log_of(many_concepts()))
        shown.replay.show_log(None)
        assert shown.curves[-1] == ()
        assert shown.indexes[-1] is None
        assert shown.replay.log is None


class TestWhy:
    @pytest.mark.parametrize("rules", [BRAIN_WEB, RECENCY], ids=lambda rules: rules.name)
    @pytest.mark.parametrize("concept", ["raft", "paxos"])
    def test_the_shares_add_up_to_the_weight(
        self, shown: Shown, rules: ProjectionRules, concept: str
    ) -> None:
        """An explanation that does not add up explains nothing."""
        log = log_of(STUDY)
        shown.replay.set_rules(rules)
        shown.show(log, rules)
        shown.replay.select_id(concept)
        for position in range(2, len(log) + 1):
            shown.replay.show_playhead(Playhead(position, log.instant_at(position) + 7_000_000))
            shown.replay.explain()
            shown.settle()
            why = shown.whys[-1]
            assert why is not None
            context = shown.moments[-1].context
            weights = {c.concept_id: c.weight for c in context.active_concepts}
            assert why.weight == pytest.approx(weights[concept], abs=1e-9)
            assert why.weight == pytest.approx(sum(s.share for s in why.shares), abs=1e-12)
            assert all(share.event < position for share in why.shares)

    def test_it_names_the_concept_and_its_events(self, shown: Shown) -> None:
        """A row of the explanation would lead to another event."""
        log = log_of(STUDY)
        shown.show(log)
        shown.replay.show_playhead(Playhead(2, log.instant_at(2)))
        shown.replay.select_id("raft")
        shown.settle()
        why = shown.whys[-1]
        assert why is not None
        assert why.label == "Raft"
        assert [(s.event, s.source, s.instant) for s in why.shares] == [
            (0, Source.VIEWED, log.instant_at(1)),
            (1, Source.MENTIONED, log.instant_at(2)),
        ]

    def test_nothing_selected_is_nothing_to_explain(self, shown: Shown) -> None:
        """The explanation of a concept would stay when it is selected no more."""
        shown.show(log_of(STUDY))
        shown.replay.select_id("raft")
        shown.settle()
        shown.replay.select(None)
        shown.settle()
        assert shown.whys[-1] is None

    def test_only_the_concept_that_is_selected_is_explained(self, shown: Shown) -> None:
        """Going quickly down the list, the explanation would be of a row that was passed."""
        shown.show(log_of(STUDY))
        selected: list[bool] = []
        shown.replay.why_changed.connect(
            lambda why: selected.append(why.concept == shown.replay.selected)
        )
        for name in ("raft", "paxos", "quorum", "paxos", "raft", "quorum"):
            shown.replay.select_id(name)
        shown.settle()
        why = shown.whys[-1]
        assert why is not None
        assert ids_in(shown)[why.concept] == "quorum"
        assert all(selected)


class TestSelection:
    def test_it_is_told_once(self, shown: Shown) -> None:
        """A view that selects what it is told to select would go on for ever."""
        shown.show(log_of(STUDY))
        shown.selected.clear()
        shown.replay.select_id("paxos")
        shown.replay.select_id("paxos")
        assert shown.name_of_selected() == "paxos"
        assert len(shown.selected) == 1

    def test_an_id_that_nobody_knows_selects_nothing(self, shown: Shown) -> None:
        """A concept that was listed before F5 may be gone."""
        shown.show(log_of(STUDY))
        shown.replay.select_id("paxos")
        shown.replay.select_id("nonsense")
        assert shown.replay.selected is None
        assert shown.selected[-1] is None

    def test_another_session_begins_without_one(self, shown: Shown) -> None:
        """The third concept of one session is not the third of another."""
        shown.show(log_of(STUDY))
        shown.replay.select_id("paxos")
        shown.show(replace(log_of(STUDY), session_id="other"))
        assert shown.replay.selected is None
        assert shown.selected[-1] is None
        assert shown.whys[-1] is None


class TestReadAgain:
    """F5 on a log to which an event of a new concept came, dated before all others."""

    LATE = (chat("late", seconds=-60), *STUDY)

    def test_the_selected_concept_stays_selected(self, shown: Shown) -> None:
        """The explanation would go on under the name of one concept with the events of another."""
        shown.show(log_of(STUDY))
        shown.replay.select_id("paxos")
        shown.settle()
        log = log_of(self.LATE)
        shown.replay.show_playhead(Playhead(len(log), log.end))
        shown.show(log)
        assert shown.name_of_selected() == "paxos"
        why = shown.whys[-1]
        assert why is not None
        assert ids_in(shown)[why.concept] == "paxos"
        assert why.label == "Paxos"

    def test_curves_keep_their_colours(self, shown: Shown) -> None:
        """The orange curve would be another concept, without any warning."""
        shown.show(log_of(STUDY))
        before = shown.names_of_curves()
        shown.show(log_of(self.LATE))
        after = shown.names_of_curves()
        assert after.pop("late") not in before.values()
        assert after == before

    def test_the_curves_are_never_those_of_other_concepts(self, shown: Shown) -> None:
        """For a moment each name would stand at the end of another curve, or at none."""
        shown.show(log_of(STUDY))
        before = shown.names_of_curves()
        log = log_of(self.LATE)
        shown.replay.show_log(log, ContextIndex(log))
        assert shown.names_of_curves() == before

    def test_what_is_gone_is_selected_no_more(self, shown: Shown) -> None:
        """A file that was replaced may not have the concept: the panel would explain a ghost."""
        shown.show(log_of(STUDY))
        shown.replay.select_id("quorum")
        shown.settle()
        shown.show(log_of(STUDY[:3]))
        assert shown.name_of_selected() is None
        assert shown.whys[-1] is None
        assert "quorum" not in shown.names_of_curves()
