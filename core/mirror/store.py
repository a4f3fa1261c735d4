"""The store of a mirror: sessions as the table lists them, events as the mirror has them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from core.events.errors import SourceUnreachable
from core.events.problems import Problem
from core.events.store.base import SessionSummary
from core.events.store.dynamodb.location import TableLocation
from core.events.store.sessions import newest_first
from core.late_dataclass import dataclass
from core.mirror.cache import in_use
from core.mirror.feeder import MAIN, Feeder
from core.mirror.file import MirrorFile
from core.mirror.relisting import Relisting
from core.mirror.remote import ListingStep, Remote
from core.replay.linked import Link, LinkedEventStore


@dataclass(frozen=True, slots=True)
class HowListed:
    """Where the list of sessions comes from: from the table's `heads`, a `scan`, or an earlier
    listing that was `kept`; `whole` unless the listing was stopped."""

    heads: bool
    kept: bool = False
    whole: bool = True


class MirroredEventStore(LinkedEventStore):
    """Reads a table through its mirror, an ordinary log in the cache folder.

    `sessions` are those of the table; `prepare` brings one of them into the mirror, as far as there
    is something to show, and the `feeder` goes on; it rests unless told to `follow`. Raises
    StoreError.
    """

    def __init__(
        self,
        location: TableLocation,
        remote: Remote,
        *,
        links: Iterable[Link] = (),
        root: Path | None = None,
        follow: bool = True,
    ) -> None:
        self.location = location
        self.remote = remote
        self.listed_how: HowListed | None = None
        self.listing: ListingStep | None = None
        self._listing_since: float | None = None
        self._enough = threading.Event()
        self._anew = False
        self._others = ExitStack()
        with ExitStack() as stack:
            stack.callback(remote.close)
            folder = stack.enter_context(in_use(location, root=root))
            self.mirror = stack.enter_context(MirrorFile(folder))
            self.feeder = Feeder(remote, self.mirror)
            self.relisting = Relisting(remote, self.mirror.side, self.feeder.tell)
            super().__init__(self.mirror.path, links=links)
            self._others = stack.pop_all()
        if follow:
            self.feeder.start()
            self.relisting.start()

    # -- the list of sessions ---------------------------------------------------------------------

    def listed(self, *, actors: bool = True) -> list[SessionSummary]:
        """See `LinkedEventStore`; the table is asked first, unless a scan listed it earlier."""
        if self.mirror.side.about("listed") == "scan":
            self.listed_how = HowListed(heads=False, kept=True)
        else:
            self.list_sessions()
        return super().listed(actors=actors)

    def list_sessions(self, told: Callable[[ListingStep], object] = lambda _: None) -> HowListed:
        """Ask the table for its sessions; where it has no list of its own, all of it is read.

        `listing` says how far that is, until `stop_listing`. Where the table cannot be reached and
        was listed before, that list stays.
        """
        side = self.mirror.side
        # A backend's sessions are not in the list: who asks for them again has all of it read.
        scan, self._anew = self._anew and self.mirror.backend, False
        self._enough.clear()
        self._listing_since = time.monotonic()

        def note(step: ListingStep) -> None:
            self.listing = step
            self._listing_since = time.monotonic()
            told(step)

        try:
            listing = self.remote.list(told=note, stopped=self._enough.is_set, scan=scan)
        except SourceUnreachable:
            if not side.about("listed"):
                raise
            how = HowListed(heads=side.about("listed") == "heads", kept=True)
        else:
            side.keep_heads(listing.sessions)
            if listing.whole and listing.scanned:
                side.keep_about("size", str(listing.size))
            heads = scan or not listing.scanned
            if listing.whole:
                side.keep_about("listed", "heads" if heads else "scan")
            how = HowListed(heads=heads, whole=listing.whole)
        finally:
            self.listing = self._listing_since = None
        self.listed_how = how
        return how

    @property
    def waits(self) -> float:
        """For how many seconds an answer is awaited, to whatever was asked; 0 where none is."""
        since = self._listing_since
        listing = 0.0 if since is None else time.monotonic() - since
        return max(listing, self.feeder.waits)

    def write_heads(self, told: Callable[[ListingStep], object] = lambda _: None) -> int:
        """Write what a list of sessions needs into the table, and list them by it; how many."""
        written = self.remote.write_heads(told)
        self.ask_again()
        return written

    def ask_again(self, *, anew: bool = False) -> None:
        """Have the next `listed` ask the table, even where all of it must be read for that.

        With `anew` for what is in no list of the table's, too.
        """
        # What has no list is read as a whole in any case.
        self._anew = anew and self.mirror.side.about("listed") == "heads"
        self.mirror.side.keep_about("listed", "")

    def stop_listing(self) -> None:
        """List no further; what is listed then is what was listed before."""
        self._enough.set()

    def sessions(self, *, counts: bool = False, actors: bool = True) -> list[SessionSummary]:
        """The sessions that the table listed, and those of the mirror; the most recent first."""
        found = {each.session_id: each for each in super().sessions(counts=counts, actors=actors)}
        for session_id, head in self.mirror.side.heads().items():
            known = found.get(session_id)
            if known is None or not self.mirror.side.progress(session_id).whole:
                found[session_id] = self.scan.shown(head)
        return newest_first(found.values())

    def session_counts(self, session_ids: Iterable[str]) -> dict[str, int]:
        """See `SQLiteEventStore`; of what is not mirrored yet, as the table counts it."""
        heads = self.mirror.side.heads()
        found = super().session_counts(session_ids)
        return {
            name: max(number, heads[name].count or 0) if name in heads else number
            for name, number in found.items()
        }

    def summary(self, session_id: str) -> SessionSummary | None:
        """See `SQLiteEventStore`; of what is not mirrored to its end, as the table has it."""
        head = self.mirror.side.head(session_id)
        if head is not None and not self.mirror.side.progress(session_id).whole:
            return self.scan.shown(head)
        return super().summary(session_id)

    def _known(self, names: set[str]) -> set[str]:
        return super()._known(names) | names.intersection(self.mirror.side.heads())

    # -- reading ----------------------------------------------------------------------------------

    def parts(self, session_id: str) -> tuple[str, ...]:
        """The sessions of the table that a session is of: itself, or those that a link joins."""
        link = self.links.get(session_id)
        return (session_id,) if link is None else link.sessions

    def prepare(self, session_id: str, stopped: Callable[[], bool], *, who: str = MAIN) -> None:
        """Have a session read into the mirror, and wait until there is something to show of it.

        It takes the place of the one that was wanted by that name before. Raises the fault that
        keeps it from being read, where nothing of it is there.
        """
        parts = self.parts(session_id)
        self.feeder.want(parts, who=who)
        self.feeder.wait_begun(parts, stopped, who=who)

    def noted(self, session_id: str) -> list[Problem]:
        """What is wrong with items of a session that their rows do not show."""
        return [self.scan.shown_problem(each) for each in self._noted(session_id)]

    def _noted(self, session_id: str) -> list[Problem]:
        return [each for part in self.parts(session_id) for each in self.mirror.problems(part)]

    def problem_pages(self, session_id: str | None = None) -> Iterator[list[Problem]]:
        """See `SQLiteEventStore`; with what was noted of the items."""
        yield from super().problem_pages(session_id)
        noted = self.mirror.problems() if session_id is None else self._noted(session_id)
        yield [self.scan.shown_problem(each) for each in noted]

    def close(self) -> None:
        """Let go of the mirror and the table; closing twice is no fault."""
        self.stop_listing()
        self.relisting.leave()
        self.feeder.stop()
        self.relisting.stop()
        super().close()
        self._others.close()
