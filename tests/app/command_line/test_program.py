"""The command line: answers on standard output, everything else on standard error, and a status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
import typer

from app.command_line.program import app, shows_window
from core.events.instants import format_instant
from core.events.schema import EventEnvelope
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.rules import RECENCY
from core.projectors.session_context import fold
from resources.make_events import SAMPLE
from tests.app.command_line.running import DONE, FAULT, NO, ROOT, run, run_process
from tests.builders import START, captured, chat, claim, event, viewed
from tests.builders_files import contents, crash_elsewhere, in_session, row_of, write_log

GOLDEN = ROOT / "tests" / "golden"
LARGEST = "session_1794474072480_9c2hv6ron"

STUDY = [
    viewed("raft", seconds=0, name="Raft"),
    chat("raft", "paxos", seconds=10),
    claim("cl-1", "paxos", seconds=20),
    captured("document", "d-1", seconds=30),
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A small session, `study`, and one of a single event after it."""
    other = in_session("glimpse", [viewed("elft", seconds=3600)])
    return write_log(tmp_path / "events.db", [*in_session("study", STUDY), *other])


def wire(context: Any, events: Sequence[EventEnvelope], rules: str = "Brain Web") -> dict[str, Any]:
    at = None if context.instant is None else format_instant(context.instant)
    return {**context.to_wire(), "position": len(events), "at": at, "rules": rules}


class TestSessions:
    def test_they_are_listed_the_latest_first(self, log: Path) -> None:
        """The session of this morning would have to be looked for among thousands."""
        answer = run("sessions", log, "--json")
        assert answer.status == DONE
        assert answer.json == [
            {
                "session_id": "glimpse",
                "first": "2026-11-12T10:00:00Z",
                "last": "2026-11-12T10:00:00Z",
                "count": 1,
                "actor_id": "user-ada",
            },
            {
                "session_id": "study",
                "first": "2026-11-12T09:00:00Z",
                "last": "2026-11-12T09:00:30Z",
                "count": 4,
                "actor_id": "user-ada",
            },
        ]

    def test_as_text_there_is_a_line_for_each(self, log: Path) -> None:
        """A line that wraps or lacks its id cannot be copied into the next command."""
        lines = run("sessions", log).out.splitlines()
        assert [line.split()[0] for line in lines] == ["glimpse", "study"]
        assert "12 Nov 2026 09:00:00" in lines[1]
        assert "30 s" in lines[1]
        assert "4 events" in lines[1]

    def test_a_log_without_events_has_none(self, tmp_path: Path) -> None:
        """A backend that has just started is no fault."""
        empty = write_log(tmp_path / "events.db", [])
        assert run("sessions", empty, "--json").json == []
        assert run("sessions", empty).status == DONE


class TestEvents:
    def test_an_envelope_a_line_in_order(self, tmp_path: Path) -> None:
        """What is exported would be in another order than what was replayed."""
        late, early, same = (viewed(c, seconds=s) for c, s in (("c", 5), ("a", 0), ("b", 0)))
        path = write_log(tmp_path / "events.db", in_session("study", [late, early, same]))
        answer = run("events", path, "--session", "study", "--json")
        envelopes = [json.loads(line) for line in answer.out.splitlines()]
        assert [e["object_ref"]["id"] for e in envelopes] == ["a", "b", "c"]
        with SQLiteEventStore(path) as store:
            assert envelopes == [e.to_wire() for e in store.replay("study")]

    def test_the_keys_are_those_of_the_wire(self, log: Path) -> None:
        """Programs that read the backend's answers would not read ours."""
        first = json.loads(run("events", log, "--session", "study", "--json").out.splitlines()[0])
        assert list(first) == [
            "event_id", "event_type", "session_id", "actor_id", "occurred_at", "version",
            "idempotency_key", "correlation_id", "trace_id", "object_ref", "payload",
        ]  # fmt: skip
        assert first["occurred_at"] == "2026-11-12T09:00:00Z"
        assert first["object_ref"] == {"type": "concept", "id": "raft"}
        assert first["payload"] == {"name": "Raft"}

    def test_as_text_each_has_its_position(self, log: Path) -> None:
        """The number to give to `--at` would have to be counted by hand."""
        lines = run("events", log, "--session", "study").out.splitlines()
        assert [line.split()[0] for line in lines] == ["#1", "#2", "#3", "#4"]
        assert lines[2].split()[2:] == ["ClaimUpserted", "user-ada", "claim", "cl-1"]

    def test_text_of_the_log_cannot_steer_the_terminal(self, tmp_path: Path) -> None:
        """Who writes an event could clear the screen of who reads it, or worse."""
        nasty = "\x1b]0;title\x07\x1b[2J\nx"
        odd = event(nasty, ref=(nasty, nasty), actor=nasty, session_id=nasty)
        path = write_log(tmp_path / "events.db", [odd])
        outputs = [
            run("sessions", path).out,
            run("events", path, "--session", nasty).out,
            run("context", path, "--session", nasty).out,
            run("check", path).out,
            run("context", path, "--session", f"{nasty}?").errors,
        ]
        assert all(outputs)
        assert not {"\x1b", "\x07"} & set("".join(outputs))
        assert all(len(output.splitlines()) == 1 for output in outputs[:2])


