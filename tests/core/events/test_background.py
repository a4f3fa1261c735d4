from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.events.background import PROBLEMS_KEPT, ProjectionProblem, ProjectionQueue
from core.events.backoff import Backoff
from tests.core.events.emitting import PATIENCE, QUICK, wait_until

NEVER = Backoff(first=1000.0, longest=1000.0)


class Projector:
    """Notes what it is asked for; waits or fails where it is told to."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.failing: set[str] = set()
        self.entered = threading.Event()
        self.released = threading.Event()
        self.released.set()

    def __call__(self, session_id: str) -> None:
        self.ran.append(session_id)
        self.entered.set()
        assert self.released.wait(PATIENCE)
        if session_id in self.failing:
            raise ValueError(f"{session_id} cannot be projected")

    @contextmanager
    def held(self) -> Iterator[None]:
        """What runs meanwhile does not end before this does."""
        self.released.clear()
        self.entered.clear()
        try:
            yield
        finally:
            self.released.set()


@contextmanager
def queue(*projectors: Callable[[str], None], **options: Any) -> Iterator[ProjectionQueue]:
    named = {f"p{number}": projector for number, projector in enumerate(projectors)}
    made = ProjectionQueue(named, **{"everything": list, "backoff": QUICK} | options)
    try:
        yield made
    finally:
        made.close(PATIENCE)


def test_every_projector_looks_at_a_marked_session() -> None:
    one, two = Projector(), Projector()
    with queue(one, two) as marks:
        marks.mark("s")
        marks.mark("t")
        assert marks.drain(PATIENCE)
    assert (one.ran, two.ran) == (["s", "t"], ["s", "t"])


def test_marks_of_one_session_are_one_piece_of_work() -> None:
    """A session of a thousand events must not be projected a thousand times."""
    projector = Projector()
    with queue(projector) as marks:
        with projector.held():
            marks.mark("first")
            assert projector.entered.wait(PATIENCE)
            for _ in range(1000):
                marks.mark("s")
            assert marks.status().waiting == 1
        assert marks.drain(PATIENCE)
    assert projector.ran == ["first", "s"]


def test_a_mark_that_is_set_while_its_session_is_projected_is_kept() -> None:
    """The backend drops it, and shows a context without the last event until the next one."""
    projector = Projector()
    with queue(projector) as marks:
        with projector.held():
            marks.mark("s")
            assert projector.entered.wait(PATIENCE)
            marks.mark("s")
            marks.mark("s")
        assert marks.drain(PATIENCE)
    assert projector.ran == ["s", "s"]


def test_nothing_that_several_threads_mark_is_lost() -> None:
    """Each mark is followed by a projection that began after it."""
    newest: Counter[str] = Counter()
    projected: Counter[str] = Counter()

    def project(session_id: str) -> None:
        projected[session_id] = newest[session_id]

    with queue(project) as marks:

        def mark(name: int) -> None:
            for number in range(1, 500):
                newest[f"s{name}"] = number
                marks.mark(f"s{name}")

        threads = [threading.Thread(target=mark, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert marks.drain(PATIENCE)
        assert projected == newest
        assert marks.status().runs <= 4 * 499


class TestWithoutRoom:
    def test_what_had_no_room_is_asked_for_when_there_is_some(self) -> None:
        """A burst of sessions must neither fill the memory nor leave one behind."""
        projector, asked = Projector(), []

        def everything() -> list[str]:
            asked.append(1)
            return [f"s{number}" for number in range(100)]

        with queue(projector, limit=5, everything=everything) as marks:
            with projector.held():
                for number in range(100):
                    marks.mark(f"s{number}")
                status = marks.status()
                assert status.waiting <= 5
                assert status.behind
            assert marks.drain(PATIENCE)
            assert not marks.status().behind
        assert set(projector.ran) == {f"s{number}" for number in range(100)}
        assert len(asked) == 1

    def test_a_mark_that_has_no_room_while_all_are_asked_for_is_not_lost(self) -> None:
        known = ["a", "b", "c", "d", "e"]
        projector = Projector()
        late = threading.Event()

        def everything() -> Iterator[str]:
            asked = list(known)
            if not late.is_set():
                late.set()
                # A session that is not among those that are answered, and finds no room.
                known.append("late")
                for session_id in ("x", "y", "late"):
                    marks.mark(session_id)
            yield from asked

        with queue(projector, limit=2, everything=everything) as marks:
            with projector.held():
                for session_id in tuple(known):
                    marks.mark(session_id)
            assert marks.drain(PATIENCE)
        assert {*known, "x", "y"} == set(projector.ran)

    def test_who_cannot_say_what_there_is_is_asked_again(self) -> None:
        """The log may be locked at just that moment."""
        projector, asked = Projector(), []

        def everything() -> list[str]:
            asked.append(1)
            if len(asked) < 4:
                raise OSError("the log is locked")
            return ["a", "b", "c"]

        with queue(projector, limit=1, everything=everything) as marks:
            with projector.held():
                for session_id in ("a", "b", "c"):
                    marks.mark(session_id)
            assert marks.drain(PATIENCE)
        assert set(projector.ran) == {"a", "b", "c"}

    def test_sessions_that_are_tried_again_take_room_too(self) -> None:
        projector = Projector()
        projector.failing = {f"s{number}" for number in range(20)}
        with queue(projector, limit=3, everything=lambda: sorted(projector.failing)) as marks:
            for session_id in sorted(projector.failing):
                marks.mark(session_id)
                status = marks.status()
                assert status.waiting + status.retrying <= 4
            assert marks.drain(PATIENCE)
        assert set(projector.ran) == projector.failing


class TestCatchingUp:
    SESSIONS = tuple(f"s{number}" for number in range(1000))

    def test_all_are_projected_and_marked_ones_do_not_wait_for_them(self) -> None:
        """A log of many sessions would keep those that are watched out of date."""
        projector = Projector()
        with queue(projector, everything=lambda: self.SESSIONS) as marks:
            with projector.held():
                marks.catch_up()
                assert projector.entered.wait(PATIENCE)
                marks.mark("watched")
            assert marks.drain(PATIENCE)
        assert set(projector.ran) == {*self.SESSIONS, "watched"}
        assert projector.ran[0] == "s0"
        assert projector.ran.index("watched") < 50

    def test_the_end_does_not_wait_for_them(self) -> None:
        projector = Projector()
        with queue(projector, everything=lambda: self.SESSIONS) as marks:
            with projector.held():
                marks.catch_up()
                assert projector.entered.wait(PATIENCE)
                marks.mark("watched")
                closing = threading.Thread(target=marks.close, args=(PATIENCE,))
                closing.start()
                wait_until(lambda: not marks.status().behind)
            closing.join(PATIENCE)
            assert marks.close(PATIENCE)
        assert "watched" in projector.ran
        assert len(projector.ran) < 50

    def test_what_had_no_room_meanwhile_is_not_left(self) -> None:
        projector = Projector()
        with queue(projector, limit=20, everything=lambda: self.SESSIONS) as marks:
            with projector.held():
                marks.catch_up()
                assert projector.entered.wait(PATIENCE)
                for session_id in reversed(self.SESSIONS):
                    marks.mark(session_id)
            assert marks.close(PATIENCE)
        assert set(projector.ran) == set(self.SESSIONS)


class TestFailures:
    def test_what_fails_is_tried_again(self) -> None:
        ran = []

        def project(session_id: str) -> None:
            ran.append(session_id)
            if len(ran) < 4:
                raise OSError("not now")

        with queue(project) as marks:
            marks.mark("s")
            assert marks.drain(PATIENCE)
            status = marks.status()
            assert (status.runs, status.failures, status.problems) == (4, 3, ())
        assert ran == ["s"] * 4

    def test_tries_end_in_a_problem_that_is_told(self, caplog: pytest.LogCaptureFixture) -> None:
        """Else a session's context stays as it was, and nobody knows."""
        projector, told = Projector(), []
        projector.failing = {"bad"}
        with queue(projector, on_problem=told.append) as marks:
            marks.mark("bad")
            marks.mark("good")
            assert marks.drain(PATIENCE)
            problem = ProjectionProblem("p0", "bad", "bad cannot be projected", 5)
            assert marks.status().problems == (problem,)
        assert told == [problem]
        assert Counter(projector.ran) == {"bad": 5, "good": 1}
        assert "given up after 5 attempts" in caplog.text

    def test_a_later_mark_tries_again(self) -> None:
        projector = Projector()
        projector.failing = {"s"}
        with queue(projector, attempts=1) as marks:
            marks.mark("s")
            assert marks.drain(PATIENCE)
            projector.failing.clear()
            marks.mark("s")
            assert marks.drain(PATIENCE)
            assert len(marks.status().problems) == 1
        assert projector.ran == ["s", "s"]

    def test_one_that_waits_for_its_next_try_is_in_nobodys_way(self) -> None:
        projector = Projector()
        projector.failing = {"bad"}
        with queue(projector, backoff=NEVER) as marks:
            marks.mark("bad")
            wait_until(lambda: marks.status().retrying == 1)
            for session_id in ("a", "bad", "b"):
                marks.mark(session_id)
            wait_until(lambda: projector.ran == ["bad", "a", "b"])
            assert not marks.drain(0)

    def test_problems_do_not_fill_the_memory(self) -> None:
        projector = Projector()
        projector.failing = {f"s{number}" for number in range(PROBLEMS_KEPT + 20)}
        with queue(projector, attempts=1) as marks:
            for session_id in sorted(projector.failing):
                marks.mark(session_id)
            assert marks.drain(PATIENCE)
            assert len(marks.status().problems) == PROBLEMS_KEPT

    def test_who_fails_at_being_told_stops_nothing(self, caplog: pytest.LogCaptureFixture) -> None:
        projector = Projector()
        projector.failing = {"s"}

        def fail(problem: ProjectionProblem) -> None:
            raise RuntimeError("a bug of the listener")

        with queue(projector, attempts=1, on_problem=fail) as marks:
            marks.mark("s")
            marks.mark("t")
            assert marks.drain(PATIENCE)
        assert projector.ran == ["s", "t"]
        assert "a bug of the listener" in caplog.text

    def test_waits_grow_and_are_bounded(self) -> None:
        backoff = Backoff(first=0.1, longest=30.0)
        for failures, full in [(1, 0.1), (2, 0.2), (5, 1.6), (20, 30.0), (10_000, 30.0)]:
            delays = [backoff.delay(failures) for _ in range(20)]
            assert all(full / 2 <= delay <= full for delay in delays)
            assert len(set(delays)) > 1


