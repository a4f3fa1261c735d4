"""`brainweb-replay verify`, `context --as-known` and `events --by-arrival`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.command_line.program import app
from app.command_line.verify import NOTHING
from core.notes.bookmark import Anchor, Bookmark
from core.notes.bookmark_file import BookmarkFile, bookmark_path
from tests.builders import captured, viewed
from tests.builders_files import in_session, row_of, write_log
from tests.builders_recorded import payload_of, recorded, with_recorded_contexts


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return write_log(tmp_path / "my.db", with_recorded_contexts())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


class TestVerify:
    def test_each_difference_is_a_line_and_the_status_says_that_there_is_one(
        self, log_file: Path
    ) -> None:
        answer = run("verify", log_file)
        assert answer.exit_code == 1
        tampered, nonsense = answer.stdout.splitlines()
        assert "#7" in tampered
        assert tampered.endswith("RAFT: recorded 0.90, the rules give 0.60")
        assert "is no context: its active_concepts are no list" in nonsense
        assert "1 as they give it, 1 not, 1 that cannot be read" in answer.stderr

    def test_an_object_in_another_place_is_a_line(self, tmp_path: Path) -> None:
        """The rules keep the first twenty: in another order others would be kept."""
        events = [captured("document", f"d-{n}", seconds=n) for n in range(2)]
        payload = payload_of(events)
        payload["active_objects"].reverse()
        path = write_log(tmp_path / "order.db", [*events, recorded(payload, seconds=9)])
        answer = run("verify", path)
        assert answer.exit_code == 1
        assert "document d-0: recorded 0.70, place 2, the rules give 0.70, place 1" in answer.stdout
        (found,) = json.loads(run("verify", path, "--json").stdout)["differences"][:1]
        assert (found["recorded_rank"], found["given_rank"]) == (2, 1)

    def test_what_agrees_is_no_line(self, tmp_path: Path) -> None:
        events = [viewed("raft"), recorded(payload_of([viewed("raft")]), seconds=1)]
        answer = run("verify", write_log(tmp_path / "my.db", events))
        assert (answer.exit_code, answer.stdout) == (0, "")
        assert "1 recorded context under the rules “Brain Web”" in answer.stderr

    def test_a_log_that_recorded_nothing_says_so(self, tmp_path: Path) -> None:
        path = write_log(tmp_path / "my.db", [viewed("raft"), recorded({}, seconds=1)])
        answer = run("verify", path)
        assert (answer.exit_code, answer.stdout) == (0, "")
        assert NOTHING in answer.stderr

    def test_json_has_each_recorded_context_with_all_that_differs(self, log_file: Path) -> None:
        lines = [json.loads(line) for line in run("verify", log_file, "--json").stdout.splitlines()]
        assert [(line["position"], line["verdict"]) for line in lines] == [
            (5, "agrees"), (7, "differs"), (8, "unreadable"),
        ]  # fmt: skip
        assert lines[0]["known"] == 3, "the late event was not known when it was recorded"
        (difference,) = lines[1]["differences"]
        assert difference["recorded"] == 0.9
        assert difference["given"] == pytest.approx(0.6)

    def test_other_rules_and_one_session_alone(self, tmp_path: Path) -> None:
        events = with_recorded_contexts()[:4]
        path = write_log(
            tmp_path / "my.db", [*in_session("one", events), *in_session("two", events)]
        )
        assert run("verify", path).exit_code == 0
        other = run("verify", path, "--session", "one", "--rules", "recency")
        assert other.exit_code == 1
        assert {line.split()[0] for line in other.stdout.splitlines()} == {"one"}

    def test_faults_are_told(self, log_file: Path, tmp_path: Path) -> None:
        assert run("verify", tmp_path / "none.db").exit_code == 2
        assert run("verify", log_file, "--rules", "nonsense").exit_code == 2
        assert run("verify", log_file, "--session", "nobody").exit_code == 1
        BookmarkFile().put([Bookmark("s", Anchor(None, 0), "Here it began")])
        other = run("verify", bookmark_path())
        assert other.exit_code == 2
        assert "without a table “events”" in other.stderr

    @pytest.mark.parametrize("command", ["sessions", "verify", "check"])
    def test_a_link_is_no_source_of_a_command(self, log_file: Path, command: str) -> None:
        """It would be taken for the name of a file that is not there."""
        link = f"brainweb-replay://open?v=1&source={log_file}"
        answer = run(command, link)
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert "a link to a moment opens in the window; expected an events.db file" in " ".join(
            answer.stderr.split()
        )


class TestAsKnown:
    def test_the_context_is_that_of_what_had_arrived(self, log_file: Path) -> None:
        answer = run("context", log_file, "--session", "s", "--at", "#4", "--as-known")
        assert answer.exit_code == 0
        assert "s after 3 events" in answer.stdout
        assert "0.20  Raft" in answer.stdout
        assert answer.stdout.splitlines()[-1] == "1 event came later: RAFT +0.20 to 0.40"

    def test_json_names_what_was_missing(self, log_file: Path) -> None:
        at = ("context", log_file, "--session", "s", "--at", "#4", "--as-known", "--json")
        found = json.loads(run(*at).stdout)
        assert (found["position"], found["missing"]) == (4, [2])
        assert found["active_concepts"][0]["weight"] == 0.2

    def test_where_nothing_was_missing_it_says_so(self, log_file: Path) -> None:
        answer = run("context", log_file, "--session", "s", "--as-known")
        assert "All that is known of that moment now was known then." in answer.stdout


class TestByArrival:
    def test_late_events_stand_where_they_came(self, tmp_path: Path) -> None:
        rows = [
            row_of(viewed("a", seconds=0), created_at="2026-11-12 09:00:00"),
            row_of(viewed("b", seconds=9), created_at="2026-11-12 09:00:09"),
            row_of(viewed("c", seconds=4), created_at="2026-11-12 09:00:21"),
        ]
        path = write_log(tmp_path / "my.db", rows)
        lines = run("events", path, "--session", "s", "--by-arrival").stdout.splitlines()
        assert [line.split()[0] for line in lines] == ["#1", "#3", "#2"]
        assert lines[2].endswith("↶ 12 s and 1 event late")
        assert "late" not in lines[0] + lines[1]
        found = run("events", path, "--by-arrival", "--filter", "concept:c", "--json").stdout
        event = json.loads(found)
        assert (event["position"], event["late_by_events"], event["late_by_seconds"]) == (2, 1, 12)
