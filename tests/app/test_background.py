"""Work off the GUI thread: what was asked for is answered, there, once, or not at all."""

from __future__ import annotations

import gc
import logging
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QThread
from pytestqt.qtbot import QtBot

from app.background import Background, Latest, Task, _Job
from core.events.errors import SourceNotFound
from tests.app.windows import PATIENCE


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    background = Background()
    yield background
    background.close()


@pytest.fixture
def one_thread(qtbot: QtBot) -> Iterator[Background]:
    """A background that does one thing after another."""
    background = Background(threads=1)
    yield background
    background.close()


def on_gui_thread(background: Background) -> bool:
    return QThread.currentThread() is background.thread()


class Gate:
    """A job that stays within itself until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self) -> None:
        self.entered.set()
        assert self.open.wait(PATIENCE / 1000)


def _jobs() -> int:
    gc.collect()
    return sum(isinstance(each, _Job) for each in gc.get_objects())


class Asker:
    """What would have a job done for it."""

    def ask(self) -> bool:
        return True


class TestAnswers:
    def test_every_one_of_many_small_jobs_is_answered(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """Results that get lost leave bars without sparklines and rows without text, at random."""
        answers: list[int] = []
        for number in range(5_000):
            background.run(lambda number=number: number, then=answers.append)
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert sorted(answers) == list(range(5_000))

    def test_who_asked_is_let_go_when_all_is_answered(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """A closed window, and the session in it, would stay in memory until the end."""
        answers: list[bool] = []
        asked: weakref.WeakSet[Asker] = weakref.WeakSet()
        for _ in range(2_000):
            asker = Asker()
            asked.add(asker)
            background.run(asker.ask, then=answers.append)
        del asker
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert len(answers) == 2_000

        def all_gone() -> bool:
            gc.collect()
            return not asked

        # A thread may still be on its way out of the last job.
        qtbot.wait_until(all_gone, timeout=PATIENCE)

    def test_nothing_is_kept_of_a_job_that_has_run(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """Every sixth was, for ever: a window that follows a log all day would fill the memory."""
        before = _jobs()
        for number in range(2_000):
            background.run(lambda: sum(range(1_000)), then=lambda _: None)
            if number % 3 == 0:
                QCoreApplication.processEvents()
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        qtbot.wait_until(lambda: _jobs() <= before, timeout=PATIENCE)

    def test_jobs_run_elsewhere_and_answers_come_here(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """A job on the GUI thread stops the window; a widget touched elsewhere crashes it."""
        where: list[bool] = []
        background.run(
            lambda: on_gui_thread(background),
            then=lambda job: where.extend([job, on_gui_thread(background)]),
        )
        qtbot.wait_until(lambda: bool(where), timeout=PATIENCE)
        assert where == [False, True]

    def test_it_is_busy_until_the_last_answer_was_handed_over(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """A picture would be taken before all of the window was filled in."""
        for _ in range(50):
            answers: list[int] = []
            for number in range(10):
                background.run(lambda number=number: number, then=answers.append)
            assert background.busy
            qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
            assert len(answers) == 10

    def test_what_an_answer_asks_for_is_busy_too(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """Opening reads sessions, sessions choose one, that one is read: all of it is one wait."""
        answers: list[str] = []
        background.run(
            lambda: "first",
            then=lambda _: background.run(lambda: "second", then=answers.append),
        )
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert answers == ["second"]


class TestFailures:
    def test_a_failure_reaches_who_asked(self, background: Background, qtbot: QtBot) -> None:
        """The message about a file would come without the window knowing which file it was."""
        met: list[object] = []
        background.failed.connect(lambda error: met.append(("elsewhere", error)))
        wrong = SourceNotFound("There is no such file.")

        def job() -> None:
            raise wrong

        background.run(
            job,
            then=lambda _: met.append("answered"),
            error=lambda error: met.append((on_gui_thread(background), error)),
        )
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert met == [(True, wrong)]

    def test_a_failure_that_nobody_takes_is_told_once_in_one_place(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """A fault without a handler would leave the window waiting for ever, in silence."""
        with qtbot.wait_signal(background.failed, timeout=PATIENCE) as told:
            background.run(lambda: 1 // 0, then=lambda _: None)
        assert isinstance(told.args[0], ZeroDivisionError)

    def test_a_bug_is_logged_with_its_traceback(
        self, background: Background, qtbot: QtBot, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Without the traceback nobody can mend what a user reports."""
        with qtbot.wait_signal(background.failed, timeout=PATIENCE):
            background.run(lambda: 1 // 0, then=lambda _: None)
        assert [record.exc_info is not None for record in caplog.records] == [True]

    def test_a_known_fault_is_no_bug(
        self, background: Background, qtbot: QtBot, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A missing file would fill the log of the program with tracebacks."""

        def job() -> None:
            raise SourceNotFound("There is no such file.")

        with (
            caplog.at_level(logging.DEBUG),
            qtbot.wait_signal(background.failed, timeout=PATIENCE),
        ):
            background.run(job, then=lambda _: None)
        assert not caplog.records


class TestCancelling:
    def test_what_is_cancelled_is_not_heard_of_any_more(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """The session that was left would appear over the one that was chosen after it."""
        gate, heard = Gate(), list[object]()
        task = background.run(gate, then=heard.append, error=heard.append)
        assert gate.entered.wait(PATIENCE / 1000)
        task.cancel()
        gate.open.set()
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert task.done
        assert task.cancelled
        assert heard == []

    def test_nor_is_an_answer_that_is_already_on_its_way(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """Cancelling is done on the GUI thread: what follows it there must be able to rely on it"""
        heard: list[object] = []
        ran = threading.Event()
        task = background.run(ran.set, then=heard.append)
        assert ran.wait(PATIENCE / 1000)
        task.cancel()
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert heard == []

    def test_nor_its_failure(self, background: Background, qtbot: QtBot) -> None:
        """Closing a file while it is read would end in a message that it was closed."""
        gate, heard = Gate(), list[object]()
        background.failed.connect(heard.append)

        def job() -> None:
            gate()
            raise SourceNotFound("It was closed.")

        task = background.run(job, then=heard.append)
        assert gate.entered.wait(PATIENCE / 1000)
        task.cancel()
        gate.open.set()
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert heard == []

    def test_what_was_cancelled_before_its_turn_never_runs(
        self, one_thread: Background, qtbot: QtBot
    ) -> None:
        """Sparklines of a file that was closed would go on being counted."""
        gate, ran = Gate(), list[str]()
        one_thread.run(gate, then=lambda _: None)
        waiting = one_thread.run(lambda: ran.append("cancelled"), then=lambda _: None)
        one_thread.run(lambda: ran.append("kept"), then=lambda _: None)
        waiting.cancel()
        gate.open.set()
        qtbot.wait_until(lambda: not one_thread.busy, timeout=PATIENCE)
        assert ran == ["kept"]
        assert waiting.done


class TestStreams:
    def test_items_come_in_order_and_the_end_after_them(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """The columns of a session would shrink while it is being read."""
        heard: list[list[object]] = [[] for _ in range(8)]
        for own in heard:
            background.stream(
                lambda: iter(range(500)), each=own.append, then=lambda own=own: own.append("end")
            )
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert heard == [[*range(500), "end"]] * 8

    def test_what_came_before_a_failure_is_kept_and_there_is_no_end(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """A session that broke off would look as if all of it had been read."""
        heard: list[object] = []

        def steps() -> Iterator[int]:
            yield 1
            yield 2
            raise SourceNotFound("It was deleted.")

        background.stream(
            steps,
            each=heard.append,
            then=lambda: heard.append("end"),
            error=lambda error: heard.append(str(error)),
        )
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert heard == [1, 2, "It was deleted."]

    def test_cancelling_ends_it_between_two_items(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """A million events would go on being read after the user pressed cancel."""
        closed_off_here: list[bool] = []
        heard: list[int] = []
        tasks: list[Task] = []

        def steps() -> Iterator[int]:
            number = 0
            try:
                while True:
                    yield (number := number + 1)
            finally:
                closed_off_here.append(not on_gui_thread(background))

        def each(number: int) -> None:
            heard.append(number)
            if number == 3:
                tasks[0].cancel()

        tasks.append(background.stream(steps, each=each, then=lambda: heard.append(-1)))
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert heard == [1, 2, 3]
        assert closed_off_here == [True]


class TestLatest:
    def test_the_newest_is_run_and_what_came_between_is_left_out(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """Scrubbing would explain each place it passed, minutes after the hand has stopped."""
        latest, gate = Latest(background), Gate()
        ran: list[str] = []
        answers: list[str] = []

        def first() -> str:
            gate()
            ran.append("first")
            return "first"

        def later(name: str) -> str:
            ran.append(name)
            return name

        latest.run(first, then=answers.append)
        for name in ("second", "third", "fourth"):
            latest.run(lambda name=name: later(name), then=answers.append)
        assert latest.busy
        gate.open.set()
        qtbot.wait_until(lambda: not latest.busy, timeout=PATIENCE)
        assert ran == answers == ["first", "fourth"]

    def test_it_runs_one_at_a_time(self, background: Background, qtbot: QtBot) -> None:
        """Two explanations at once could arrive in the wrong order, and the old one would stay."""
        latest = Latest(background)
        running: list[int] = []
        most: list[int] = []

        def job() -> None:
            running.append(1)
            most.append(len(running))
            running.pop()

        answers: list[object] = []

        def again(answer: object) -> None:
            answers.append(answer)
            if len(answers) < 50:
                latest.run(job, then=again)
                latest.run(job, then=again)

        latest.run(job, then=again)
        qtbot.wait_until(lambda: not latest.busy, timeout=PATIENCE)
        assert set(most) == {1}

    def test_after_a_failure_the_newest_is_run(self, background: Background, qtbot: QtBot) -> None:
        """One fault in an explanation would be the end of all explanations."""
        latest, gate = Latest(background), Gate()
        heard: list[object] = []

        def job() -> None:
            gate()
            raise SourceNotFound("It was deleted.")

        latest.run(job, then=heard.append, error=lambda error: heard.append(str(error)))
        latest.run(lambda: "next", then=heard.append)
        gate.open.set()
        qtbot.wait_until(lambda: not latest.busy, timeout=PATIENCE)
        assert heard == ["It was deleted.", "next"]

    def test_a_failure_that_nobody_takes_is_told(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """New rules that cannot be computed would leave the old picture up, in silence."""
        latest = Latest(background)
        with qtbot.wait_signal(background.failed, timeout=PATIENCE):
            latest.run(lambda: 1 // 0, then=lambda _: None)
        assert not latest.busy

    def test_cancelled_it_is_silent_and_ready_for_more(
        self, background: Background, qtbot: QtBot
    ) -> None:
        """What was asked about the session before would be answered about this one."""
        latest, gate = Latest(background), Gate()
        heard: list[object] = []
        latest.run(gate, then=heard.append)
        latest.run(lambda: "waiting", then=heard.append)
        latest.cancel()
        assert not latest.busy
        latest.run(lambda: "new", then=heard.append)
        gate.open.set()
        qtbot.wait_until(lambda: not background.busy, timeout=PATIENCE)
        assert heard == ["new"]


class TestClosing:
    def test_it_waits_for_what_runs(self, background: Background, qtbot: QtBot) -> None:
        """A thread that outlives the window crashes the program while it ends."""
        ended = threading.Event()
        heard: list[int] = []

        def steps() -> Iterator[int]:
            try:
                while True:
                    yield 0
            finally:
                ended.set()

        background.stream(steps, each=heard.append)
        qtbot.wait_until(lambda: bool(heard), timeout=PATIENCE)
        background.close()
        assert ended.is_set()

    def test_what_waits_is_let_go(self, one_thread: Background, qtbot: QtBot) -> None:
        """A background that is closed would be waited for, for ever."""
        gate, heard = Gate(), list[object]()
        one_thread.run(gate, then=heard.append)
        assert gate.entered.wait(PATIENCE / 1000)
        tasks = [one_thread.run(lambda: 1, then=heard.append) for _ in range(100)]
        gate.open.set()
        one_thread.close()
        assert all(task.cancelled and task.done for task in tasks)
        assert not one_thread.busy
        assert heard == []

    def test_a_lasting_job_is_run_all_the_same(self, one_thread: Background, qtbot: QtBot) -> None:
        """A setting that was changed just before the window closes would not be kept."""
        gate, ran = Gate(), list[str]()
        one_thread.run(gate, then=lambda _: None)
        one_thread.run(lambda: ran.append("kept"), then=lambda _: None, lasting=True)
        assert gate.entered.wait(PATIENCE / 1000)
        gate.open.set()
        one_thread.close()
        assert ran == ["kept"]

    def test_nothing_is_heard_after_it(self, background: Background, qtbot: QtBot) -> None:
        """An answer that arrives late would touch widgets that are gone."""
        heard: list[object] = []
        ran = threading.Event()
        background.run(ran.set, then=heard.append)
        assert ran.wait(PATIENCE / 1000)
        background.close()
        done: list[int] = []
        other = Background()
        other.run(lambda: 1, then=done.append)
        qtbot.wait_until(lambda: bool(done), timeout=PATIENCE)
        other.close()
        assert heard == []
