"""Work off the GUI thread, by one typed door."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from PySide6.QtCore import QObject, QThreadPool, Signal, Slot

from core.events.errors import StoreError

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Task:
    """A handle on work under way: `cancel` it, and nothing of it is heard any more."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._done = threading.Event()

    def cancel(self) -> None:
        """Stop at the next step; callbacks that have not run yet never will."""
        self._cancelled.set()

    @property
    def done(self) -> bool:
        """Whether the work has ended, one way or the other."""
        return self._done.is_set()

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled.is_set()


class Background(QObject):
    """Runs jobs in a pool of threads and hands what they answer to the GUI thread.

    It lives as long as the program. ``failed`` tells of a failure that no ``error`` callback took.
    Jobs must not touch Qt.
    """

    failed = Signal(object)
    _answered = Signal(object)
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None, *, threads: int = 4) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._pool.setExpiryTimeout(-1)
        self._tasks: set[Task] = set()
        self._answered.connect(self._call)
        self._finished.connect(self._tasks.discard)

    def run(
        self,
        job: Callable[[], T],
        *,
        then: Callable[[T], None],
        error: Callable[[Exception], None] | None = None,
        lasting: bool = False,
    ) -> Task:
        """Run the job; ``then`` gets its answer, ``error`` its failure, on the GUI thread.

        A ``lasting`` job, one that tidies up or saves, is run even if `close` comes first.
        """

        def work(task: Task) -> None:
            answer = job()
            self._answer(task, lambda: then(answer))

        return self._start(work, error, lasting=lasting)

    def stream(
        self,
        steps: Callable[[], Iterator[T]],
        *,
        each: Callable[[T], None],
        then: Callable[[], None] | None = None,
        error: Callable[[Exception], None] | None = None,
    ) -> Task:
        """Run an iterator; ``each`` gets its items in order, ``then`` is called after the last.

        Cancelling closes the iterator between two items.
        """

        def work(task: Task) -> None:
            items = steps()
            for item in items:
                if task.cancelled:
                    close = getattr(items, "close", None)
                    if close is not None:
                        close()
                    return
                self._answer(task, lambda item=item: each(item))  # type: ignore[misc]
            if then is not None:
                self._answer(task, then)

        return self._start(work, error)

    @property
    def busy(self) -> bool:
        """Whether any work is under way or an answer still to be handed over."""
        return bool(self._tasks)

    def close(self) -> None:
        """Cancel all that runs and wait for it to stop."""
        for task in list(self._tasks):
            task.cancel()
        self._pool.waitForDone()
        self._tasks.clear()

    def _start(
        self,
        work: Callable[[Task], None],
        error: Callable[[Exception], None] | None,
        *,
        lasting: bool = False,
    ) -> Task:
        task = Task()
        self._tasks.add(task)
        self._pool.start(_Job(self, task, work, error or self._tell, lasting=lasting))
        return task

    def _answer(self, task: Task, call: Callable[[], None]) -> None:
        self._answered.emit((task, call))

    @Slot(object)
    def _call(self, answer: tuple[Task, Callable[[], None]]) -> None:
        task, call = answer
        if not task.cancelled:
            call()

    def _tell(self, error: Exception) -> None:
        self.failed.emit(error)


class Latest:
    """Of work that is asked for again and again, run one at a time and always the newest.

    What was asked for while one runs is started when that is done; what came between is left out.
    """

    def __init__(self, background: Background) -> None:
        self._background = background
        self._waiting: Callable[[], Task] | None = None
        self._running: Task | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._running is not None

    def run(
        self,
        job: Callable[[], T],
        *,
        then: Callable[[T], None],
        error: Callable[[Exception], None] | None = None,
    ) -> None:
        """As `Background.run`; an answer is handed over even where a newer one follows."""

        def answered(answer: T) -> None:
            self._done()
            then(answer)

        def failed(fault: Exception) -> None:
            self._done()
            (error or self._background.failed.emit)(fault)

        def start() -> Task:
            return self._background.run(job, then=answered, error=failed)

        if self._running is None:
            self._running = start()
        else:
            self._waiting = start

    def cancel(self) -> None:
        """Hear no more of what was asked for."""
        if self._running is not None:
            self._running.cancel()
        self._running = self._waiting = None

    def _done(self) -> None:
        start, self._waiting = self._waiting, None
        self._running = None if start is None else start()


class _Job:
    """One piece of work; it owns no signal, the background does.

    A plain callable: of runnables PySide keeps every sixth for good.
    """

    def __init__(
        self,
        background: Background,
        task: Task,
        work: Callable[[Task], None],
        error: Callable[[Exception], None],
        *,
        lasting: bool,
    ) -> None:
        self._lasting = lasting
        self._background = background
        self._task = task
        self._work = work
        self._error = error

    def __call__(self) -> None:
        if self._lasting or not self._task.cancelled:
            try:
                self._work(self._task)
            except StoreError as error:
                self._report(error)
            except Exception as error:
                logger.exception("a background job failed")
                self._report(error)
        self._task._done.set()
        self._background._finished.emit(self._task)

    def _report(self, error: Exception) -> None:
        tell = self._error
        self._background._answer(self._task, lambda: tell(error))
