"""Bringing what waits into its store: in order, by batches, and never stopped by one bad event."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from core.events.backlog import Backlog, Waiting
from core.events.errors import EventRejected
from core.events.schema import EventEnvelope
from core.events.store.base import Appended, EventStore
from core.late_dataclass import dataclass

logger = logging.getLogger(__name__)

BATCH = 256


@dataclass(frozen=True, slots=True)
class Drained:
    """An event that waited, and the store's answer; `appended` is None where it was refused."""

    event: EventEnvelope
    appended: Appended | None

    @property
    def is_new(self) -> bool:
        """Whether it is in the log now and was not before."""
        return self.appended is not None and not self.appended.existed

    @property
    def first(self) -> EventEnvelope | None:
        """The other event that has its key, where there is one.

        An event that two programs drain, or one that died before it was removed from the spool, is
        answered with itself.
        """
        if self.appended is None or self.appended.event.event_id == self.event.event_id:
            return None
        return self.appended.event


def drained_batch(store: EventStore, backlog: Backlog) -> Iterator[Drained]:
    """Store the first events that wait, which then wait no more; none where nothing waits.

    Raises StoreError. What was stored by then is told first, and may be drained again: the store
    answers that it has it.
    """
    batch = backlog.batch(BATCH)
    if not batch:
        return
    try:
        answers = store.append_many([each.event for each in batch])
    except EventRejected:
        yield from _one_by_one(store, backlog, batch)
        return
    for each, appended in zip(batch, answers, strict=True):
        yield Drained(each.event, appended)
    backlog.done(batch)


def _one_by_one(store: EventStore, backlog: Backlog, batch: Sequence[Waiting]) -> Iterator[Drained]:
    """The same, with what the store refuses set aside."""
    stored: list[Waiting] = []
    try:
        for each in batch:
            try:
                appended = store.append(each.event)
            except EventRejected as refusal:
                _set_aside(backlog, each, refusal)
                yield Drained(each.event, None)
            else:
                stored.append(each)
                yield Drained(each.event, appended)
    finally:
        backlog.done(stored)


def _set_aside(backlog: Backlog, each: Waiting, refusal: EventRejected) -> None:
    event = each.event
    logger.error(
        "The log refuses the event %s of type %s, which had waited; it is set aside: %s",
        event.event_id, event.event_type, refusal,
    )  # fmt: skip
    backlog.set_aside(each, str(refusal))
