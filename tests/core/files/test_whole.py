"""Small files of ours: whole or not at all, the user's alone, set aside where broken."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from core.files import whole
from core.files.whole import inode, make_empty, replacing, set_aside, write_whole


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "kept.json"


def test_a_file_is_kept_for_its_owner_alone(path: Path) -> None:
    """What a user notes of others would be open to everybody on the machine."""
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_fails_half_way_leaves_the_old_file(path: Path) -> None:
    """A full disk would cost what was kept before, too."""
    write_whole(path, b"old")
    with pytest.raises(OSError, match="no room"), replacing(path) as file:
        file.write(b"ne")
        raise OSError("no room")
    assert path.read_bytes() == b"old"
    assert [each.name for each in path.parent.iterdir()] == [path.name]


# A file that is let go of rather than closed closes itself, and says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_at_any_moment_leaves_no_draft(path: Path) -> None:
    """Half a file beside the log would be taken for the whole session, or fill the disk."""
    write_whole(path, b"old")
    for moment in range(10_000):
        if _write_interrupted(path, moment):
            break
        assert path.read_bytes() in (b"old", b"new")
        assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert moment > 50
    assert path.read_bytes() == b"new"


def _write_interrupted(path: Path, moment: int) -> bool:
    """Whether the file was written before so many of its own steps (opcodes) were done."""
    left = moment

    def interrupt(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename != whole.__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left == -1:
                raise KeyboardInterrupt
        return interrupt

    before = sys.gettrace()
    sys.settrace(interrupt)
    try:
        write_whole(path, b"new")
    except KeyboardInterrupt:
        return False
    finally:
        sys.settrace(before)
    return True


def test_a_broken_file_is_set_aside_with_all_that_it_holds(path: Path) -> None:
    """Who wrote in it by hand and mistyped would lose everything."""
    write_whole(path, b"{broken")
    aside = set_aside(path)
    assert aside.name == "kept.broken.json"
    assert aside.read_bytes() == b"{broken"
    assert not path.exists()


def test_making_an_empty_file_leaves_one_that_is_there(path: Path) -> None:
    """A database would be emptied by whoever opens it next."""
    make_empty(path)
    assert path.read_bytes() == b""
    path.write_bytes(b"held")
    before = inode(path)
    make_empty(path)
    assert (path.read_bytes(), inode(path)) == (b"held", before)


def test_what_is_not_there_has_no_inode(tmp_path: Path) -> None:
    """Else a file that went would be taken for one that cannot be read."""
    (tmp_path / "file").write_bytes(b"")
    assert inode(tmp_path / "none") is None
    assert inode(tmp_path / "file" / "below") is None