class TestClosing:
    def test_it_does_what_was_asked_for(self) -> None:
        projector = Projector()
        with queue(projector) as marks:
            for number in range(200):
                marks.mark(f"s{number}")
            assert marks.close(PATIENCE)
            assert len(projector.ran) == 200
            marks.mark("late")
            assert marks.close(PATIENCE)
        assert "late" not in projector.ran

    def test_it_does_not_wait_for_tries_to_come(self) -> None:
        projector = Projector()
        projector.failing = {"s"}
        with queue(projector, backoff=NEVER) as marks:
            marks.mark("s")
            wait_until(lambda: marks.status().retrying == 1)
            assert marks.close(PATIENCE)
            assert [each.attempts for each in marks.status().problems] == [2]

    def test_it_ends_in_time_and_says_what_is_left(self, caplog: pytest.LogCaptureFixture) -> None:
        projector = Projector()
        with queue(projector) as marks, projector.held():
            marks.mark("s")
            assert projector.entered.wait(PATIENCE)
            marks.mark("t")
            assert not marks.close(0.01)
            assert "2 projections are left undone" in caplog.text
        assert projector.ran == ["s"]

    def test_a_queue_that_was_never_used_has_no_thread(self) -> None:
        before = threading.active_count()
        with queue(Projector()) as marks:
            assert threading.active_count() == before
            assert marks.drain(0)
