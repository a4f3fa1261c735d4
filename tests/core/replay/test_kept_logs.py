"""Columns kept from the last time: shown only where the file is the very same."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import apsw
import pytest
from hypothesis import given

from core.events.schema import EventEnvelope
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.rules import RECENCY
from core.replay.columns import SessionLog
from core.replay.growth import Growth
from core.replay.index import ContextIndex
from core.replay.kept_logs import KeptLogs
from core.replay.linked import Link, LinkedEventStore
from core.replay.loader import load
from core.replay.log_bytes import UnreadableLogError, read_log, write_log
from tests.builders import EventsInMemory, chat, claim, viewed
from tests.builders_files import (
    append_elsewhere,
    crash_elsewhere,
    execute_elsewhere,
    in_session,
    row_of,
)
from tests.builders_files import (
    write_log as write_file,
)
from tests.core.replay.strategies import logs
from tests.core.replay.told import told

EVENTS = [
    viewed("raft", seconds=1, name="Raft"),
    chat("paxos", seconds=2),
    claim("cl-1", "raft", "paxos", seconds=3),
    chat("\udc80 odd", "naïve ✓", seconds=4),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    odd = row_of(viewed("raft", seconds=7), payload="{oops", version=9)
    return write_file(tmp_path / "events.db", [*EVENTS, odd])


@pytest.fixture
def kept(tmp_path: Path) -> KeptLogs:
    """Keeps however few events, of a file that was written just now."""
    return KeptLogs(tmp_path / "cache", events_least=1, still=0)


def keep(kept: KeptLogs, path: Path, session: str = "s") -> SessionLog:
    with SQLiteEventStore(path) as store:
        with kept.keeping(store, session) as found:
            found.append(load(store, session))
        return found[0]


def read(kept: KeptLogs, path: Path, session: str = "s") -> SessionLog | None:
    with SQLiteEventStore(path) as store:
        return kept.read(store, session)


def as_bytes(log: SessionLog, witness: str = "w") -> bytes:
    file = BytesIO()
    write_log(file, log, witness)
    return file.getvalue()


@given(logs)
def test_bytes_hold_all_of_a_log(events: Sequence[EventEnvelope]) -> None:
    """A session opened again would be another than the first time."""
    log = load(EventsInMemory(events), "s")
    again = read_log(as_bytes(log), "w")
    assert again is not None
    assert told(again) == told(log)
    for position in range(len(log) + 1):
        context = ContextIndex(log, RECENCY).context_at(position)
        assert ContextIndex(again, RECENCY).context_at(position) == context


@given(logs)
def test_no_column_lies_askew(events: Sequence[EventEnvelope]) -> None:
    """Each look at a long session that was kept would copy whole columns: no drag would keep up."""
    log = read_log(as_bytes(load(EventsInMemory(events), "s")), "w")
    assert log is not None
    made, names, touches = log.contributions, log.names, log.touches
    columns = (
        log.rows, log.times, log.kinds, log.actors, log.objects, made.event, made.concept,
        made.concept_ids.ends, names.starts, names.event, touches.event, touches.object,
    )  # fmt: skip
    assert all(column.flags.aligned for column in columns)


@given(logs)
def test_damage_is_told(events: Sequence[EventEnvelope]) -> None:
    """A bad sector in the cache would show events that never were."""
    content = as_bytes(load(EventsInMemory(events), "s"))
    for place in range(0, len(content), 97):
        spoilt = bytearray(content)
        spoilt[place] ^= 0x10
        with pytest.raises(UnreadableLogError):
            read_log(bytes(spoilt), "w")
        if place:
            with pytest.raises(UnreadableLogError):
                read_log(content[:place], "w")


def test_a_session_is_read_as_it_was_kept(kept: KeptLogs, path: Path) -> None:
    """A million events would be read anew each time, for seconds."""
    assert read(kept, path) is None
    log = keep(kept, path)
    again = read(kept, path)
    assert again is not None
    assert told(again) == told(log)
    assert [problem.row for problem in again.problems] == [5]
    assert read(kept, path, "another") is None


def test_what_is_kept_is_for_its_owner_alone(kept: KeptLogs, path: Path) -> None:
    """What a learner reads and says would lie open in a cache folder."""
    keep(kept, path)
    (file,) = kept.folder.iterdir()
    assert "events" not in file.name
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700
    assert kept.size() == file.stat().st_size
    kept.clear()
    assert (list(kept.folder.iterdir()), kept.size()) == ([], 0)


def appended(path: Path) -> None:
    append_elsewhere(path, [viewed("new", seconds=9)])


def edited(path: Path) -> None:
    execute_elsewhere(path, "UPDATE events SET payload = '{}' WHERE rowid = 1")


def replaced(path: Path) -> None:
    """By a copy of the same size and time, as a backup tool does."""
    status = path.stat()
    other = path.with_name("other.db")
    shutil.copyfile(path, other)
    execute_elsewhere(other, "UPDATE events SET event_type = 'UserSighed' WHERE rowid = 1")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


def written_in_place(path: Path) -> None:
    """With the old time put back."""
    status = path.stat()
    edited(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("happen", [appended, edited, replaced, written_in_place])
def test_a_file_that_is_another_now_is_read_anew(
    kept: KeptLogs, path: Path, happen: Callable[[Path], None]
) -> None:
    """Replay would show what is not in the log any more."""
    keep(kept, path)
    happen(path)
    assert read(kept, path) is None


def test_what_lies_in_the_log_beside_the_file_counts(kept: KeptLogs, path: Path) -> None:
    """A backend that runs writes there first, and the file itself stays as it is."""
    execute_elsewhere(path, "PRAGMA journal_mode = WAL")
    log = keep(kept, path)
    backend = apsw.Connection(str(path))
    try:
        again = read(kept, path)
        assert again is not None and told(again) == told(log)
        backend.execute("UPDATE events SET payload = '{}' WHERE rowid = 1")
        assert read(kept, path) is None
    finally:
        backend.close()


def test_a_file_that_changes_while_it_is_read_is_not_kept(kept: KeptLogs, path: Path) -> None:
    """Half of the columns could be of before and half of after."""
    with SQLiteEventStore(path) as store:
        with kept.keeping(store, "s") as found:
            found.append(load(store, "s"))
            appended(path)
        assert kept.read(store, "s") is None
    assert kept.size() == 0


def test_a_file_that_was_written_just_now_is_not_kept(tmp_path: Path, path: Path) -> None:
    """Its time may not tell of the next change: both can fall into one tick of the clock."""
    kept = KeptLogs(tmp_path / "cache", events_least=1, still=3_600)
    keep(kept, path)
    assert kept.size() == 0


def test_short_sessions_and_what_is_no_plain_file_are_not_kept(
    kept: KeptLogs, path: Path, tmp_path: Path
) -> None:
    """They are read faster than they are found; a recovered copy is another file each time."""
    keep(KeptLogs(kept.folder, events_least=6, still=0), path)
    write_file(path.with_name("two.db"), [*EVENTS, *in_session("t", EVENTS)])
    link = Link("both", ("s", "t"))
    with LinkedEventStore(path.with_name("two.db"), links=(link,)) as store:
        store.show_links((link,), store.sessions())
        with kept.keeping(store, link.id) as found:
            found.append(load(store, link.id))
    crash_elsewhere(path)
    keep(kept, path)
    assert kept.size() == 0


def test_what_was_used_last_stays_where_room_is_short(tmp_path: Path, path: Path) -> None:
    """The cache would fill the disk, or lose the session that one works on."""
    write_file(path.with_name("more.db"), [*EVENTS, *in_session("t", EVENTS)])
    more = path.with_name("more.db")
    once = KeptLogs(tmp_path / "once", events_least=1, still=0)
    keep(once, path)
    kept = KeptLogs(tmp_path / "cache", events_least=1, still=0, bytes_most=once.size() * 5 // 2)
    keep(kept, path)
    keep(kept, more, "s")
    for number, file in enumerate(sorted(kept.folder.iterdir(), key=lambda f: f.stat().st_ino)):
        os.utime(file, ns=(number, number))
    assert read(kept, path) is not None
    keep(kept, more, "t")
    assert read(kept, path) is not None
    assert read(kept, more, "s") is None
    assert read(kept, more, "t") is not None


def test_a_cache_that_cannot_be_used_is_done_without(tmp_path: Path, path: Path) -> None:
    """A full disk or a file in the folder's place would keep a log from being opened."""
    (tmp_path / "cache").write_bytes(b"in the way")
    kept = KeptLogs(tmp_path / "cache", events_least=1, still=0)
    assert told(keep(kept, path)) is not None
    assert read(kept, path) is None
    kept.clear()


@pytest.mark.parametrize("left", [-1, 0], ids=["a byte lacks", "empty"])
def test_a_damaged_file_of_the_cache_goes(kept: KeptLogs, path: Path, left: int) -> None:
    """It would be read, and refused, for ever."""
    keep(kept, path)
    (file,) = kept.folder.iterdir()
    file.write_bytes(file.read_bytes()[:left])
    assert read(kept, path) is None
    assert list(kept.folder.iterdir()) == []


def test_a_session_that_was_kept_grows_like_any_other(kept: KeptLogs, path: Path) -> None:
    """A log that is followed would stop where it was opened, or fail on columns of bytes."""
    keep(kept, path)
    with SQLiteEventStore(path) as store:
        log = kept.read(store, "s")
        assert log is not None
        growth = Growth(log)
        append_elsewhere(path, [viewed("late", seconds=2.5), chat("raft", "new", seconds=20)])
        assert told(growth.grow(store)) == told(load(store, "s"))
