from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from core.events.schema import EventEnvelope, ObjectRef, new_event
from core.events.spool import Spool, SpoolFault, default_path
from tests.core.events.logs import execute, stored

posix = pytest.mark.skipif(os.name != "posix", reason="modes and locks are of POSIX")

# Adds events as fast as it can; each line of its answer is the id of one that is on disk.
ADD = """
import sys
from pathlib import Path
from core.events.schema import new_event
from core.events.spool import Spool
spool = Spool(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    event = new_event("UserViewed", sys.argv[3], payload={"n": number},
                      idempotency_key=sys.argv[4] if len(sys.argv) > 4 else None)
    print(spool.add("log", event)[0].event_id, flush=True)
"""


def adding(path: Path, count: int, session: str, *key: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ADD, str(path), str(count), session, *key]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    )


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "folder" / "spool.db") as spool:
        yield spool


def event(number: int = 0, key: str | None = None) -> EventEnvelope:
    return new_event("UserViewed", "s", payload={"n": number}, idempotency_key=key)


def numbers(spool: Spool, target: str = "log") -> list[int]:
    return [each.payload["n"] for _, each in spool.batch(target, 10_000)]


def test_what_is_added_comes_back_in_order_and_whole(spool: Spool) -> None:
    """An event that changes while it waits is another event."""
    made = [
        new_event(
            "UserViewed",
            "s",
            actor_id="ada",
            payload={"half": "\ud83d", "big": 2**80, "Zürich": [1.5, None]},
            object_ref=ObjectRef(type="concept", id="c"),
            correlation_id="c-1",
            trace_id="t",
            version=3,
        ),
        *(event(number) for number in range(5)),
    ]
    assert [spool.add("log", each) for each in made] == [(each, False) for each in made]
    assert [each for _, each in spool.batch("log", 10)] == made
    assert spool.waiting("log") == 6
    assert spool.any_waiting("log")


def test_it_survives_the_program_that_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    with adding(path, 3, "s") as program:
        told = program.communicate()[0].split()
    with Spool(path) as spool:
        assert [each.event_id for _, each in spool.batch("log", 9)] == told


def test_targets_do_not_see_each_other(spool: Spool) -> None:
    """Events of one log must not be stored in another."""
    for target in ("a", "b", "half \udce4"):
        spool.add(target, event(key="k"))
    assert [spool.waiting(each) for each in ("a", "b", "half \udce4", "c")] == [1, 1, 1, 0]


def test_the_same_key_answers_with_what_waits_already(spool: Spool) -> None:
    """A caller that tries again during an outage must not be counted twice."""
    first = event(1, "k")
    assert spool.add("log", first) == (first, False)
    assert spool.add("log", event(2, "k")) == (first, True)
    assert spool.add_many("log", [event(3, "k"), event(4)])[0] == (first, True)
    assert numbers(spool) == [1, 4]


def test_what_was_removed_does_not_come_back_and_its_key_is_not_given_again(spool: Spool) -> None:
    """Two programs drain at once: the slower one must not remove what was added since."""
    spool.add("log", event(1))
    ((key, _),) = spool.batch("log", 1)
    spool.remove([key])
    spool.add("log", event(2))
    spool.remove([key])
    assert numbers(spool) == [2]


def test_a_batch_is_the_first_that_wait(spool: Spool) -> None:
    spool.add_many("log", [event(number) for number in range(7)])
    assert [each.payload["n"] for _, each in spool.batch("log", 3)] == [0, 1, 2]


def test_what_is_set_aside_is_kept_but_in_nobodys_way(spool: Spool) -> None:
    spool.add_many("log", [event(number) for number in range(3)])
    key = spool.batch("log", 3)[1][0]
    for _ in range(2):
        spool.set_aside(key, "refused")
    assert numbers(spool) == [0, 2]
    (rejected,) = spool.rejected("log")
    assert rejected.reason == "refused"
    assert '"n": 1' in rejected.event


