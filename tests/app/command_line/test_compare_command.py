"""`brainweb-replay compare … --with`: two sessions against each other, for who has no window."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.command_line.running import DONE, FAULT, NO, run
from tests.builders import captured, chat, claim, viewed
from tests.builders_files import in_session, write_log

SAME = [viewed("raft", name="Raft"), chat("raft", seconds=10)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(
        tmp_path / "events.db",
        [
            *in_session("study", [*SAME, claim("cl-1", "skew", seconds=20)]),
            *in_session("again", [*SAME, captured("document", "d-1", seconds=25)]),
            *in_session("copy", [*SAME, claim("cl-1", "skew", seconds=20)]),
        ],
    )


def test_it_tells_both_contexts_and_where_they_part(log: Path) -> None:
    answer = run("compare", log, "--session", "study", "--with", "again")
    assert answer.status == NO
    lines = answer.out.splitlines()
    assert lines[0] == "A  study  after 3 events, 12 Nov 2026 09:00:25 UTC"
    assert lines[1].startswith("B  again  after 3 events") or lines[1].endswith("rules Brain Web")
    assert lines[2].split() == ["DIFFERENCE", "A", "B", "B", "−", "A"]
    assert "skew                                      0.10      0.00     −0.10" in lines
    assert "Raft                                      0.35      0.35         —" in lines
    assert lines[-2] == (
        "They part first at event 3 (type, object, concepts):"
        " “skew” ClaimUpserted against “document d-1” SourceCaptured"
    )
    assert lines[-1] == ("Their contexts differ from event 3 of A and event 2 of B on (+00:00:20).")


def test_as_json_a_program_reads_the_same(log: Path) -> None:
    answer = run(
        "compare", log, "--session", "study", "--with", "again", "--align", "event", "--at", "#3",
        "--json",
    )  # fmt: skip
    assert answer.status == NO
    found = answer.json
    assert (found["a"]["position"], found["b"]["position"]) == (3, 3)
    assert found["same"] is False
    assert found["parting"]["event"]["number"] == 3
    assert found["parting"]["context"] == {"step": 3, "exact": True}
    assert (found["align"], found["rules"]) == ("event", "Brain Web")


def test_what_is_the_same_is_exit_0_also_in_another_file(log: Path, tmp_path: Path) -> None:
    """A script could not tell whether the table has what the file has."""
    other = write_log(
        tmp_path / "other.db", in_session("s", [*SAME, claim("cl-1", "skew", seconds=20)])
    )
    for options in (("--with", "copy"), ("--with", "s", "--other", str(other))):
        answer = run("compare", log, "--session", "study", *options)
        assert answer.status == DONE
        assert answer.out.splitlines()[-2:] == [
            "The same happened in both.", "Their contexts never differ.",
        ]  # fmt: skip


def test_an_event_of_each_falls_together(log: Path) -> None:
    answer = run(
        "compare", log, "--session", "study", "--with", "again", "--align", "3:1", "--at", "#3",
        "--json",
    )  # fmt: skip
    assert (answer.json["a"]["position"], answer.json["b"]["position"]) == (3, 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--with", "again", "--align", "sideways"),
            "write start, clock, event or EVENT_A:EVENT_B",
        ),
        (("--with", "again", "--align", "9:1"), "#9 is not within the 3 events"),
        (("--with", "again", "--align", "0:1"), "#0 is not within the 3 events"),
        (("--with", "again", "--at", "#9"), "beyond the session's 3 events"),
        (("--with", "again", "--from", "#1"), "moments of one session"),
        (("--at", "#1"), "--other and --at are for two sessions"),
        ((), "Give --from and --to, or --with"),
    ],
)
def test_wrong_input_says_what_was_expected(log: Path, options: tuple[str, ...], said: str) -> None:
    answer = run("compare", log, "--session", "study", *options)
    assert answer.status == FAULT
    assert said in answer.errors


def test_an_unknown_session_is_exit_1_with_the_nearest_names(log: Path) -> None:
    answer = run("compare", log, "--session", "study", "--with", "agian")
    assert answer.status == NO
    assert "again" in answer.errors
