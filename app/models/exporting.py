"""Exports that run in the background, one at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background import Background, Task
from app.text import count
from core.events.store.sqlite import SQLiteEventStore
from core.export.apart import carry_out_apart
from core.export.events import Progress
from core.export.order import ExportFormat, Order
from core.export.private import carry_out_privately
from core.export.target import write_whole
from core.late_dataclass import dataclass
from core.privacy.pseudonyms import Pseudonyms
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex

_TOLD_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class ExportStep:
    """How far the export into a file is; a total of 0 is not known yet."""

    target: Path
    progress: Progress


class Exporting(QObject):
    """Writes files of what is open; at most one at a time, which can be cancelled.

    ``stepped`` carries an `ExportStep` and, once nothing runs any more, None; ``finished`` a
    sentence about what is there now, ``failed`` a fault.
    """

    stepped = Signal(object)
    finished = Signal(str)
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._task: Task | None = None
        self._stopped = threading.Event()

    @property
    def running(self) -> bool:
        """Whether a file is being written."""
        return self._task is not None

    def start(
        self,
        order: Order,
        store: SQLiteEventStore,
        log: SessionLog,
        index: Callable[[], ContextIndex],
        *,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        """Carry out an order; ``index`` is called in the background. One that runs goes on.

        With ``pseudonyms`` of what ``store`` gives out as it is stored.
        """
        if self.running:
            return
        last = Progress(0, 0)

        def each(progress: Progress) -> None:
            nonlocal last
            last = progress
            self.stepped.emit(ExportStep(order.target, progress))

        each(last)
        self._stopped = stopped = threading.Event()
        self._task = self._background.stream(
            lambda: _seldom(
                carry_out_apart(order, store, log, index, stopped=stopped.is_set)
                if pseudonyms is None
                else carry_out_privately(
                    order, store, log, index, pseudonyms, stopped=stopped.is_set
                )
            ),
            each=each,
            then=lambda: self._end(_told(order, last)),
            error=self._fail,
        )

    def write(self, target: Path, content: Callable[[], bytes], protect: Path | None) -> None:
        """Write a small file whose content is made in the background."""
        if self.running:
            return
        self.stepped.emit(ExportStep(target, Progress(0, 0)))
        self._task = self._background.run(
            lambda: write_whole(target, content(), protect=[protect] if protect else []),
            then=lambda _: self._end(f"Wrote {target}"),
            error=self._fail,
        )

    def cancel(self) -> None:
        """Stop, and leave nothing; without an export nothing happens."""
        if self._task is not None:
            self._stopped.set()
            self._task.cancel()
            self._end("The export was cancelled: nothing was written.")

    def _end(self, told: str) -> None:
        self._task = None
        self.stepped.emit(None)
        self.finished.emit(told)

    def _fail(self, error: Exception) -> None:
        self._task = None
        self.stepped.emit(None)
        self.failed.emit(error)


def _seldom(steps: Generator[Progress, None, None]) -> Iterator[Progress]:
    """Some steps a second and the last, so that telling does not cost more than doing.

    Cancelling is noticed with each that is told.
    """
    told = 0.0
    last = None
    with closing(steps):
        for last in steps:
            now = time.monotonic()
            if now - told >= _TOLD_EVERY:
                told = now
                yield last
                last = None
    if last is not None:
        yield last


def _told(order: Order, progress: Progress) -> str:
    noun = "moment" if order.form.is_contexts else "event"
    what = "the report" if order.form is ExportFormat.HTML else count(progress.done, noun)
    mended = f"; {count(progress.mended, 'event')} could not be read whole"
    return f"Wrote {what} to {order.target}{mended if progress.mended else ''}"
