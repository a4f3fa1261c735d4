"""The open file: what is in it, what happens to it, and nothing of a file that was left."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.background import Background
from app.models.opened import Opened
from app.models.reading import MANY, LoadStep
from app.models.source import Source
from app.models.summaries import summary
from core.events.errors import (
    NotADatabase,
    NotAnEventLog,
    SourceChanged,
    SourceNotFound,
    SourceUnreadable,
    StoreError,
)
from core.events.problems import Problem
from core.events.schema import EventEnvelope
from core.events.store.base import SessionSummary
from core.projectors.rules import BRAIN_WEB, RECENCY
from core.replay.axis import AxisMode
from core.replay.columns import SessionLog
from resources.make_events import SAMPLE
from tests.app.windows import PATIENCE
from tests.builders import chat, log_of, viewed
from tests.builders_files import (
    append_elsewhere,
    contents,
    crash_elsewhere,
    execute_elsewhere,
    in_session,
    row_of,
    write_log,
    write_long_log,
)

LARGEST = "session_1794474072480_9c2hv6ron"
STUDY = in_session("study", [viewed("raft"), chat("raft", "paxos", seconds=60)])


class Heard:
    """A source with what it told, in order."""

    def __init__(self, source: Source, background: Background, qtbot: QtBot) -> None:
        self.source = source
        self.background = background
        self.qtbot = qtbot
        self.opened: list[Opened] = []
        self.failed: list[Exception] = []
        self.sessions: list[list[SessionSummary]] = []
        self.actors: list[dict[str, SessionSummary]] = []
        self.counts: dict[str, int] = {}
        self.activity: dict[str, list[int]] = {}
        self.steps: list[LoadStep] = []
        self.load_failed: list[Exception] = []
        self.envelopes: list[tuple[SessionLog, dict[int, EventEnvelope]]] = []
        self.summaries_read: list[tuple[SessionLog, dict[int, str]]] = []
        self.problems: list[list[Problem]] = []
        self.checks: list[bool] = []
        self.states: list[str] = []
        self.grown: list[set[str]] = []
        self.summaries: dict[str, SessionSummary] = {}
        self.closed: list[Path | None] = []
        source.opened.connect(self.opened.append)
        source.failed.connect(self.failed.append)
        source.sessions_changed.connect(self.sessions.append)
        source.actors_changed.connect(self.actors.append)
        source.counts_changed.connect(lambda counts: self.counts.update(counts))
        source.activity_changed.connect(lambda activity: self.activity.update(activity))
        source.step_loaded.connect(self.steps.append)
        source.load_failed.connect(self.load_failed.append)
        source.envelopes_read.connect(self.envelopes.append)
        source.summaries_read.connect(self.summaries_read.append)
        source.problems_found.connect(self.problems.append)
        source.check_ended.connect(self.checks.append)
        source.state_changed.connect(self.states.append)
        source.grown.connect(self.grown.append)
        source.summaries_changed.connect(lambda summaries: self.summaries.update(summaries))
        source.closed.connect(lambda: self.closed.append(source.path))

    def settle(self) -> None:
        self.qtbot.wait_until(lambda: not self.background.busy, timeout=PATIENCE)

    def open(self, path: Path) -> None:
        """Open a file and wait for all that is told of it."""
        self.source.open(path)
        self.settle()

    def read(self, session_id: str) -> LoadStep:
        """Read a session to its end."""
        self.source.open_session(session_id, BRAIN_WEB)
        self.settle()
        return self.steps[-1]

    def watch_closely(self) -> QTimer:
        """Look at the file more often than a person needs; answers what looks."""
        watch = self.source.findChild(QTimer, "watch")
        assert watch is not None
        watch.setInterval(10)
        return watch


@pytest.fixture
def heard(qtbot: QtBot) -> Iterator[Heard]:
    background = Background()
    source = Source(background)
    yield Heard(source, background, qtbot)
    source.close()
    background.close()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_log(tmp_path / "events.db", STUDY)


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session that is read in more than one step."""
    return write_long_log(tmp_path_factory.mktemp("long") / "events.db", 20_100)


