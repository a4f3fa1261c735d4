"""`brainweb-replay why`: the reasons in text and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.command_line.program import app
from tests.builders import captured, claim, viewed
from tests.builders_files import in_session, write_log


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    events = [
        *(viewed("raft", seconds=i, name="Raft") for i in range(7)),
        captured("document", "a/b", seconds=8),
        claim("c", "raft", seconds=9),
    ]
    return write_log(tmp_path / "my.db", in_session("s", events))


def why(log_file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["why", str(log_file), "--session", "s", *arguments])


def test_the_shares_of_a_concept_add_up_to_its_weight(log_file: Path) -> None:
    found = json.loads(why(log_file, "--concept", "raft", "--json").stdout)
    assert (found["value"], found["name"], found["position"]) == (1.0, "Raft", 9)
    assert sum(e["share"] for e in found["events"]) == pytest.approx(1.0)
    assert [step["what"] for step in found["waterfall"]] == ["viewed", "claimed", "cap"]
    assert found["events"][-1] == {
        "position": 9,
        "at": found["at"],
        "what": "claimed",
        "amount": 0.1,
        "share": 0.0,
    }


def test_an_object_and_the_uncertainty_are_explained_at_a_moment(log_file: Path) -> None:
    found = json.loads(
        why(
            log_file, "--object", "document/a/b", "--at", "#8", "--rules", "recency", "--json"
        ).stdout
    )
    assert (found["value"], found["standing"], found["place"]) == (0.7, "active", 1)
    assert (found["rule"], found["rules"], found["object_id"]) == ("recent", "Recency", "a/b")
    found = json.loads(why(log_file, "--uncertainty", "--at", "#6", "--json").stdout)
    assert (found["value"], found["counted"]) == (0.5, 6)
    assert found["next_step"] == {"events": 4, "value": 0.2}


def test_the_text_tells_value_waterfall_and_events(log_file: Path) -> None:
    lines = why(log_file, "--concept", "raft").stdout.splitlines()
    assert lines[0] == "Raft is 1.00"
    assert lines[1].split() == ["+1.40", "viewed", "(7", "times)"]
    assert lines[-1].split() == ["#1", "12", "Nov", "2026", "09:00:00", "+0.20", "viewed"]
    text = why(log_file, "--object", "document/a/b", "--at", "#3").stdout
    assert text.strip() == "document a/b is not active: untouched"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "Ask for one of --concept"),
        (("--concept", "raft", "--uncertainty"), 2, "Ask for one of --concept"),
        (("--object", "document"), 2, "write TYPE/ID"),
        (("--concept", "rafd"), 1, "The nearest are raft."),
        (("--object", "claim/d"), 1, "The nearest are claim/c."),
        (("--uncertainty", "--rules", "none"), 2, "There are no rules named “none”"),
        (("--uncertainty", "--at", "#99"), 2, "#99 is beyond"),
    ],
)
def test_what_cannot_be_answered_is_said_with_what_was_expected(
    log_file: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    answer = why(log_file, *arguments)
    assert answer.exit_code == status
    assert said in answer.stderr