class TestContext:
    def test_it_is_the_shape_of_the_backend_and_three_keys(self, log: Path) -> None:
        """Programs that read the backend's context would not read ours."""
        answer = run("context", log, "--session", "study", "--json").json
        assert answer == {
            "session_id": "study",
            "active_concepts": [
                {"concept_id": "raft", "weight": 0.2 + 0.15, "name": "Raft"},
                {"concept_id": "paxos", "weight": 0.15 + 0.1, "name": "Paxos"},
            ],
            "active_objects": [
                {"object_type": "claim", "object_id": "cl-1", "relevance_score": 0.8},
                {"object_type": "document", "object_id": "d-1", "relevance_score": 0.7},
            ],
            "uncertainty_score": 0.8,
            "last_updated": "2026-11-12T09:00:30Z",
            "position": 4,
            "at": "2026-11-12T09:00:30Z",
            "rules": "Brain Web",
        }

    def test_before_any_event_nothing_is_known(self, log: Path) -> None:
        """The first frame of a replay would show what came later."""
        answer = run("context", log, "--session", "study", "--at", "#0", "--json").json
        assert answer["active_concepts"] == answer["active_objects"] == []
        assert (answer["uncertainty_score"], answer["position"]) == (1.0, 0)

    def test_as_text_it_says_where_it_is(self, log: Path) -> None:
        """A context without its moment is no evidence."""
        lines = run("context", log, "--session", "study", "--at", "2").out.splitlines()
        assert lines[0] == "study after 2 events, at 12 Nov 2026 09:00:10 UTC"
        assert lines[1] == "uncertainty 0.80"
        assert [line.split() for line in lines[2:]] == [
            ["1", "0.35", "Raft"],
            ["2", "0.15", "Paxos"],
        ]

    @pytest.mark.parametrize(
        "at",
        [
            "#3", "3", " #3 ", "2026-11-12T09:00:20Z", "2026-11-12T09:00:20",
            "2026-11-12T10:00:20+01:00", "09:00:20", "9:00:20.0", "+00:00:20", "+0:20",
        ],
    )  # fmt: skip
    def test_a_moment_can_be_written_in_many_ways(self, log: Path, at: str) -> None:
        """A time copied from elsewhere would lead to another moment, or to none."""
        expected = wire(fold("study", in_session("study", STUDY[:3])), STUDY[:3])
        answer = run("context", log, "--session", "study", "--at", at, "--json")
        assert answer.status == DONE
        assert answer.json == expected

    def test_between_two_events_time_goes_on(self, log: Path) -> None:
        """Under rules that fade, the context ten minutes later would be that of the last event."""
        answer = run(
            "context", log, "--session", "study", "--at", "+10:30", "--rules", "recency", "--json"
        ).json
        at = START + timedelta(minutes=10, seconds=30)
        later = fold(
            "study",
            in_session("study", STUDY),
            rules=RECENCY,
            instant=round(at.timestamp() * 1_000_000),
        )
        assert answer["at"] == "2026-11-12T09:10:30Z"
        assert answer["rules"] == "Recency"
        assert [c["weight"] for c in answer["active_concepts"]] == pytest.approx(
            [c.weight for c in later.active_concepts], abs=1e-9
        )
        assert answer["uncertainty_score"] == pytest.approx(later.uncertainty_score, abs=1e-9)

    def test_a_time_before_the_session_is_before_any_event(self, log: Path) -> None:
        """Asking what was known at midnight would answer with the first event."""
        at = "2026-11-12T00:00:00Z"
        answer = run("context", log, "--session", "study", "--at", at, "--json").json
        assert (answer["position"], answer["uncertainty_score"]) == (0, 1.0)


