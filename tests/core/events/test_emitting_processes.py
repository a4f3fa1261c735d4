from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from core.events.schema import EventEnvelope
from core.events.spool import Spool
from core.events.store import SQLiteEventStore
from core.projectors.read_model.sqlite import SQLiteReadModel
from tests.core.events.emitting import locked

KILLS = int(os.environ.get("BRAINWEB_TORTURE", "20"))
"""How many emitting programs are killed; set BRAINWEB_TORTURE for many more."""

ROOT = Path(__file__).parents[3]

# Emits one key from four threads, as soon as it is told to.
ONE_KEY = """
import sys, threading
from core.events.emitter import close_default_emitter, emit_event
print("ready", flush=True)
sys.stdin.readline()
def emit(times):
    for _ in range(times):
        answer = emit_event("UserViewed", "s", payload={"n": 1}, idempotency_key="k")
        print(f"{answer.event_id} {answer.delivery}\\n", end="", flush=True)
threads = [threading.Thread(target=emit, args=(times,)) for times in (13, 13, 12, 12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert close_default_emitter()
"""

# Forks programs that emit until they are killed, since a fork starts at once. A program's line
# names its session and the event, and is written when the emission has been answered.
EMITTERS = """
import os, sys
from pathlib import Path
from core.events.backoff import Backoff
from core.events.event_emitter import EventEmitter
from core.events.spool import Spool
from core.events.store import SQLiteEventStore

def tell(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def emit(session, limit):
    log, spool = sys.argv[1:]
    emitter = EventEmitter(
        lambda: SQLiteEventStore(log, writable=True, create=True, busy_timeout=0.01),
        target="log", spool=Spool(Path(spool)), backoff=Backoff(first=0.002, longest=0.02))
    number = 0
    while number != limit:
        answer = emitter.emit("UserViewed", session, payload={"n": number})
        tell("told", session, answer.event_id, answer.delivery)
        number += 1
    tell("closed", session, emitter.close(60.0))

for line in sys.stdin:
    command, session, limit = line.split()
    if command == "reap":
        os.waitpid(int(session), 0)
        tell("reaped", session)
        continue
    child = os.fork()
    if not child:
        try:
            emit(session, int(limit))
        finally:
            os._exit(0)
    tell("started", session, child)
"""


# Emits in children of multiprocessing, which end without `atexit`.
CHILD = """
import multiprocessing
from core.events.emitter import emit_event
def emit(session):
    for _ in range(50):
        emit_event("UserViewed", session)
if __name__ == "__main__":
    emit("parent")
    for session in ("one", "two"):
        child = multiprocessing.get_context("fork").Process(target=emit, args=(session,))
        child.start()
        child.join()
"""


@contextmanager
def program(code: str, *arguments: object, **environ: str) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | environ,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def say(to: subprocess.Popen[str], line: str) -> None:
    assert to.stdin is not None
    to.stdin.write(f"{line}\n")
    to.stdin.flush()


def test_one_key_from_eight_threads_of_two_programs_is_one_event(tmp_path: Path) -> None:
    """A request that is sent again and again must be counted once, and answered alike."""
    log = tmp_path / "events.db"
    SQLiteEventStore(log, writable=True, create=True).close()
    environ = {
        "EVENTS_SQLITE_PATH": str(log),
        "XDG_DATA_HOME": str(tmp_path),
        "BRAINWEB_PROJECTION": "off",
    }
    with program(ONE_KEY, **environ) as one, program(ONE_KEY, **environ) as two:
        for each in (one, two):
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in (one, two):
            say(each, "go")
        lines = [line for each in (one, two) for line in each.communicate()[0].splitlines()]
        assert (one.returncode, two.returncode) == (0, 0)
    answers = [line.split() for line in lines if line]
    assert len(answers) == 100
    assert len({event_id for event_id, _ in answers}) == 1
    assert [delivery for _, delivery in answers].count("stored") == 1
    with SQLiteEventStore(log) as store:
        assert [each.event_id for each in store.iter_events()] == [answers[0][0]]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_of_multiprocessing_leaves_nothing_undone(tmp_path: Path) -> None:
    log = (tmp_path / "events.db").resolve()
    environ = {"EVENTS_SQLITE_PATH": str(log), "HOME": str(tmp_path), "NEO4J_URI": ""}
    environ |= {"XDG_DATA_HOME": str(tmp_path), "BRAINWEB_PROJECTION": "on"}
    with program(CHILD, **environ) as parent:
        parent.communicate()
        assert parent.returncode == 0
    with SQLiteReadModel(next(tmp_path.rglob("read-model.db")), source=str(log)) as model:
        for session in ("parent", "one", "two"):
            kept = model.context(session)
            assert kept is not None, session
            assert kept.context.position == 50


