"""Small files of ours: whole or not at all, the user's alone, set aside where broken."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

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
