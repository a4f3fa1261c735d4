"""From a wish to the log on screen: the right session, at the right moment, and again after F5."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.background import Background
from app.models.clock import Clock
from app.models.opening import Opening, Wish
from app.models.reading import LoadStep
from app.models.replay import Moment, Replay
from app.models.source import Source
from app.models.viewport import Viewport
from core.events.errors import SourceNotFound
from core.projectors.rules import RECENCY
from core.replay.axis import AxisMode
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.moment import Moment as Written
from core.replay.playback import Playback, Playhead
from resources.make_events import SAMPLE
from tests.builders import chat, claim, viewed
from tests.builders_files import (
    append_elsewhere,
    contents,
    in_session,
    row_of,
    write_log,
    write_long_log,
)

PATIENCE = 20_000
LARGEST = "session_1794474072480_9c2hv6ron"
LATEST_OF_SEVERAL = LARGEST

STUDY = in_session(
    "study",
    [
        viewed("raft", seconds=0, name="Raft"),
        chat("raft", "paxos", seconds=60),
        claim("cl-1", "paxos", seconds=120),
        viewed("quorum", seconds=200),
    ],
)
EARLIER = in_session("earlier", [viewed("elft", seconds=-7_200), viewed("elft", seconds=-7_000)])


class Desk:
    """The models of a window, connected as it connects them, and what they told."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.background = Background()
        self.source = Source(self.background)
        self.clock = Clock()
        self.viewport = Viewport()
        self.replay = Replay(self.background)
        self.opening = Opening(
            self.source, clock=self.clock, viewport=self.viewport, replay=self.replay
        )
        self.logs: list[SessionLog | None] = []
        self.loaded: list[LoadStep] = []
        self.sessions: list[str | None] = []
        self.complaints: list[str] = []
        self.failed: list[Exception] = []
        self.moments: list[Moment] = []
        self.clock.playback_changed.connect(lambda p: self.replay.show_playhead(p.playhead))
        self.viewport.changed.connect(self._show_range)
        self.opening.log_changed.connect(self.logs.append)
        self.opening.loaded.connect(self.loaded.append)
        self.opening.session_changed.connect(self.sessions.append)
        self.opening.complained.connect(self.complaints.append)
        self.source.failed.connect(self.failed.append)
        self.source.load_failed.connect(self.failed.append)
        self.background.failed.connect(self.failed.append)
        self.replay.moment_changed.connect(self.moments.append)

    def _show_range(self, shown: tuple[float, float]) -> None:
        if self.viewport.axis is not None:
            self.replay.show_range(self.viewport.axis, *shown)

    def settle(self) -> None:
        """Wait until there is nothing more to come."""
        models = (self.background, self.source, self.replay)
        self.qtbot.wait_until(lambda: not any(each.busy for each in models), timeout=PATIENCE)

    def open(self, path: Path, wish: Wish | None = None) -> None:
        self.opening.open(path, wish)
        self.settle()

    def open_session(self, session_id: str) -> None:
        self.opening.open_session(session_id)
        self.settle()

    def reload(self) -> None:
        self.opening.reload()
        self.settle()

    @property
    def log(self) -> SessionLog:
        assert self.opening.log is not None
        return self.opening.log

    @property
    def playback(self) -> Playback:
        assert self.clock.playback is not None
        return self.clock.playback

    def close(self) -> None:
        self.opening.close()
        self.background.close()


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot)
    yield desk
    desk.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_log(tmp_path / "events.db", [*EARLIER, *STUDY])


