"""Following an open log: a thread of its own listens, and tells which sessions grew."""

from __future__ import annotations

import logging
import threading

from PySide6.QtCore import QObject, Signal, Slot

from core.events.errors import SourceChanged, StoreClosed, StoreError
from core.replay.tail import Tail

logger = logging.getLogger(__name__)


class Following(QObject):
    """Listens to what arrives in a log, from where a tail begins until `stop`.

    ``grown`` carries the ids of the sessions that rows arrived for since it was emitted last: what
    arrives while the GUI thread is busy is told at once when it is not. ``failed`` carries what
    ended the listening.
    """

    grown = Signal(object)
    failed = Signal(object)
    _noticed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._pending: set[str] = set()
        self._fault: Exception | None = None
        self._stopped = threading.Event()
        self._noticed.connect(self._tell)

    def start(self, tail: Tail) -> None:
        """Follow a tail, instead of the one before."""
        self.stop()
        stopped = self._stopped = threading.Event()
        threading.Thread(
            target=self._listen, args=(tail, stopped), name="following", daemon=True
        ).start()

    def stop(self) -> None:
        """Listen no more; nothing is told after this."""
        self._stopped.set()
        with self._lock:
            self._pending.clear()
            self._fault = None

    def _listen(self, tail: Tail, stopped: threading.Event) -> None:
        try:
            for page in tail.follow(stopped):
                ids = {arrival.session_id for arrival in page if arrival.session_id is not None}
                self._note(stopped, ids)
        except (StoreClosed, SourceChanged):
            # Who looks after the file tells of that.
            return
        except Exception as error:
            if not isinstance(error, StoreError):
                logger.exception("following a log failed")
            self._note(stopped, set(), error)

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
