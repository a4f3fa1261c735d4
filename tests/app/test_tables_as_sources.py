"""Every command takes a table as it takes a file, and answers the same."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.command_line.program import app
from app.command_line.source_argument import followed_file
from app.sources import place_of
from core.events.store.sqlite import SQLiteEventStore
from core.mirror import following
from core.server.errors import UnknownSession
from core.server.service import LogService
from tests.app.tables import append, padded, put
from tests.builders import chat, claim, viewed
from tests.core.events.dynamodb_server import Table

COMMANDS = (
    ("events", "--session", "s", "--json"),
    ("events", "--json"),
    ("context", "--session", "s", "--json"),
    ("context", "--session", "s", "--at", "#5", "--rules", "Recency", "--json"),
    ("compare", "--session", "s", "--from", "#2", "--to", "#9", "--json"),
    ("compare", "--session", "s", "--with", "other", "--json"),
    ("stats", "--session", "s", "--json"),
    ("why", "--session", "s", "--concept", "raft", "--json"),
    ("preferences", "--json"),
    ("check", "--json"),
    ("verify", "--json"),
    ("bookmarks", "--json"),
    ("links", "--json"),
    ("sessions", "--json"),
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def await_(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


@pytest.fixture
def both(dynamodb_table: Table, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A table and a file of the same events."""
    acts = [
        viewed("raft", name="Raft"),
        chat("raft", "paxos", seconds=3),
        claim("cl", "raft", seconds=4),
        *(viewed(f"c-{n}", seconds=10 + n) for n in range(9)),
    ]
    events = [
        each.model_copy(update={"event_id": f"a-{n}", "session_id": "s"})
        for n, each in enumerate(acts)
    ]
    events += [padded(n, session_id="other") for n in range(4)]
    path = tmp_path / "events.db"
    with SQLiteEventStore(path, writable=True, create=True) as store:
        store.append_many(events)
    append(dynamodb_table, events)
    yield dynamodb_table.location, str(path)


def test_a_table_answers_as_a_file_does(both: tuple[str, str]) -> None:
    """Else what an analyst finds would depend on where the backend keeps its log."""
    table, path = both
    for name, *options in COMMANDS:
        of_table, of_file = (run(name, source, *options) for source in (table, path))
        assert of_table.exit_code == of_file.exit_code, (name, of_table.stderr, of_file.stderr)
        assert of_table.stdout == of_file.stdout, name


def test_an_unknown_session_of_a_table_is_told_with_the_nearest(both: tuple[str, str]) -> None:
    """A typed id with a slip should find what was meant."""
    found = run("context", both[0], "--session", "othr")
    assert found.exit_code == 1
    assert "no session “othr”" in found.stderr
    assert "other" in found.stderr


def test_the_cost_is_told(both: tuple[str, str]) -> None:
    """Reading a table costs money, which a person should know of."""
    found = run("context", both[0], "--session", "s")
    assert "units read, " in found.stderr
    assert "$" in found.stderr


def test_a_table_that_is_not_there_is_told(dynamodb_table: Table) -> None:
    """A mistyped name must not look like an empty log."""
    found = run("sessions", dynamodb_table.location.replace(dynamodb_table.name, "nowhere"))
    assert found.exit_code == 2
    assert "no table “nowhere”" in found.stderr


def test_a_location_that_is_none_says_what_was_expected() -> None:
    """Who mistypes it learns how one is written."""
    found = run("sessions", "dynamodb://events?regoin=x")
    assert found.exit_code == 2
    assert "regoin" in found.stderr


def test_sessions_of_a_table_without_heads_are_found_by_reading_it(dynamodb_table: Table) -> None:
    """What the backend alone wrote has no list; the sessions are there all the same."""
    put(dynamodb_table, [padded(n) for n in range(3)])
    found = run("sessions", dynamodb_table.location, "--json")
    assert [(each["session_id"], each["count"]) for each in json.loads(found.stdout)] == [("s", 3)]
    assert "all of it was read" in found.stderr


def test_an_export_of_a_table_is_that_of_a_file(both: tuple[str, str], tmp_path: Path) -> None:
    """Tools that read exports need not know where the log was."""
    out = [tmp_path / "table.jsonl", tmp_path / "file.jsonl"]
    for source, target in zip(both, out, strict=True):
        assert run("export", source, "--session", "s", "--out", str(target)).exit_code == 0
    assert out[0].read_bytes() == out[1].read_bytes()


def test_a_picture_is_made_of_a_table(both: tuple[str, str], tmp_path: Path) -> None:
    """A report from a machine without a display needs no file first."""
    out = tmp_path / "x.png"
    found = run("render", both[0], "--session", "s", "--at", "#3", "--out", str(out))
    assert found.exit_code == 0, found.stderr
    assert out.stat().st_size > 10_000


def test_the_window_opens_the_table_that_the_environment_names(
    both: tuple[str, str],
    dynamodb_table: Table,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the backend is told of its table, the replay need not be told again."""
    monkeypatch.setenv("EVENTS_DDB_TABLE", dynamodb_table.name)
    monkeypatch.setenv("EVENTS_DDB_ENDPOINT", dynamodb_table.endpoint or "")
    found = run("--without-display", str(tmp_path / "x.png"))
    assert found.exit_code == 0, found.stderr
    assert "after 4 events" in found.stdout or "after 12 events" in found.stdout


def test_what_is_served_of_a_table_follows_it(both: tuple[str, str], dynamodb_table: Table) -> None:
    """A screen that shows a session live must show one that runs in the cloud."""
    with (
        followed_file(place_of(both[0])) as followed,
        SQLiteEventStore(followed.path) as store,
    ):
        assert len(list(store.iter_events())) == 16
        append(dynamodb_table, [padded(50, session_id="other")])
        await_(lambda: store.position("other") == 5)


def test_what_is_asked_of_a_served_table_is_fetched(
    both: tuple[str, str], dynamodb_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a table without a stream few sessions are followed: another would be shown as it was."""
    monkeypatch.setattr(following, "MOST", 1)
    with (
        followed_file(place_of(both[0])) as followed,
        SQLiteEventStore(followed.path) as store,
    ):
        service = LogService(store, asked=followed.asked)
        put(dynamodb_table, [padded(n, session_id="new") for n in range(3)])
        # The list of the sessions does not have it yet.
        assert len(service.events("new").events) == 3
        put(dynamodb_table, [padded(70 + n, session_id="s") for n in range(2)])
        assert service.context("s", known=False).position in (12, 14)
        await_(lambda: service.context("s").position == 14)
        with pytest.raises(UnknownSession):
            service.events("nobody")


def test_a_table_takes_no_events(both: tuple[str, str]) -> None:
    """What was posted into a mirror would never reach the table."""
    found = run("serve", both[0], "--writable")
    assert found.exit_code == 2
    assert "only read" in found.stderr
