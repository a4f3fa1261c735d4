"""A disk that fails at each write, and at each bringing to the disk, in turn: no half, no lie."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from tests.torture.conftest import FULL, Figure
from tests.torture.failing_disk import Step, failing_disk
from tests.torture.steps import every_step_failed
from tests.torture.victims import ROOT
from tests.torture.writers import WRITERS

SHIM = Path(__file__).with_name("shim.c")
WITH_A_JOURNAL: dict[str, tuple[Step, type[apsw.Error]]] = {
    "write, full": ("write", apsw.FullError),
    "write, I/O": ("write", apsw.IOError),
    "fsync, I/O": ("sync", apsw.IOError),
}
ANY = {"write, full": ("write", "ENOSPC"), "write, I/O": ("write", "EIO"),
       "fsync, I/O": ("sync", "EIO")}  # fmt: skip
# Of the read model a power cut may take the end, which is projected again: it is not synced.
UNSYNCED = {("Contexts", "fsync, I/O")}
CASES = [(name, kind) for name in WRITERS for kind in ANY if (name, kind) not in UNSYNCED]
SAMPLE = [("Log", "fsync, I/O")]


@pytest.mark.parametrize("kind", WITH_A_JOURNAL)
@pytest.mark.parametrize("name", ["LogWithJournal", "Bookmarks"])
def test_a_database_on_a_disk_that_fails_at_any_step(
    tmp_path: Path, name: str, kind: str, figure: Figure
) -> None:
    """What was said to be kept would only be in the memory of a disk that is dying."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with failing_disk(*WITH_A_JOURNAL[kind]) as disk:
        writer = WRITERS[name](folder, tmp_path)
        try:
            refused = every_step_failed(disk, writer, every=1 if FULL else 7)
        finally:
            disk.be_well()
            writer.close()
    assert refused
    figure(
        f"{name}, {kind}, below SQLite: steps that failed, falsely acknowledged", f"{refused}, 0"
    )


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What lies between a program and the system, to be told when to fail."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("no C compiler, or not Linux: nothing can be put below the program")
    made = tmp_path_factory.mktemp("shim") / "shim.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, SHIM, "-ldl"], check=True)
    return made


@pytest.mark.parametrize(("name", "kind"), CASES if FULL else SAMPLE)
def test_whatever_is_written_on_a_disk_that_fails_at_any_step(
    shim: Path, tmp_path: Path, name: str, kind: str, figure: Figure
) -> None:
    """A user would believe that something is kept which is not, or lose what was kept before."""
    folder = tmp_path / "disk"
    folder.mkdir()
    step, fault = ANY[kind]
    every = "1" if FULL else "4"
    words = [name, step, fault, every, str(folder), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.on_a_failing_disk", *words],
        cwd=ROOT,
        env=os.environ | {"LD_PRELOAD": str(shim)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert int(done.stdout)
    figure(
        f"{name}, {kind}: steps that failed, falsely acknowledged or lost", f"{int(done.stdout)}, 0"
    )