class TestOpening:
    def test_the_sessions_come_the_latest_first_and_then_their_counts(self, heard: Heard) -> None:
        """The session of today would have to be looked for."""
        heard.open(SAMPLE)
        assert heard.opened == [Opened(SAMPLE, None)]
        assert heard.source.path == SAMPLE
        (sessions,) = heard.sessions
        assert len(sessions) == 12
        assert [s.last for s in sessions] == sorted((s.last for s in sessions), reverse=True)
        assert set(heard.counts) == {s.session_id for s in sessions}
        assert heard.counts[LARGEST] == 404
        assert heard.failed == []

    def test_activity_is_counted_for_the_sessions_that_are_asked_for(self, heard: Heard) -> None:
        """The bars of the session list would be another session's, or none."""
        heard.open(SAMPLE)
        heard.source.read_activity([LARGEST, "unknown"], 48)
        heard.settle()
        assert set(heard.activity) == {LARGEST, "unknown"}
        assert len(heard.activity[LARGEST]) == 48
        assert sum(heard.activity[LARGEST]) == heard.counts[LARGEST]

    def test_a_file_without_events_has_no_sessions(self, heard: Heard, tmp_path: Path) -> None:
        """A backend that has just started would seem to be broken."""
        heard.open(write_log(tmp_path / "events.db", []))
        assert heard.sessions == [[]]
        assert heard.failed == []

    def test_what_had_to_be_done_to_open_it_is_told(self, heard: Heard, study: Path) -> None:
        """Nobody would know that a recovered copy is shown and not the file."""
        crash_elsewhere(study)
        before = contents(study.parent)
        heard.open(study)
        (opened,) = heard.opened
        assert opened.notice is not None
        assert "recovered copy" in opened.notice
        assert heard.read("study").read == 2
        heard.source.close()
        heard.settle()
        assert contents(study.parent) == before

    def test_another_file_takes_the_place_of_the_first(self, heard: Heard, study: Path) -> None:
        """The sessions of a slow file would appear over those of the file chosen after it."""
        heard.source.open(SAMPLE)
        heard.open(study)
        assert [opened.path for opened in heard.opened] == [study]
        assert [[s.session_id for s in sessions] for sessions in heard.sessions] == [["study"]]
        assert set(heard.counts) == {"study"}

    @pytest.mark.parametrize(
        ("name", "fault"),
        [
            ("missing.db", SourceNotFound),
            ("folder", SourceUnreadable),
            ("empty.db", SourceUnreadable),
            ("notes.txt", NotADatabase),
            ("other.db", NotAnEventLog),
        ],
    )
    def test_a_bad_file_is_told_as_a_known_fault(
        self, heard: Heard, tmp_path: Path, name: str, fault: type[StoreError]
    ) -> None:
        """The window would wait for ever, or show a traceback instead of what to do."""
        (tmp_path / "folder").mkdir()
        (tmp_path / "empty.db").touch()
        (tmp_path / "notes.txt").write_text("Raft, again. " * 100, encoding="utf-8")
        write_log(tmp_path / "other.db", [])
        execute_elsewhere(tmp_path / "other.db", "ALTER TABLE events RENAME TO elsewhere")
        before = contents_of_files(tmp_path)
        heard.open(tmp_path / name)
        assert [type(error) for error in heard.failed] == [fault]
        assert name in str(heard.failed[0])
        assert heard.source.path is None
        assert heard.opened == heard.sessions == []
        assert contents_of_files(tmp_path) == before

    def test_after_a_bad_file_a_good_one_opens(
        self, heard: Heard, tmp_path: Path, study: Path
    ) -> None:
        """A slip in the file dialog would cost a restart."""
        heard.open(tmp_path / "missing.db")
        heard.open(study)
        assert [opened.path for opened in heard.opened] == [study]


def contents_of_files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


