"""Keeping sessions of a mirror up to date: what came since, what came late, and what is missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from core.mirror.file import MirrorFile
from core.mirror.filling import Filled, again, fill, overlap
from core.mirror.remote import Remote

LATE_EVERY = 30.0
"""Seconds between two looks for late events where no count of the table's tells of them."""


class Keeper:
    """Knows what was looked for already, so that a look which finds nothing costs little.

    Where the table keeps a session's count, what came late is found by it, however late; else, and
    where a backend writes past that count, at the end of the session alone (see
    `core.mirror.filling.OVERLAP`). Not for several threads at once. Raises what the table and the
    file raise.
    """

    def __init__(
        self, remote: Remote, file: MirrorFile, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._remote = remote
        self._file = file
        self._now = now
        self._missing: dict[str, int] = {}
        self._looked: dict[str, float] = {}

    def total(self, session_id: str) -> int | None:
        """How many events the table counts, None where it does not."""
        head = self._remote.head(session_id)
        if head is None:
            return None
        self._file.side.keep_heads([head])
        return head.count

    def steps(self, session_id: str) -> Iterator[Filled]:
        """Bring a session up to date. To stop, close the iterator."""
        if self._file.side.progress(session_id).after is None:
            # All of it is read just now, what came late included.
            self._looked[session_id] = self._now()
        yield from fill(self._remote, self._file, session_id)
        total = self.total(session_id)
        if total is None or self._file.backend:
            yield from self._late(session_id)
        if total is not None and self._is_more_missing(session_id, total):
            yield from overlap(self._remote, self._file, session_id)
            if self._is_more_missing(session_id, total):
                yield from again(self._remote, self._file, session_id)
            self._note_missing(session_id, total - self._file.count(session_id))

    def _late(self, session_id: str) -> Iterator[Filled]:
        looked = self._looked.get(session_id)
        if looked is None or self._now() - looked >= LATE_EVERY:
            self._looked[session_id] = self._now()
            yield from overlap(self._remote, self._file, session_id)

    def _is_more_missing(self, session_id: str, total: int) -> bool:
        """Whether the table counts more events than are here, and than were ever found."""
        missing = total - self._file.count(session_id)
        known = self._missing.get(session_id, 0)
        if missing < known:
            self._note_missing(session_id, max(missing, 0))
        return missing > known

    def _note_missing(self, session_id: str, missing: int) -> None:
        """What is missing after all was read is in no item: it is not looked for again."""
        self._missing[session_id] = missing
        if missing > 0:
            reason = f"by the table's own count {missing:,} of the session's events are not in it"
            self._file.side.note([(session_id, "", reason, "")])
        else:
            self._file.side.forget_note(session_id, "")