class TestWishes:
    def test_without_one_it_is_the_latest_session_of_several_events(self, desk: Desk) -> None:
        """The window would open on a single event, which is nothing to replay."""
        desk.open(SAMPLE)
        assert desk.opening.session_id == LATEST_OF_SEVERAL
        assert desk.sessions == [LATEST_OF_SEVERAL]
        assert desk.log.session_id == LATEST_OF_SEVERAL
        assert desk.log.complete
        assert desk.complaints == desk.failed == []

    def test_it_is_shown_whole_at_its_end_and_paused(self, desk: Desk) -> None:
        """The first look is for what the system held last."""
        desk.open(SAMPLE)
        assert desk.playback.playhead == Playhead(len(desk.log), desk.log.end)
        assert not desk.playback.playing
        assert desk.viewport.axis is not None
        assert desk.viewport.range == (0.0, desk.viewport.axis.length)
        expected = ContextIndex(desk.log).context_at(len(desk.log))
        assert desk.moments[-1].context == expected
        assert [step.log is desk.log for step in desk.loaded] == [True]

    def test_a_session_and_a_moment_that_are_wished_for_are_shown(self, desk: Desk) -> None:
        """A link to a moment would lead to another."""
        desk.open(SAMPLE, Wish(LARGEST, Written("#214")))
        assert desk.opening.session_id == LARGEST
        assert desk.playback.playhead == Playhead(214, desk.log.instant_at(214))
        assert desk.moments[-1].context == ContextIndex(desk.log).context_at(214)

    def test_it_is_shown_before_the_sessions_are_listed(self, desk: Desk, path: Path) -> None:
        """Who opens a session of a large log would wait for the names of all the others, too."""
        told: list[str] = []
        desk.opening.log_changed.connect(lambda _: told.append("the session"))
        desk.source.sessions_changed.connect(lambda _: told.append("the list"))
        desk.open(path, Wish("study"))
        assert list(dict.fromkeys(told)) == ["the session", "the list"]

    def test_a_moment_alone_is_one_of_the_session_that_is_chosen(self, desk: Desk) -> None:
        """`--at '#3'` without a session would be forgotten."""
        desk.open(SAMPLE, Wish(at=Written("#3")))
        assert desk.opening.session_id == LATEST_OF_SEVERAL
        assert desk.playback.position == 3

    def test_an_unknown_session_is_complained_of_and_another_shown(self, desk: Desk) -> None:
        """A typo would leave an empty window; a moment of one session is none of another's."""
        desk.open(SAMPLE, Wish(f"{LARGEST[:-1]}x", Written("#3")))
        (complaint,) = desk.complaints
        assert complaint.startswith(f"There is no session “{LARGEST[:-1]}x”")
        assert LARGEST in complaint
        assert desk.opening.session_id == LATEST_OF_SEVERAL
        assert desk.playback.at_end

    @pytest.mark.parametrize("text", ["tomorrow", "#5000"])
    def test_a_moment_that_cannot_be_had_is_complained_of(self, desk: Desk, text: str) -> None:
        """The end would be taken for the moment that was asked for."""
        desk.open(SAMPLE, Wish(LARGEST, Written(text)))
        (complaint,) = desk.complaints
        assert text in complaint
        assert complaint.endswith(".")
        assert desk.playback.at_end

    def test_a_log_of_single_events_shows_the_latest(self, desk: Desk, tmp_path: Path) -> None:
        """A log of three glimpses would be an empty window."""
        events = [*in_session("a", [viewed("raft")]), *in_session("b", [viewed("raft", seconds=9)])]
        desk.open(write_log(tmp_path / "events.db", events))
        assert desk.opening.session_id == "b"
        assert len(desk.log) == 1

    def test_a_log_without_events_shows_none(self, desk: Desk, tmp_path: Path) -> None:
        """A backend that has just started would crash the window."""
        desk.open(write_log(tmp_path / "events.db", []))
        assert desk.opening.session_id is None
        assert desk.opening.log is None
        assert desk.failed == []

    def test_rows_without_a_time_have_no_place_and_stop_nothing(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        """One bad row would make a whole session unreadable."""
        rows = [row_of(event) for event in STUDY]
        rows[1]["occurred_at"] = "yesterday"
        desk.open(write_log(tmp_path / "events.db", rows))
        assert len(desk.log) == 3
        assert [problem.row for problem in desk.log.problems] == [2]

    def test_a_bad_file_leaves_nothing_of_the_one_before(
        self, desk: Desk, path: Path, tmp_path: Path
    ) -> None:
        """The old session would be shown under the new file's name."""
        desk.open(path)
        desk.open(tmp_path / "missing.db")
        assert [type(error) for error in desk.failed] == [SourceNotFound]
        assert desk.opening.log is None
        assert desk.opening.session_id is None
        assert desk.clock.playback is None
        assert desk.logs[-1] is None


class TestSessions:
    def test_another_session_of_the_file_takes_its_place(self, desk: Desk, path: Path) -> None:
        """The curves of one session would stay under the name of another."""
        desk.open(path)
        desk.open_session("earlier")
        assert desk.opening.session_id == "earlier"
        assert desk.sessions == ["study", None, "earlier"]
        assert desk.log.session_id == "earlier"
        assert desk.playback.playhead == Playhead(2, desk.log.end)
        assert desk.moments[-1].context == ContextIndex(desk.log).context_at(2)

    def test_the_one_that_is_open_is_not_read_again(self, desk: Desk, path: Path) -> None:
        """A second click on its row would throw the playhead back to the end."""
        desk.open(path)
        log = desk.log
        desk.clock.seek(Playhead(1, log.start))
        desk.open_session("study")
        assert desk.log is log
        assert desk.playback.position == 1

    def test_the_last_of_several_clicks_counts(self, desk: Desk) -> None:
        """Going down the list, a session that was passed would stay on screen."""
        desk.open(SAMPLE)
        for session_id in (LARGEST, "unknown", LARGEST, "unknown"):
            desk.opening.open_session(session_id)
        desk.settle()
        assert desk.log.session_id == desk.opening.session_id == "unknown"
        assert desk.playback.position == len(desk.log)

    def test_speed_rules_and_axis_are_kept(self, desk: Desk, path: Path) -> None:
        """Going through ten sessions, one would choose them ten times."""
        desk.open(path)
        desk.clock.change(lambda playback: playback.at_speed(64).skipping_idle(True))
        desk.replay.set_rules(RECENCY)
        desk.opening.show_axis(AxisMode.EVENT)
        desk.open_session("earlier")
        assert (desk.playback.speed, desk.playback.skip_idle) == (64, True)
        assert desk.replay.index is not None
        assert desk.replay.index.rules == RECENCY
        assert desk.viewport.axis is not None
        assert desk.viewport.axis.mode == AxisMode.EVENT

    def test_nothing_is_told_under_rules_that_are_not_in_force(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        """Rules chosen while a session loads would be named over numbers of other rules."""
        desk.opening.open(write_long_log(tmp_path / "events.db", 20_100))
        with desk.qtbot.wait_signal(desk.opening.log_changed, timeout=PATIENCE):
            pass
        indexes: list[ContextIndex | None] = []
        desk.replay.index_changed.connect(indexes.append)
        desk.replay.set_rules(RECENCY)
        desk.settle()
        assert {index.rules.name for index in indexes if index is not None} == {"Recency"}
        assert desk.moments[-1].context == ContextIndex(desk.log, RECENCY).context_at(20_100)

    def test_nothing_is_told_of_it_before_its_own_playhead(self, desk: Desk, path: Path) -> None:
        """For a moment the new session would be shown at the old one's time."""
        desk.open(path, Wish("earlier"))
        desk.moments.clear()
        desk.open_session("study")
        assert {moment.playhead for moment in desk.moments} == {Playhead(4, desk.log.end)}

    def test_reading_can_be_stopped(self, desk: Desk, tmp_path: Path) -> None:
        """Half a session would stay on screen and be taken for the whole."""
        desk.opening.open(write_long_log(tmp_path / "events.db", 20_100))
        with desk.qtbot.wait_signal(desk.opening.log_changed, timeout=PATIENCE):
            pass
        desk.opening.cancel()
        desk.settle()
        assert desk.opening.log is None
        assert desk.opening.session_id is None
        assert desk.clock.playback is None
        assert desk.loaded == []
        assert desk.logs[-1] is None

    def test_a_session_that_was_stopped_can_be_read_after_all(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        """The one click too many would cost reopening the file."""
        desk.opening.open(write_long_log(tmp_path / "events.db", 20_100))
        with desk.qtbot.wait_signal(desk.opening.log_changed, timeout=PATIENCE):
            pass
        desk.opening.cancel()
        desk.open_session("long")
        assert desk.log.complete
        assert desk.playback.position == 20_100

    def test_a_playhead_that_was_moved_while_reading_stays(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        """Who scrubs while a long session loads would be thrown to its end."""
        desk.opening.open(write_long_log(tmp_path / "events.db", 20_100))
        with desk.qtbot.wait_signal(desk.opening.log_changed, timeout=PATIENCE):
            pass
        assert not desk.log.complete
        at = Playhead(777, desk.log.instant_at(777))
        desk.clock.seek(at)
        desk.settle()
        assert desk.log.complete
        assert desk.playback.playhead == at
        assert desk.moments[-1].playhead == at


class TestAxes:
    def test_another_axis_shows_the_same_instants(self, desk: Desk) -> None:
        """Folding the idle time would lose the place that one looks at."""
        desk.open(SAMPLE, Wish(LARGEST))
        assert desk.viewport.axis is not None
        assert desk.viewport.axis.mode == AxisMode.FOLDED
        x = desk.viewport.axis.x_of_instants([desk.log.times[100], desk.log.times[150]])
        desk.viewport.show(*x.tolist())
        desk.opening.show_axis(AxisMode.TIME)
        assert desk.viewport.axis.mode == AxisMode.TIME
        shown = desk.viewport.axis.instants_at(desk.viewport.range)
        # To the microsecond of the axis's arithmetic.
        assert abs(shown - desk.log.times[[100, 150]]).max() <= 2

    def test_an_axis_chosen_before_counts(self, desk: Desk) -> None:
        """The axis of the settings would be forgotten at each start."""
        desk.opening.show_axis(AxisMode.EVENT)
        desk.open(SAMPLE)
        assert desk.viewport.axis is not None
        assert desk.viewport.axis.mode == AxisMode.EVENT
        assert desk.viewport.range == (0.0, float(len(desk.log)))


class TestReloading:
    """F5, after another program has written into the file."""

    def grown(self, desk: Desk, path: Path) -> None:
        more = [viewed("late", seconds=240), viewed("late", seconds=300)]
        append_elsewhere(path, in_session("study", more))

    def test_what_is_new_is_there_and_the_playhead_stays(self, desk: Desk, path: Path) -> None:
        """Following a running session, one would find one's place again after each F5."""
        desk.open(path)
        at = Playhead(2, desk.log.instant_at(2) + 1_000_000)
        desk.clock.seek(at)
        old = desk.log
        self.grown(desk, path)
        desk.reload()
        assert desk.log is not old
        assert len(desk.log) == 6
        assert desk.playback.playhead == at
        assert len(desk.playback.times) == 6
        assert desk.moments[-1].context == ContextIndex(desk.log).context_at(2, at.instant)
        assert desk.opening.session_id == "study"
        assert desk.complaints == desk.failed == []
        assert None not in desk.logs

    def test_a_playhead_at_the_end_stays_where_it_is(self, desk: Desk, path: Path) -> None:
        """What is looked at would change by itself; only a live session follows its end."""
        desk.open(path)
        at = desk.playback.playhead
        self.grown(desk, path)
        desk.reload()
        assert desk.playback.playhead == at == Playhead(4, desk.log.instant_at(4))

    def test_events_that_arrived_late_are_counted_in(self, desk: Desk, path: Path) -> None:
        """The playhead is a moment: what belongs before it would be missing from its context."""
        desk.open(path)
        desk.clock.seek(Playhead(2, desk.log.instant_at(2)))
        append_elsewhere(path, in_session("study", [chat("before", seconds=30)]))
        desk.reload()
        assert desk.playback.playhead == Playhead(3, desk.log.instant_at(3))
        context = desk.moments[-1].context
        assert "before" in {concept.concept_id for concept in context.active_concepts}

    def test_what_was_in_view_stays_in_view(self, desk: Desk, path: Path) -> None:
        """Each F5 would undo the zoom."""
        desk.open(path)
        desk.viewport.show(50, 130)
        self.grown(desk, path)
        desk.reload()
        assert desk.viewport.axis is not None
        assert desk.viewport.axis.length == 300
        assert desk.viewport.range == pytest.approx((50, 130))

    def test_who_looks_at_the_past_keeps_it_and_who_follows_sees_what_is_new(
        self, desk: Desk, path: Path
    ) -> None:
        """The past would slide away under the pointer; what is new, beyond the edge."""
        desk.open(path)
        self.grown(desk, path)
        desk.reload()
        assert desk.viewport.range == (0.0, 200.0)
        desk.viewport.fit()
        desk.clock.follow()
        append_elsewhere(path, in_session("study", [viewed("newest", seconds=400)]))
        desk.reload()
        assert desk.viewport.range == (0.0, 400.0)

    def test_the_selected_concept_stays_selected(self, desk: Desk, path: Path) -> None:
        """The explanation would go on with another concept's events."""
        desk.open(path)
        desk.replay.select_id("paxos")
        desk.settle()
        append_elsewhere(path, in_session("study", [chat("before", seconds=-30)]))
        desk.reload()
        assert desk.replay.selected is not None
        assert desk.log.contributions.concept_ids[desk.replay.selected] == "paxos"

    def test_playing_goes_on(self, desk: Desk, path: Path) -> None:
        """F5 would stop the replay."""
        desk.open(path, Wish(at=Written("#1")))
        desk.clock.change(Playback.played)
        self.grown(desk, path)
        desk.reload()
        assert desk.playback.playing

    def test_a_session_that_is_gone_is_complained_of(self, desk: Desk, path: Path) -> None:
        """The old session would stay under the new file's name, at a time it does not have."""
        desk.open(path)
        desk.clock.seek(Playhead(1, desk.log.start))
        write_log(path.with_name("other.db"), EARLIER).replace(path)
        desk.reload()
        assert len(desk.complaints) == 1
        assert "“study”" in desk.complaints[0]
        assert desk.opening.session_id == "earlier"
        assert desk.playback.playhead == Playhead(2, desk.log.end)

    def test_a_file_that_is_gone_keeps_what_was_read(self, desk: Desk, path: Path) -> None:
        """A file that was moved away would take with it what one is looking at."""
        desk.open(path)
        log, at = desk.log, Playhead(2, desk.log.instant_at(2))
        desk.clock.seek(at)
        path.unlink()
        desk.reload()
        assert [type(error) for error in desk.failed] == [SourceNotFound]
        assert desk.log is log
        assert desk.playback.playhead == at

    def test_a_session_chosen_meanwhile_counts(self, desk: Desk, path: Path) -> None:
        """A click right after F5 would be forgotten."""
        desk.open(path)
        desk.opening.reload()
        desk.open_session("earlier")
        assert desk.opening.session_id == desk.log.session_id == "earlier"
        assert desk.log.complete

    def test_before_anything_is_read_the_wish_stays(self, desk: Desk, path: Path) -> None:
        """F5 pressed too soon would open another session, or the right one at its end."""
        desk.opening.open(path, Wish("earlier", Written("#1")))
        desk.reload()
        assert desk.log.session_id == "earlier"
        assert desk.playback.position == 1

    def test_the_marked_range_stays(self, desk: Desk, path: Path) -> None:
        """The session is the same one: nothing of it is put away."""
        desk.open(path)
        desk.sessions.clear()
        self.grown(desk, path)
        desk.reload()
        assert desk.sessions == []

    def test_an_emptied_file_shows_nothing(self, desk: Desk, path: Path) -> None:
        """Events that the file does not hold any more would be shown as if it did."""
        desk.open(path)
        write_log(path.with_name("other.db"), []).replace(path)
        desk.reload()
        assert desk.opening.log is None
        assert desk.opening.session_id is None
        assert desk.clock.playback is None

    def test_without_a_file_there_is_nothing_to_read(self, desk: Desk) -> None:
        """F5 on the start page would be a crash."""
        desk.reload()
        assert desk.opening.log is None
        assert desk.sessions == []


class TestClosing:
    def test_everything_is_let_go(self, desk: Desk, path: Path) -> None:
        """The start page would lie over a session that goes on playing."""
        desk.open(path)
        desk.clock.change(Playback.played)
        desk.opening.close()
        assert desk.opening.log is None
        assert desk.opening.session_id is None
        assert desk.clock.playback is None
        assert desk.replay.log is None
        assert desk.source.path is None
        assert desk.logs[-1] is None
        assert desk.sessions[-1] is None

    def test_the_file_is_as_it_was(self, desk: Desk, path: Path) -> None:
        """Replaying a backend's log would change it under the backend."""
        before = contents(path.parent)
        desk.open(path)
        desk.source.read_activity(["study", "earlier"], 48)
        desk.source.read_summaries(desk.log, range(len(desk.log)))
        desk.source.check()
        desk.settle()
        desk.open_session("earlier")
        desk.reload()
        desk.opening.close()
        desk.settle()
        assert contents(path.parent) == before
