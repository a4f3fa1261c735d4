"""What a mirror asks of a table in the cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from core.events.rows import RawRow
from core.events.store.base import SessionSummary
from core.late_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class RemoteRow:
    """An item of a session's partition, as a row; its rowid says nothing.

    `key` is the place in the partition to go on after, `arrival` what orders events of one instant
    (0 where the item says nothing of it). `wrong` has a reason and a raw text for each fault
    that the row itself cannot show.
    """

    key: str
    row: RawRow
    arrival: int = 0
    wrong: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RemotePage:
    """Some items in order of their keys, and about how many bytes they are."""

    rows: Sequence[RemoteRow]
    size: int


@dataclass(frozen=True, slots=True)
class ListingStep:
    """How far a listing is: pages and items read, sessions found; `scan` where all is read."""

    pages: int
    items: int
    sessions: int
    scan: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """The sessions of a table, the latest first; `scanned` where it has no list of its own.

    `whole` is false where the listing was stopped. `size` is how many bytes were read for it.
    """

    sessions: Sequence[SessionSummary]
    scanned: bool = False
    whole: bool = True
    size: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What reading has consumed so far: capacity units, and about how many US dollars."""

    units: float
    price: float


class Remote(Protocol):
    """A table of events. Any thread may ask; each answer may take seconds. Raises StoreError."""

    def session_pages(self, session_id: str, *, after: str | None = None) -> Iterator[RemotePage]:
        """The items of a session by key, from the one after a key on."""
        ...

    def head(self, session_id: str) -> SessionSummary | None:
        """What the table's list has of a session, counted; None where it has nothing."""
        ...

    def heads(self) -> Sequence[SessionSummary]:
        """What the table's own list has of its sessions, counted; nothing where it has none."""
        ...

    def list(
        self,
        *,
        told: Callable[[ListingStep], object] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
        scan: bool = False,
    ) -> Listing:
        """The sessions: from the table's list, or where it has none by reading all of it.

        With `scan` by reading all of it in any case.
        """
        ...

    def to_reread(self) -> int | None:
        """About how many bytes are read to find new sessions; None where `changes` tells of them.

        As it is known by now: this asks nothing.
        """
        ...

    def changes(self) -> Sequence[tuple[str, RemoteRow]]:
        """Events that were written since the last call, with their sessions; from the first on.

        Nothing where the table tells of no changes. What is told may be known already, and after a
        long sleep some may be missing.
        """
        ...

    def write_heads(self, told: Callable[[ListingStep], object] = lambda _: None) -> int:
        """Write what a list of sessions needs into the table, by reading it; how many sessions."""
        ...

    def spent(self) -> Spent:
        """What was consumed since the table was opened."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...
