"""Following a table as a whole: the sessions that are asked for, and those that ran last."""

from __future__ import annotations

import threading
import time

from core.mirror.store import MirroredEventStore

MOST = 16
"""So many sessions are followed at once: those that were asked for, or told to be new, last."""
_EVERY = 1.0
_JOIN = 5.0
_PATIENCE = 5.0
"""Seconds that who asks for a session of which nothing is here waits for it at the most."""
_LOOK = 0.05


class FollowAll:
    """Has the feeder of a store follow what runs and what is asked for, from `start` to `stop`.

    Any thread may ask.
    """

    def __init__(self, store: MirroredEventStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._latest: list[str] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mirror-follow-all", daemon=True)

    def start(self) -> None:
        """Begin with the latest sessions."""
        self._put_first([each.session_id for each in self._store.sessions()[:MOST]])
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        self._thread.join(_JOIN)

    def asked(self, session_id: str) -> None:
        """Follow this session too; where nothing of it is here, wait until there is, or is not."""
        for part in self._store.parts(session_id):
            self._put_first([part])
            if not self._store.mirror.count(part):
                self._wait_for(part)

    def _wait_for(self, session_id: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and not self._stopped.wait(_LOOK):
            if self._store.mirror.count(session_id):
                return
            fed = self._store.feeder.fed
            if session_id not in fed.sessions or not fed.filling or fed.fault is not None:
                break
        # There is no such session, as far as can be told: it takes no place from others.
        with self._lock:
            self._latest = [each for each in self._latest if each != session_id]

    def _put_first(self, sessions: list[str]) -> None:
        with self._lock:
            known = set(self._latest)
            others = (each for each in self._latest if each not in sessions)
            self._latest = [*sessions, *others][:MOST]
            if known != set(self._latest):
                self._store.feeder.want(self._latest)

    def _run(self) -> None:
        while not self._stopped.wait(_EVERY):
            if changed := self._store.feeder.take_changed():
                self._put_first(sorted(changed))
