"""Has each step of one kind of write fail in turn, where `shim.c` is below the program.

python -m tests.torture.on_a_failing_disk NAME write|sync ERRNO EVERY FOLDER ASIDE
"""

from __future__ import annotations

import ctypes
import errno
import sys
from pathlib import Path

from tests.torture.steps import every_step_failed
from tests.torture.writers import WRITERS

STEPS = {"write": 1, "sync": 2}


class ShimmedDisk:
    """All files below a folder, by what lies between this program and the system."""

    def __init__(self, step: str, fault: int, folder: Path) -> None:
        self._shim = ctypes.CDLL(None)
        self._step, self._fault, self._folder = STEPS[step], fault, str(folder).encode()

    @property
    def failed(self) -> int:
        return int(self._shim.torture_failed())

    def fail_at(self, nth: int) -> None:
        self._shim.torture_fail_at(self._step, nth, self._fault, self._folder)

    def be_well(self) -> None:
        self._shim.torture_fail_at(0, 0, 0, b"")


def main(name: str, step: str, fault: str, every: str, folder: str, aside: str) -> None:
    writer = WRITERS[name](Path(folder), Path(aside))
    disk = ShimmedDisk(step, getattr(errno, fault), Path(folder).resolve())
    try:
        print(every_step_failed(disk, writer, every=int(every)))
    finally:
        disk.be_well()
        writer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
