"""`brainweb-replay preferences`: what people of a log prefer, for who has no window."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.events.store.sqlite import SQLiteEventStore
from core.projectors.people_reading import read_people
from resources.make_events import SAMPLE
from tests.app.command_line.running import DONE, FAULT, NO, run
from tests.builders import chat, event, viewed
from tests.builders_files import in_session, write_log


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A session of ada's and one of nobody's."""
    ml = event(payload={"domain": "ml"}, seconds=5)
    events = in_session("a", [viewed("raft", name="Raft"), chat("raft", seconds=1), ml])
    return write_log(
        tmp_path / "events.db", [*events, *in_session("b", [event("New", actor=None, seconds=9)])]
    )


def test_as_json_it_is_all_that_was_counted(log: Path) -> None:
    """A program would get other numbers than the window shows."""
    answer = run("preferences", log, "--json")
    assert answer.status == DONE
    assert [each["user_id"] for each in answer.json] == ["user-ada", "unknown"]
    assert answer.json[0] == {
        "user_id": "user-ada",
        "sessions": ["a"],
        "events": 3,
        "preferred_domains": ["ml"],
        "preferred_concepts": ["raft"],
        "interaction_style": "explorer",
        "style": {
            "chats": {"count": 1, "share": 1 / 3},
            "captures": {"count": 0, "share": 0.0},
            "views": {"count": 2, "share": 2 / 3},
        },
        "domains": [{"domain": "ml", "count": 1}],
        "concepts": [{"concept_id": "raft", "count": 1, "name": "Raft"}],
    }


def test_it_is_what_the_window_counts() -> None:
    with SQLiteEventStore(SAMPLE) as store:
        *_, last = read_people(store)
    assert last.people is not None
    expected = [actor.to_wire() for actor in last.people.actors]
    assert run("preferences", SAMPLE, "--json").json == expected


def test_one_actor_can_be_asked_for(log: Path) -> None:
    """One person would have to be picked out of ten thousand."""
    (only,) = run("preferences", log, "--actor", "unknown", "--json").json
    assert (only["user_id"], only["interaction_style"]) == ("unknown", "exploratory")


def test_as_text_it_can_be_read(log: Path) -> None:
    lines = run("preferences", log, "--actor", "user-ada").out.splitlines()
    assert lines == [
        "user-ada  1 session, 3 events",
        "  explorer: chats 33%, captures 0%, views 67%",
        "  domains",
        "        1  ml",
        "  concepts",
        "        1  Raft",
    ]


def test_an_unknown_actor_is_answered_with_the_nearest(log: Path) -> None:
    """A slip of the finger would look like somebody who did nothing."""
    answer = run("preferences", log, "--actor", "user-adda")
    assert answer.status == NO
    assert answer.out == ""
    assert "There is no actor “user-adda” in this log. The nearest are user-ada" in answer.errors


def test_a_log_without_events_has_nobody(tmp_path: Path) -> None:
    """A backend that has just started is no fault."""
    empty = write_log(tmp_path / "empty.db", [])
    assert run("preferences", empty, "--json").json == []
    assert run("preferences", empty).out == "No one has acted in this log yet.\n"


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    answer = run("preferences", tmp_path / "none.db")
    assert answer.status == FAULT
    assert "none.db" in answer.errors


def test_text_of_the_log_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Who writes an event could clear the screen of who reads it, or worse."""
    nasty = "\x1b[2J\nx"
    odd = event(ref=("concept", nasty), actor=nasty, payload={"domain": nasty, "name": nasty})
    out = run("preferences", write_log(tmp_path / "events.db", [odd])).out
    assert "\x1b" not in out
    assert len(out.splitlines()) == 6
