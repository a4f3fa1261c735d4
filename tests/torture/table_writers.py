"""Four writers of one process, as tests of many writers start it; told what to do by its input.

Each line `TABLE-LOCATION SEED NUMBER` is answered with one line of the ids that were appended. Some
appends are sent twice, and some answers are lost after the table has taken them.
"""

from __future__ import annotations

import random
import sys
import threading
from typing import Any

from botocore.exceptions import ReadTimeoutError

from core.events.errors import SourceLocked, SourceUnreachable
from core.events.schema import EventEnvelope
from core.events.store.dynamodb.store import DynamoDBEventStore
from tests.core.events.store_contract import event

WRITERS = 4
EVENTS = 6
SESSIONS = ("a", "b")
SENT_TWICE = 0.3
LOST = 0.2


class Writer(threading.Thread):
    """Appends some events, whatever becomes of the answers, as an emitter does."""

    def __init__(self, location: str, seed: str) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.location = location
        self.stored: list[str] = []
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            with DynamoDBEventStore(
                self.location, writable=True, attempts=1, read_seconds=60
            ) as store:
                events = store.client.boto.meta.events
                events.register("after-call.dynamodb.TransactWriteItems", self.lose)
                for number in range(EVENTS):
                    self.append_some(store, number)
        except BaseException as fault:  # noqa: BLE001 - told by the thread that joins.
            self.fault = fault

    def append_some(self, store: DynamoDBEventStore, number: int) -> None:
        second = self.random.choice([0, 0, number, -number])
        session_id = self.random.choice(SESSIONS)
        key = self.random.choice([None, f"{session_id}-{self.random.random()}"])
        batch = [event(second, session_id=session_id, idempotency_key=key, actor_id=self.name)]
        if self.random.random() < 0.2:
            batch.append(event(second, session_id=self.random.choice(SESSIONS)))
        for _ in range(2 if self.random.random() < SENT_TWICE else 1):
            self.append(store, batch)
        self.stored += [each.event_id for each in batch]

    def append(self, store: DynamoDBEventStore, batch: list[EventEnvelope]) -> None:
        while True:
            try:
                answers = store.append_many(batch)
            except (SourceUnreachable, SourceLocked):
                continue
            assert [answer.event for answer in answers] == batch
            return

    def lose(self, http_response: Any, **_: Any) -> None:
        if http_response.status_code == 200 and self.random.random() < LOST:
            raise ReadTimeoutError(endpoint_url=self.location)


def main() -> None:
    for line in sys.stdin:
        location, seed, number = line.split()
        writers = [Writer(location, f"{seed}-{number}-{each}") for each in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
            if writer.fault is not None:
                raise writer.fault
        print(*(each for writer in writers for each in writer.stored), flush=True)


if __name__ == "__main__":
    main()
