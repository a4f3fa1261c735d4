"""`brainweb-replay bookmarks`: what was marked, for who has no window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.notes.bookmark import Anchor, Bookmark, Colour
from core.notes.bookmark_file import BookmarkFile, bookmark_path
from tests.app.command_line.running import DONE, FAULT, NO, run
from tests.builders import event
from tests.builders_files import in_session, write_log


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of two sessions; four bookmarks, of which one is another log's."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    BookmarkFile().put(
        [
            Bookmark("a", Anchor("e-1", 500_000, 1), "A <b>turn</b>", "First line\nsecond"),
            Bookmark("a", Anchor("gone"), "Gone"),
            Bookmark("b", Anchor("f-0"), "A range", colour=Colour.PINK, end=Anchor("f-2")),
            Bookmark("elsewhere", Anchor("e-1"), "Of another log"),
        ]
    )
    a = in_session("a", [event(seconds=s, event_id=f"e-{s}") for s in range(3)])
    b = in_session("b", [event(seconds=s, event_id=f"f-{s}") for s in range(3)])
    return write_log(tmp_path / "my.db", [*a, *b])


def test_the_bookmarks_of_the_log_are_listed_with_their_places(marked: Path) -> None:
    answer = run("bookmarks", marked)
    assert answer.status == DONE
    lines = [line.split() for line in answer.out.splitlines()]
    assert [line[0] for line in lines] == ["a", "a", "First", "second", "b"]
    assert "not found" in answer.out
    assert "A <b>turn</b>" in answer.out
    assert "A range · 2 s" in answer.out
    assert "another log" not in answer.out


def test_as_json_a_bookmark_is_what_is_exported_and_where_it_is(marked: Path) -> None:
    """A program would have to look for the event itself."""
    (only,) = run("bookmarks", marked, "--session", "b", "--json").json
    assert only["anchor"]["event_id"] == "f-0"
    assert (only["found"], only["position"], only["at"]) == (True, 1, "2026-11-12T09:00:00Z")
    assert (only["end_position"], only["end_at"]) == (3, "2026-11-12T09:00:02Z")
    gone, there = run("bookmarks", marked, "--session", "a", "--json").json
    assert (gone["found"], gone["position"]) == (False, None)
    assert (there["position"], there["at"]) == (2, "2026-11-12T09:00:01.500000Z")


def test_they_are_exported_and_imported(marked: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert run("bookmarks", marked, "--export", out).status == DONE
    assert len(json.loads(out.read_text())["bookmarks"]) == 3
    bookmark_path().unlink()
    answer = run("bookmarks", marked, "--import", out, "--json")
    assert len(answer.json) == 3
    assert "3 added, 0 updated, 0 skipped" in answer.errors


def test_what_is_wrong_is_said(marked: Path, tmp_path: Path) -> None:
    unknown = run("bookmarks", marked, "--session", "aa")
    assert unknown.status == NO
    assert "nearest" in unknown.errors
    (tmp_path / "bad.json").write_text("{}")
    bad = run("bookmarks", marked, "--import", tmp_path / "bad.json")
    assert bad.status == FAULT
    assert "expected an object with “format”" in bad.errors


def test_who_looks_at_none_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    answer = run("bookmarks", write_log(tmp_path / "my.db", [event()]))
    assert (answer.status, answer.out, answer.errors) == (DONE, "", "No bookmarks.\n")
    assert not (tmp_path / "data").exists()