def golden_lines() -> list[dict[str, Any]]:
    """Of each session before any event, after its last one, and a moment between."""
    text = (GOLDEN / "contexts.jsonl").read_text(encoding="utf-8")
    by_session: dict[str, list[dict[str, Any]]] = {}
    for line in map(json.loads, text.splitlines()):
        by_session.setdefault(line["session_id"], []).append(line)
    chosen = []
    for lines in by_session.values():
        last = len(lines) - 1
        if last:
            chosen += [lines[n] for n in sorted({0, last // 2, last})]
    return chosen


@pytest.mark.parametrize(
    "line", golden_lines(), ids=lambda line: f"{line['session_id']}#{line['events']}"
)
def test_a_context_is_what_the_backend_derived(line: dict[str, Any]) -> None:
    """The replay would show what the running system never saw."""
    at = f"#{line['events']}"
    answer = run(
        "context", GOLDEN / "events.db", "--session", line["session_id"], "--at", at, "--json"
    ).json
    concepts = [
        {"concept_id": c, "weight": weight} | ({} if name is None else {"name": name})
        for c, name, weight in line["active_concepts"]
    ]
    objects = [
        {"object_type": kind, "object_id": key, "relevance_score": relevance}
        for kind, key, relevance in line["active_objects"]
    ]
    assert answer["active_concepts"] == concepts
    assert answer["active_objects"] == objects
    assert answer["uncertainty_score"] == line["uncertainty_score"]
    assert (answer["session_id"], answer["position"]) == (line["session_id"], line["events"])


class TestCheck:
    def test_a_sound_log_has_no_problems(self, log: Path) -> None:
        """A check in a script would fail on every log."""
        answer = run("check", log)
        assert (answer.status, answer.out, answer.errors) == (DONE, "", "No problems.\n")
        assert run("check", SAMPLE).status == DONE

    def test_every_problem_is_listed_and_the_answer_is_no(self, tmp_path: Path) -> None:
        """A log that lost events to bad rows would be taken for a whole one."""
        good, bad = viewed("raft"), viewed("paxos", seconds=1)
        rows = [
            row_of(good),
            row_of(bad, event_id="bad-json", payload="{"),
            row_of(bad, event_id="bad-date", occurred_at="yesterday"),
            row_of(bad, event_id="new-type", event_type="DreamRecorded"),
        ]
        path = write_log(tmp_path / "events.db", rows)
        answer = run("check", path)
        assert answer.status == NO
        assert [line.split()[:3] for line in answer.out.splitlines()] == [
            ["row", "2", "bad-json"],
            ["row", "3", "bad-date"],
            ["row", "4", "new-type"],
        ]
        assert answer.errors == "3 problems.\n"
        as_json = run("check", path, "--json")
        problems = [json.loads(line) for line in as_json.out.splitlines()]
        assert as_json.status == NO
        assert [(p["row"], p["session_id"], p["event_id"], p["raw"]) for p in problems] == [
            (2, "s", "bad-json", "{"),
            (3, "s", "bad-date", "yesterday"),
            (4, "s", "new-type", "DreamRecorded"),
        ]
        assert all(p["reason"] for p in problems)

    def test_bad_rows_do_not_hide_the_others(self, tmp_path: Path) -> None:
        """One bad row would make a whole session unreadable."""
        rows = [row_of(e) for e in STUDY]
        rows[1]["payload"] = "[]"
        rows[2]["occurred_at"] = "soon"
        path = write_log(tmp_path / "events.db", rows)
        answer = run("context", path, "--session", "s", "--json").json
        assert answer["position"] == 3
        assert [c["concept_id"] for c in answer["active_concepts"]] == ["raft"]
        assert [o["object_id"] for o in answer["active_objects"]] == ["d-1"]


class TestWhatCannotBeAnswered:
    def test_an_unknown_session_is_no_with_the_nearest_names(self) -> None:
        """A slip in an id of 31 characters would cost another listing."""
        for command in ("context", "events"):
            answer = run(command, SAMPLE, "--session", LARGEST.replace("hv6", "vh6"))
            assert (answer.status, answer.out) == (NO, "")
            assert answer.errors.startswith("brainweb-replay: There is no session “")
            assert LARGEST in answer.errors

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--rules", "Lately"], "There are no rules named “Lately”. There are “Brain Web”"),
            (["--at", "tomorrow"], "“tomorrow” is no moment: write #214"),
            (["--at", ""], "is no moment"),
            (["--at", "#-1"], "is no moment"),
            (["--at", "25:00:00"], "is no moment"),
            (["--at", "#5"], "#5 is beyond the session's 4 events"),
            (["--at", "99999999999999999999"], "is beyond the session's 4 events"),
        ],
    )
    def test_a_wish_that_cannot_be_had_is_a_fault(
        self, log: Path, options: list[str], said: str
    ) -> None:
        """An answer for another moment or other rules than asked for is worse than none."""
        answer = run("context", log, "--session", "study", "--json", *options)
        assert (answer.status, answer.out) == (FAULT, "")
        assert said in answer.errors

    @pytest.mark.parametrize("command", ["sessions", "check", "events", "context"])
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("missing.db", "There is no file"),
            ("folder", "is a folder. Choose the events.db inside it."),
            ("empty.db", "is empty."),
            ("notes.txt", "is not an SQLite database."),
            ("other.db", "without a table “events”"),
        ],
    )
    def test_a_source_that_cannot_be_read_is_a_fault(
        self, tmp_path: Path, command: str, name: str, said: str
    ) -> None:
        """A script would take “no sessions” for an answer, and a person a traceback for a bug."""
        (tmp_path / "folder").mkdir()
        (tmp_path / "empty.db").touch()
        (tmp_path / "notes.txt").write_text("Raft, again. " * 100, encoding="utf-8")
        write_log(tmp_path / "other.db", [])
        if name == "other.db":
            rename_table(tmp_path / name)
        session = ["--session", "study"] if command in {"events", "context"} else []
        answer = run(command, tmp_path / name, *session)
        assert (answer.status, answer.out) == (FAULT, "")
        assert answer.errors.startswith("brainweb-replay: ")
        assert said in answer.errors
        assert len(answer.errors.splitlines()) == 1

    @pytest.mark.parametrize(
        "arguments", [["context"], ["context", "x.db"], ["sessions"], ["events", "x.db", "--what"]]
    )
    def test_a_command_that_lacks_something_is_a_fault(self, arguments: list[str]) -> None:
        """A typo in a script would pass for an answer."""
        answer = run(*arguments)
        assert (answer.status, answer.out) == (FAULT, "")
        assert answer.errors


