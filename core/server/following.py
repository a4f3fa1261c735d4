"""Follows the log while the server runs: what arrives is projected, and told to who streams it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from core.events.errors import SourceChanged, StoreError
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.context import SessionContext
from core.replay.tail import POLL, QUICK_POLL, Tail
from core.server.contexts import Folds
from core.server.errors import ServiceStopped

logger = logging.getLogger(__name__)

_WORKERS = 2
_QUICK = 0.005
"""Seconds within which a session was folded that can be folded next on the thread that notices."""
_AGAIN_AFTER = 1.0
"""Seconds until a log that could not be read is looked at again, and whether it is there."""


def check_is_there(store: SQLiteEventStore) -> None:
    """Raise SourceChanged or SourceNotFound where the log's path names another file, or none."""
    now, opened = store.identity(), store.opened_as
    if (now.device, now.inode) != (opened.device, opened.inode):
        raise SourceChanged(
            f"“{store.path}” was replaced while it was open: what was opened is nowhere to be "
            "found any more. Start the server again."
        )


class Marks(Protocol):
    """What a projection is asked for."""

    def mark(self, session_id: str) -> None:
        """Have the session projected soon."""
        ...


class Follower:
    """A thread that notices what arrives, and a few that fold it; from `start` to `stop`.

    `publish` is called from them with the context of a watched session that grew.
    """

    def __init__(
        self,
        store: SQLiteEventStore,
        folds: Folds,
        stopped: threading.Event,
        *,
        publish: Callable[[SessionContext], None],
        projection: Marks | None = None,
    ) -> None:
        self._folds = folds
        self._stopped = stopped
        self._publish = publish
        self._projection = projection
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._watched: set[str] = set()
        self._due: dict[str, float] = {}
        self._busy: set[str] = set()
        self._quick: set[str] = set()
        self._waiting: list[threading.Event] = []
        self._problem: str | None = None
        self._store = store
        self._looked_at = float("-inf")
        self._tail = Tail(store)
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="server-fold")
        self._thread = threading.Thread(target=self._follow, name="server-tail", daemon=True)

    @property
    def problem(self) -> str | None:
        """Why the log cannot be followed at the moment; None where it can."""
        return self._problem

    def start(self) -> None:
        """Follow what arrives from the making of this object on."""
        self._thread.start()

    def stop(self) -> None:
        """End the threads; the event that stops them is set by then."""
        self._wake.set()
        self._thread.join()
        self._workers.shutdown(wait=True)

    def watch(self, session_id: str) -> None:
        """Publish the session's context whenever it grows."""
        with self._lock:
            self._watched.add(session_id)

    def unwatch(self, session_id: str) -> None:
        """Publish it no longer."""
        with self._lock:
            self._watched.discard(session_id)
            self._quick.discard(session_id)
            self._due.pop(session_id, None)

    def look(self) -> None:
        """Look at once: something was written."""
        self._wake.set()

    def catch_up(self, within: float) -> None:
        """Look at once, and return when what that found is published, or after so many seconds."""
        looked = threading.Event()
        with self._lock:
            self._waiting.append(looked)
        self._wake.set()
        looked.wait(within)

    def _follow(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            with self._lock:
                waiting = list(self._waiting)
            try:
                self._take_arrivals()
                self._problem = None
            except StoreError as error:
                self._note(error)
                self._stopped.wait(_AGAIN_AFTER)
            except Exception:
                logger.exception("The log could not be followed; trying again")
                self._stopped.wait(_AGAIN_AFTER)
            self._fold_what_is_due()
            self._let_go_on(waiting)
            self._wake.wait(QUICK_POLL if self._watched else POLL)

    def _let_go_on(self, waiting: list[threading.Event]) -> None:
        """Those that waited before the last look, if all that it found is folded."""
        with self._lock:
            if self._busy:
                return
            self._waiting = [each for each in self._waiting if each not in waiting]
        for looked in waiting:
            looked.set()

    def _note(self, error: StoreError) -> None:
        if str(error) != self._problem:
            logger.warning("The log cannot be followed: %s", error)
        self._problem = str(error)

    def _take_arrivals(self) -> None:
        if self._problem is not None or time.monotonic() > self._looked_at + _AGAIN_AFTER:
            check_is_there(self._store)
            self._looked_at = time.monotonic()
        for page in self._tail.poll():
            grown = {each.session_id for each in page if each.session_id is not None}
            if self._projection is not None:
                for session_id in grown:
                    self._projection.mark(session_id)
            with self._lock:
                self._due |= dict.fromkeys(grown & self._watched, 0.0)
            if self._stopped.is_set():
                return

    def _fold_what_is_due(self) -> None:
        now = time.monotonic()
        with self._lock:
            ready = [s for s, at in self._due.items() if at <= now and s not in self._busy]
            for session_id in ready:
                del self._due[session_id]
            self._busy.update(ready)
        for session_id in ready:
            if len(ready) == 1 and session_id in self._quick:
                # To wake another thread for it takes as long as that.
                self._fold(session_id)
            else:
                self._workers.submit(self._fold, session_id)

    def _fold(self, session_id: str) -> None:
        """Publish where the session is now; what arrives meanwhile has it folded once more."""
        began = time.monotonic()
        self._quick.discard(session_id)
        try:
            self._publish(self._folds.context(session_id))
            if time.monotonic() < began + _QUICK:
                self._quick.add(session_id)
        except ServiceStopped:
            # The server ends: nobody is left to be told.
            pass
        except StoreError as error:
            logger.warning("A session that is streamed could not be read: %s", error)
            self._fold_again(session_id)
        except Exception:
            logger.exception("A session that is streamed could not be projected")
        finally:
            with self._lock:
                self._busy.discard(session_id)
            if session_id in self._due or self._waiting:
                self._wake.set()

    def _fold_again(self, session_id: str) -> None:
        with self._lock:
            if session_id in self._watched:
                self._due[session_id] = time.monotonic() + _AGAIN_AFTER
