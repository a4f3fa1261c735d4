"""Reading a long session in a process of its own, so that this one's interpreter stays free."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from core.events.store.sqlite import SQLiteEventStore
from core.projectors.rules import ProjectionRules
from core.replay.index import ContextIndex
from core.replay.loader import Loaded, load_steps

logger = logging.getLogger(__name__)

WORTH_IT = 50_000
"""From how many events on a process of its own pays (starting one takes about 0.3 s)."""


class ReaderDiedError(Exception):
    """The process ended before it had told everything."""


def steps_apart(
    path: Path, session_id: str, rules: ProjectionRules
) -> Iterator[tuple[Loaded, ContextIndex | None]]:
    """As `load_steps` on that file; the last step comes with its index, prepared.

    Closing the iterator ends the process. Raises what reading raises, and ReaderDiedError.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_read, args=(theirs, path, session_id, rules), daemon=True)
    process.start()
    theirs.close()
    try:
        while (item := _receive(ours)) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    except (EOFError, OSError) as error:
        raise ReaderDiedError(f"the reading process ended with {process.exitcode}") from error
    finally:
        ours.close()
        process.terminate()
        process.join()
        process.close()


def _read(pipe: Connection, path: Path, session_id: str, rules: ProjectionRules) -> None:
    """What the process does."""
    try:
        with SQLiteEventStore(path) as store:
            for step in load_steps(store, session_id):
                index = ContextIndex(step.log, rules).prepare() if step.log.complete else None
                _send(pipe, (step, index))
        _send(pipe, None)
    except BrokenPipeError:
        logger.info("nobody reads any more")
    except Exception as error:  # noqa: BLE001 - it is raised again by who asked
        _send(pipe, error)


def _send(pipe: Connection, item: object) -> None:
    """Send columns as they lie in memory, beside the rest, so that nobody copies them."""
    buffers: list[pickle.PickleBuffer] = []
    pipe.send_bytes(pickle.dumps(item, protocol=5, buffer_callback=buffers.append))
    raws = [buffer.raw() for buffer in buffers]
    pipe.send([raw.nbytes for raw in raws])
    for raw in raws:
        if raw.nbytes:
            pipe.send_bytes(raw)


def _receive(pipe: Connection) -> Any:
    head = pipe.recv_bytes()
    buffers = []
    for size in pipe.recv():
        buffer = bytearray(size)
        if size:
            pipe.recv_bytes_into(buffer)
        buffers.append(buffer)
    return pickle.loads(head, buffers=buffers)
