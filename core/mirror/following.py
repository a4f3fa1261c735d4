"""Following a table as a whole: the sessions in which something happened last, and new ones."""

from __future__ import annotations

import threading

from core.mirror.store import MirroredEventStore

MOST = 16
"""So many sessions are followed at once: those of which the table said something new last."""
_EVERY = 1.0
_JOIN = 5.0


class FollowAll:
    """Has the feeder of a store follow what runs, between `start` and `stop`."""

    def __init__(self, store: MirroredEventStore) -> None:
        self._store = store
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mirror-follow-all", daemon=True)

    def start(self) -> None:
        """Begin with the latest sessions."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        self._thread.join(_JOIN)

    def _run(self) -> None:
        latest = [each.session_id for each in self._store.sessions()[:MOST]]
        feeder = self._store.feeder
        feeder.want(sorted(latest))
        while not self._stopped.wait(_EVERY):
            changed = feeder.take_changed()
            if changed:
                latest = [*changed, *(each for each in latest if each not in changed)][:MOST]
                feeder.want(sorted(latest))
