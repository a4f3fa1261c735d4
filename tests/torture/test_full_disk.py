"""A disk that is full at each write in turn: a typed fault, the old state, and on when it is not.

The disk is a small one in memory, which only who may mount can have.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.conftest import Figure, amount
from tests.torture.small_disk import small_disk
from tests.torture.steps import attempted, what_holds
from tests.torture.writers import WRITERS

SIZE = 32 << 20
PAGE = 4096
LEFT = range(0, 40 * PAGE, amount(21, 1) * PAGE)
"""How much room a write is left, in turn: so each of its steps is once the one that fails."""


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk(SIZE) as folder:
        yield folder


class Room:
    """Takes all room of a disk but so much."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "in the way"

    def leave(self, size: int) -> None:
        self.leave_all()
        free = os.statvfs(self._file.parent)
        taken = max(free.f_bavail * free.f_frsize - size, 0)
        with self._file.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(taken, 1))

    def leave_all(self) -> None:
        self._file.unlink(missing_ok=True)


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_is_said_and_leaves_what_was_there(
    disk: Path, tmp_path: Path, name: str, figure: Figure
) -> None:
    """A user would believe that something is kept which is not, or lose what was kept before."""
    room, refused, taken = Room(disk), 0, 0
    writer = WRITERS[name](disk, tmp_path)
    try:
        assert writer.write(1)
        expected, n = writer.there(), 1
        for size in LEFT:
            n += 1
            room.leave(size)
            acknowledged = attempted(writer, n)
            room.leave_all()
            taken, refused = taken + acknowledged, refused + (not acknowledged)
            expected = what_holds(writer, expected, n, acknowledged=acknowledged)
            # As soon as there is room, it goes on.
            n += 1
            assert writer.write(n)
            expected = what_holds(writer, expected, n, acknowledged=True)
    finally:
        writer.close()
    assert refused
    figure(f"{name}: writes that were refused, that were taken", f"{refused}, {taken}")
    figure(f"{name}: falsely acknowledged, lost, or not gone on with", 0)
