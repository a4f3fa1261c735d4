"""Reading a whole table now and then for the sessions of which nothing else tells."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from core.events.errors import StoreError
from core.events.store.dynamodb.capacity import PRICES
from core.mirror.remote import Remote
from core.mirror.side import SideFile

logger = logging.getLogger(__name__)

SHORTEST = 60.0
"""Seconds between two readings at the least, …"""
LONGEST = 24 * 3600.0
"""… and at the most: a table that would be read more seldom is not read by itself."""
AN_HOUR = 0.01
"""US dollars that reading it again and again may cost an hour, about."""

_UNIT = 8 * 1024
"""Bytes of a read unit, where what was written in the last second may be missing."""
_LOOK = 0.25
_JOIN = 30.0


def pause_for(size: int) -> float | None:
    """The seconds between two readings of a table of so many bytes; None where it is too large.

    Each costs `size` / 8 KB read units (AWS, “Read consistency”), so that the pause grows with the
    table: what is spent in an hour does not.
    """
    price = size / _UNIT * PRICES.read_units / 1_000_000
    pause = max(SHORTEST, price / AN_HOUR * 3600)
    return pause if pause <= LONGEST else None


class Relisting:
    """Owns a thread that finds new sessions, from `start` to `stop`.

    It reads the table where that has no list of its sessions, or one that a backend does not keep;
    not where the table tells of its changes. `found` is told the ids of sessions that are news.
    """

    def __init__(self, remote: Remote, side: SideFile, found: Callable[[set[str]], object]) -> None:
        self._remote = remote
        self._side = side
        self._found = found
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mirror-relisting", daemon=True)

    @property
    def pause(self) -> float | None:
        """The seconds between two readings, None where there are none."""
        how = self._side.about("listed")
        size = self._remote.to_reread()
        if not how or size is None or (how == "heads" and not self._side.about("backend")):
            return None
        return pause_for(max(size, int(self._side.about("size") or 0)))

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def leave(self) -> None:
        """Begin to end."""
        self._stopped.set()

    def stop(self) -> None:
        """End after the page that is awaited; stopping twice is no fault."""
        self.leave()
        if self._thread.is_alive():
            self._thread.join(_JOIN)

    def _run(self) -> None:
        read_at = time.monotonic()
        while not self._stopped.wait(_LOOK):
            try:
                pause = self.pause
                if pause is not None and time.monotonic() - read_at >= pause:
                    self._read()
                    read_at = time.monotonic()
            except StoreError as error:
                # Whether the table answers is told by who reads its sessions.
                logger.info("the table was not read for new sessions: %s", error)
                read_at = time.monotonic()
            except Exception:
                logger.exception("reading a table for new sessions failed")
                read_at = time.monotonic()

    def _read(self) -> None:
        listing = self._remote.list(stopped=self._stopped.is_set, scan=True)
        if listing.whole:
            self._side.keep_about("size", str(listing.size))
        if changed := self._side.keep_heads(listing.sessions):
            self._found(changed)
