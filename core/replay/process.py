"""Work of a process of its own, so that this one's interpreter stays free for who waits for it."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from core.events.errors import StoreError
from core.events.store.base import FileIdentity
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass
from core.privacy.pseudonyms import Pseudonyms
from core.privacy.store import hidden_by, hide
from core.replay.linked import Link, LinkedEventStore, link_of

logger = logging.getLogger(__name__)

WORTH_IT = 50_000
"""From how many events on a process of its own pays (starting one takes about 0.3 s)."""

_METHOD = "forkserver" if sys.platform == "linux" else "spawn"
"""The first starts a process in hundredths of a second once it runs, for all is imported there."""
_PRELOADED = ["core.replay.apart", "pyarrow.compute"]
_Buffer = bytearray | memoryview
_LOOK = 0.05
"""How long (s) one waits before asking again whether to stop."""
_PATIENCE = 5.0
"""How long (s) a process whose end of the pipe is closed may take to end."""


class ReadHereError(Exception):
    """Reading apart is not possible, the message says why; reading here still may be."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The very file that is open here, for another process to open, and how it is read here: by a
    link, or with pseudonyms."""

    path: Path
    identity: FileIdentity
    link: Link | None = None
    pseudonyms: Pseudonyms | None = None

    @contextmanager
    def opened(self) -> Iterator[LinkedEventStore]:
        """The file; ReadHereError where the path names another one by now, or none."""
        try:
            store = LinkedEventStore(self.path, links=() if self.link is None else (self.link,))
        except StoreError as error:
            raise ReadHereError(str(error)) from error
        with store:
            found = store.opened_as
            if (found.device, found.inode) != (self.identity.device, self.identity.inode):
                raise ReadHereError(f"“{self.path}” is another file by now")
            if self.pseudonyms is not None:
                hide(store, self.pseudonyms)
            yield store


def origin_of(store: object, session_id: str) -> Origin | None:
    """Where another process reads what this store reads of a session; None where it cannot."""
    if not isinstance(store, SQLiteEventStore) or store.recovered_from is not None:
        return None
    return Origin(store.path, store.opened_as, link_of(store, session_id), hidden_by(store))


def warm_up() -> None:
    """Have processes ready to start at once from now on, where the system can do that.

    It takes about as long as a process takes else, in the background.
    """
    if _METHOD == "forkserver":
        _context()
        try:
            forkserver.ensure_running()
        except OSError as error:
            # Who needs a process tries again, and is told.
            logger.warning("processes cannot be made ready: %s", error)


class Helper:
    """A second process, beside the one that was given it."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def items(self, work: Callable[..., Iterator[object]], *values: object) -> Iterator[Any]:
        """What ``work(*values)`` yields there; it begins at once. For one work only."""
        sent = _send(self._pipe, (work, values))
        return _items(lambda: _received(self._pipe, sent)[0])


def items_apart(
    work: Callable[..., Iterator[object]],
    *values: object,
    helped: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Any]:
    """What ``work(*values)`` yields, run in a process of its own.

    The work must be a function of a module; values and items are pickled, arrays sent as they lie
    in memory. An array of the values that is part of an item comes back as the very memory that it
    was sent from, so neither side may write to it. Work that is ``helped`` is given a `Helper`
    before the values. The process ends with the iterator, which ends early once ``stopped`` answers
    yes. Raises the StoreError that the work raises, and ReadHereError where there is no such
    process.
    """
    context = _context()
    ours, *ends = context.Pipe()
    if helped:
        ends += context.Pipe()
    jobs = [ends[:2], *([end] for end in ends[2:])]
    processes = [context.Process(target=_work, args=job, daemon=True) for job in jobs]
    try:
        for process in processes:
            _start(process)
        for end in ends:
            end.close()
        # Not as arguments: who starts a process that dies would write what is long to it for ever.
        sent = _send(ours, (work, values))
        yield from _items(lambda: _receive(ours, stopped, sent))
    except (EOFError, OSError) as error:
        processes[0].join(_PATIENCE)
        raise ReadHereError(f"the process that read ended with {processes[0].exitcode}") from error
    finally:
        for pipe in (ours, *ends):
            pipe.close()
        for process in processes:
            if process.pid is not None:
                # It only reads, and would not hear anything gentler while it is suspended.
                process.kill()
                process.join()
            process.close()


def _context() -> Any:
    context = multiprocessing.get_context(_METHOD)
    context.set_forkserver_preload(_PRELOADED)
    return context


def _start(process: multiprocessing.process.BaseProcess) -> None:
    try:
        process.start()
    except OSError as error:
        raise ReadHereError(f"no process can be started: {error}") from error


def _work(pipe: Connection, *helpers: Connection) -> None:
    """What the process does."""
    # Ctrl+C in a terminal reaches every process; this one is ended by who started it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        (work, values), received = _received(pipe)
        for item in work(*map(Helper, helpers), *values):
            _send(pipe, item, received)
        _send(pipe, None)
    except (BrokenPipeError, EOFError):
        logger.info("nobody reads any more")
    except (StoreError, ReadHereError) as error:
        _send(pipe, error)


def _items(receive: Callable[[], Any]) -> Iterator[Any]:
    """What is received up to the end; a fault is raised."""
    while (item := receive()) is not None:
        if isinstance(item, Exception):
            raise item
        yield item


def _send(pipe: Connection, item: object, theirs: Sequence[_Buffer] = ()) -> list[memoryview]:
    """Send columns as they lie in memory, beside the rest, so that nobody copies them.

    Of the buffers that came from there, ``theirs``, the number is enough. Answers with all columns.
    """
    buffers: list[pickle.PickleBuffer] = []
    pipe.send_bytes(pickle.dumps(item, protocol=5, buffer_callback=buffers.append))
    raws = [buffer.raw() for buffer in buffers]
    known = {_place(buffer): -1 - number for number, buffer in enumerate(theirs)}
    sizes = [known.get(_place(raw), raw.nbytes) if raw.nbytes else 0 for raw in raws]
    pipe.send(sizes)
    for raw, size in zip(raws, sizes, strict=True):
        if size > 0:
            pipe.send_bytes(raw)
    return raws


def _place(buffer: _Buffer) -> tuple[int, int]:
    """Where in memory something lies, and how long it is (bytes)."""
    found = np.frombuffer(buffer, dtype=np.uint8)
    return found.ctypes.data, found.nbytes


def _receive(pipe: Connection, stopped: Callable[[], bool], ours: Sequence[_Buffer]) -> Any:
    """What was sent next; None, which is the end, where nobody wants it any more."""
    while not pipe.poll(_LOOK):
        if stopped():
            return None
    return _received(pipe, ours)[0]


def _received(pipe: Connection, ours: Sequence[_Buffer] = ()) -> tuple[Any, list[_Buffer]]:
    """What was sent next, and what its columns lie in: some in buffers that were sent there."""
    head = pipe.recv_bytes()
    buffers: list[_Buffer] = []
    for size in pipe.recv():
        if size < 0:
            buffers.append(ours[-1 - size])
            continue
        buffer = bytearray(size)
        if size:
            pipe.recv_bytes_into(buffer)
        buffers.append(buffer)
    return pickle.loads(head, buffers=buffers), buffers