def rename_table(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("ALTER TABLE events RENAME TO elsewhere")
    connection.close()


class TestFilesOfOthers:
    def test_the_file_and_its_folder_are_left_as_they_were(self, log: Path) -> None:
        """Looking at a backend's log would change it under the backend."""
        before = contents(log.parent)
        for command in (
            ["sessions", log],
            ["events", log, "--session", "study", "--json"],
            ["context", log, "--session", "study", "--at", "#2", "--rules", "Recency"],
            ["context", log, "--session", "nobody"],
            ["check", log],
        ):
            run(*command)
        assert contents(log.parent) == before

    def test_what_a_crash_left_is_read_from_a_copy_and_said(self, log: Path) -> None:
        """A log after a crash would be unreadable, or be repaired where it lies as evidence."""
        expected = run("context", log, "--session", "study", "--json").json
        crash_elsewhere(log)
        before = contents(log.parent)
        answer = run("context", log, "--session", "study", "--json")
        assert answer.status == DONE
        assert answer.json == expected
        assert "recovered copy" in answer.errors
        assert contents(log.parent) == before


class TestWhatIsMeant:
    def test_a_name_that_is_no_command_is_a_file(self) -> None:
        """`brainweb-replay my.db` would be an unknown command."""
        group = typer.main.get_command(app)
        for arguments in (["my.db"], ["./sessions"], ["--session", "s"], ["--at", "#3", "my.db"]):
            context = group.make_context("brainweb-replay", [*arguments])
            assert [*context._protected_args, *context.args] == ["window", *arguments]

    def test_help_names_every_command(self) -> None:
        """Nobody would know what else there is."""
        answer = run("--help")
        assert answer.status == DONE
        for command in ("sessions", "events", "context", "render", "check"):
            assert f"  {command}" in answer.out

    def test_a_file_may_be_called_like_a_command(self, log: Path) -> None:
        """A log that is called `sessions` could be neither listed nor opened."""
        (log.parent / "sessions").write_bytes(log.read_bytes())
        listed = run_process("sessions", "./sessions", "--json", cwd=log.parent)
        assert [s["session_id"] for s in json.loads(listed.stdout)] == ["glimpse", "study"]
        opened = run_process("./sessions", "--session", "stduy", cwd=log.parent)
        assert opened.returncode == NO
        assert b"The nearest are study." in opened.stderr


class TestAsAProcess:
    def test_status_and_streams_are_those_of_the_process(self, log: Path) -> None:
        """A script would read the complaint as the answer, and go on."""
        good = run_process("context", log, "--session", "study", "--json")
        assert (good.returncode, good.stderr) == (DONE, b"")
        assert json.loads(good.stdout)["position"] == 4
        no = run_process("context", log, "--session", "nobody")
        assert (no.returncode, no.stdout) == (NO, b"")
        assert no.stderr.startswith(b"brainweb-replay: There is no session")
        fault = run_process("sessions", log.parent / "missing.db")
        assert (fault.returncode, fault.stdout) == (FAULT, b"")
        assert fault.stderr.startswith(b"brainweb-replay: There is no file")

    def test_a_command_without_a_window_needs_no_qt(self, log: Path) -> None:
        """On a server without Qt's libraries no command would run; elsewhere each would be slow."""
        commands = [
            ["sessions", str(log)],
            ["events", str(log), "--session", "study"],
            ["context", str(log), "--session", "study", "--at", "+0:20"],
            ["context", str(log), "--session", "nobody"],
            ["check", str(log)],
            ["--help"],
        ]
        script = (
            "import json, sys\n"
            "from app.command_line.program import app\n"
            "for command in json.loads(sys.argv[1]):\n"
            "    try: app(command)\n"
            "    except SystemExit: pass\n"
            "print([m for m in sys.modules if m.startswith(('PySide6', 'shiboken6'))])\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, json.dumps(commands)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "[]"
        assert "study after 3 events" in done.stdout

    @pytest.mark.parametrize("unbuffered", ["", "1"])
    @pytest.mark.parametrize("command", [["sessions"], ["events", "--session", LARGEST, "--json"]])
    def test_a_reader_that_has_enough_is_no_fault(
        self, command: list[str], unbuffered: str
    ) -> None:
        """`… | head -1` would end in a traceback."""
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [sys.executable, "-m", "app", command[0], str(SAMPLE), *command[1:]],
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
        os.close(writing)
        assert (done.returncode, done.stderr) == (DONE, b"")

    def test_a_terminal_without_the_letters_gets_them_escaped(self, tmp_path: Path) -> None:
        """A Japanese name would end the listing on a terminal that speaks Latin only."""
        events = [viewed("c-1", name="分散"), viewed("c-2", name="Zoë")]
        path = write_log(tmp_path / "events.db", in_session("セッション", events))
        listing = run_process("sessions", path, PYTHONIOENCODING="latin-1")
        assert listing.returncode == DONE
        assert listing.stdout.startswith(rb"\u30bb\u30c3")
        context = run_process(
            "context", path, "--session", "セッション", PYTHONIOENCODING="latin-1"
        )
        assert rb"\u5206\u6563" in context.stdout
        assert "Zoë".encode("latin-1") in context.stdout


@pytest.mark.parametrize(
    ("line", "shows"),
    [
        ("", True),
        ("events.db --session s", True),
        ("render events.db --out x.png", True),
        ("--fresh", True),
        ("sessions events.db", False),
        ("serve events.db", False),
        ("--help", False),
        ("--version", False),
    ],
)
def test_what_shows_a_window_is_told_from_the_line(line: str, shows: bool) -> None:
    """A listing would wait for all of Qt, or a window for what looks for garbage in it."""
    assert shows_window(line.split()) is shows
