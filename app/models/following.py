"""Following an open log: a thread of its own listens, and tells which sessions grew."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from core.events.errors import SourceChanged, StoreClosed, StoreError
from core.replay.tail import POLL, QUICK_POLL, Tail

logger = logging.getLogger(__name__)

_RUNS = 5.0
"""So long (s) after something arrived more is expected, and looked for more often."""


class Beside(Protocol):
    """What is done with what arrives on the thread that listens, before the GUI thread hears it."""

    def expect(self, session_ids: Collection[str]) -> None:
        """Rows of these sessions arrived."""
        ...

    def work(self) -> None:
        """Do what there is to do, after each look."""
        ...

    def rest(self) -> None:
        """Nobody listens any more."""
        ...


class Following(QObject):
    """Listens to what arrives in a log, from where a tail begins until `stop`.

    ``grown`` carries the ids of the sessions that rows arrived for since it was emitted last: what
    arrives while the GUI thread is busy is told at once when it is not. ``failed`` carries what
    ended the listening.
    """

    grown = Signal(object)
    failed = Signal(object)
    _noticed = Signal()

    def __init__(self, parent: QObject | None = None, *, beside: Beside | None = None) -> None:
        super().__init__(parent)
        self._beside = beside
        self._lock = threading.Lock()
        self._pending: set[str] = set()
        self._fault: Exception | None = None
        self._stopped = threading.Event()
        self._quick_until = 0.0
        self._thread: threading.Thread | None = None
        self._noticed.connect(self._tell)

    def start(self, tail: Tail) -> None:
        """Follow a tail, instead of the one before."""
        self.stop()
        stopped = self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._listen, args=(tail, stopped), name="following", daemon=True
        )
        self._thread.start()

    @property
    def listens(self) -> bool:
        """Whether it hears what arrives."""
        thread = self._thread
        return thread is not None and thread.is_alive() and not self._stopped.is_set()

    def stop(self) -> None:
        """Listen no more; nothing is told after this."""
        self._stopped.set()
        with self._lock:
            self._pending.clear()
            self._fault = None

    def _listen(self, tail: Tail, stopped: threading.Event) -> None:
        try:
            while not stopped.is_set():
                self._look(tail, stopped)
                stopped.wait(QUICK_POLL if time.monotonic() < self._quick_until else POLL)
        except (StoreClosed, SourceChanged):
            # Who looks after the file tells of that.
            pass
        except Exception as error:
            if not isinstance(error, StoreError):
                logger.exception("following a log failed")
            self._note(stopped, set(), error)
        finally:
            if self._beside is not None and not stopped.is_set():
                self._beside.rest()

    def _look(self, tail: Tail, stopped: threading.Event) -> None:
        for page in tail.poll():
            ids = {arrival.session_id for arrival in page if arrival.session_id is not None}
            self._quick_until = time.monotonic() + _RUNS
            if self._beside is not None:
                self._beside.expect(ids)
            self._note(stopped, ids)
        if self._beside is not None:
            self._beside.work()

    def _note(
        self, stopped: threading.Event, ids: set[str], fault: Exception | None = None
    ) -> None:
        with self._lock:
            if stopped.is_set():
                return
            told = not self._pending and self._fault is None
            self._pending |= ids
            self._fault = fault
            if told and (ids or fault):
                self._noticed.emit()

    @Slot()
    def _tell(self) -> None:
        with self._lock:
            ids, self._pending = self._pending, set()
            fault, self._fault = self._fault, None
        if ids:
            self.grown.emit(ids)
        if fault is not None:
            self.failed.emit(fault)
