"""`brainweb-replay export` and `import`: files of events, contexts and reports, and back."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from resources.make_events import SAMPLE
from tests.app.command_line.running import DONE, FAULT, NO, run
from tests.builders import event, viewed
from tests.builders_files import row_of, write_log, write_long_log

LONGEST = "session_1794474072480_9c2hv6ron"
STOPPED = 130


@pytest.fixture
def log(tmp_path: Path) -> Path:
    events = [viewed("raft", seconds=second) for second in (0, 1, 1, 5)]
    return write_log(tmp_path / "events.db", [*events, row_of(event(seconds=9), payload="{")])


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("x.jsonl", b'{"event_id": "'),
        ("x.csv", b"event_id,event_type,"),
        ("x.parquet", b"PAR1"),
        ("x.html", b"<!DOCTYPE html>"),
    ],
)
def test_the_suffix_tells_the_format(tmp_path: Path, name: str, begins: bytes) -> None:
    answer = run("export", SAMPLE, "--session", LONGEST, "--out", tmp_path / name)
    assert (answer.status, answer.out) == (DONE, "")
    assert answer.errors == f"Wrote 404 events to {tmp_path / name}.\n"
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_contexts_are_asked_for_by_format(tmp_path: Path) -> None:
    for name in ("csv", "parquet"):
        out = tmp_path / f"x.{name}"
        form = f"context-{name}"
        answer = run(
            "export", SAMPLE, "--session", LONGEST, "--out", out, "--format", form,
            "--every", "600", "--rules", "recency",
        )  # fmt: skip
        assert (answer.status, answer.errors) == (DONE, f"Wrote 28 moments to {out}.\n")
        assert out.stat().st_size > 100


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--from", "#2", "--to", "#3"), 2),
        (("--from", "09:00:01"), 4),
        (("--to", "+00:01"), 3),
        (("--from", "#0", "--to", "#0"), 0),
    ],
)
def test_a_range_can_be_taken(log: Path, tmp_path: Path, options: tuple[str], count: int) -> None:
    """Of events at one instant some would be missing, or the end would be left out."""
    answer = run("export", log, "--session", "s", "--out", tmp_path / "x.jsonl", *options)
    assert answer.status == DONE
    assert len(lines(tmp_path / "x.jsonl")) == count


def test_a_filter_can_be_given(log: Path, tmp_path: Path) -> None:
    """What the window finds could not be had from a script."""
    given = ("export", log, "--session", "s", "--out", tmp_path / "x.jsonl", "--filter")
    assert run(*given, "concept:raft", "--from", "#2").status == DONE
    assert len(lines(tmp_path / "x.jsonl")) == 3
    wrong = run(*given, "type:")
    assert wrong.status == FAULT
    assert "--filter, character" in wrong.errors


def test_what_is_not_whole_is_told(log: Path, tmp_path: Path) -> None:
    """A payload that nobody could read would come out empty, in silence."""
    answer = run("export", log, "--session", "s", "--out", tmp_path / "x.jsonl")
    assert "1 event could not be read whole" in answer.errors


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        (("--out", "x.foo"), FAULT, "let it end in .jsonl, .csv, .parquet or .html"),
        (("--out", "x.csv", "--from", "#9"), FAULT, "#9 is beyond the session's 5 events"),
        (("--out", "x.csv", "--from", "#3", "--to", "#1"), FAULT, "nothing between them"),
        (("--out", "x.html", "--from", "#3"), FAULT, "leave out --from, --to"),
        (("--out", "x.csv", "--rules", "none"), FAULT, "There are “Brain Web”"),
        (("--out", "none/x.csv"), FAULT, "There is no folder"),
        (("--out", "events.db", "--format", "csv"), FAULT, "the log that is open"),
        (("--out", "x.csv", "--session", "t"), NO, "no session “t”"),
    ],
)
def test_wrong_input_says_what_was_expected(
    log: Path, tmp_path: Path, options: tuple[str, ...], status: int, told: str
) -> None:
    given = [str(tmp_path / o) if options[i - 1] == "--out" else o for i, o in enumerate(options)]
    before = log.read_bytes()
    answer = run("export", log, "--session", "s", *given)
    assert answer.status == status
    assert told in answer.errors
    assert sorted(each.name for each in tmp_path.iterdir()) == ["events.db"]
    assert log.read_bytes() == before


def test_export_and_import_give_the_same_log(tmp_path: Path) -> None:
    out, back = tmp_path / "x.jsonl", tmp_path / "back.db"
    run("export", SAMPLE, "--session", LONGEST, "--out", out)
    tried = run("import", out, back, "--dry-run")
    assert (tried.status, tried.out) == (DONE, "")
    assert tried.errors == f"404 events would be added to {back}, 0 known before, 0 refused.\n"
    assert not back.exists()
    assert run("import", out, back, "--strict").status == DONE
    told = run("import", out, back).errors
    assert told == f"0 events added to {back}, 404 known before, 0 refused.\n"
    printed = [run("events", each, "--session", LONGEST, "--json").out for each in (SAMPLE, back)]
    assert printed[0] == printed[1]


def test_bad_lines_are_told_by_number(tmp_path: Path) -> None:
    """A file with one bad line would have to be searched by hand."""
    good = [json.dumps(event(event_id=name).to_wire() | {"extra": 1}) for name in "ab"]
    source, target = tmp_path / "in.jsonl", tmp_path / "log.db"
    source.write_text(f"{good[0]}\n{{\n{good[1]}\n", encoding="utf-8")
    strict = run("import", source, target, "--strict")
    assert (strict.status, target.exists()) == (NO, False)
    assert strict.out.startswith("line 2: it is not JSON")
    assert strict.errors.endswith("1 line refused: nothing was written.\n")
    answer = run("import", source, target)
    assert answer.status == NO
    assert answer.out == strict.out
    assert "left out: extra." in answer.errors
    assert f"2 events added to {target}, 0 known before, 1 refused." in answer.errors


def test_a_file_to_import_that_is_not_there_is_told(tmp_path: Path) -> None:
    answer = run("import", tmp_path / "none", tmp_path / "log.db")
    assert answer.status == FAULT
    assert "cannot be read" in answer.errors


def all_of(terminal: int) -> bytes:
    """All that a program wrote to a terminal before it ended; it comes in pieces."""
    came = b""
    with suppress(OSError):  # there is no other end any more
        while piece := os.read(terminal, 65_536):
            came += piece
    return came


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals and terminals")
def test_ctrl_c_leaves_nothing_half_and_progress_is_on_the_terminal(tmp_path: Path) -> None:
    """A file that was broken off would be taken for the whole session."""
    log = write_long_log(tmp_path / "long.db", 200_000)
    out = tmp_path / "out"
    out.mkdir()
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "export", log, "--session", "long", "--out", out / "x.csv"],
        stderr=theirs,
    )
    os.close(theirs)
    try:
        deadline = time.monotonic() + 60
        while not list(out.iterdir()) and time.monotonic() < deadline:
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == STOPPED
        told = all_of(ours).decode()
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert "Reading the session…" in told
    assert "Stopped: nothing was written." in told
    assert list(out.iterdir()) == []