class Emitters:
    """Programs that emit until they are killed, and what they said."""

    def __init__(self, parent: subprocess.Popen[str]) -> None:
        self._parent = parent
        self._pids: dict[str, int] = {}
        self.told: dict[str, list[str]] = defaultdict(list)
        self.deliveries: set[str] = set()

    def start(self, session: str, limit: int = -1) -> None:
        say(self._parent, f"emit {session} {limit}")
        self.hear("started", session)

    def hear(self, what: str, session: str) -> str:
        """Take in what is said until one program has said this of one session."""
        assert self._parent.stdout is not None
        while line := self._parent.stdout.readline():
            kind, name, *rest = line.split()
            if kind == "started":
                self._pids[name] = int(rest[0])
            elif kind == "told":
                self.told[name].append(rest[0])
                self.deliveries.add(rest[1])
            if (kind, name) == (what, session):
                return rest[0] if rest else ""
        raise AssertionError("the programs ended")

    def kill(self, session: str) -> None:
        """End a program in the middle of whatever it does, and hear the rest of what it said."""
        pid = self._pids[session]
        os.kill(pid, signal.SIGKILL)
        self.reap(session)

    def reap(self, session: str) -> None:
        pid = self._pids.pop(session)
        say(self._parent, f"reap {pid} 0")
        self.hear("reaped", str(pid))

    def kill_all(self) -> None:
        """Leave none behind where the test has failed."""
        for session in list(self._pids):
            self.kill(session)


def logged(path: Path) -> list[EventEnvelope]:
    with SQLiteEventStore(path, writable=True) as store:
        return list(store.iter_events())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_what_a_killed_program_was_told_is_stored_is_never_lost(tmp_path: Path) -> None:
    """A server that is killed during an outage must not take the users' events with it."""
    log, spool_path = tmp_path / "events.db", tmp_path / "spool.db"
    SQLiteEventStore(log, writable=True, create=True).close()
    chance = random.Random(os.environ.get("BRAINWEB_SEED"))
    with program(EMITTERS, log, spool_path) as parent, ExitStack() as ending:
        emitters = Emitters(parent)
        ending.callback(emitters.kill_all)
        names = [f"{number:04}-{name}" for number in range((KILLS + 1) // 2) for name in "ab"]
        for one, two in zip(names[::2], names[1::2], strict=True):
            emitters.start(one)
            emitters.start(two)
            with ExitStack() as lock:
                for session in (one, two):
                    for _ in range(chance.randrange(12)):
                        emitters.hear("told", session)
                    # Locked, and free again, at any moment of either program.
                    lock.close()
                    if chance.random() < 0.5:
                        lock.enter_context(locked(log))
                    for _ in range(chance.randrange(12)):
                        emitters.hear("told", session)
                    emitters.kill(session)
            assert_nothing_is_lost(emitters, log, spool_path)
        emitters.start("last", 1)
        assert emitters.hear("closed", "last") == "True"
        emitters.reap("last")
    with Spool(spool_path) as spool:
        assert spool.waiting("log") == 0
        assert spool.rejected("log") == []
    assert {"stored", "spooled"} <= emitters.deliveries <= {"stored", "spooled"}
    assert_all_is_in_order(emitters, log)


def assert_nothing_is_lost(emitters: Emitters, log: Path, spool_path: Path) -> None:
    with Spool(spool_path) as spool:
        waiting = [event for _, event in spool.batch("log", 1_000_000)]
    safe = {each.event_id for each in [*waiting, *logged(log)]}
    for session, told in emitters.told.items():
        assert set(told) <= safe, f"events of {session} are lost"


def assert_all_is_in_order(emitters: Emitters, log: Path) -> None:
    events = logged(log)
    assert len({each.event_id for each in events}) == len(events)
    by_session: dict[str, list[EventEnvelope]] = defaultdict(list)
    for each in events:
        by_session[each.session_id].append(each)
    for session, told in emitters.told.items():
        found = by_session[session]
        # What was stored just before the kill may not have been told any more.
        assert [each.event_id for each in found][: len(told)] == told
        assert [each.payload["n"] for each in found] == list(range(len(found)))
    # Those of a later pair of programs are behind all of an earlier one's.
    pairs = [each.session_id.split("-")[0] for each in events]
    assert pairs == sorted(pairs)