class TestReading:
    def test_a_session_comes_with_all_that_the_charts_need(self, heard: Heard) -> None:
        """The window would have to compute on its own thread, and stand still."""
        heard.open(SAMPLE)
        step = heard.read(LARGEST)
        assert step.log.complete
        assert step.log.session_id == LARGEST
        assert len(step.log) == step.read == step.total == 404
        assert set(step.axes) == set(AxisMode)
        assert step.index is not None
        assert step.index.log is step.log
        assert step.index.rules == BRAIN_WEB

    def test_the_rules_are_those_that_were_asked_for(self, heard: Heard) -> None:
        """The first picture would be of other rules than the menu says."""
        heard.open(SAMPLE)
        heard.source.open_session(LARGEST, RECENCY)
        heard.settle()
        index = heard.steps[-1].index
        assert index is not None
        assert index.rules == RECENCY

    def test_a_long_session_shows_its_instants_first(self, heard: Heard, long_log: Path) -> None:
        """A long session would be a blank window until the last of it is read."""
        heard.open(long_log)
        last = heard.read("long")
        first = heard.steps[0]
        assert len(heard.steps) > 1
        assert (first.read, first.total, first.index) == (0, 20_100, None)
        assert not first.log.complete
        assert len(first.log) == len(last.log) == 20_100
        assert (first.log.times == last.log.times).all()
        assert set(first.axes) == set(AxisMode)
        assert last.log.complete
        assert last.index is not None

    def test_cancelled_it_is_heard_of_no_more(self, heard: Heard, long_log: Path) -> None:
        """The session whose reading was stopped would appear all the same."""
        heard.open(long_log)
        heard.source.step_loaded.connect(lambda _: heard.source.cancel_loading())
        heard.source.open_session("long", BRAIN_WEB)
        heard.settle()
        assert [step.log.complete for step in heard.steps] == [False]
        assert heard.load_failed == []

    def test_another_session_takes_the_place_of_the_first(
        self, heard: Heard, long_log: Path
    ) -> None:
        """Going down the list, a session that was passed would appear at last."""
        heard.open(SAMPLE)
        heard.source.open_session(LARGEST, BRAIN_WEB)
        heard.source.open_session("unknown", BRAIN_WEB)
        heard.settle()
        assert {step.log.session_id for step in heard.steps} == {"unknown"}

    def test_an_event_is_read_whole_when_it_is_looked_at(self, heard: Heard, study: Path) -> None:
        """The detail of an event would be that of another."""
        heard.open(study)
        log = heard.read("study").log
        heard.source.read_envelope(log, 1)
        heard.settle()
        (answer,) = heard.envelopes
        assert answer[0] is log
        assert {event: e.event_type for event, e in answer[1].items()} == {1: "ChatMessageCreated"}
        assert answer[1][1].payload == STUDY[1].payload

    def test_of_rows_that_are_looked_at_it_is_read_what_they_say(
        self, heard: Heard, study: Path
    ) -> None:
        """A row of the table would say what another event says."""
        heard.open(study)
        log = heard.read("study").log
        heard.source.read_summaries(log, [1, 0])
        heard.settle()
        assert heard.summaries_read == [(log, {1: summary(STUDY[1]), 0: summary(STUDY[0])})]

    def test_rows_that_are_others_by_now_are_not_shown_as_these(
        self, heard: Heard, study: Path
    ) -> None:
        """A detail from a file that was rewritten would be shown under this event's time."""
        heard.open(study)
        log = heard.read("study").log
        execute_elsewhere(study, "UPDATE events SET session_id = 'other'")
        heard.source.read_summaries(log, [0])
        heard.settle()
        assert heard.summaries_read == []
        assert [type(error) for error in heard.failed] == [SourceChanged]
        assert heard.load_failed == []

    def test_an_event_of_another_time_is_not_shown_as_this_one(
        self, heard: Heard, study: Path
    ) -> None:
        """Where rows were renumbered, the detail would be of another event of the session."""
        heard.open(study)
        log = heard.read("study").log
        execute_elsewhere(study, "UPDATE events SET occurred_at = '2026-01-01' || 'T00:00:00'")
        heard.source.read_envelope(log, 1)
        heard.settle()
        assert heard.envelopes == []
        assert [type(error) for error in heard.failed] == [SourceChanged]

    def test_of_the_details_that_were_passed_by_only_the_last_is_read(
        self, heard: Heard, study: Path
    ) -> None:
        """Playing over a slow disk, the detail would fall behind further and further."""
        heard.open(study)
        log = heard.read("study").log
        for event in (0, 1, 0, 1, 0, 1):
            heard.source.read_envelope(log, event)
        heard.settle()
        assert [list(answer[1]) for answer in heard.envelopes] == [[0], [1]]

    def test_without_a_file_nothing_is_asked_for(self, heard: Heard) -> None:
        """A late wish of a view would crash the window after the file was closed."""
        heard.source.open_session("study", BRAIN_WEB)
        heard.source.read_activity(["study"], 48)
        heard.source.read_summaries(log_of(STUDY), [0])
        heard.source.reload()
        heard.source.close()
        heard.source.read_envelope(log_of(STUDY), 0)
        heard.source.check()
        heard.source.stop_check()
        assert heard.checks == []
        assert not heard.background.busy
        assert heard.closed == []


