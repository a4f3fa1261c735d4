"""The commands that make, verify and copy tables, on a real server."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.command_line.program import app
from core.events.schema import EventEnvelope
from core.events.store import SQLiteEventStore
from core.events.store.dynamodb.store import DynamoDBEventStore
from core.projectors.session_context import fold
from tests.core.events.dynamodb.tables import backend_item, put_all
from tests.core.events.dynamodb_server import Table
from tests.core.events.logs import GOLDEN, add, make_log, row
from tests.core.events.store_contract import event

ROOT = Path(__file__).parents[3]


def run(*words: object, status: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == status, result.output
    return result


def stored(path: Path) -> dict[str, list[EventEnvelope]]:
    with SQLiteEventStore(path) as store:
        return {s.session_id: list(store.replay(s.session_id)) for s in store.sessions()}


def kept(table: Table) -> dict[str, list[EventEnvelope]]:
    with DynamoDBEventStore(table.location, read_seconds=60) as store:
        return {s.session_id: list(store.replay(s.session_id)) for s in store.survey()}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A log of three sessions, with ties, keys and references."""
    path = tmp_path / "small.db"
    with SQLiteEventStore(path, writable=True, create=True) as store:
        store.append_many(
            [
                event(number // 3, session_id=f"s-{number % 3}", idempotency_key=f"k-{number}")
                for number in range(30)
            ]
        )
    return path


def test_a_table_is_made_with_all_that_it_needs(
    dynamodb_endpoint: str | None, aws_environment: None
) -> None:
    table = Table("made-by-command", dynamodb_endpoint)
    try:
        shown = run("table", "create", table.location).output
        assert "on demand" in shown
        told = json.loads(run("table", "describe", table.location, "--json").output)
        assert {name: told[name] for name in ("on_demand", "heads_index", "recovery")} == {
            "on_demand": True, "heads_index": True, "recovery": True,
        }  # fmt: skip
        assert told["idempotency_index"]
        assert told["stream"].startswith("arn:aws:dynamodb")
        assert run("table", "create", table.location).output == shown
    finally:
        table.delete()


def test_a_table_that_is_not_there_is_a_fault(dynamodb_table: Table) -> None:
    elsewhere = dynamodb_table.location.replace(dynamodb_table.name, "no-such-table")
    shown = run("table", "describe", elsewhere, status=2).output
    assert "There is no table “no-such-table”" in shown
    assert "expected" in run("table", "verify", "events.db", status=2).output.lower()


def test_a_table_of_a_backend_is_given_heads(dynamodb_table: Table) -> None:
    """Else its sessions are listed by reading all of it."""
    items = [
        backend_item(f"e-{n}", f"2026-01-05T12:00:0{n}", "ab"[n % 2], idempotency_key=f"k-{n}")
        for n in range(6)
    ]
    put_all(dynamodb_table, [*items, {"pk": {"S": "tenant#1"}, "sk": {"S": "x"}}])
    shown = run("table", "verify", dynamodb_table.location, status=1).output
    told = dict(line.split(": ", 1) for line in shown.splitlines() if ": " in line)
    assert {
        name: told[name].strip() for name in ("events", "heads", "markers", "foreign items")
    } == {
        "events": "6 of 2 sessions",
        "heads": "2 wrong",
        "markers": "6 events and 6 idempotency keys have none",
        "foreign items": "1",
    }
    assert "a  no head; found 3 events from" in shown
    shown = run("table", "verify", dynamodb_table.location, "--write-heads").output
    assert "14 heads and markers written" in shown
    assert "right" in shown
    assert "all there" in shown
    with DynamoDBEventStore(dynamodb_table.location, writable=True) as store:
        head = store.head("b")
        assert head is not None
        assert (head.count, head.arrivals) == (3, 0)
        assert store.get("e-3") is not None
        assert store.append(event(9, session_id="c", idempotency_key="k-5")).existed
        assert not store.append(event(9, session_id="a")).existed
    found = json.loads(run("table", "verify", dynamodb_table.location, "--json").stdout)
    assert (found["good"], found["events"], found["foreign"]) == (True, 7, 1)


def test_a_wrong_head_is_found_and_mended(dynamodb_table: Table) -> None:
    with DynamoDBEventStore(dynamodb_table.location, writable=True) as store:
        store.append_many([event(0), event(5)])
    # What a backend writes beside us is in no head.
    put_all(dynamodb_table, [backend_item("late", "2026-01-05T12:00:09")])
    assert (
        "its head says 2 events" in run("table", "verify", dynamodb_table.location, status=1).output
    )
    run("table", "verify", dynamodb_table.location, "--write-heads")
    with DynamoDBEventStore(dynamodb_table.location, writable=True) as store:
        assert store.position("s") == 3


def test_copying_there_and_back_gives_the_same_events(
    dynamodb_table: Table, tmp_path: Path
) -> None:
    """The log of the backend itself, with all that it writes."""
    golden = Path(shutil.copy(GOLDEN, tmp_path / "golden.db"))
    back = tmp_path / "back.db"
    run("copy", golden, dynamodb_table.location)
    run("copy", dynamodb_table.location, back)
    assert stored(back) == stored(golden) == kept(dynamodb_table)
    with DynamoDBEventStore(dynamodb_table.location, read_seconds=60) as store:
        for session_id, events in stored(golden).items():
            replayed = list(store.replay(session_id))
            assert fold(session_id, replayed) == fold(session_id, events)
            assert [each.to_wire() for each in replayed] == [each.to_wire() for each in events]


def test_copying_twice_is_copying_once(dynamodb_table: Table, small: Path) -> None:
    assert "30 events of 3 sessions copied" in run("copy", small, dynamodb_table.location).stderr
    again = run("copy", small, dynamodb_table.location).stderr
    assert "0 events of 3 sessions copied" in again
    assert "30 known before, 0 refused" in again
    assert "0.0 write units" in again.splitlines()[-1]


def test_a_copy_that_was_stopped_goes_on(dynamodb_table: Table, small: Path) -> None:
    whole = stored(small)
    with DynamoDBEventStore(dynamodb_table.location, writable=True) as store:
        store.append_many(whole["s-0"][:4])
        store.append_many(whole["s-1"][5:7])
    shown = run("copy", small, dynamodb_table.location).stderr
    assert "24 events of 3 sessions copied" in shown
    assert "6 known before" in shown
    assert kept(dynamodb_table) == whole


def test_ctrl_c_leaves_what_the_same_command_goes_on_from(
    dynamodb_table: Table, tmp_path: Path
) -> None:
    path = tmp_path / "long.db"
    with SQLiteEventStore(path, writable=True, create=True) as store:
        store.append_many([event(number) for number in range(700)])
    command = [sys.executable, "-m", "app", "copy", str(path), dynamodb_table.location]
    with subprocess.Popen(command, cwd=ROOT, text=True, stderr=subprocess.PIPE) as copying:
        with DynamoDBEventStore(dynamodb_table.location, read_seconds=60) as table:
            while table.head("s") is None and copying.poll() is None:
                pass
        copying.send_signal(signal.SIGINT)
        said = copying.communicate()[1]
    assert copying.returncode == 130, said
    assert "The same command goes on from there" in said
    assert 0 < len(kept(dynamodb_table)["s"]) < 700
    assert "known before, 0 refused" in run("copy", path, dynamodb_table.location).stderr
    assert kept(dynamodb_table) == stored(path)


def test_one_session_alone_is_copied(dynamodb_table: Table, small: Path, tmp_path: Path) -> None:
    run("copy", small, dynamodb_table.location, "--session", "s-1", "--session", "s-2")
    assert sorted(kept(dynamodb_table)) == ["s-1", "s-2"]
    to = tmp_path / "one.db"
    run("copy", dynamodb_table.location, to, "--session", "s-2")
    assert stored(to) == {"s-2": stored(small)["s-2"]}
    shown = run("copy", small, to, "--session", "s-9", status=1).output
    assert "s-9" in shown


def test_files_are_copied_too_and_what_is_damaged_is_told(tmp_path: Path) -> None:
    path = make_log(tmp_path / "log.db", [row("a"), row("b", occurred_at="yesterday")])
    add(path, row("c", payload="{broken"))
    to = tmp_path / "to.db"
    shown = run("copy", path, to, status=1)
    assert "occurred_at cannot be read" in shown.stdout
    assert "payload is not JSON" in shown.stdout
    assert "2 events of 1 session copied" in shown.stderr
    assert "is both source and target" in run("copy", to, to, status=2).output


def test_what_the_table_does_not_take_is_refused_and_the_rest_copied(
    dynamodb_table: Table, tmp_path: Path
) -> None:
    path = tmp_path / "log.db"
    large: dict[str, Any] = {"text": "x" * 500_000}
    with SQLiteEventStore(path, writable=True, create=True) as store:
        store.append_many([event(0), event(1, payload=large), event(2)])
    shown = run("copy", path, dynamodb_table.location, status=1)
    assert "409,600 at the most" in shown.stdout
    assert "2 events of 1 session copied" in shown.stderr
    assert len(kept(dynamodb_table)["s"]) == 2
