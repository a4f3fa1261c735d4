"""`--rules` and `--leave-out` on the command line: rules by name or by file, and what if."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.projectors.rule_files import to_toml
from core.projectors.rules import BRAIN_WEB, RECENCY
from core.projectors.saved_rules import RuleFolder
from tests.app.command_line.running import DONE, FAULT, run
from tests.builders import captured, chat, viewed
from tests.builders_files import in_session, write_log

STRONG = BRAIN_WEB.model_copy(update={"name": "Strong", "viewed": 0.5})


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session of three events, of a user who has saved nothing yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    events = [
        viewed("raft", name="Raft"),
        chat("raft", "paxos", seconds=60),
        captured("document", "d-1", seconds=120),
    ]
    return write_log(tmp_path / "events.db", in_session("study", events))


@pytest.fixture
def strong(tmp_path: Path) -> Path:
    path = tmp_path / "strong.toml"
    path.write_text(to_toml(STRONG))
    return path


def test_rules_come_from_a_file_or_from_a_saved_set(log: Path, strong: Path) -> None:
    """What was tried out in the window could not be used by a program."""
    RuleFolder().save(STRONG)
    for rules in (strong, "strong"):
        answer = run("context", log, "--session", "study", "--rules", rules, "--json")
        assert answer.status == DONE
        assert answer.json["rules"] == "Strong"
        assert answer.json["active_concepts"][0]["weight"] == 0.65


@pytest.mark.parametrize(
    "command",
    [
        ("context",),
        ("why", "--concept", "raft"),
        ("compare", "--from", "#0", "--to", "#3"),
        ("export", "--out", "OUT"),
    ],
    ids=lambda command: command[0],
)
def test_every_command_takes_a_file_of_rules(
    log: Path, strong: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    name, *options = [str(tmp_path / "out.jsonl") if part == "OUT" else part for part in command]
    answer = run(name, log, "--session", "study", *options, "--rules", strong)
    assert answer.status == DONE, answer.errors
    strong.write_text("viewed = -1")
    answer = run(name, log, "--session", "study", *options, "--rules", strong)
    assert answer.status == FAULT
    assert "strong.toml: viewed = -1: expected a number of 0 or more." in answer.errors


def test_events_are_left_out_of_the_context(log: Path) -> None:
    answer = run(
        "context", log, "--session", "study", "--leave-out", "type:ChatMessageCreated",
        "--leave-out", "object:d-1", "--json",
    )  # fmt: skip
    assert answer.status == DONE
    assert [(c["concept_id"], c["weight"]) for c in answer.json["active_concepts"]] == [
        ("raft", 0.2)
    ]
    assert answer.json["active_objects"] == []
    assert answer.json["position"] == 3
    assert answer.errors == "Left out: 2 of 3 events.\n"


def test_events_are_left_out_of_an_export(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "events.jsonl"
    answer = run(
        "export", log, "--session", "study", "--out", out, "--leave-out", "type:UserViewed"
    )
    assert answer.status == DONE, answer.errors
    assert len(out.read_text().splitlines()) == 2
    contexts = tmp_path / "contexts.csv"
    answer = run(
        "export", log, "--session", "study", "--out", contexts, "--format", "context-csv",
        "--leave-out", "type:UserViewed",
    )  # fmt: skip
    assert answer.status == DONE, answer.errors
    assert "0.35" not in contexts.read_text()


def test_events_are_left_out_of_the_statistics(log: Path) -> None:
    answer = run("stats", log, "--session", "study", "--leave-out", "type:UserViewed", "--json")
    assert answer.status == DONE
    assert answer.json["events"] == 2
    assert [each["event_type"] for each in answer.json["types"]["top"]] == [
        "ChatMessageCreated",
        "SourceCaptured",
    ]


def test_a_filter_that_is_none_is_told_with_its_place(log: Path) -> None:
    answer = run("context", log, "--session", "study", "--leave-out", "type:")
    assert answer.status == FAULT
    assert "--leave-out, character " in answer.errors


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--rules", "Nobody's"), "There are no rules named “Nobody's”. There are “Brain Web”"),
        (("--rules", ""), "a file of rules ends in .toml"),
        (("--rules", "FOLDER"), "There are no rules named"),
        (("--rules", "FOLDER/none.toml"), "none.toml: No such file"),
        (("--rules", "FOLDER/events.db"), "events.db: this is no text in UTF-8"),
        (("--rules", "FOLDER/bad.toml"), "bad.toml: This is no TOML: "),
        (("--rules", "FOLDER/odd.toml"), "odd.toml: what_is is no field of rules. There are name,"),
        (
            ("--leave-out", "nokey:x"),
            "--leave-out, character 1: “nokey:” is no field: expected type:",
        ),
        (("--leave-out", " "), "--leave-out is empty: expected a filter"),
        (("--as-known", "--at", "soon"), "“soon” is no moment: write #214"),
    ],
)
def test_wrong_input_says_what_was_expected(
    log: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    """A person would read a traceback, and a script take the context under other rules."""
    (tmp_path / "bad.toml").write_text("name = [1")
    (tmp_path / "odd.toml").write_text('what_is = "it"')
    given = [option.replace("FOLDER", str(tmp_path)) for option in options]
    answer = run("context", log, "--session", "study", *given)
    assert (answer.status, answer.out) == (FAULT, "")
    assert said in answer.errors
    assert answer.errors.startswith("brainweb-replay: ")


@pytest.mark.parametrize("command", ["serve", "verify", "compare", "render"])
def test_no_command_takes_rules_that_are_none(log: Path, tmp_path: Path, command: str) -> None:
    """It would go on under other rules than were asked for."""
    sessions = () if command == "serve" else ("--session", "study")
    more = {"compare": ("--with", "study"), "render": ("--out", str(tmp_path / "x.png"))}
    answer = run(command, log, *sessions, *more.get(command, ()), "--rules", "none")
    assert (answer.status, answer.out) == (FAULT, "")
    assert "There are no rules named “none”. There are “Brain Web”" in answer.errors
    assert not (tmp_path / "x.png").exists()


def test_a_broken_set_is_told_and_hides_no_other(log: Path) -> None:
    folder = RuleFolder()
    folder.save(RECENCY.model_copy(update={"name": "Mine"}))
    (folder.path / "Bad.toml").write_text("viewed = -1")
    answer = run("context", log, "--session", "study", "--rules", "Mine", "--json")
    assert answer.status == DONE
    assert answer.json["rules"] == "Mine"
    assert "set aside as Bad.broken.toml" in answer.errors
