"""A disk in memory, which only who may mount can have."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(size: int) -> Iterator[Path]:
    """The folder of a disk of so many bytes; the test is skipped where there can be none."""
    # Not among pytest's own folders: what is left mounted there by a kill could not be removed.
    folder = Path(tempfile.mkdtemp(prefix="small-disk-"))
    try:
        if not _mounted(folder, size):
            pytest.skip("no disk of a few pages: this user may not mount one (root may)")
        try:
            yield folder
        finally:
            # Even where something on it is open still.
            subprocess.run(["umount", "-l", str(folder)], check=True)
    finally:
        folder.rmdir()


def read_only(folder: Path) -> None:
    """Let nobody write to it from now on."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)


def _mounted(folder: Path, size: int) -> bool:
    command = shutil.which("mount")
    if command is None:
        return False
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = subprocess.run([command, *options], capture_output=True, check=False)
    return done.returncode == 0
