"""A program that slept, as when a laptop is closed, goes on where it was."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.tables import append, padded
from tests.core.events.dynamodb_server import Table

ROOT = Path(__file__).parents[3]
FOLLOW = """
import sys
import threading
from pathlib import Path
from core.events.store.dynamodb.location import parse_location
from core.mirror.store import MirroredEventStore
from core.mirror.table import TableRemote
location = parse_location(sys.argv[1])
with MirroredEventStore(location, TableRemote(location), root=Path(sys.argv[2])) as store:
    store.feeder.want(["s"])
    for line in sys.stdin:
        while store.mirror.count("s") < int(line):
            threading.Event().wait(0.02)
        print(*(each.event_id for each in store.replay("s")), flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no program is stopped here")
def test_a_laptop_that_slept_misses_nothing(dynamodb_table: Table, tmp_path: Path) -> None:
    """Who opens the lid again would look at a session with a hole in it."""
    append(dynamodb_table, [padded(n) for n in (0, 1, 3, 4)])
    command = [sys.executable, "-c", FOLLOW, dynamodb_table.location, str(tmp_path)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as following:
        assert following.stdin is not None
        assert following.stdout is not None

        def seen(count: int) -> list[str]:
            print(count, file=following.stdin, flush=True)
            assert following.stdout is not None
            return following.stdout.readline().split()

        assert len(seen(4)) == 4
        following.send_signal(signal.SIGSTOP)
        # Late ones among them.
        append(dynamodb_table, [padded(n) for n in (2, 5, 6)])
        following.send_signal(signal.SIGCONT)
        assert seen(7) == [f"s-{n:06}" for n in range(7)]
        following.stdin.close()
    assert following.returncode == 0
