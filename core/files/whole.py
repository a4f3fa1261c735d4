"""A small file that is there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_NAME = 80


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the path's place when the block ends well, and else goes.

    It lies beside the path meanwhile, under the file's ``name``, is the user's alone (0600) and is
    on the disk before it is renamed. Raises OSError.
    """
    draft = path.with_name(f".{path.name[:_NAME]}-{secrets.token_hex(6)}.part")
    try:
        # Within the try: Ctrl+C may be heard just after the file was made.
        with open(draft, "x+b", opener=_private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        # It cannot be closed twice, and what was not renamed is nobody's.
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def write_whole(path: Path, content: bytes) -> None:
    """Keep this content: the old file or the new one, never half of it. Raises OSError.

    Folders that are missing are made, for the user alone.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(content)


def set_aside(path: Path) -> Path:
    """Rename a broken file, so that a new one can be begun; its new name. Raises OSError.

    What was set aside before under that name is replaced.
    """
    aside = path.with_name(f"{path.stem}.broken{path.suffix}")
    path.replace(aside)
    return aside


def make_empty(path: Path) -> None:
    """An empty file that only its owner reads, unless there is one; its name is durable.

    A file that is there is never opened: closing that handle would drop the locks that SQLite
    holds on it in this process. Folders that are missing are made. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        sync_folder(path.parent)


def inode(path: Path) -> tuple[int, int] | None:
    """Which file lies there, None where there is none. Raises OSError."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino


def sync_folder(folder: Path) -> None:
    """Have the names in it on the disk too, where the system lets folders be opened."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