def test_an_event_that_cannot_be_read_is_set_aside(
    spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    """One bad row must not keep all the others from the log."""
    spool.add_many("log", [event(number) for number in range(3)])
    spool.close()
    execute(spool.path, "UPDATE waiting SET event = '{' WHERE key < 3")
    assert [each.payload["n"] for _, each in spool.batch("log", 2)] == [2]
    assert len(spool.rejected("log")) == 2
    assert "set aside" in caplog.text


@pytest.mark.parametrize(
    "content", ["'{}'", "'['", "CAST(x'ff' AS TEXT)", f"'{'[' * 200_000}'"], ids=range(4)
)
def test_one_that_cannot_be_read_makes_way_for_the_next_of_its_key(
    spool: Spool, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Else what has the same key can neither be kept nor told apart from it."""
    spool.add_many("log", [event(1, "k"), event(2)])
    spool.close()
    execute(spool.path, f"UPDATE waiting SET event = {content} WHERE key = 1")
    assert spool.add("log", again := event(3, "k")) == (again, False)
    assert spool.add("log", event(4, "k")) == (again, True)
    assert numbers(spool) == [2, 3]
    assert len(spool.rejected("log")) == 1
    assert "set aside" in caplog.text


def test_one_that_can_neither_be_read_nor_set_aside_is_passed_over(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise SpoolFault("The disk is full. Make room.")

    spool.add_many("log", [event(number) for number in range(5)])
    spool.close()
    execute(spool.path, "UPDATE waiting SET event = '{}' WHERE key < 4")
    monkeypatch.setattr(spool, "set_aside", refuse)
    assert [each.payload["n"] for _, each in spool.batch("log", 2)] == [3]
    assert spool.batch("log", 2, after=5) == []


def test_reading_makes_no_file(tmp_path: Path) -> None:
    """A program whose log is well leaves nothing behind."""
    with Spool(tmp_path / "none" / "spool.db") as spool:
        assert (spool.waiting("log"), spool.any_waiting("log")) == (0, False)
        assert (spool.batch("log", 9), spool.rejected("log")) == ([], [])
        spool.remove([1])
    assert list(tmp_path.iterdir()) == []


def test_the_default_is_in_the_users_own_folder() -> None:
    assert default_path().name == "spool.db"
    assert default_path().parent.name == "brainweb-replay"


@posix
def test_nobody_else_may_read_what_waits(spool: Spool) -> None:
    spool.add("log", event())
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in spool.path.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert stat.S_IMODE(spool.path.parent.stat().st_mode) == 0o700


def test_it_is_durable_and_lets_others_read(spool: Spool) -> None:
    spool.add("log", event())
    assert stored(spool.path, "PRAGMA journal_mode") == [("wal",)]
    assert spool._connection is not None
    assert spool._connection.pragma("synchronous") == 2


@posix
def test_a_file_that_was_deleted_is_made_anew(spool: Spool) -> None:
    """Else what is added goes into a file that nobody can find any more."""
    spool.add("log", event(1))
    for file in spool.path.parent.iterdir():
        file.unlink()
    assert spool.waiting("log") == 0
    spool.add("log", event(2))
    with Spool(spool.path) as other:
        assert numbers(other) == [2]


def test_what_is_called_after_closing_opens_it_again(spool: Spool) -> None:
    """An event that comes when the program ends must not be refused."""
    spool.add("log", event(1))
    spool.close()
    spool.close()
    spool.add("log", event(2))
    assert numbers(spool) == [1, 2]


@pytest.mark.parametrize("kind", ["a text", "a database of another kind", "a folder"])
def test_a_file_that_is_none_is_left_alone_and_said(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "spool.db"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a text":
        path.write_text("no database " * 100, encoding="utf-8")
    else:
        execute(path, "CREATE TABLE notes (text)")
    with Spool(path) as spool, pytest.raises(SpoolFault, match=r"Move it away|Check"):
        spool.add("log", event())
    assert path.is_dir() or path.stat().st_size > 0


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with Spool(tmp_path / "file" / "spool.db") as spool:
        with pytest.raises(SpoolFault, match="Check the permissions"):
            spool.add("log", event())
        assert spool.waiting("log") == 0


def test_a_spool_that_is_locked_says_so_and_goes_on_later(tmp_path: Path) -> None:
    with Spool(tmp_path / "spool.db", busy_timeout=0.01) as spool:
        spool.add("log", event(1))
        other = apsw.Connection(str(spool.path))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(SpoolFault, match="locked"):
            spool.add("log", event(2))
        assert numbers(spool) == [1]
        other.close()
        spool.add("log", event(3))
        assert numbers(spool) == [1, 3]


def test_a_full_disk_is_said_and_what_waited_is_still_there(spool: Spool) -> None:
    spool.add("log", event(1))
    assert spool._connection is not None
    pages = spool._connection.pragma("page_count")
    spool._connection.pragma("max_page_count", pages)
    with pytest.raises(SpoolFault, match="disk is full"):
        spool.add_many("log", [event(number) for number in range(2, 500)])
    assert numbers(spool) == [1]


def test_threads_and_programs_use_one_file_at_once(tmp_path: Path) -> None:
    """Two servers whose log is down must not lose what the other adds."""
    path = tmp_path / "spool.db"
    programs = [adding(path, 50, f"p{number}") for number in range(2)]

    def add(session: str) -> None:
        with Spool(path) as own:
            for number in range(50):
                own.add("log", new_event("UserViewed", session, payload={"n": number}))

    threads = [threading.Thread(target=add, args=(f"t{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [each for program in programs for each in program.communicate()[0].split()]
    with Spool(path) as spool:
        found = [each for _, each in spool.batch("log", 1000)]
    assert len(found) == 250
    assert set(told) <= {each.event_id for each in found}
    for session in ("p0", "p1", "t0", "t1", "t2"):
        order = [each.payload["n"] for each in found if each.session_id == session]
        assert order == list(range(50))


def test_one_key_is_one_event_whoever_adds_it(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    programs = [adding(path, 20, "s", "k") for _ in range(2)]
    told = [each for program in programs for each in program.communicate()[0].split()]
    assert len(told) == 40
    assert len(set(told)) == 1
    with Spool(path) as spool:
        assert spool.waiting("log") == 1
