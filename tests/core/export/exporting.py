"""Writing and reading back, for the tests of exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from core.events.schema import EventEnvelope
from core.events.store.sqlite import SQLiteEventStore
from core.export.events import EventFormat, Progress, export_events
from core.export.importing import ImportReport, import_events
from core.replay.loader import load

T = TypeVar("T")


def last(steps: Iterator[T]) -> T:
    """Run it to its end; the last it told."""
    *_, found = steps
    return found


def exported(
    log: Path, target: Path, *, session: str = "s", events: Iterable[int] | None = None,
    **options: Any,
) -> Progress:  # fmt: skip
    """Export a session of a log by the suffix of the target."""
    with SQLiteEventStore(log) as store:
        form = EventFormat(target.suffix[1:])
        return last(
            export_events(store, load(store, session), target, form, events=events, **options)
        )


def imported(source: Path, target: Path) -> ImportReport:
    return last(import_events(source, target))


def events_of(log: Path, session: str = "s") -> list[EventEnvelope]:
    with SQLiteEventStore(log) as store:
        return list(store.replay(session))
