"""Reading the partition of a session: by page, in order, and from its end back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import groupby, islice
from typing import Any

from core.events.problems import Problem, printable
from core.events.rows import RawRow, decode_row
from core.events.schema import EventEnvelope
from core.events.store.dynamodb.capacity import consumed
from core.events.store.dynamodb.client import Client
from core.events.store.dynamodb.items import instant_of, item_size, plain_instant, row_of
from core.events.store.dynamodb.keys import (
    EVENT,
    event_key,
    partition_of,
    session_of,
    sort_key_from,
)
from core.late_dataclass import dataclass

_FEWEST, _MOST = 8, 1000


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a session in the order of the table: by instant, then by event id.

    A row's key (`rowid`) is the number of its arrival in the session, 0 for what the backend wrote;
    among equal instants rows are to be ordered by it. `keys` are the sort keys of the rows.
    `next_key` goes on after this page, None at the end; `last_key` goes on after its last row when
    more has arrived, None on an empty page. `bytes` is the size of the items, `capacity` the read
    units that the page consumed. `problems` are those that a row cannot show: decoding it tells of
    the others.
    """

    rows: list[RawRow]
    keys: list[str]
    next_key: str | None
    bytes: int
    capacity: float
    problems: list[Problem] = field(default_factory=list)

    @property
    def last_key(self) -> str | None:
        """The sort key of the last row."""
        return self.keys[-1] if self.keys else None


@dataclass(frozen=True, slots=True)
class Placed:
    """A readable row, its instant (µs) and its sort key."""

    instant: int
    sk: str
    row: RawRow

    @property
    def place(self) -> tuple[int, int, str]:
        """What a session is ordered by."""
        return self.instant, self.row.rowid, self.sk

    @property
    def arrival(self) -> tuple[bool, int, str]:
        """What is ordered by in order of arrival: what the backend wrote comes first."""
        return self.row.rowid > 0, self.row.rowid, self.sk


class _OddInstant(Exception):  # noqa: N818 - named by what was found.
    """An instant whose text does not sort as it does: the session is to be read whole."""


def session_pages(
    client: Client,
    session_id: str,
    *,
    after: str | None = None,
    since: str | None = None,
    backwards: bool = False,
    consistent: bool = True,
    limit: int | None = None,
) -> Iterator[Page]:
    """Pages of the session after a sort key, or from one on; backwards from its end.

    `limit` is how many rows a page has at the most; the server cuts it at 1 MB.
    """
    if unwritable(session_id):
        return
    pk = partition_of(session_id)
    condition, values = "pk = :pk", {":pk": {"S": pk}}
    if since is not None:
        condition, values[":sk"] = "pk = :pk AND sk >= :sk", {"S": since}
    parameters: dict[str, Any] = {
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        "ConsistentRead": consistent,
        "ScanIndexForward": not backwards,
    }
    if limit is not None:
        parameters["Limit"] = limit
    if after is not None:
        parameters["ExclusiveStartKey"] = event_key(pk, after)
    for answer in client.pages("Query", **parameters):
        page = page_of(answer["Items"], answer)
        client.capacity.count_page(len(page.rows), page.bytes)
        yield page


def page_of(items: Sequence[Mapping[str, Any]], answer: Mapping[str, Any]) -> Page:
    """Items of one session as a page of the answer that they came with."""
    read = [row_of(item) for item in items]
    last = answer.get("LastEvaluatedKey")
    return Page(
        rows=[row for row, _ in read],
        keys=[item["sk"]["S"] for item in items],
        next_key=last["sk"]["S"] if last else None,
        bytes=sum(map(item_size, items)),
        capacity=consumed(answer),
        problems=[problem for _, problems in read for problem in problems],
    )


def placed(page: Page) -> list[Placed]:
    """The rows of a page that have an instant."""
    found = ((instant_of(row), sk, row) for sk, row in zip(page.keys, page.rows, strict=True))
    return [Placed(instant, sk, row) for instant, sk, row in found if instant is not None]


def whole(client: Client, session_id: str) -> list[Placed]:
    """Every readable row of the session, in order; all of them in memory."""
    pages = session_pages(client, session_id)
    return sorted((each for page in pages for each in placed(page)), key=lambda each: each.place)