class TestChecking:
    def test_every_problem_of_the_file_is_found(self, heard: Heard, tmp_path: Path) -> None:
        """Rows that no session has would be lost without a trace."""
        good = viewed("raft")
        rows = [row_of(good), *(row_of(good, payload="{", event_id=f"bad-{n}") for n in range(450))]
        heard.open(write_log(tmp_path / "events.db", rows))
        heard.source.check()
        assert heard.source.checking
        heard.settle()
        assert not heard.source.checking
        assert heard.checks == [True]
        problems = [problem for batch in heard.problems for problem in batch]
        assert [problem.event_id for problem in problems] == [f"bad-{n}" for n in range(450)]
        assert len(heard.problems) < 10

    def test_closing_the_file_ends_it(self, heard: Heard, study: Path) -> None:
        """Problems of a file that was closed would be listed under the next one."""
        execute_elsewhere(study, "UPDATE events SET payload = '{'")
        heard.open(study)
        heard.source.check()
        heard.source.close()
        heard.settle()
        assert (heard.problems, heard.checks) == ([], [False])

    def test_reading_the_file_again_ends_it_and_says_so(self, heard: Heard, study: Path) -> None:
        """The page would say “Checking…” for ever."""
        heard.open(study)
        heard.source.check()
        heard.source.reload()
        heard.settle()
        assert heard.checks in ([False], [True])
        assert not heard.source.checking

    def test_a_fault_ends_it_and_says_so(self, heard: Heard, study: Path) -> None:
        """Half a check would be taken for all of it."""
        heard.open(study)
        execute_elsewhere(study, "DELETE FROM events")
        heard.source.check()
        heard.settle()
        assert heard.checks == [False]
        assert [type(error) for error in heard.failed] == [SourceChanged]


