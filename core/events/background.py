"""Background work by dirty marks: what is asked for many times is done once, and never lost."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from core.events.backoff import Backoff
from core.events.marks import Mark, Marks
from core.late_dataclass import dataclass

logger = logging.getLogger(__name__)

PROBLEMS_KEPT = 100

_ASKED_AT_ONCE = 16
"""So many sessions of all are marked at once: one that is marked meanwhile waits for these."""


@dataclass(frozen=True, slots=True)
class ProjectionProblem:
    """A projection that was given up after so many attempts, until the session is marked again.

    `session_id` is None where it is about no single session.
    """

    projector: str
    session_id: str | None
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """What a queue has to do, and did.

    `waiting` and `retrying` are numbers of marks; `behind` is whether sessions are still to be
    asked for, since there was no room for their marks; `runs` counts projections, `failures` those
    that failed.
    """

    waiting: int
    retrying: int
    running: bool
    behind: bool
    runs: int
    failures: int
    problems: tuple[ProjectionProblem, ...]


class ProjectionQueue:
    """Runs projectors for the sessions that are marked, in a thread of its own.

    A session that is marked several times is projected once; one that is marked while it is
    projected, once more. With more than `limit` marks `everything` is asked for the sessions to
    mark as soon as there is room. What fails is tried again `attempts` times in all, other sessions
    going on meanwhile; then it is a problem, which `on_problem` is told.
    """

    def __init__(
        self,
        projectors: Mapping[str, Callable[[str], None]],
        *,
        everything: Callable[[], Iterable[str]],
        limit: int = 10_000,
        attempts: int = 5,
        backoff: Backoff = Backoff(),  # noqa: B008 - a frozen value.
        on_problem: Callable[[ProjectionProblem], object] | None = None,
    ) -> None:
        self._projectors = dict(projectors)
        self._everything = everything
        self._attempts = attempts
        self._backoff = backoff
        self._on_problem = on_problem
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._marks = Marks(max(limit, len(self._projectors)))
        self._running: Mark | None = None
        self._failed: dict[Mark, int] = {}
        # What had no room: whether to ask for all sessions, from when on, and those to mark yet.
        self._missed = False
        self._ask_after = 0.0
        self._asked_in_vain = 0
        self._rest: Iterator[str] | None = None
        self._asking = False
        self._gave_up_asking = False
        # Whether all that is asked for is to catch up, which may be left for another time.
        self._catching_up = False
        self._closing = False
        self._closed = False
        self._runs = 0
        self._failures = 0
        self._problems: deque[ProjectionProblem] = deque(maxlen=PROBLEMS_KEPT)

    def mark(self, session_id: str) -> None:
        """Have a session projected; returns at once and raises nothing. Not after `close`."""
        with self._changed:
            if self._closing:
                return
            self._set(session_id)
            self._ensure_thread()
            self._changed.notify_all()

    def catch_up(self) -> None:
        """Have all sessions projected, a few at a time and behind those that are marked.

        Returns at once and raises nothing. What is not reached by `close` is left.
        """
        with self._changed:
            if self._closing:
                return
            self._catching_up = self._catching_up or not self._is_behind()
            self._missed = True
            self._ensure_thread()
            self._changed.notify_all()

    def drain(self, timeout: float) -> bool:
        """Wait until nothing is left to do; False where `timeout` seconds are not enough."""
        with self._changed:
            self._changed.wait_for(self._has_ended, timeout)
            return self._is_idle()

    def close(self, timeout: float) -> bool:
        """Drain for `timeout` seconds at the most and end; True if nothing was left to do.

        What fails by now is not tried again.
        """
        end = time.monotonic() + timeout
        with self._changed:
            self._closing = True
            if self._catching_up:
                self._missed, self._rest = False, None
            self._changed.notify_all()
            self._changed.wait_for(self._has_ended, timeout)
            drained = self._is_idle()
            if not drained and not self._closed:
                left = len(self._marks) + (self._running is not None)
                logger.warning("At the end %d projections are left undone", left)
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(max(0.0, end - time.monotonic()) if not drained else None)
        return drained and not self._gave_up_asking

    def status(self) -> QueueStatus:
        """What there is to do, and was done."""
        with self._changed:
            return QueueStatus(
                waiting=self._marks.waiting,
                retrying=self._marks.later,
                running=self._running is not None,
                behind=self._is_behind(),
                runs=self._runs,
                failures=self._failures,
                problems=tuple(self._problems),
            )

    # What is called under the lock.

    def _set(self, session_id: str) -> None:
        for projector in self._projectors:
            if not self._marks.set(Mark(projector, session_id)):
                self._missed, self._catching_up = True, False

    def _room(self) -> int:
        """For how many sessions there is room."""
        return self._marks.room // max(1, len(self._projectors))

    def _is_behind(self) -> bool:
        return self._missed or self._asking or self._rest is not None

    def _is_idle(self) -> bool:
        return not (self._marks or self._running or self._is_behind())

    def _has_ended(self) -> bool:
        return self._closed or self._is_idle()

    def _has_work(self) -> bool:
        return self._closed or self._marks.waiting > 0 or self._patience() == 0

    def _may_ask(self) -> bool:
        return self._is_behind() and self._room() > 0

    def _patience(self) -> float | None:
        """Seconds until something is due; None where only a mark brings work."""
        due = [self._marks.next_due(), self._ask_after if self._may_ask() else None]
        times = [time_ for time_ in due if time_ is not None]
        if not times:
            return None
        return 0.0 if self._closing else max(0.0, min(times) - time.monotonic())

    def _ensure_thread(self) -> None:
        if self._thread is not None:
            return
        self._thread = threading.Thread(target=self._work, name="projections", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:
            # At the end of the program.
            logger.warning("Nothing can be projected now: %s", error)
            self._thread = None

    # What the thread does.

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work, self._patience())
                if self._closed:
                    return
                mark = self._running = self._marks.take(hurry=self._closing)
                now = self._closing or self._ask_after <= time.monotonic()
                asking = mark is None and self._may_ask() and now
            if mark is not None:
                self._run(mark)
            elif asking:
                self._ask()

    def _run(self, mark: Mark) -> None:
        problem = None
        try:
            self._projectors[mark.projector](mark.session_id)
        except Exception as error:
            problem = self._after_failure(mark, error)
            if problem is not None:
                logger.exception(
                    "The projection “%s” of session %s is given up after %d attempts",
                    mark.projector, mark.session_id, problem.attempts,
                )  # fmt: skip
        else:
            with self._changed:
                self._failed.pop(mark, None)
                self._runs += 1
        if problem is not None:
            self._tell(problem)
        with self._changed:
            self._running = None
            self._changed.notify_all()

    def _after_failure(self, mark: Mark, error: Exception) -> ProjectionProblem | None:
        """Have it tried again, or the problem where that was done enough."""
        with self._changed:
            self._runs += 1
            self._failures += 1
            attempts = self._failed.pop(mark, 0) + 1
            if attempts >= self._attempts or self._closing:
                problem = ProjectionProblem(
                    mark.projector, mark.session_id, _reason(error), attempts
                )
                self._problems.append(problem)
                return problem
            self._failed[mark] = attempts
            # One try is enough for the mark that came meanwhile too.
            self._marks.set_for_later(mark, time.monotonic() + self._backoff.delay(attempts))
            return None

    def _tell(self, problem: ProjectionProblem) -> None:
        if self._on_problem is None:
            return
        try:
            self._on_problem(problem)
        except Exception:
            logger.exception("Who is told of problems failed at one")

    def _ask(self) -> None:
        """Mark some of the sessions that had no room."""
        with self._changed:
            self._asking, room = True, max(1, min(self._room(), _ASKED_AT_ONCE))
            if self._rest is None:
                # What is missed from here on is to be asked for once more.
                self._missed = False
        try:
            rest = iter(self._everything()) if self._rest is None else self._rest
            sessions = list(islice(rest, room))
        except Exception:
            if not self._asked_in_vain:
                logger.warning("The sessions to project cannot be asked for", exc_info=True)
            self._ask_again()
        else:
            self._take_asked(sessions, rest)

    def _take_asked(self, sessions: list[str], rest: Iterator[str]) -> None:
        with self._changed:
            self._asking = False
            self._asked_in_vain = 0
            left = self._closing and self._catching_up
            self._rest = rest if sessions and not left else None
            self._catching_up = self._catching_up and self._is_behind()
            for session_id in sessions:
                self._set(session_id)
            self._changed.notify_all()

    def _ask_again(self) -> None:
        """Ask for all of them later, or no more where it is time to end."""
        with self._changed:
            self._asking = False
            self._missed, self._rest = not self._closing, None
            self._gave_up_asking = self._closing and not self._catching_up
            self._asked_in_vain += 1
            self._ask_after = time.monotonic() + self._backoff.delay(self._asked_in_vain)
            self._changed.notify_all()


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