def some(
    client: Client,
    session_id: str,
    *,
    first: int | None = None,
    after: tuple[int, int, str] | None = None,
    limit: int,
) -> list[Placed]:
    """The first readable rows from an instant on and after a place, in order.

    Read is no more than it takes, unless an instant's text does not sort as it does: then all is.
    """
    pages = session_pages(
        client,
        session_id,
        since=None if first is None else sort_key_from(first),
        limit=min(max(limit + 2, _FEWEST), _MOST),
    )
    try:
        return list(islice(_after(_in_order(pages), first, after), limit))
    except _OddInstant:
        return list(islice(_after(whole(client, session_id), first, after), limit))


def partitions(client: Client) -> Iterator[Page]:
    """Each session of the table as one page, by reading all of the table.

    A session comes in one page, since a scan gives what shares a partition in a row.
    """
    pk, items = "", list[Mapping[str, Any]]()
    for answer in client.pages("Scan", ConsistentRead=True):
        client.capacity.count_page(len(answer["Items"]), sum(map(item_size, answer["Items"])))
        for item in answer["Items"]:
            if session_of(item["pk"]["S"]) is None:
                continue
            if item["pk"]["S"] != pk and items:
                yield page_of(items, {})
                items = []
            pk = item["pk"]["S"]
            items.append(item)
    if items:
        yield page_of(items, {})


def event_of(each: Placed) -> EventEnvelope:
    """The event of a readable row."""
    event = decode_row(each.row)[0]
    assert event is not None, "a row with an instant and a session is readable"
    return event


def problems_of(page: Page, keys: set[str]) -> Iterator[Problem]:
    """What is wrong with the rows of a page; `keys` are the idempotency keys that came before."""
    yield from page.problems
    for row in page.rows:
        for problem in decode_row(row)[1]:
            yield replace(problem, row=row.rowid or None)
        key = row.idempotency_key
        if isinstance(key, str):
            if key in keys:
                reason = "the idempotency key is that of an earlier event too: both are shown"
                session_id, event_id = str(row.session_id), str(row.event_id)
                yield Problem(row.rowid or None, session_id, event_id, reason, printable(key))
            keys.add(key)


def _after(
    rows: Iterable[Placed], first: int | None, after: tuple[int, int, str] | None
) -> Iterator[Placed]:
    for each in rows:
        early = first is not None and each.instant < first
        if not early and (after is None or each.place > after):
            yield each


def _in_order(pages: Iterable[Page]) -> Iterator[Placed]:
    rows = (each for page in pages for each in _plain(page))
    for _, group in groupby(rows, key=lambda each: each.instant):
        yield from sorted(group, key=lambda each: each.place)


def _plain(page: Page) -> list[Placed]:
    found = placed(page)
    for each in found:
        # What is written by the documented shape is keyed by the text of its instant.
        if not plain_instant(each.row) or not each.sk.startswith(
            f"{EVENT}{each.row.occurred_at!s}#"
        ):
            raise _OddInstant
    return found


def arrived(
    client: Client, session_id: str, *, after: int, newest: int, last_foreign: str
) -> list[Placed]:
    """What arrived after a number of arrival, up to another, and what the backend wrote at the end.

    Of the latter what is keyed after `last_foreign`. In order of arrival. Read from the end of the
    session back, until all of ours is found: late events cost what lies behind them.
    """
    missing, found = max(newest - after, 0), []
    for page in session_pages(client, session_id, backwards=True, limit=min(10 + missing, 1000)):
        for each in placed(page):
            number = each.row.rowid
            if after < number <= newest:
                missing -= 1
                found.append(each)
            elif not number and each.sk > last_foreign:
                found.append(each)
        settled = page.last_key is None or page.last_key <= last_foreign
        if missing <= 0 and (settled or any(0 < row.rowid <= after for row in page.rows)):
            break
    return sorted(found, key=lambda each: (each.row.rowid == 0, each.row.rowid, each.sk))


def last_foreign_key(rows: Iterable[Placed]) -> str:
    """The last sort key of what the backend wrote, empty where it wrote nothing."""
    return max((each.sk for each in rows if not each.row.rowid), default="")


def unwritable(text: str) -> bool:
    """Whether no table can hold a text: half of a surrogate pair is in it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
