"""The folder of mirrors: where each table's is, how large they are, and making room."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw
from platformdirs import user_cache_path

from core.events.errors import StoreError
from core.events.store.dynamodb.location import TableLocation
from core.events.store.faults import translated
from core.late_dataclass import dataclass
from core.mirror.file import EVENTS

logger = logging.getLogger(__name__)

LIMIT = 10 << 30
"""How many bytes all mirrors together may have, unless the user says otherwise."""

_NAME = "location.txt"
_USED = "used.db"


@dataclass(frozen=True, slots=True)
class Kept:
    """A mirror in the cache: of which table, its bytes, when it was used last (s since 1970)."""

    folder: Path
    location: str
    size: int
    used: float


def default_folder() -> Path:
    """Where mirrors are kept."""
    return user_cache_path("brainweb-replay", appauthor=False) / "tables"


def folder_of(location: TableLocation, *, root: Path | None = None) -> Path:
    """The folder of a table's mirror, whether it is there or not.

    Different credentials may see different tables of one name: the profile counts.
    """
    digest = hashlib.sha256(str(location).encode()).hexdigest()[:16]
    return (root or default_folder()) / f"{location.table[:60]}-{digest}"


@contextmanager
def in_use(location: TableLocation, *, root: Path | None = None) -> Iterator[Path]:
    """The folder of a table's mirror, made where it is missing; nobody removes it meanwhile."""
    folder = folder_of(location, root=root)
    with translated(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / _NAME).write_text(str(location), encoding="utf-8")
            (folder / _NAME).chmod(0o600)
        except OSError as error:
            raise StoreError(
                f"The cache folder “{folder}” cannot be written: {error.strerror}. Make room on "
                "the disk, or ask for permission to write there."
            ) from error
        connection = _lock_file(folder)
        try:
            # A shared lock, which ends with the connection and with the process.
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            (folder / _NAME).touch()
            yield folder
        finally:
            connection.close()


def kept(*, root: Path | None = None) -> list[Kept]:
    """The mirrors that are there, the one that was used last first."""
    found = [_described(folder) for folder in _folders(root or default_folder())]
    return sorted(found, key=lambda each: -each.used)


def make_room(most: int, *, root: Path | None = None) -> list[Kept]:
    """Remove mirrors until all together have so many bytes at most; answers those removed.

    The one that was not used for longest goes first; none goes that is open, here or elsewhere.
    """
    mirrors, removed = kept(root=root), []
    size = sum(each.size for each in mirrors)
    for mirror in reversed(mirrors):
        if size <= most:
            break
        if _removed(mirror.folder):
            size -= mirror.size
            removed.append(mirror)
    return removed


def _removed(folder: Path) -> bool:
    """Whether a mirror could be removed: it is not open, and the folder could be written."""
    try:
        connection = _lock_file(folder)
    except (apsw.Error, OSError):
        return False
    try:
        connection.execute("BEGIN EXCLUSIVE")
        # The lock goes last: until then nobody takes the mirror up.
        for file in sorted(folder.iterdir(), key=lambda each: each.name.startswith(_USED)):
            file.unlink(missing_ok=True)
    except (apsw.Error, OSError) as error:
        logger.info("the mirror %s stays: %s", folder.name, error)
        return False
    finally:
        connection.close()
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _lock_file(folder: Path) -> apsw.Connection:
    path = folder / _USED
    path.touch(mode=0o600)
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(0)
    return connection


def _folders(root: Path) -> list[Path]:
    try:
        return [each for each in root.iterdir() if (each / EVENTS).exists()]
    except OSError:
        return []


def _described(folder: Path) -> Kept:
    size, used, location = 0, 0.0, folder.name
    with suppress(OSError):
        location = (folder / _NAME).read_text(encoding="utf-8")
        used = (folder / _NAME).stat().st_mtime
    for file in folder.iterdir():
        with suppress(OSError):
            size += file.stat().st_size
    return Kept(folder, location, size, used)
