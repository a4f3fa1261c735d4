"""A program whose children work until they are killed, and say what was acknowledged to them.

python -m tests.torture.victim

It takes a line of JSON for each thing to do, and answers in lines of JSON. What a child was
acknowledged it says after the call returned, in one write, so that nobody hears half of it.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from core.events.schema import EventEnvelope
from core.events.store.sqlite import SQLiteEventStore
from core.export.copying import copy_sessions
from core.export.importing import import_events
from core.files.whole import write_whole
from core.mirror.file import MirrorFile
from core.mirror.filling import fill
from core.notes.bookmark import Anchor, Bookmark
from core.notes.bookmark_file import BookmarkFile
from core.projectors.projection import Projection
from core.projectors.read_model.base import KeptContext
from core.projectors.read_model.sqlite import SQLiteReadModel
from core.projectors.session_context import fold
from core.projectors.user_preferences import preferences
from tests.builders import event
from tests.core.mirror.tables import TableInMemory

MIRRORED = 3_000
DRAIN_SECONDS = 20.0


def story(session: str, length: int, *, start: int = 0) -> Iterator[EventEnvelope]:
    """The same events each time: the nth looks at a concept, and says so in its payload."""
    for n in range(start, length):
        made = event(
            seconds=n / 1000,
            ref=("concept", f"c-{n % 7}"),
            payload={"n": n, "name": "x" * (n % 300)},
            event_id=f"{session}-{n}",
        )
        yield made.model_copy(update={"session_id": session})


def mirrored_table() -> TableInMemory:
    """A table in the cloud, in pages of a few."""
    table = TableInMemory(page=40)
    for n, each in enumerate(story("s", MIRRORED)):
        table.put(each, arrival=n + 1)
    return table


def bookmark(n: int) -> Bookmark:
    """The nth bookmark of the session “s”."""
    anchor = Anchor(f"s-{n}", at=n)
    return Bookmark("s", anchor, "Raft", note="x" * 500, id=str(UUID(int=n)), created=n, changed=n)


def tell(kind: str, value: object = None) -> None:
    os.write(1, (json.dumps([kind, value]) + "\n").encode())


# -- what a child does until it is killed ---------------------------------------------------------


def append(path: str, session: str, batch: int) -> None:
    with SQLiteEventStore(path, writable=True, create=True) as store:
        done = 0
        while True:
            events = list(story(session, done + batch, start=done))
            if batch == 1:
                store.append(events[0])
            else:
                store.append_many(events)
            done += batch
            tell("acknowledged", done)


def imports(source: str, target: str) -> None:
    for report in import_events(Path(source), Path(target)):
        tell("acknowledged", report.added + report.known)


def copy(source: str, target: str) -> None:
    with (
        SQLiteEventStore(source) as old,
        SQLiteEventStore(target, writable=True, create=True) as new,
    ):
        for report in copy_sessions(old, new, ["s"]):
            tell("acknowledged", report.added + report.known)


def mirror(folder: str) -> None:
    with MirrorFile(Path(folder)) as file:
        there = file.count("s")
        for filled in fill(mirrored_table(), file, "s"):
            tell("acknowledged", there + filled.new)


def project(log: str, model: str, session: str) -> None:
    with (
        SQLiteEventStore(log, writable=True, create=True) as store,
        SQLiteReadModel(Path(model), source="log") as read_model,
    ):
        projection = Projection(store, [read_model])
        done = 0
        while True:
            store.append_many(list(story(session, done + 3, start=done)))
            done += 3
            projection.mark(session)
            if done % 9 == 0:
                projection.drain(DRAIN_SECONDS)
                tell("acknowledged", done)


def read_model(model: str, session: str) -> None:
    with SQLiteReadModel(Path(model), source="log") as kept:
        done = 0
        while True:
            done += 1
            events = list(story(session, done))
            kept.keep_context(KeptContext(fold(session, events), events[-1].event_id))
            kept.keep_preferences(preferences(session, events), position=done)
            tell("acknowledged", done)


def small_file(path: str, start: int) -> None:
    n = start
    while True:
        write_whole(Path(path), f"{n} ".encode() * 20_000)
        tell("acknowledged", n)
        n += 1


def bookmarks(path: str, start: int) -> None:
    kept = BookmarkFile(Path(path))
    for n in range(start, 1_000_000):
        kept.put([bookmark(n)])
        tell("acknowledged", n + 1)


WORK: dict[str, Callable[..., None]] = {
    each.__name__: each
    for each in (
        append, imports, copy, mirror, project, read_model, small_file, bookmarks,
    )
}  # fmt: skip


def work(kind: str, arguments: dict[str, Any]) -> None:
    try:
        WORK[kind](**arguments)
        tell("done")
    except BaseException:  # noqa: BLE001 - whatever it was, the test says it.
        tell("failed", traceback.format_exc()[-3000:])
    finally:
        os._exit(0)


def main() -> None:
    for line in sys.stdin:
        kind, arguments = json.loads(line)
        if kind == "reap":
            os.waitpid(arguments, 0)
            tell("reaped")
            continue
        child = os.fork()
        if not child:
            work(kind, arguments)
        tell("started", child)


if __name__ == "__main__":
    main()
