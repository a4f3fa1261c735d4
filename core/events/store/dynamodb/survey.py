"""Learning of sessions by reading their events, where no head tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import field
from typing import Any, Final

from core.events.store.dynamodb.capacity import consumed
from core.events.store.dynamodb.client import Client
from core.events.store.dynamodb.heads import Head
from core.events.store.dynamodb.items import ARRIVAL, instant_of, item_size, row_of
from core.events.store.dynamodb.keys import OURS, session_of
from core.events.store.dynamodb.reading import Placed, placed, session_pages
from core.late_dataclass import dataclass

SEGMENTS: Final = 4
"""So many parts of a table are scanned at once."""

_SEEN = f"pk, sk, occurred_at, actor_id, {ARRIVAL}"

Item = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan is: pages, items and bytes read, read units consumed, sessions found.

    `foreign` is how many items are neither events nor ours, such as those under `tenant#`.
    """

    pages: int = 0
    items: int = 0
    bytes: int = 0
    read_units: float = 0.0
    sessions: int = 0
    foreign: int = 0


OnProgress = Callable[[ScanProgress], object]
"""Is told after each page, by the thread that waits for the scan; what it raises ends the scan."""


@dataclass(slots=True)
class Tally:
    """What the readable events of one session come to."""

    session_id: str
    count: int = 0
    arrivals: int = 0
    last: int = 0
    first: Placed | None = None

    def take(self, each: Placed) -> None:
        """Count one more."""
        self.last = max(self.last, each.instant) if self.count else each.instant
        self.count += 1
        self.arrivals = max(self.arrivals, each.row.rowid)
        if self.first is None or each.place < self.first.place:
            self.first = each

    def head(self) -> Head:
        """The head that says so, never written yet."""
        if self.first is None:
            return Head(self.session_id, arrivals=self.arrivals)
        actor = self.first.row.actor_id
        return Head(
            self.session_id, self.count, self.first.instant, self.last,
            None if actor is None else str(actor), self.arrivals,
        )  # fmt: skip


@dataclass(slots=True)
class Survey:
    """What a scan of a table found: tallies by session, and how far it came."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    progress: ScanProgress = field(default_factory=ScanProgress)

    def heads(self) -> Iterator[Head]:
        """The heads of the sessions that have a readable event."""
        return (tally.head() for tally in self.tallies.values() if tally.count)

    def take_page(self, answer: Mapping[str, Any]) -> int:
        """Count a page of a scan; its bytes."""
        items = answer["Items"]
        foreign = self.take(items)
        size = sum(map(item_size, items))
        so_far = self.progress
        self.progress = ScanProgress(
            pages=so_far.pages + 1,
            items=so_far.items + len(items),
            bytes=so_far.bytes + size,
            read_units=so_far.read_units + consumed(answer),
            sessions=len(self.tallies),
            foreign=so_far.foreign + foreign,
        )
        return size

    def take(self, items: Iterable[Item]) -> int:
        """Count the events among items; how many are foreign."""
        foreign = 0
        for item in items:
            session_id = session_of(item["pk"]["S"])
            if session_id is None:
                foreign += not item["pk"]["S"].startswith(OURS)
                continue
            row = row_of(item)[0]
            instant = instant_of(row)
            if instant is not None:
                tally = self.tallies.setdefault(session_id, Tally(session_id))
                tally.take(Placed(instant, item["sk"]["S"], row))
        return foreign


def head_of_partition(client: Client, session_id: str) -> Head:
    """The head that the events of a session call for; the session is read for it."""
    tally = Tally(session_id)
    for page in session_pages(client, session_id):
        for each in placed(page):
            tally.take(each)
    return tally.head()


def survey(client: Client, on_progress: OnProgress = lambda _: None) -> Survey:
    """Every session of the table, by reading all of it, in parts side by side."""
    found = Survey()
    for answer in scan_pages(client, ProjectionExpression=_SEEN):
        size = found.take_page(answer)
        client.capacity.count_page(len(answer["Items"]), size)
        on_progress(found.progress)
    return found


def scan_pages(
    client: Client, *, segments: int = SEGMENTS, **parameters: Any
) -> Iterator[dict[str, Any]]:
    """Every page of a scan, whichever part comes next; pages of one part come in its order."""

    def step(segment: int, start: Any) -> tuple[int, dict[str, Any]]:
        more = {} if start is None else {"ExclusiveStartKey": start}
        return segment, client.call(
            "Scan", Segment=segment, TotalSegments=segments, **parameters, **more
        )

    with ThreadPoolExecutor(segments, "scan") as pool:
        running = {pool.submit(step, segment, None) for segment in range(segments)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for each in done:
                    segment, answer = each.result()
                    if last := answer.get("LastEvaluatedKey"):
                        running.add(pool.submit(step, segment, last))
                    yield answer
        finally:
            for each in running:
                each.cancel()
