"""Filling a mirror: a session page by page, what came since, and what came late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from core.events.instants import InstantError, parse_instant, to_datetime
from core.late_dataclass import dataclass
from core.mirror.file import MirrorFile, instant_of
from core.mirror.remote import Remote, RemoteRow

OVERLAP = timedelta(minutes=10)
"""What came late by so much at most is found by reading that much of the end again, …"""
OVERLAP_MOST = 1_000
"""… of at most so many events."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A page was stored: items and bytes read since this filling began, and how many were new."""

    read: int
    size: int
    new: int


def fill(remote: Remote, file: MirrorFile, session_id: str) -> Iterator[Filled]:
    """Read a session from where its mirror ends to its end.

    To stop, close the iterator: the next filling goes on there. Raises what the table and the file
    raise.
    """
    yield from _read(remote, file, session_id, file.side.progress(session_id).after)
    file.side.ended(session_id)


def overlap(remote: Remote, file: MirrorFile, session_id: str) -> Iterator[Filled]:
    """Read the end of a session again, for what came late; see `OVERLAP`."""
    yield from _read(remote, file, session_id, _before_the_end(file, session_id))
    file.side.ended(session_id)


def again(remote: Remote, file: MirrorFile, session_id: str) -> Iterator[Filled]:
    """Read all of a session again, whatever is there: nothing is stored twice."""
    yield from _read(remote, file, session_id, None)
    file.side.ended(session_id)


def _read(remote: Remote, file: MirrorFile, session_id: str, after: str | None) -> Iterator[Filled]:
    read = size = new = kept = 0
    held: list[RemoteRow] = []
    for page in remote.session_pages(session_id, after=after):
        held += page.rows
        read, size = read + len(page.rows), size + page.size
        # Events of one instant have an order of their own, and may go on with the next page.
        ready, held = _but_the_last_instant(held)
        if ready:
            new += file.take(session_id, ready, size - kept)
            kept = size
        yield Filled(read, size, new)
    if held:
        new += file.take(session_id, held, size - kept)
        yield Filled(read, size, new)


def _but_the_last_instant(rows: list[RemoteRow]) -> tuple[list[RemoteRow], list[RemoteRow]]:
    """The rows before the last one's instant, and the others."""
    if not rows:
        return [], []
    last = instant_of(rows[-1])
    kept = len(rows)
    while kept and instant_of(rows[kept - 1]) == last:
        kept -= 1
    return rows[:kept], rows[kept:]


def _before_the_end(file: MirrorFile, session_id: str) -> str | None:
    """The key after which the end of a session begins."""
    after = file.side.progress(session_id).after
    if after is None:
        return None
    begin = _key_of(file.last_but(session_id, OVERLAP_MOST))
    try:
        instant = parse_instant(after.split("#")[1])
        earlier = to_datetime(instant) - OVERLAP
    except (IndexError, InstantError, OverflowError):
        return begin
    return max(filter(None, (begin, _key_of(earlier.replace(tzinfo=None).isoformat()))))


def _key_of(occurred_at: str | None) -> str | None:
    return None if occurred_at is None else f"event#{occurred_at}"
