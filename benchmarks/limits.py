"""What the figures are held against: the least that a task takes, and what others make of it."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import apsw

from benchmarks.logs import FOLDER

SOURCE = Path(__file__).with_name("scan.c")
COLUMNS = "rowid, occurred_at, event_type, actor_id, object_ref_type, object_ref_id, payload"


def bare_scan(log: Path, session: str) -> tuple[str, float]:
    """What reading the columns of a session takes in C (s), or by apsw where nothing compiles."""
    program = _compiled()
    if program is not None:
        said = subprocess.run([program, log, session], capture_output=True, text=True, check=True)
        return "a bare scan in C", float(said.stdout.split()[0])
    began = time.perf_counter()
    connection = apsw.Connection(str(log), flags=apsw.SQLITE_OPEN_READONLY)
    sql = f"SELECT {COLUMNS} FROM events WHERE session_id = ? ORDER BY occurred_at"
    for _ in connection.execute(sql, (session,)):
        pass
    connection.close()
    return "a bare scan by apsw", time.perf_counter() - began


def _compiled() -> Path | None:
    """The scan in C; None where there is no compiler or no SQLite to compile against."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = FOLDER / "scan"
    if program.exists() and program.stat().st_mtime > SOURCE.stat().st_mtime:
        return program
    done = subprocess.run(
        [compiler, "-O2", "-o", program, SOURCE, "-lsqlite3"], capture_output=True, check=False
    )
    return program if done.returncode == 0 else None
