"""Linking sessions on the command line: kept, listed, replayed as one, undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.projectors.session_context import fold
from core.replay.link_file import default_path
from tests.app.command_line.running import DONE, FAULT, NO, run
from tests.builders import chat, viewed
from tests.builders_files import in_session, row_of, write_log

ONE = in_session("one", [viewed("raft"), chat("paxos", seconds=20)])
TWO = in_session("two", [chat("raft", seconds=10)])
OTHER = in_session("other", [viewed("clocks", seconds=90_000)])


@pytest.fixture(autouse=True)
def no_links() -> Iterator[None]:
    """Links are of every log that has their sessions: those of a test end with it."""
    default_path().unlink(missing_ok=True)
    yield
    default_path().unlink(missing_ok=True)


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    tied = [row_of(event, correlation_id="c") for event in (*ONE, *TWO)]
    return write_log(tmp_path / "my.db", [*tied, *OTHER])


def test_linked_sessions_are_replayed_as_one(log_file: Path) -> None:
    """A chat that the backend split over sessions could not be followed from question to answer."""
    made = run("link", log_file, "--name", "chat", "one", "two")
    assert made.status == DONE
    assert "linked:chat" in made.out
    assert "2 parts  3 events" in made.out
    events = run("events", log_file, "--session", "linked:chat", "--json")
    assert [line.count('"session_id": "two"') for line in events.out.splitlines()] == [0, 1, 0]
    out = log_file.with_name("chat.jsonl")
    assert run("export", log_file, "--session", "linked:chat", "--out", out).status == DONE
    assert len(out.read_text().splitlines()) == 3
    found = run("context", log_file, "--session", "linked:chat", "--json").json
    merged = [ONE[0], TWO[0], ONE[1]]
    whole = fold("linked:chat", merged).to_wire()
    assert found["active_concepts"] == whole["active_concepts"]
    assert found["position"] == 3


def test_links_are_listed_and_undone(log_file: Path) -> None:
    run("link", log_file, "--name", "chat", "one", "two")
    listed = [{"id": "linked:chat", "name": "chat", "sessions": ["one", "two"]}]
    assert run("links", log_file, "--json").json == listed
    assert "    two" in run("links", log_file).out
    assert len(run("sessions", log_file, "--json").json) == 3, "they are no sessions of the log"
    assert run("unlink", log_file, "--name", "chat").status == DONE
    assert run("links", log_file, "--json").json == []
    gone = run("context", log_file, "--session", "linked:chat")
    assert gone.status == NO
    assert run("unlink", log_file, "--name", "chat").status == NO


def test_what_may_belong_together_is_suggested(log_file: Path) -> None:
    found = run("links", log_file, "--suggest", "one", "--json").json
    assert [each["session_id"] for each in found] == ["two"]
    assert "two" in run("links", log_file, "--suggest", "one").out
    assert run("links", log_file, "--suggest", "onne").status == NO


def test_what_cannot_be_linked_is_refused(log_file: Path) -> None:
    """A link that lacks a session would never be seen again."""
    unknown = run("link", log_file, "--name", "chat", "one", "twoo")
    assert unknown.status == NO
    assert "The nearest are" in unknown.errors
    assert run("link", log_file, "--name", "chat", "one").status == FAULT
    assert run("link", log_file, "--name", "a\nb", "one", "two").status == FAULT
    assert not default_path().exists()
    run("link", log_file, "--name", "chat", "one", "two")
    taken = run("link", log_file, "--name", "chat", "one", "other")
    assert taken.status == NO
    assert "already" in taken.errors


def test_a_broken_file_of_links_is_told(log_file: Path) -> None:
    """No command would work any more."""
    default_path().parent.mkdir(parents=True, exist_ok=True)
    default_path().write_text("{")
    found = run("sessions", log_file)
    assert found.status == DONE
    assert "set aside" in found.errors
