"""The stream of a table: what was written since one began to listen, however late its instant."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from core.events.store.dynamodb.client import make_boto
from core.events.store.dynamodb.faults import translated
from core.events.store.dynamodb.items import row_of
from core.events.store.dynamodb.keys import session_of
from core.events.store.dynamodb.location import TableLocation
from core.mirror.remote import RemoteRow

logger = logging.getLogger(__name__)

_AT_ONCE = 1_000
_PAGES = 8
"""So many pages of a shard are read in one look at the most."""


class TableStream:
    """Listens to the shards of a stream (an ARN) from the first `poll` on. For one thread.

    A stream forgets after a day, and a place in it is good for a quarter of an hour: who slept for
    longer has a gap, which is for others to fill. Raises StoreError.
    """

    def __init__(self, location: TableLocation, arn: str, *, attempts: int) -> None:
        self._location = location
        self._arn = arn
        self._attempts = attempts
        self._boto: Any = None
        self._places: dict[str, str | None] = {}
        self._begun = False

    def poll(self) -> Iterator[tuple[str, RemoteRow]]:
        """The events of sessions that were written since the last call, with their sessions."""
        with translated(self._location):
            if self._boto is None:
                self._boto = make_boto("dynamodbstreams", self._location, attempts=self._attempts)
            self._find_shards()
            for shard in [shard for shard, place in self._places.items() if place is not None]:
                yield from self._read(shard)

    def close(self) -> None:
        """Let go of the connections."""
        if self._boto is not None:
            self._boto.close()

    def _find_shards(self) -> None:
        """Begin at the end of what is there; in shards that come later, at their beginnings."""
        if self._begun and any(place is not None for place in self._places.values()):
            return
        told = self._boto.describe_stream(StreamArn=self._arn)["StreamDescription"]
        for shard in told["Shards"]:
            name = shard["ShardId"]
            ended = "EndingSequenceNumber" in shard.get("SequenceNumberRange", {})
            if name not in self._places and not (ended and not self._begun):
                where = "TRIM_HORIZON" if self._begun else "LATEST"
                self._places[name] = self._place(name, where)
        self._begun = True

    def _place(self, shard: str, where: str) -> str | None:
        answer = self._boto.get_shard_iterator(
            StreamArn=self._arn, ShardId=shard, ShardIteratorType=where
        )
        place: str | None = answer.get("ShardIterator")
        return place

    def _read(self, shard: str) -> Iterator[tuple[str, RemoteRow]]:
        for _ in range(_PAGES):
            place = self._places[shard]
            if place is None:
                return
            try:
                answer = self._boto.get_records(ShardIterator=place, Limit=_AT_ONCE)
            except (
                self._boto.exceptions.ExpiredIteratorException,
                self._boto.exceptions.TrimmedDataAccessException,
            ):
                logger.info("the stream of %s is taken up at its end", self._location.table)
                self._places[shard] = self._place(shard, "LATEST")
                return
            self._places[shard] = answer.get("NextShardIterator")
            for record in answer["Records"]:
                image = record.get("dynamodb", {}).get("NewImage")
                if image is not None and (found := _event(image)) is not None:
                    yield found
            if not answer["Records"]:
                return


def _event(item: Mapping[str, Mapping[str, Any]]) -> tuple[str, RemoteRow] | None:
    """The event that was written, None where it was something else."""
    session_id = session_of(item["pk"]["S"])
    if session_id is None:
        return None
    row, problems = row_of(item)
    wrong = tuple((problem.reason, problem.raw) for problem in problems)
    return session_id, RemoteRow(item["sk"]["S"], row, row.rowid, wrong)
