"""Feeding a mirror: a thread fills the sessions that are wanted, and then follows the table."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from core.events.errors import StoreError
from core.late_dataclass import dataclass
from core.mirror.file import MirrorFile, instant_of
from core.mirror.keeping import Keeper
from core.mirror.remote import Remote
from core.mirror.timed import TimedRemote

logger = logging.getLogger(__name__)

SOON = 0.25
"""Seconds until the next look, where something came just now."""
SELDOM = 2.0
"""The same where nothing has come for long; what is down is noticed within this."""
_SLOWER = 1.5
"""By how much the next look waits longer, each time that nothing came."""
_LIST_EVERY = 5.0
_JOIN = 30.0

MAIN = "main"
"""The name of who wants the session on screen."""


@dataclass(frozen=True, slots=True)
class Fed:
    """How the feeding is: the sessions that are wanted, and how far they are.

    ``filling`` while one of them is still to be read to its end; ``read`` items (``size`` bytes) of
    ``total`` (None where the table does not say). ``fault`` is why the table cannot be read just
    now.
    """

    sessions: tuple[str, ...] = ()
    filling: bool = False
    read: int = 0
    size: int = 0
    total: int | None = None
    fault: StoreError | None = None


_NOTHING = Fed()


class Feeder:
    """Owns the thread that reads a table into its mirror, from `start` to `stop`.

    What it finds is in the mirror's file. What it answers itself it answers at once, to any thread.
    Several may want sessions, each under a name of its own: a page of each is read in turn.
    """

    def __init__(self, remote: Remote, file: MirrorFile) -> None:
        self._remote = TimedRemote(remote)
        self._file = file
        self._keeper = Keeper(self._remote, file)
        self._news = threading.Condition(threading.RLock())
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._fed: dict[str, Fed] = {}
        self._turns: dict[str, Iterator[bool]] = {}
        self._changed: set[str] = set()
        self._listed_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="mirror-feeder", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the answer that is awaited; stopping twice is no fault."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_JOIN)

    def want(self, sessions: Sequence[str], *, who: str = MAIN) -> None:
        """Fill these sessions now, instead of those wanted by that name, and follow them."""
        with self._news:
            if self.fed_for(who).sessions != tuple(sessions):
                self._fed[who] = Fed(tuple(sessions), filling=bool(sessions))
            if not sessions and who != MAIN:
                self._fed.pop(who, None)
        self._wake.set()

    def look(self) -> None:
        """Look at the table now, instead of waiting."""
        self._wake.set()

    @property
    def fed(self) -> Fed:
        """How it is now, of what the main one wants."""
        return self.fed_for(MAIN)

    def fed_for(self, who: str) -> Fed:
        """The same of what was wanted by a name."""
        with self._news:
            return self._fed.get(who, _NOTHING)

    @property
    def waits(self) -> float:
        """For how many seconds an answer is awaited; 0 where none is."""
        asked = self._remote.asked
        return 0.0 if asked is None else time.monotonic() - asked

    def take_changed(self) -> set[str]:
        """The sessions of which the table's list said something new since the last call."""
        with self._news:
            changed, self._changed = self._changed, set()
            return changed

    def tell(self, changed: set[str]) -> None:
        """Something new is known of these sessions."""
        with self._news:
            self._changed |= changed

    def wait_begun(
        self, sessions: Sequence[str], stopped: Callable[[], bool], *, who: str = MAIN
    ) -> None:
        """Wait until there is something to show of wanted sessions, or nothing ever will be.

        Raises the fault that keeps them from being read, where nothing of them is there.
        """
        while not stopped() and not self._stopped.is_set():
            if any(self._file.count(session) for session in sessions):
                return
            with self._news:
                fed = self.fed_for(who)
                if fed.sessions != tuple(sessions) or not fed.filling:
                    return
                if fed.fault is not None:
                    raise fed.fault
                self._news.wait(0.1)

    # -- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        pause = SOON
        while not self._stopped.is_set():
            self._wake.clear()
            fault: StoreError | None = None
            came = False
            with self._news:
                wanted = dict(self._fed)
            try:
                came = self._round(wanted)
            except StoreError as error:
                fault = error
            except Exception as error:
                logger.exception("feeding a mirror failed")
                fault = StoreError(f"Reading the table failed: {error!r}. It was logged in full.")
            if fault is not None:
                self._turns.clear()
            for who, each in (wanted or {MAIN: _NOTHING}).items():
                self._note(who, each, fault=fault)
            pause = SOON if came else min(pause * _SLOWER, SELDOM)
            if not self._turns:
                self._wake.wait(pause)
        self._turns.clear()

    def _round(self, wanted: Mapping[str, Fed]) -> bool:
        """One look at the table; whether anything came.

        Where several are wanted, those that are up to date are not kept from being followed by one
        that takes long: its turn goes on with the next round.
        """
        came, began = self._hear(), time.monotonic()
        pending = dict(wanted)
        while pending and not self._stopped.is_set():
            for who, each in list(pending.items()):
                step = next(self._turns.setdefault(who, self._turn(who, each)), None)
                came |= bool(step)
                if step is None:
                    del pending[who], self._turns[who]
            if len(pending) < len(wanted) and time.monotonic() - began >= SOON:
                break
        return self._list() or came

    def _turn(self, who: str, wanted: Fed) -> Iterator[bool]:
        """Bring sessions up to date, page by page; whether a page had anything new."""
        if wanted.filling:
            totals = [self._keeper.total(session) for session in wanted.sessions]
            total = sum(t for t in totals if t) if None not in totals else None
            self._note(who, wanted, total=total)
        for session in wanted.sessions:
            if self._left(who, wanted):
                return
            yield from self._bring(session, who, wanted)
        self._note(who, wanted, filling=False)

    def _bring(self, session: str, who: str, wanted: Fed) -> Iterator[bool]:
        """Bring a session up to date, unless others are wanted meanwhile."""
        last_read = last_size = 0
        with closing(self._keeper.steps(session)) as steps:  # type: ignore[type-var]
            for step in steps:
                if step.read < last_read:
                    last_read = last_size = 0
                fed = self.fed_for(who)
                read, size = fed.read + step.read - last_read, fed.size + step.size - last_size
                self._note(who, wanted, read=read, size=size)
                last_read, last_size = step.read, step.size
                yield step.new > 0
                if self._left(who, wanted):
                    return

    def _hear(self) -> bool:
        """Take up what the table tells of changes; whether that was anything."""
        side, told = self._file.side, set()
        for session, row in self._remote.changes():
            told.add(session)
            after = side.progress(session).after
            # Only what came late: the rest is read in its order, with what lies before it.
            if after is not None and row.key < after:
                self._file.take(session, [row])
            side.reach(session, instant_of(row), row.row.actor_id)
        self.tell(told)
        return bool(told)

    def _left(self, who: str, wanted: Fed) -> bool:
        return self._stopped.is_set() or self.fed_for(who).sessions != wanted.sessions

    def _list(self) -> bool:
        """Take up what the table's list says now, where it has one; whether that was news."""
        now = time.monotonic()
        due = now - self._listed_at >= _LIST_EVERY
        if not due or self._file.side.about("listed") != "heads":
            return False
        self._listed_at = now
        changed = self._file.side.keep_heads(self._remote.heads())
        self.tell(changed)
        return bool(changed)

    def _note(self, who: str, wanted: Fed, **changes: Any) -> None:
        """Tell how it is, unless others are wanted meanwhile."""
        with self._news:
            fed = self.fed_for(who)
            if fed.sessions == wanted.sessions and (who in self._fed or who == MAIN):
                self._fed[who] = replace(fed, **changes)
            self._news.notify_all()