class TestWhatArrives:
    def test_which_sessions_grew_is_told_as_it_happens(self, heard: Heard, study: Path) -> None:
        """Nobody would know that there is more to see."""
        heard.open(study)
        for second in (90, 95):
            heard.grown.clear()
            append_elsewhere(study, in_session("study", [viewed("late", seconds=second)]))
            heard.qtbot.wait_until(lambda: heard.grown == [{"study"}], timeout=PATIENCE)
        assert heard.states == []

    def test_the_session_that_was_read_grows(self, heard: Heard, study: Path) -> None:
        """Followed live, it must hold what a reload would show."""
        heard.open(study)
        before = heard.read("study")
        append_elsewhere(study, in_session("study", [viewed("late", seconds=30)]))
        heard.qtbot.wait_until(lambda: bool(heard.grown), timeout=PATIENCE)
        heard.qtbot.wait_until(lambda: heard.steps[-1] is not before, timeout=PATIENCE)
        step = heard.steps[-1]
        assert step.log.complete
        assert step.log.rows.tolist() == [1, 3, 2]
        assert step.index is not None
        assert step.index.log is step.log
        assert all(axis.times is step.log.times for axis in step.axes.values())

    def test_where_nothing_of_it_arrived_it_stays(self, heard: Heard, study: Path) -> None:
        """Each event of any session would have the window drawn anew."""
        heard.open(study)
        heard.read("study")
        known = len(heard.steps)
        append_elsewhere(study, in_session("other", [viewed("late", seconds=30)]))
        heard.qtbot.wait_until(lambda: bool(heard.grown), timeout=PATIENCE)
        heard.settle()
        assert len(heard.steps) == known

    def test_what_the_list_says_of_them_follows(self, heard: Heard, study: Path) -> None:
        """The list would go on telling of yesterday."""
        heard.open(study)
        more = [*in_session("study", [viewed("a", seconds=90)]), *in_session("new", [viewed("b")])]
        append_elsewhere(study, more)
        heard.qtbot.wait_until(lambda: len(heard.summaries) == 2, timeout=PATIENCE)
        assert (heard.summaries["study"].count, heard.summaries["new"].count) == (3, 1)

    def test_nothing_is_heard_of_a_file_that_was_left(self, heard: Heard, study: Path) -> None:
        """Events of the file before would be told as this one's."""
        heard.open(study)
        heard.open(SAMPLE)
        append_elsewhere(study, in_session("study", [viewed("late", seconds=90)]))
        heard.qtbot.wait(100)
        assert heard.grown == []


class TestWhatHappensToTheFile:
    def test_a_file_that_was_replaced_is_told(self, heard: Heard, study: Path) -> None:
        """Reading on would mix the rows of two files."""
        heard.open(study)
        heard.watch_closely()
        write_log(study.with_name("other.db"), STUDY[:1]).replace(study)
        heard.qtbot.wait_until(lambda: bool(heard.states), timeout=PATIENCE)
        assert heard.states == ["replaced"]

    def test_a_file_that_was_deleted_is_told_once(self, heard: Heard, study: Path) -> None:
        """A banner a second would make the window useless for what was read already."""
        heard.open(study)
        looks = self.looks(heard)
        study.unlink()
        heard.qtbot.wait_until(lambda: bool(heard.states), timeout=PATIENCE)
        self.look_again(heard, looks)
        assert heard.states == ["deleted"]
        assert heard.source.path == study
        assert heard.failed == []

    def test_a_file_that_rests_is_not_spoken_of(self, heard: Heard, study: Path) -> None:
        """The user would be asked to reload what has not changed."""
        heard.open(study)
        heard.read("study")
        self.look_again(heard, self.looks(heard))
        assert heard.states == []

    def test_reading_it_again_brings_what_is_new(self, heard: Heard, study: Path) -> None:
        """F5 would show what was there before."""
        heard.open(study)
        append_elsewhere(study, in_session("study", [viewed("late", seconds=90)]))
        heard.source.reload()
        heard.settle()
        assert heard.counts == {"study": 3}
        assert len(heard.read("study").log) == 3
        assert heard.source.path == study

    def test_where_that_fails_the_file_stays_open(self, heard: Heard, study: Path) -> None:
        """F5 on a file that was moved would take away what one is looking at."""
        heard.open(study)
        log = heard.read("study").log
        study.unlink()
        heard.source.reload()
        heard.settle()
        assert [type(error) for error in heard.failed] == [SourceNotFound]
        assert heard.source.path == study
        assert heard.closed == []
        heard.source.read_summaries(log, [0])
        heard.settle()
        assert len(heard.summaries_read) == 1

    def test_of_many_sessions_the_actors_come_behind_the_names(
        self, heard: Heard, tmp_path: Path
    ) -> None:
        """A log of ten thousand sessions would be listed at half the speed."""
        names = [f"s{number}" for number in range(MANY + 1)]
        path = write_log(
            tmp_path / "many.db",
            [event for name in names for event in in_session(name, [viewed("raft")])],
        )
        heard.open(path)
        assert heard.source.actors_known
        (listed,) = heard.sessions
        assert {s.session_id for s in listed} == set(names)
        assert {s.actor_id for s in listed} == {None}
        (actors,) = heard.actors
        assert {s.actor_id for s in actors.values()} == {"user-ada"}
        assert actors.keys() == set(names)

    def test_asked_twice_it_is_read_again_once(self, heard: Heard, study: Path) -> None:
        """F5 pressed twice would leave the first of the files open, or show both."""
        heard.open(study)
        append_elsewhere(study, in_session("study", [viewed("late", seconds=90)]))
        heard.source.reload()
        heard.source.reload()
        heard.settle()
        assert len(heard.opened) == 2
        assert len(heard.sessions) == 2
        assert heard.counts == {"study": 3}
        if sys.platform != "win32":
            assert [file.path for file in psutil.Process().open_files()].count(str(study)) == 1

    @pytest.mark.parametrize("left", ["reload", "close", "open"])
    def test_what_was_to_be_counted_later_is_let_go_with_the_file(
        self, heard: Heard, long_log: Path, left: str
    ) -> None:
        """F5 while a session loads would say that the file was closed."""

        def leave() -> None:
            if not heard.steps and len(heard.sessions) == 1:
                heard.source.read_activity(["long"], 48)
                getattr(heard.source, left)(*([SAMPLE] if left == "open" else []))

        heard.source.opened.connect(lambda _: heard.source.open_session("long", BRAIN_WEB))
        heard.source.sessions_changed.connect(lambda _: QTimer.singleShot(0, leave))
        heard.open(long_log)
        heard.qtbot.wait(0)
        heard.settle()
        assert heard.failed == heard.load_failed == []

    def looks(self, heard: Heard) -> list[int]:
        """Grows with each look at the file."""
        looks: list[int] = []
        heard.watch_closely().timeout.connect(lambda: looks.append(1))
        return looks

    def look_again(self, heard: Heard, looks: list[int]) -> None:
        """Wait until the file was looked at some more."""
        seen = len(looks)
        heard.qtbot.wait_until(lambda: len(looks) > seen + 3, timeout=PATIENCE)
        heard.settle()


