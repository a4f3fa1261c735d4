"""The faults of writing a file that a person can do something about."""

# ruff: noqa: N818 - named by what is wrong.
from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.events.errors import StoreError


class ExportError(StoreError):
    """A known fault; its message says what is wrong and what to do."""


class TargetRefused(ExportError):
    """The target is the open log, a folder, or no ordinary file: nothing is written there."""


class TargetUnwritable(ExportError):
    """The target cannot be made: no permission, no such folder, a read-only disk, …"""


class DiskFull(ExportError):
    """The disk did not take it all; nothing is left under the target's name."""


class ExportStopped(ExportError):
    """Nobody wants the file any more: nothing is left of it."""


class ImportUnreadable(ExportError):
    """The file to import cannot be read."""


@contextmanager
def translated(target: Path) -> Iterator[None]:
    """Raise what the system says of writing a file as ExportError."""
    try:
        yield
    except OSError as error:
        raise _fault(target, error) from error


def _fault(target: Path, error: OSError) -> ExportError:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return DiskFull(
                f"There is no room left for “{target}”: nothing was written. Make room, or choose "
                "another disk."
            )
        case errno.EROFS:
            return TargetUnwritable(
                f"“{target}” cannot be written: what it lies on can only be read. Choose another "
                "disk."
            )
        case errno.EACCES | errno.EPERM:
            return TargetUnwritable(
                f"“{target}” may not be written by you. Choose another folder, or ask for write "
                "permission."
            )
        case errno.ENOENT | errno.ENOTDIR:
            return TargetUnwritable(
                f"There is no folder “{target.parent}”. Make it first, or choose another one."
            )
        case errno.ENAMETOOLONG:
            return TargetUnwritable("The name of the file is too long. Choose a shorter one.")
    return TargetUnwritable(
        f"“{target}” cannot be written: {error.strerror or error}. Choose another place."
    )
