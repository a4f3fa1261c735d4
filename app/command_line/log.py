"""The log that a command reads, and whether a session is in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from app.command_line.running import NO, fail
from app.command_line.source_argument import as_file
from app.nearest import no_such_session
from app.sources import Place
from core.replay.link_file import LinkFile
from core.replay.linked import LinkedEventStore


@contextmanager
def opened(source: Place, *sessions: str | None) -> Iterator[LinkedEventStore]:
    """The store of a source; of a table with these sessions alone, by default with all."""
    links = LinkFile()
    kept = links.read()
    wanted = sessions or (None,)
    with as_file(source, *wanted) as path, LinkedEventStore(path, links=kept) as store:
        if links.notice:
            print(links.notice, file=sys.stderr)
        if store.notice:
            print(store.notice, file=sys.stderr)
        yield store


def known(store: LinkedEventStore, session: str) -> None:
    """Exit 1 with the nearest names where there is no such session."""
    if not store.list_events(session, limit=1):
        names = [*(s.session_id for s in store.sessions()), *store.links]
        if session not in names:
            fail(no_such_session(session, names), NO)