class TestClosing:
    def test_nothing_more_is_heard(self, heard: Heard, study: Path) -> None:
        """Sessions of a closed file would fill the empty window."""
        heard.source.open(study)
        heard.source.close()
        heard.settle()
        assert heard.opened == heard.sessions == heard.failed == []
        assert heard.source.path is None

    def test_it_is_told_once_there_was_a_file(self, heard: Heard, study: Path) -> None:
        """The title would go on naming it."""
        heard.open(study)
        heard.source.close()
        heard.source.close()
        assert heard.closed == [None]

    @pytest.mark.skipif(sys.platform == "win32", reason="files are held otherwise there")
    def test_the_file_is_let_go(self, heard: Heard, study: Path) -> None:
        """A file that was closed here could not be moved or deleted, and its disk not ejected."""
        heard.open(study)
        heard.read("study")
        assert str(study) in held()
        heard.source.close()
        heard.settle()
        assert str(study) not in held()

    @pytest.mark.skipif(sys.platform == "win32", reason="files are held otherwise there")
    def test_it_is_let_go_when_the_program_ends(self, heard: Heard, study: Path) -> None:
        """The copy of a log after a crash would stay in the cache for ever."""
        heard.open(study)
        started: list[int] = []
        for thread in range(4):
            heard.background.stream(lambda n=thread: without_end(started, n), each=lambda _: None)
        heard.qtbot.wait_until(lambda: len(started) == 4, timeout=PATIENCE)
        heard.source.close()
        heard.background.close()
        assert str(study) not in held()


def without_end(started: list[int], thread: int) -> Iterator[int]:
    """Keeps a thread busy until it is cancelled."""
    started.append(thread)
    pause = threading.Event()
    while True:
        pause.wait(0.001)
        yield thread


def held() -> set[str]:
    """The files that this process has open."""
    return {file.path for file in psutil.Process().open_files()}
