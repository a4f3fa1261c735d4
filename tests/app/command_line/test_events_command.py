"""The command that lists events, by filter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.command_line.running import run
from tests.builders import chat, viewed
from tests.builders_files import in_session, write_log


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    one = in_session("one", [viewed("raft", seconds=0, name="Raft"), chat("raft", seconds=5)])
    two = in_session("two", [viewed("paxos", seconds=60), chat("paxos", seconds=70)])
    return write_log(tmp_path / "my.db", [*one, *two])


def test_the_events_of_a_session_that_a_filter_means(log_file: Path) -> None:
    """A script would have to read all of a session to find ten events of it."""
    answer = run("events", log_file, "--session", "one", "--filter", "concept:Raft type:Chat*")
    assert answer.status == 0
    assert [line.split()[0] for line in answer.out.splitlines()] == ["#2"]


def test_without_a_session_all_are_searched_the_latest_first(log_file: Path) -> None:
    """To find in which session something was said, each would have to be named."""
    answer = run("events", log_file, "--filter", "why -session:none", "--json")
    found = [json.loads(line) for line in answer.out.splitlines()]
    assert [each["session_id"] for each in found] == ["two", "one"]
    text = run("events", log_file, "--filter", "session:one").out
    assert [line.split()[-1] for line in text.splitlines()] == ["one", "one"]


def test_a_wrong_filter_is_underlined(log_file: Path) -> None:
    """Of a long filter nobody would see which part is meant."""
    answer = run("events", log_file, "--filter", "why tpye:Chat")
    assert answer.status == 2
    assert answer.out == ""
    assert answer.errors.splitlines()[:2] == ["why tpye:Chat", "    ^^^^"]
    assert "Expected type:" in answer.errors
