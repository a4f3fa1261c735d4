"""`brainweb-replay compare` and `stats`: two moments and a range, for who has no window."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.events.store.sqlite import SQLiteEventStore
from core.projectors.rules import RECENCY
from core.replay.index import ContextIndex
from core.replay.loader import load
from core.replay.moment import Moment
from core.replay.range_statistics import range_statistics
from core.replay.two_moments import compare
from tests.app.command_line.running import DONE, FAULT, NO, run
from tests.builders import captured, chat, event, viewed
from tests.builders_files import in_session, write_log


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A session of an hour."""
    events = [
        viewed("raft", name="Raft"),
        chat("raft", "paxos", seconds=600),
        captured("document", "d-1", seconds=660),
        event("New", actor=None, seconds=3_600),
    ]
    return write_log(tmp_path / "events.db", in_session("study", events))


def test_as_json_it_is_the_comparison_that_the_window_shows(log: Path) -> None:
    """A program would get other numbers than the window shows."""
    answer = run(
        "compare", log, "--session", "study", "--from", "#1", "--to", "+00:10:00",
        "--rules", "recency", "--json",
    )  # fmt: skip
    assert answer.status == DONE
    with SQLiteEventStore(log) as store:
        columns = load(store, "study")
    ends = [Moment(at).in_log(columns) for at in ("#1", "+00:10:00")]
    expected = compare(ContextIndex(columns, RECENCY), *ends).to_wire()
    assert answer.json == expected | {"rules": "Recency"}
    assert answer.json["events"] == 1
    assert answer.json["concepts"][0]["by_decay"] == pytest.approx(-0.1)


def test_as_text_it_can_be_read(log: Path) -> None:
    lines = run(
        "compare", log, "--session", "study", "--from", "#1", "--to", "#3", "--rules", "Recency"
    ).out.splitlines()
    assert lines[0] == (
        "study  #1 12 Nov 2026 09:00:00 → #3 09:11:00 UTC  2 events, 11 m, rules Recency"
    )
    assert lines[1].split() == ["DIFFERENCE", "A", "B", "change", "events", "decay"]
    assert lines[3:5] == [
        "CAME 2",
        "  Paxos                                      —  2.  0.14    +0.14    +0.14        —",
    ]
    assert lines[-1].split() == ["Raft", "1.", "0.20", "1.", "0.23", "+0.03", "+0.14", "−0.11"]


def test_the_earlier_moment_may_be_the_second(log: Path) -> None:
    """Who gives them the wrong way round would get an error, or the same numbers."""
    there = run("compare", log, "--session", "study", "--from", "#1", "--to", "#3", "--json").json
    back = run("compare", log, "--session", "study", "--from", "#3", "--to", "#1", "--json").json
    change = {c["concept_id"]: c["change"] for c in there["concepts"]}
    assert {c["concept_id"]: -c["change"] for c in back["concepts"]} == change


def test_the_statistics_are_those_of_the_whole_session_or_of_a_range(log: Path) -> None:
    whole = run("stats", log, "--session", "study", "--json")
    assert whole.status == DONE
    assert (whole.json["session_id"], whole.json["events"]) == ("study", 4)
    assert whole.json["seconds"] == 3_600
    with SQLiteEventStore(log) as store:
        columns = load(store, "study")
    start = columns.start
    expected = range_statistics(columns, 1, 3, since=start, until=start + 900_000_000)
    part = ("--from", "#1", "--to", "09:15")
    found = run("stats", log, "--session", "study", *part, "--json").json
    assert found == {"session_id": "study"} | expected.to_wire()
    turned = ("--from", "09:15", "--to", "#1")
    assert run("stats", log, "--session", "study", *turned, "--json").json == found


def test_the_statistics_can_be_read(log: Path) -> None:
    lines = run("stats", log, "--session", "study", "--from", "#1").out.splitlines()
    assert lines[0] == "study  #1 12 Nov 2026 09:00:00 → #4 10:00:00 UTC  3 events, 1 h"
    assert [line.split() for line in lines[1:4]] == [
        ["TIME", "1", "h"], ["Active", "1", "m"], ["Idle", "59", "m"],
    ]  # fmt: skip
    assert ["nobody", "1", "·", "33%"] in [line.split() for line in lines]
    assert ["Raft", "1", "·", "50%"] in [line.split() for line in lines]


@pytest.mark.parametrize("command", ["compare", "stats"])
def test_what_cannot_be_answered_is_said(command: str, log: Path) -> None:
    """A slip of the finger would look like a session in which nothing happened."""
    moments = ("--from", "#1", "--to", "#9")
    unknown = run(command, log, "--session", "studi", *moments)
    assert (unknown.status, unknown.out) == (NO, "")
    assert "study" in unknown.errors
    beyond = run(command, log, "--session", "study", *moments)
    assert beyond.status == FAULT
    assert "#9 is beyond the session's 4 events" in beyond.errors
    nonsense = run(command, log, "--session", "study", "--from", "soon", "--to", "#1")
    assert nonsense.status == FAULT
    assert "“soon” is no moment: write #214" in nonsense.errors


def test_unknown_rules_are_said(log: Path) -> None:
    answer = run(
        "compare", log, "--session", "study", "--from", "0", "--to", "1", "--rules", "Nice"
    )
    assert answer.status == FAULT
    assert "There are no rules named “Nice”" in answer.errors


def test_text_of_the_log_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Who writes an event could clear the screen of who reads it, or worse."""
    nasty = "\x1b[2J\nx"
    odd = event(ref=("concept", nasty), actor=nasty, payload={"name": nasty})
    path = write_log(tmp_path / "events.db", in_session("s", [odd]))
    out = run("compare", path, "--session", "s", "--from", "#0", "--to", "#1").out
    out += run("stats", path, "--session", "s").out
    assert "\x1b" not in out
    assert "[2J x" in out
