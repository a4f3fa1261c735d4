"""Events as files: what is in them, and that there is never half of one."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from core.events.errors import SourceChanged
from core.events.store.sqlite import SQLiteEventStore
from core.export.errors import DiskFull, TargetRefused, TargetUnwritable
from core.export.events import COLUMNS, EventFormat, export_events
from core.export.target import replacing
from core.replay.loader import load
from tests.builders import chat, event, viewed
from tests.builders_files import execute_elsewhere, row_of, write_log, write_long_log
from tests.core.export.exporting import events_of, exported

NAMES = [column.name for column in COLUMNS]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(
        tmp_path / "events.db",
        [
            viewed("raft", seconds=0, name="Raft"),
            row_of(event("New", seconds=1), version=7, payload='{"a": NaN}'),
            chat("raft", "paxos", seconds=1),
            viewed("paxos", seconds=2.5),
        ],
    )


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def cells(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


def test_json_lines_are_the_envelopes(log: Path, tmp_path: Path) -> None:
    """What `events --json` prints and what is exported would differ."""
    assert exported(log, tmp_path / "x.jsonl") == (4, 4, 0)
    found = [json.dumps(each) for each in lines(tmp_path / "x.jsonl")]
    assert found == [json.dumps(each.to_wire()) for each in events_of(log)]


@pytest.mark.parametrize("events", [range(1, 3), {2, 1}, np.array([2, 1, 1])])
def test_a_range_or_a_set_of_events_can_be_taken(
    log: Path, tmp_path: Path, events: range | set[int]
) -> None:
    """Who looks for three events would have to take a million."""
    exported(log, tmp_path / "x.jsonl", events=events)
    assert [each["event_type"] for each in lines(tmp_path / "x.jsonl")] == [
        "New",
        "ChatMessageCreated",
    ]


def test_an_event_beyond_the_log_is_refused(log: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="0 to 3"):
        exported(log, tmp_path / "x.jsonl", events=[4])


def test_csv_has_the_columns_of_the_envelope(log: Path, tmp_path: Path) -> None:
    exported(log, tmp_path / "x.csv")
    head, first, second, *_ = cells(tmp_path / "x.csv")
    assert head == NAMES
    row = dict(zip(head, first, strict=True))
    assert row["occurred_at"] == "2026-11-12T09:00:00Z"
    assert (row["object_ref_type"], row["object_ref_id"]) == ("concept", "raft")
    assert json.loads(row["payload"]) == {"name": "Raft"}
    assert second[NAMES.index("version")] == "7"
    assert not (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    exported(log, tmp_path / "x.csv", bom=True)
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbfevent_id,")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(tmp_path: Path, first: str) -> None:
    """A name in somebody's log would run in the analyst's spreadsheet."""
    nasty = f'{first}cmd|" /C calc"!A0\r\nx,y'
    log = write_log(tmp_path / "events.db", [event(actor=nasty, ref=("concept", nasty))])
    exported(log, tmp_path / "x.csv")
    (_, row) = cells(tmp_path / "x.csv")
    assert row[NAMES.index("actor_id")] == row[NAMES.index("object_ref_id")] == f"'{nasty}"


def test_parquet_has_typed_columns(log: Path, tmp_path: Path) -> None:
    exported(log, tmp_path / "x.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "x.parquet")
    assert table.column_names == NAMES
    assert str(table.schema.field("occurred_at").type) == "timestamp[us, tz=UTC]"
    assert str(table.schema.field("version").type) == "int64"
    assert table.column("occurred_at").to_pylist()[-1] == datetime(
        2026, 11, 12, 9, 0, 2, 500_000, tzinfo=UTC
    )
    assert table.column("payload").to_pylist()[1] == '{"a": NaN}'
    assert table.column("object_ref_id").to_pylist() == ["raft", None, "m-1", "paxos"]


def test_parquet_is_written_in_groups(tmp_path: Path) -> None:
    """A million events would have to be in memory at once."""
    log = write_long_log(tmp_path / "events.db", 20_000)
    assert exported(log, tmp_path / "x.parquet", session="long").done == 20_000
    file = pyarrow.parquet.ParquetFile(tmp_path / "x.parquet")
    assert (file.metadata.num_row_groups, file.metadata.num_rows) == (2, 20_000)


def test_nothing_is_under_the_name_until_all_is(log: Path, tmp_path: Path) -> None:
    """A program that waits for the file would read half of it."""
    target = tmp_path / "out" / "x.jsonl"
    target.parent.mkdir()
    target.write_text("as it was", encoding="utf-8")
    with SQLiteEventStore(log) as store:
        steps = export_events(store, load(store, "s"), target, EventFormat.JSONL)
        next(steps)
        next(steps)
        assert target.read_text(encoding="utf-8") == "as it was"
        steps.close()
    assert [each.name for each in target.parent.iterdir()] == ["x.jsonl"]
    assert target.read_text(encoding="utf-8") == "as it was"
    exported(log, target)
    assert len(lines(target)) == 4
    assert len(list(target.parent.iterdir())) == 1


@pytest.mark.skipif(os.name != "posix", reason="there are no such modes")
def test_a_file_is_its_owners_alone(log: Path, tmp_path: Path) -> None:
    """What somebody read and chatted would lie open to everyone on the machine."""
    exported(log, tmp_path / "x.csv")
    assert stat.S_IMODE((tmp_path / "x.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["events.db", "events.db-wal", "events.db-journal", "link.db"])
def test_the_open_log_is_never_replaced(log: Path, tmp_path: Path, name: str) -> None:
    """A slip in the file dialog would destroy what is exported."""
    (tmp_path / "link.db").symlink_to(log)
    before = log.read_bytes()
    with SQLiteEventStore(log) as store:
        steps = export_events(store, load(store, "s"), tmp_path / name, EventFormat.JSONL)
        with pytest.raises(TargetRefused, match="log that is open"):
            next(steps)
    assert log.read_bytes() == before


def test_a_folder_is_told_apart(log: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(TargetRefused, match="is a folder"):
        exported(log, tmp_path / "x.csv")


def test_a_missing_folder_is_told(log: Path, tmp_path: Path) -> None:
    with pytest.raises(TargetUnwritable, match="There is no folder"):
        exported(log, tmp_path / "none" / "x.csv")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """Half a file would pass for a whole one."""
    target = tmp_path / "x.jsonl"
    with (
        pytest.raises(DiskFull, match="no room left"),
        replacing(target),
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        full.write(b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_log_that_was_rewritten_is_told(log: Path, tmp_path: Path) -> None:
    """Rows of another session would be exported under this one's name."""
    with SQLiteEventStore(log) as store:
        known = load(store, "s")
        execute_elsewhere(log, "UPDATE events SET session_id = 't' WHERE rowid = 2")
        steps = export_events(store, known, tmp_path / "x.jsonl", EventFormat.JSONL)
        with pytest.raises(SourceChanged, match="rewritten"):
            list(steps)
    assert not (tmp_path / "x.jsonl").exists()
