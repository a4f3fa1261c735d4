"""A disk below SQLite that fails at a chosen write or at a chosen bringing to the disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any, Literal

import apsw

Step = Literal["write", "sync"]


class FailingDisk(apsw.VFS):
    """Every connection opened while it is there writes through it; it passes all on, but for one.

    SQLite's log of changes (WAL) needs more than a disk of ours can offer: only files with a
    rollback journal can be tried on it.
    """

    def __init__(self, step: Step, fault: type[apsw.Error]) -> None:
        self.below = apsw.vfs_names()[0]
        self._step, self._fault = step, fault
        self._left: float = inf
        self.failed = 0
        super().__init__("failing", self.below, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self, name, flags)

    def fail_at(self, nth: int) -> None:
        self._left, self.failed = nth, 0

    def be_well(self) -> None:
        self._left = inf

    def before(self, step: Step) -> None:
        if step != self._step:
            return
        self._left -= 1
        if self._left <= 0:
            self.failed += 1
            raise self._fault("the disk fails, as it was told")


class _File(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        super().__init__(disk.below, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.before("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._disk.before("sync")
        super().xSync(flags)


@contextmanager
def failing_disk(step: Step, fault: type[apsw.Error]) -> Iterator[FailingDisk]:
    """For every connection that is opened in the block; close all of them in it."""
    disk = FailingDisk(step, fault)
    try:
        yield disk
    finally:
        disk.unregister()
