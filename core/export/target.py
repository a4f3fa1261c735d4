"""A file that is there whole or not at all."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from core.events.store.files import SIDECARS
from core.export.errors import TargetRefused, TargetUnwritable, translated
from core.files import whole


@contextmanager
def replacing(target: Path, *, protect: Sequence[Path] = ()) -> Iterator[BinaryIO]:
    """A file to write that takes the target's name when the block ends well, and else goes.

    It lies beside the target meanwhile, is the user's alone (0600) and is on the disk before it is
    renamed. ``protect`` are logs that are open: neither they nor what SQLite keeps beside them is
    ever replaced. Raises ExportError.
    """
    check_target(target, protect)
    with translated(target), whole.replacing(target) as file:
        yield file


def write_whole(target: Path, content: bytes, *, protect: Sequence[Path] = ()) -> None:
    """Write a small file by `replacing`."""
    with replacing(target, protect=protect) as file:
        file.write(content)


def check_target(target: Path, protect: Sequence[Path] = ()) -> None:
    """Raise TargetRefused for what must not be replaced, TargetUnwritable for what has no name."""
    if not target.name:
        raise TargetUnwritable(f"“{target}” names no file. Give the file a name.")
    for log in protect:
        if any(_same(target, kept) for kept in _kept_with(log)):
            raise TargetRefused(
                f"“{target}” is the log that is open, or belongs to it: it is not replaced. Choose "
                "another name."
            )
    with translated(target):
        try:
            mode = target.stat().st_mode
        except FileNotFoundError:
            return
    if stat.S_ISDIR(mode):
        raise TargetRefused(f"“{target}” is a folder. Give the file a name in it.")
    if not stat.S_ISREG(mode):
        raise TargetRefused(f"“{target}” is no ordinary file. Choose another name.")


def _kept_with(log: Path) -> list[Path]:
    resolved = log.resolve()
    return [resolved, *(resolved.with_name(resolved.name + s) for s in (*SIDECARS, "-shm"))]


def _same(one: Path, other: Path) -> bool:
    """Whether two names are of one file, there or to come."""
    with suppress(OSError):
        return one.samefile(other)
    return one.parent.resolve() / one.name == other
