"""Reading a file whose writer was interrupted: a recovered copy, the file itself untouched."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import apsw
import platformdirs

from core.events.errors import SourceLocked, SourceUnreadable
from core.events.store.faults import translated
from core.events.store.files import sidecars

log = logging.getLogger(__name__)

# A process of its own, for closing the file here would drop the locks that SQLite holds on it.
_COPY = """
import os, shutil, sys
target, *sources = sys.argv[1:]
def state():
    return [(s.st_ino, s.st_size, s.st_mtime_ns) for s in map(os.stat, sources)]
for attempt in range(3):
    try:
        before = state()
        for source in sources:
            shutil.copyfile(source, os.path.join(target, os.path.basename(source)))
        if state() == before:
            sys.exit(0)
    except FileNotFoundError:
        pass
    except OSError as error:
        sys.exit(str(error))
sys.exit(3)
"""
_STILL_WRITTEN = 3


def recovered_copy(path: Path, *, cache: Path | None = None) -> Path:
    """The path of a recovered copy of a database, in a new folder of the cache.

    The journal or log of changes beside the file is copied with it, and worked in by SQLite.
    """
    folder = _new_folder(cache or default_cache())
    try:
        _copy([path, *sidecars(path)], folder)
        copy = folder / path.name
        with translated(path):
            connection = apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READWRITE)
            try:
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            finally:
                connection.close()
    except BaseException:
        discard(folder)
        raise
    log.info("Recovered a copy of %s in %s", path, folder)
    return copy


def default_cache() -> Path:
    """Where recovered copies are kept while they are open."""
    return platformdirs.user_cache_path("brainweb-replay") / "recovered"


def discard(folder: Path) -> None:
    """Remove the folder of a recovered copy."""
    shutil.rmtree(folder, ignore_errors=True)


def _new_folder(cache: Path) -> Path:
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Path(tempfile.mkdtemp(dir=cache))
    except OSError as error:
        raise SourceUnreadable(
            f"The file needs a recovered copy, and “{cache}” cannot be written ({error}). "
            "Make room or permission there."
        ) from error


def _copy(sources: list[Path], folder: Path) -> None:
    command = [sys.executable, "-I", "-c", _COPY, str(folder), *map(str, sources)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise _no_copy(sources[0], folder, str(error)) from error
    if done.returncode == _STILL_WRITTEN:
        raise SourceLocked(
            f"“{sources[0]}” is being written just now. Try again when the writer is done."
        )
    if done.returncode:
        raise _no_copy(sources[0], folder, done.stderr.strip() or f"exit {done.returncode}")


def _no_copy(source: Path, folder: Path, reason: str) -> SourceUnreadable:
    return SourceUnreadable(
        f"“{source}” needs a recovered copy, which cannot be made in “{folder.parent}”: "
        f"{reason}. Make room or permission there."
    )
