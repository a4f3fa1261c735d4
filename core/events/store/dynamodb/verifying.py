"""Holding heads and markers against the events that they are of, and mending them."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.events.store.dynamodb.client import Client
from core.events.store.dynamodb.faults import ConditionFailed
from core.events.store.dynamodb.heads import Head, head_item, head_of
from core.events.store.dynamodb.items import ARRIVAL, item_size, row_of
from core.events.store.dynamodb.keys import (
    head_key,
    head_session,
    id_marker,
    key_marker,
    marked_id,
    marked_key,
    session_of,
)
from core.events.store.dynamodb.survey import (
    OnProgress,
    Survey,
    head_of_partition,
    scan_pages,
)
from core.late_dataclass import dataclass

_TRIES = 5
_SEEN = f"pk, sk, occurred_at, actor_id, event_id, idempotency_key, {ARRIVAL}"
_HEAD_NAMES = {"#count": "count", "#first": "first", "#last": "last", "#version": "version"}

Item = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class WrongHead:
    """A head that is not what the events call for; `told` is None where there is none."""

    told: Head | None
    found: Head


@dataclass(frozen=True, slots=True)
class Verification:
    """What a table holds, and what is not as it should be.

    `duplicates` is how many events have the idempotency key of another. `ids` and `keys` are how
    many events and idempotency keys have no marker: an append would store them a second time.
    """

    sessions: int
    events: int
    foreign: int
    duplicates: int
    wrong_heads: Sequence[WrongHead]
    ids: int
    keys: int

    @property
    def good(self) -> bool:
        """Whether heads and markers are what the events call for."""
        return not (self.wrong_heads or self.ids or self.keys)


def verify(client: Client, on_progress: OnProgress = lambda _: None) -> Verification:
    """Read the whole table and compare; what is appended meanwhile is no fault."""
    found = _Found()
    found.scan(client, on_progress)
    ids, keys = found.without_marker()
    return Verification(
        sessions=sum(1 for _ in found.survey.heads()),
        events=sum(tally.count for tally in found.survey.tallies.values()),
        foreign=found.survey.progress.foreign,
        duplicates=found.duplicates(),
        wrong_heads=found.wrong_heads(client),
        ids=len(ids),
        keys=len(keys),
    )


def write_heads(client: Client, on_progress: OnProgress = lambda _: None) -> int:
    """Write the heads and the markers that are missing or wrong; how many of them were."""
    found = _Found()
    found.scan(client, on_progress)
    written = sum(_mend(client, wrong) for wrong in found.wrong_heads(client))
    ids, keys = (set(each.tolist()) for each in found.without_marker())
    if ids or keys:
        for item in _events(client):
            written += _mark(client, item, ids, keys)
    return written


class _Found:
    """What a scan of everything found. Ids and keys are kept as hashes of 64 bits."""

    def __init__(self) -> None:
        self.survey = Survey()
        self.heads: dict[str, Head | None] = {}
        self.ids, self.keys = array("Q"), array("Q")
        self.marked_ids, self.marked_keys = array("Q"), array("Q")

    def scan(self, client: Client, on_progress: OnProgress) -> None:
        projection = f"{_SEEN}, session_id, arrivals, {', '.join(_HEAD_NAMES)}"
        for answer in scan_pages(
            client, ProjectionExpression=projection, ExpressionAttributeNames=_HEAD_NAMES
        ):
            self.take(answer["Items"])
            self.survey.take_page(answer)
            on_progress(self.survey.progress)

    def take(self, items: Iterable[Item]) -> None:
        for item in items:
            pk = item["pk"]["S"]
            if session_of(pk) is not None:
                row = row_of(item)[0]
                self.ids.append(_hash(str(row.event_id)))
                if isinstance(row.idempotency_key, str):
                    self.keys.append(_hash(row.idempotency_key))
            elif (event_id := marked_id(pk)) is not None:
                self.marked_ids.append(_hash(event_id))
            elif (key := marked_key(pk)) is not None:
                self.marked_keys.append(_hash(key))
            elif (session_id := head_session(pk)) is not None:
                self.heads[session_id] = head_of(item)

    def without_marker(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """The hashes of ids and of keys that no marker is of."""
        return (
            np.setdiff1d(np.array(self.ids), np.array(self.marked_ids)),
            np.setdiff1d(np.array(self.keys), np.array(self.marked_keys)),
        )

    def duplicates(self) -> int:
        return len(self.keys) - len(np.unique(np.array(self.keys)))

    def wrong_heads(self, client: Client) -> list[WrongHead]:
        """The heads that are wrong, looked at again one by one."""
        found = {head.session_id: head for head in self.survey.heads()}
        suspected = {
            session_id
            for session_id in found.keys() | self.heads.keys()
            if not _agree(self.heads.get(session_id), found.get(session_id, Head(session_id)))
        }
        each = (_wrong_head(client, session_id) for session_id in sorted(suspected))
        return [wrong for wrong in each if wrong is not None]


def _agree(told: Head | None, found: Head) -> bool:
    return told is not None and told.says_the_same(found)


def _wrong_head(client: Client, session_id: str) -> WrongHead | None:
    """The head of a session where it is wrong, while nobody of ours appends."""
    for _ in range(_TRIES):
        told = _head(client, session_id)
        found = head_of_partition(client, session_id)
        if _head(client, session_id) == told:
            return None if _agree(told, found) else WrongHead(told, found)
    return None


def _head(client: Client, session_id: str) -> Head | None:
    item = client.get(head_key(session_id))
    return None if item is None else head_of(item)


def _mend(client: Client, wrong: WrongHead) -> bool:
    """Write the head that the events call for, unless it was written meanwhile."""
    told = wrong.told
    condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(version)"}
    if told is not None:
        condition = {
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": {"N": str(told.version)}},
        }
    version = 1 if told is None else told.version + 1
    try:
        client.call("PutItem", Item=head_item(replace(wrong.found, version=version)), **condition)
    except ConditionFailed:
        return False
    return True


def _events(client: Client) -> Iterator[Item]:
    for answer in client.pages("Scan", ProjectionExpression=_SEEN):
        client.capacity.count_page(len(answer["Items"]), sum(map(item_size, answer["Items"])))
        yield from (item for item in answer["Items"] if session_of(item["pk"]["S"]) is not None)


def _mark(client: Client, item: Item, ids: set[int], keys: set[int]) -> int:
    """Write the markers of an event that it lacks; how many."""
    row = row_of(item)[0]
    markers = []
    if _hash(str(row.event_id)) in ids:
        markers.append(id_marker(str(row.event_id)))
    if isinstance(row.idempotency_key, str) and _hash(row.idempotency_key) in keys:
        markers.append(key_marker(row.idempotency_key))
    written = 0
    for marker in markers:
        place = {"event_pk": item["pk"], "event_sk": item["sk"]}
        try:
            client.call(
                "PutItem",
                Item={**marker, **place},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ConditionFailed:
            continue
        written += 1
    return written


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
