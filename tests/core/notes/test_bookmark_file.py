"""The file of bookmarks: several programs at once, broken files, import and export."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from core.notes.bookmark import Anchor, Bookmark, Colour
from core.notes.bookmark_file import BookmarkFile, Merged, export_to
from core.notes.errors import BookmarkError

_ADD = """
import sys
from pathlib import Path
from core.notes.bookmark import Anchor, Bookmark
from core.notes.bookmark_file import BookmarkFile
file, name = BookmarkFile(Path(sys.argv[1])), sys.argv[2]
for n in range(25):
    file.put([Bookmark("s", Anchor("e", n), f"{name}{n}")])
"""


@pytest.fixture
def file(tmp_path: Path) -> BookmarkFile:
    return BookmarkFile(tmp_path / "data" / "bookmarks.db")


def bookmark(name: str = "Here", session_id: str = "s") -> Bookmark:
    return Bookmark(session_id, Anchor("e-1", 5, 1_000_000), name, "A note", Colour.PINK)


def test_what_was_put_is_there_by_its_session(file: BookmarkFile) -> None:
    """Of two sessions each would show the other's bookmarks."""
    here, there = bookmark(), replace(bookmark("There", "other"), end=Anchor(None, 0, 9))
    assert file.put([here, there]) == Merged(added=2)
    assert file.of_session("s") == [here]
    assert file.of_session("other") == [there]
    assert file.all() == [here, there]
    assert file.of_session("unknown") == []


def test_a_session_of_odd_letters_keeps_its_bookmarks(file: BookmarkFile) -> None:
    odd = replace(bookmark(session_id="a\udc80"), name="\udc80", note="<b>\x00\u202e")
    file.put([odd])
    assert file.of_session("a\udc80") == [odd]


def test_only_its_owner_reads_it(file: BookmarkFile) -> None:
    """What somebody noted about a learner would be open to all who use the machine."""
    file.put([bookmark()])
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert {each.name for each in file.path.parent.iterdir()} == {"bookmarks.db"}


def test_the_last_change_of_a_bookmark_wins(file: BookmarkFile) -> None:
    """A window that was left open over night would undo what was written since."""
    first = bookmark()
    second = first.edited(name="Later", note="", colour=Colour.BLUE)
    assert second.changed > first.changed
    assert file.put([second]) == Merged(added=1)
    assert file.put([first]) == Merged(skipped=1)
    assert file.put([second]) == Merged(skipped=1)
    third = second.edited(name="Last", note="", colour=Colour.BLUE)
    assert file.put([third]) == Merged(updated=1)
    assert file.all() == [third]


def test_what_is_removed_can_be_brought_back(file: BookmarkFile) -> None:
    gone = bookmark()
    file.put([gone])
    file.remove([gone.id, "never there"])
    assert file.all() == []
    file.put([gone.restored()])
    assert [each.name for each in file.all()] == ["Here"]


def test_two_programs_at_once_lose_none_of_each_others(file: BookmarkFile) -> None:
    """Of two windows the one that writes last would throw away what the other had written."""
    command = [sys.executable, "-c", _ADD, str(file.path)]
    root = Path(__file__).parents[3]
    programs = [subprocess.Popen([*command, name], cwd=root) for name in ("a", "b")]
    mine = bookmark("mine")
    file.put([mine])
    assert [program.wait(60) for program in programs] == [0, 0]
    expected = {f"{name}{n}" for name in "ab" for n in range(25)} | {"mine"}
    assert {each.name for each in file.all()} == expected


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be read" * 99, None])
def test_a_broken_file_is_set_aside_and_told(file: BookmarkFile, content: bytes | None) -> None:
    """The program would not start any more, or throw away what could be rescued."""
    file.path.parent.mkdir()
    if content is None:
        connection = apsw.Connection(str(file.path))
        connection.execute("CREATE TABLE other (x)")
        connection.close()
        content = file.path.read_bytes()
    else:
        file.path.write_bytes(content)
    assert file.all() == []
    (aside,) = file.path.parent.glob("bookmarks.db.broken-*")
    assert aside.read_bytes() == content
    assert file.notice is not None
    assert aside.name in file.notice
    assert file.put([bookmark()]) == Merged(added=1)


def test_a_bookmark_of_a_newer_program_stays_in_the_file(file: BookmarkFile) -> None:
    """The old program would make an end of what the new one wrote."""
    file.put([bookmark()])
    connection = apsw.Connection(str(file.path))
    connection.execute("INSERT INTO bookmarks VALUES ('x', CAST('s' AS BLOB), 1, '{\"id\": 5}')")
    connection.close()
    assert len(file.all()) == 1
    assert file.notice is None


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(BookmarkError, match="cannot be read or written"):
        BookmarkFile(tmp_path / "data" / "bookmarks.db").put([bookmark()])


def test_export_and_import_lose_nothing(file: BookmarkFile, tmp_path: Path) -> None:
    """Who sends bookmarks to a colleague would send them by half."""
    known = bookmark("Known")
    ranged = replace(bookmark("A range"), end=Anchor("e-2", 0, 3_000_000))
    file.put([known, ranged])
    out = tmp_path / "out.json"
    export_to(out, file.all())
    other = BookmarkFile(tmp_path / "other" / "bookmarks.db")
    other.put([known.edited(name="Mine", note="", colour=Colour.GREEN)])
    found, merged = other.import_from(out)
    assert found == [known, ranged]
    assert merged == Merged(added=1, skipped=1)
    assert {each.name for each in other.all()} == {"Mine", "A range"}
    assert other.import_from(out)[1] == Merged(skipped=2)
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".new"] == []


def test_what_cannot_be_exported_or_imported_is_said(file: BookmarkFile, tmp_path: Path) -> None:
    with pytest.raises(BookmarkError, match="Choose another place"):
        export_to(tmp_path / "none" / "out.json", [bookmark()])
    with pytest.raises(BookmarkError, match="cannot be read"):
        file.import_from(tmp_path / "none.json")
    bad = tmp_path / "bad.json"
    export_to(bad, [bookmark(), bookmark()])
    document = json.loads(bad.read_text())
    document["bookmarks"][1]["colour"] = "mauve"
    bad.write_text(json.dumps(document))
    with pytest.raises(BookmarkError, match=r"Bookmark 2 .*“mauve”; expected one of blue"):
        file.import_from(bad)
    assert file.all() == []
