"""Columns of long sessions, kept from the last time in the user's cache folder.

What is kept of a session is shown only where the file is unchanged to the last bit that can be
told without reading it: its place, number, size and times, and those of SQLite's log beside it.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import field
from hashlib import blake2b
from mmap import ACCESS_READ, mmap
from os import SEEK_END
from pathlib import Path

import platformdirs

from core.events.store.sqlite import SQLiteEventStore
from core.files.whole import replacing
from core.late_dataclass import dataclass
from core.privacy.store import hidden_by
from core.replay.columns import SessionLog
from core.replay.linked import link_of
from core.replay.log_bytes import UnreadableLogError, read_log, write_log

logger = logging.getLogger(__name__)

_SUFFIX = ".columns"


def default_folder() -> Path:
    """Where columns are kept unless another place is named."""
    return platformdirs.user_cache_path("brainweb-replay", appauthor=False) / "columns"


@dataclass(frozen=True, slots=True)
class KeptLogs:
    """Reads and writes kept columns; neither ever fails its caller. Any thread and process may.

    Sessions of at least ``events_least`` are kept, ``bytes_most`` of all: what was not used for
    longest goes first. The file must have been left alone for ``still`` seconds: its times are
    coarse, and a change that follows at once would not show in them.
    """

    folder: Path = field(default_factory=default_folder)
    events_least: int = 50_000
    bytes_most: int = 1 << 30
    still: float = 2.0

    def read(self, store: SQLiteEventStore, session_id: str) -> SessionLog | None:
        """The session as it was kept; None where it was not, or where the file is another now."""
        witness = self._witness(store, session_id)
        if witness is None:
            return None
        path = self._path(store, session_id)
        with _forgiven("read"):
            try:
                log = read_log(_content(path), witness)
            except FileNotFoundError:
                return None
            except UnreadableLogError as error:
                logger.info("kept columns are not used: %s", error)
                path.unlink(missing_ok=True)
                return None
            if log is not None and log.session_id == session_id:
                path.touch()
                return log
        return None

    @contextmanager
    def keeping(self, store: SQLiteEventStore, session_id: str) -> Iterator[list[SessionLog]]:
        """Keep the log that the block puts into the list, if the file stays as it is meanwhile."""
        before = self._witness(store, session_id)
        found: list[SessionLog] = []
        yield found
        if before is not None and before == self._witness(store, session_id):
            for log in found:
                self._keep(self._path(store, session_id), log, before)

    def clear(self) -> None:
        """Keep nothing."""
        with _forgiven("removed"):
            for path in self.folder.glob(f"*{_SUFFIX}"):
                path.unlink(missing_ok=True)

    def size(self) -> int:
        """How many bytes are kept."""
        return sum(size for _, size, _ in self._all())

    def _witness(self, store: SQLiteEventStore, session_id: str) -> str | None:
        """What differs once the file does; None where that cannot be told, or soon could not."""
        if store.recovered_from is not None or link_of(store, session_id) is not None:
            return None
        if hidden_by(store) is not None:
            # What is kept is what is stored.
            return None
        path, seen = store.path, []
        for name in (path.name, f"{path.name}-wal", f"{path.name}-journal"):
            try:
                status = path.with_name(name).stat()
            except FileNotFoundError:
                continue
            except OSError:
                return None
            if name != path.name and status.st_size == 0:
                # SQLite makes it whenever somebody opens a file with a log of changes.
                continue
            changed = max(status.st_mtime_ns, status.st_ctime_ns)
            if time.time_ns() - changed < self.still * 1e9:
                return None
            which = (status.st_dev, status.st_ino)
            if name == path.name and which != (store.opened_as.device, store.opened_as.inode):
                return None
            seen.append((name, *which, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
        return str(seen)

    def _keep(self, path: Path, log: SessionLog, witness: str) -> None:
        if len(log) < self.events_least:
            return
        with _forgiven("kept"):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with replacing(path) as file:
                write_log(file, log, witness)
            self._make_room()

    def _make_room(self) -> None:
        room = self.bytes_most
        for _, size, path in sorted(self._all(), reverse=True):
            room -= size
            if room < 0:
                path.unlink(missing_ok=True)

    def _all(self) -> Iterator[tuple[int, int, Path]]:
        for path in self.folder.glob(f"*{_SUFFIX}"):
            with suppress(FileNotFoundError):
                status = path.stat()
                yield status.st_mtime_ns, status.st_size, path

    def _path(self, store: SQLiteEventStore, session_id: str) -> Path:
        """A name that tells nobody which file and which session it is of."""
        key = f"{store.path}\0{session_id}".encode("utf-8", "surrogatepass")
        return self.folder / f"{blake2b(key, digest_size=16).hexdigest()}{_SUFFIX}"


def _content(path: Path) -> bytes | mmap:
    """What is in a file, which is replaced as a whole and never written to: no need of a copy.

    On Windows one that is mapped could not be replaced.
    """
    if sys.platform == "win32":
        return path.read_bytes()
    with path.open("rb") as file:
        size = file.seek(0, SEEK_END)
        # Nothing cannot be mapped.
        return mmap(file.fileno(), size, access=ACCESS_READ) if size else b""


@contextmanager
def _forgiven(what: str) -> Iterator[None]:
    """The cache is a convenience: what is wrong with it is logged."""
    try:
        yield
    except OSError as error:
        logger.warning("columns cannot be %s in the cache folder: %s", what, error)
