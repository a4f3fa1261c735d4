"""Linked sessions: several sessions of one log replayed as one, the log itself untouched."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.events.errors import StoreError
from core.events.instants import parse_instants
from core.events.store.base import SessionSummary
from core.events.store.index_walk import Rowids
from core.events.store.lane import Row
from core.events.store.scan import InstantPage, Scan
from core.events.store.sessions import newest_first
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass

PREFIX = "linked:"
"""What the ids of linked sessions begin with."""
NAME_MOST = 80
"""How many characters a name may have."""


class LinkError(StoreError):
    """Sessions that cannot be linked as it was asked for."""


@dataclass(frozen=True, slots=True)
class Link:
    """Sessions of one log, in the user's order, that are replayed as one under a name.

    Raises LinkError for a name that cannot be shown or typed, and for fewer than two sessions.
    """

    name: str
    sessions: tuple[str, ...]

    def __post_init__(self) -> None:
        name = self.name
        if not name or len(name) > NAME_MOST or name != name.strip() or not name.isprintable():
            raise LinkError(
                f"A name has 1 to {NAME_MOST} characters that can be shown, no space at its ends."
            )
        if len(set(self.sessions)) < 2 or len(set(self.sessions)) < len(self.sessions):
            raise LinkError("Link at least two sessions, each of them once.")

    @property
    def id(self) -> str:
        """The id that it is opened by."""
        return PREFIX + self.name


def link_name(session_id: str) -> str:
    """The name of a link, from the id of its session."""
    return session_id.removeprefix(PREFIX)


class LinkedEventStore(SQLiteEventStore):
    """A log in which linked sessions can be read like any other, by the ids of their links.

    Their events are in order by instant, then by arrival over all parts, and keep the session that
    they are stored with. `sessions` lists those of the log alone, `linked_sessions` the others.
    """

    def __init__(self, *args: Any, links: Iterable[Link] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self._linked = self._scan = _LinkedScan(self._lane, self._opened.layout)
        try:
            self.show_links(links)
        except BaseException:
            self.close()
            raise

    @property
    def links(self) -> Mapping[str, Link]:
        """The links that can be read here, by id."""
        return self._linked.links

    def show_links(
        self, links: Iterable[Link], sessions: Sequence[SessionSummary] | None = None
    ) -> None:
        """Offer those of these links whose every session is in the log; the others are of another.

        A session of the log goes before a link of the same id, and a later link before an earlier.
        ``sessions`` spares looking up which there are.
        """
        links = list(links)
        if sessions is not None:
            known = {session.session_id for session in sessions if not session.parts}
        else:
            known = self._known({name for link in links for name in (link.id, *link.sessions)})
        fitting = (link for link in links if known.issuperset(link.sessions))
        self._linked.links = {link.id: link for link in fitting if link.id not in known}
        for stale in [name for name in self._orders if name.startswith(PREFIX)]:
            self._orders.pop(stale, None)

    def _known(self, names: set[str]) -> set[str]:
        """Which of these are sessions of the log; an index tells without listing them all."""
        if names and self._opened.layout.index is None:
            return names.intersection(session.session_id for session in self.sessions())
        return {name for name in names if self._has(name)}

    def _has(self, name: str) -> bool:
        # Of the log itself: a link that is offered already is not asked for.
        pages = Scan.instant_pages(self._linked, name)
        return any(len(page.rowids) > len(page.bad) for page in pages)

    def listed(self, *, actors: bool = True) -> list[SessionSummary]:
        """The sessions of the log and the linked ones, the most recent first, without counts."""
        found = self.sessions(actors=actors)
        return newest_first([*found, *self.linked_sessions(found)])

    def linked_with(self, session_ids: Collection[str]) -> set[str]:
        """The ids of the links that join any of these sessions."""
        wanted = set(session_ids)
        return {link.id for link in self.links.values() if not wanted.isdisjoint(link.sessions)}

    def linked_sessions(self, sessions: Iterable[SessionSummary]) -> list[SessionSummary]:
        """The linked sessions as they are listed, told from the summaries of all sessions."""
        if not self.links:
            return []
        known = {session.session_id: session for session in sessions}
        links = (link for link in self.links.values() if known.keys() >= set(link.sessions))
        return [_joined(link, [known[name] for name in link.sessions]) for link in links]

    def summary(self, session_id: str) -> SessionSummary | None:
        """See `SQLiteEventStore`; a linked session tells of how many parts it is."""
        found, link = super().summary(session_id), self.links.get(session_id)
        return found if found is None or link is None else replace(found, parts=len(link.sessions))


def link_of(store: SQLiteEventStore, session_id: str) -> Link | None:
    """The link whose session this is, None where it is a session of the log."""
    return store.links.get(session_id) if isinstance(store, LinkedEventStore) else None


def _joined(link: Link, parts: Sequence[SessionSummary]) -> SessionSummary:
    first = min(parts, key=lambda part: part.first)
    counts = [part.count for part in parts if part.count is not None]
    return SessionSummary(
        link.id,
        first.first,
        max(part.last for part in parts),
        sum(counts) if len(counts) == len(parts) else None,
        first.actor_id,
        parts=len(parts),
    )


class _LinkedScan(Scan):
    """Reads a linked session as the rows of all its parts, which share one order of arrival."""

    links: Mapping[str, Link] = {}

    def instant_pages(self, session_id: str) -> Iterator[InstantPage]:
        """See `Scan`; one part after the other."""
        link = self.links.get(session_id)
        for part in (session_id,) if link is None else link.sessions:
            yield from super().instant_pages(part)

    def arrivals(self, session_id: str, after: int) -> Iterator[InstantPage]:
        """See `Scan`; what arrived is read once, however many parts there are."""
        link = self.links.get(session_id)
        if link is None:
            yield from super().arrivals(session_id, after)
            return
        among = "e.session_id IN (SELECT value FROM json_each(?1))"
        parts = json.dumps(link.sessions)
        for page in self.matching(among, parts, after=after, more=("e.occurred_at",)):
            rowids, raws = zip(*page, strict=True)
            yield InstantPage(np.array(rowids, dtype=np.int64), *parse_instants(raws))

    def _by_block(
        self, columns: tuple[str, ...], session_id: str, rowids: Rowids
    ) -> Iterator[list[Row]]:
        if session_id in self.links:
            # Keys are enough: those of several sessions are no range of one.
            return self._by_key(columns, rowids)
        return super()._by_block(columns, session_id, rowids)
