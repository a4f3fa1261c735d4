"""A log opened to be served: with all that belongs to it, and closed in the right order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from core.events.background import ProjectionProblem
from core.events.emitter import EventEmitter
from core.events.spool import Spool
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass
from core.privacy.pseudonyms import Pseudonyms
from core.privacy.store import hide
from core.projectors.projection import Projection
from core.projectors.read_model.factory import open_read_models
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.server.service import LogService

_AT_END = 5.0
"""Seconds that the end waits for what is to be stored, and again for what is to be projected."""


@dataclass(frozen=True, slots=True)
class OpenedLog:
    """What is served, and what there is to say of how the file could be opened (or nothing)."""

    service: LogService
    notice: str | None


@contextmanager
def opened_to_read(
    source: Path,
    *,
    rules: ProjectionRules = BRAIN_WEB,
    pseudonyms: Pseudonyms | None = None,
    asked: Callable[[str], object] = lambda _: None,
) -> Iterator[OpenedLog]:
    """A service that only looks at the log, and writes nothing anywhere. Raises StoreError.

    Under ``pseudonyms`` it gives out these. ``asked`` is as for `LogService`.
    """
    with SQLiteEventStore(source) as store:
        if pseudonyms is not None:
            hide(store, pseudonyms)
        yield OpenedLog(LogService(store, rules=rules, asked=asked), store.notice)


@contextmanager
def opened_to_write(
    source: Path,
    *,
    record_contexts: bool = False,
    on_problem: Callable[[ProjectionProblem], object] | None = None,
    on_left: Callable[[], object] = lambda: None,
    rules: ProjectionRules = BRAIN_WEB,
) -> Iterator[OpenedLog]:
    """A service that takes events, and has sessions that grow projected into the read models.

    It answers under ``rules``; read models and recorded contexts are always under the default ones.
    What an earlier program left to be stored, and what the read models miss, is made up for in the
    background.

    ``on_problem`` is told, from a thread, of a read model that is down; ``on_left`` at the end, if
    there are events that could not be stored and wait on disk. Raises StoreError.
    """
    path = source.resolve()

    def open_store() -> SQLiteEventStore:
        return SQLiteEventStore(path, writable=True)

    with ExitStack() as stack:
        store = stack.enter_context(open_store())
        read_models = [stack.enter_context(model) for model in open_read_models(source=str(path))]
        spool = Spool()
        stack.callback(spool.close)
        projection = Projection(
            open_store, read_models, record_contexts=record_contexts, on_problem=on_problem
        )
        stack.callback(projection.close, _AT_END)
        emitter = EventEmitter(
            open_store, target=str(path), spool=spool, on_stored=projection.mark_event
        )
        stack.callback(lambda: emitter.close(_AT_END) or on_left())
        service = LogService(
            store,
            emitter=emitter,
            read_model=read_models[0],
            projection=projection,
            rules=rules,
        )
        emitter.start()
        projection.catch_up()
        yield OpenedLog(service, store.notice)
