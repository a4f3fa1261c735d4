"""Events from JSON Lines: what is taken, what is refused, and that twice is once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.events.errors import SourceNotFound
from core.events.store.sqlite import SQLiteEventStore
from core.export.errors import ImportUnreadable
from core.export.importing import check_import, import_events
from tests.builders import event
from tests.core.export.exporting import events_of, imported, last


def wire(identity: str, **changes: Any) -> dict[str, Any]:
    found = event(event_id=identity).to_wire() | changes
    return {key: value for key, value in found.items() if value != "missing"}


def write(path: Path, *lines: dict[str, Any] | bytes) -> Path:
    path.write_bytes(
        b"".join(
            (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n"
            for line in lines
        )
    )
    return path


BAD: list[tuple[dict[str, Any] | bytes, str]] = [
    (b"{", "not JSON"),
    (b"[1]", "no JSON object"),
    (b'{"a": "\xff"}', "not UTF-8"),
    (wire("x", event_id="missing"), "event_id is missing"),
    (wire("x", session_id=7), "session_id is no text"),
    (wire("x", occurred_at="yesterday"), "“yesterday” is not a date"),
    (wire("x", occurred_at=5), "occurred_at cannot be read"),
    (wire("x", version="1"), "version is no integer"),
    (wire("x", version=2**63), "version is no integer"),
    (wire("x", object_ref={"type": "concept"}), "object_ref is neither"),
    (wire("x", payload=[]), "payload is no object"),
    (wire("x", actor_id="\ud800"), "lone surrogate"),
    (wire("x", payload={"a": json.loads("[" * 300 + "]" * 300)}), "nests deeper"),
]


@pytest.mark.parametrize(("line", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_bad_line_is_told_and_the_rest_is_taken(
    tmp_path: Path, line: dict[str, Any] | bytes, reason: str
) -> None:
    """One bad line would lose a million good ones, or be lost in silence itself."""
    source = write(tmp_path / "in.jsonl", wire("one"), line, wire("two"))
    report = imported(source, tmp_path / "log.db")
    assert (report.added, report.refused) == (2, 1)
    (refusal,) = report.refusals
    assert refusal.line == 2
    assert reason in refusal.reason
    assert [each.event_id for each in events_of(tmp_path / "log.db")] == ["one", "two"]


def test_an_id_or_key_that_is_there_is_known_or_another_event(tmp_path: Path) -> None:
    """An event that differs from the stored one would count as stored."""
    imported(write(tmp_path / "a", wire("one"), wire("two", idempotency_key="k")), tmp_path / "db")
    source = write(
        tmp_path / "b",
        wire("one"),
        wire("one", actor_id="another"),
        wire("three", idempotency_key="k"),
        wire("four", payload={"a": float("nan")}),
        wire("four", payload={"a": float("nan")}),
    )
    told = [last(check_import(source, tmp_path / "db")), imported(source, tmp_path / "db")]
    for report in told:
        assert (report.added, report.known, report.refused) == (1, 2, 2)
        assert [each.line for each in report.refusals] == [2, 3]
        assert "another event with the id 'one'" in report.refusals[0].reason
        assert "another event with the idempotency key 'k'" in report.refusals[1].reason


def test_trying_it_writes_nothing(tmp_path: Path) -> None:
    """Who asks first would find the log changed."""
    source = write(tmp_path / "in.jsonl", wire("one"), b"{", wire("one"))
    report = last(check_import(source, tmp_path / "log.db"))
    assert (report.added, report.known, report.refused) == (1, 1, 1)
    assert not (tmp_path / "log.db").exists()
    with SQLiteEventStore(tmp_path / "log.db", writable=True, create=True):
        pass
    before = (tmp_path / "log.db").read_bytes()
    assert last(check_import(source, tmp_path / "log.db")).added == 1
    assert (tmp_path / "log.db").read_bytes() == before


def test_a_stopped_import_goes_on(tmp_path: Path) -> None:
    """What was stopped would have to be begun in a new file."""
    source = write(tmp_path / "in.jsonl", *(wire(f"e{n}") for n in range(2_500)))
    steps = import_events(source, tmp_path / "log.db")
    assert next(steps).added == 1_000
    steps.close()
    report = imported(source, tmp_path / "log.db")
    assert (report.added, report.known) == (1_500, 1_000)
    assert report.read == report.size


def test_unusual_but_good_lines_are_taken(tmp_path: Path) -> None:
    """Files that other programs write would be refused for a blank line or a mark."""
    least = {"event_id": "a", "event_type": "New", "session_id": "s"}
    source = write(
        tmp_path / "in.jsonl",
        b"\xef\xbb\xbf" + json.dumps(least | {"occurred_at": "2026-11-12 09:00:00"}).encode(),
        b"",
        json.dumps(wire("b", tenant=1, version=None)).encode() + b"\r",
    )
    report = imported(source, tmp_path / "log.db")
    assert (report.added, report.refused, report.ignored) == (2, 0, {"tenant"})


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ImportUnreadable, match="cannot be read"):
        imported(tmp_path / "none.jsonl", tmp_path / "log.db")
    source = write(tmp_path / "in.jsonl", wire("a"))
    with pytest.raises(SourceNotFound, match="no folder"):
        last(check_import(source, tmp_path / "none" / "log.db"))
