"""Reading a long session in a process of its own, so that this one's interpreter stays free."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from core.events.errors import StoreError
from core.events.store.base import FileIdentity
from core.projectors.rules import ProjectionRules
from core.replay.index import ContextIndex
from core.replay.linked import Link, LinkedEventStore
from core.replay.loader import Loaded, load_steps

logger = logging.getLogger(__name__)

WORTH_IT = 50_000
"""From how many events on a process of its own pays (starting one takes about 0.3 s)."""

_LOOK = 0.05
"""How long (s) one waits before asking again whether to stop."""
_PATIENCE = 5.0
"""How long (s) a process whose end of the pipe is closed may take to end."""


class ReadHereError(Exception):
    """Reading apart is not possible, the message says why; reading here still may be."""


def steps_apart(
    path: Path,
    session_id: str,
    rules: ProjectionRules,
    *,
    identity: FileIdentity,
    link: Link | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Loaded, ContextIndex | None]]:
    """As `load_steps` on that file; the last step comes with its index, prepared.

    A linked session is read by its ``link``.

    The process ends with the iterator, which ends early once ``stopped`` answers yes. Raises what
    reading raises, and ReadHereError where there is no such process, or where the path names
    another file than ``identity`` by now.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_read, args=(theirs, path, session_id, rules, identity, link), daemon=True
    )
    try:
        _start(process)
        theirs.close()
        while (item := _receive(ours, stopped)) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    except (EOFError, OSError) as error:
        process.join(_PATIENCE)
        raise ReadHereError(f"the process that read ended with {process.exitcode}") from error
    finally:
        ours.close()
        theirs.close()
        if process.pid is not None:
            # It only reads, and would not hear anything gentler while it is suspended.
            process.kill()
            process.join()
        process.close()


def _start(process: multiprocessing.process.BaseProcess) -> None:
    try:
        process.start()
    except OSError as error:
        raise ReadHereError(f"no process can be started: {error}") from error


def _read(
    pipe: Connection,
    path: Path,
    session_id: str,
    rules: ProjectionRules,
    identity: FileIdentity,
    link: Link | None,
) -> None:
    """What the process does."""
    # Ctrl+C in a terminal reaches every process; this one is ended by who started it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with _opened(path, identity, link) as store:
            for step in load_steps(store, session_id):
                index = ContextIndex(step.log, rules).prepare() if step.log.complete else None
                _send(pipe, (step, index))
        _send(pipe, None)
    except BrokenPipeError:
        logger.info("nobody reads any more")
    except (StoreError, ReadHereError) as error:
        _send(pipe, error)


def _opened(path: Path, identity: FileIdentity, link: Link | None) -> LinkedEventStore:
    """The very file that is open already; a path may name another one by now, or none."""
    try:
        store = LinkedEventStore(path, links=() if link is None else (link,))
    except StoreError as error:
        raise ReadHereError(str(error)) from error
    found = store.opened_as
    if (found.device, found.inode) != (identity.device, identity.inode):
        store.close()
        raise ReadHereError(f"“{path}” is another file by now")
    return store


def _send(pipe: Connection, item: object) -> None:
    """Send columns as they lie in memory, beside the rest, so that nobody copies them."""
    buffers: list[pickle.PickleBuffer] = []
    pipe.send_bytes(pickle.dumps(item, protocol=5, buffer_callback=buffers.append))
    raws = [buffer.raw() for buffer in buffers]
    pipe.send([raw.nbytes for raw in raws])
    for raw in raws:
        if raw.nbytes:
            pipe.send_bytes(raw)


def _receive(pipe: Connection, stopped: Callable[[], bool]) -> Any:
    """What was sent next; None, which is the end, where nobody wants it any more."""
    while not pipe.poll(_LOOK):
        if stopped():
            return None
    head = pipe.recv_bytes()
    buffers = []
    for size in pipe.recv():
        buffer = bytearray(size)
        if size:
            pipe.recv_bytes_into(buffer)
        buffers.append(buffer)
    return pickle.loads(head, buffers=buffers)
