"""Reading a long session in processes of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from core.projectors.rules import ProjectionRules
from core.replay.collector import collector_paused
from core.replay.columns import Int64, SessionLog, UInt16
from core.replay.index import ContextIndex
from core.replay.loader import Loaded, log_of_instants, read_parts, read_rows
from core.replay.process import (
    WORTH_IT,
    Helper,
    Origin,
    ReadHereError,
    items_apart,
    origin_of,
    warm_up,
)
from core.replay.reading import Part

__all__ = ["WORTH_IT", "ReadHereError", "origin_of", "steps_apart", "warm_up"]


class _Progress(NamedTuple):
    """What a step before the last has that those before it had not."""

    kinds: UInt16
    kind_names: Sequence[str]
    read: int


def steps_apart(
    origin: Origin,
    log: SessionLog,
    unreadable: Sequence[int],
    rules: ProjectionRules,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Loaded, ContextIndex | None]]:
    """As `read_rows` on a log of instants; the last step comes with its index, prepared.

    Two processes share the rows. As `items_apart`; raises ReadHereError, too, where the path names
    another file by now.
    """
    instants = (log.session_id, log.rows, log.times, log.last_row)
    items = items_apart(_steps, origin, instants, unreadable, rules, helped=True, stopped=stopped)
    for item in items:
        if isinstance(item, _Progress):
            so_far = replace(log, kinds=item.kinds, kind_names=item.kind_names)
            yield Loaded(so_far, item.read, len(log)), None
        else:
            yield item


def _steps(
    helper: Helper,
    origin: Origin,
    instants: tuple[str, Int64, Int64, int],
    unreadable: Sequence[int],
    rules: ProjectionRules,
) -> Iterator[Any]:
    log = log_of_instants(*instants)

    def elsewhere(rowids: Int64, size: int) -> Iterator[Part]:
        return helper.items(_parts, origin, log.session_id, rowids, size)

    # For good: to let it run between two pages costs more than what it would find.
    with collector_paused(), origin.opened() as store:
        for step in read_rows(store, log, unreadable, elsewhere=elsewhere):
            if step.log.complete:
                yield step, ContextIndex(step.log, rules).prepare()
            elif step.read:
                yield _Progress(step.log.kinds, step.log.kind_names, step.read)


def _parts(origin: Origin, session_id: str, rowids: Int64, size: int) -> Iterator[Part]:
    with collector_paused(), origin.opened() as store:
        yield from read_parts(store, session_id, rowids, size)
