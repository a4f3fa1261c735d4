"""The folder of mirrors has a limit, and what is open is never taken away."""

from __future__ import annotations

import os
from pathlib import Path

from core.events.store.dynamodb.location import parse_location
from core.mirror.cache import folder_of, in_use, kept, make_room
from core.mirror.file import MirrorFile

A, B, C = (parse_location(f"dynamodb://table-{name}?region=eu-west-1") for name in "abc")


def fill(root: Path, *, used: int, location: object = A) -> None:
    """A mirror that was used so many seconds after 1970."""
    assert not isinstance(location, str)
    with in_use(location, root=root) as folder, MirrorFile(folder):  # type: ignore[arg-type]
        pass
    os.utime(folder / "location.txt", (used, used))


def names(root: Path) -> list[str]:
    return [each.location.split("?")[0] for each in kept(root=root)]


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    """The table that somebody works with every day would be read, and paid for, again."""
    for used, location in ((20, A), (10, B), (30, C)):
        fill(tmp_path, used=used, location=location)
    assert names(tmp_path) == ["dynamodb://table-c", "dynamodb://table-a", "dynamodb://table-b"]
    size = sum(each.size for each in kept(root=tmp_path))
    assert make_room(size, root=tmp_path) == []
    assert [each.location for each in make_room(size - 1, root=tmp_path)] == [str(B)]
    assert not folder_of(B, root=tmp_path).exists()
    assert names(tmp_path) == ["dynamodb://table-c", "dynamodb://table-a"]


def test_what_is_open_stays(tmp_path: Path) -> None:
    """A window would lose its log while somebody looks at it."""
    fill(tmp_path, used=1, location=A)
    fill(tmp_path, used=2, location=B)
    with in_use(A, root=tmp_path), in_use(A, root=tmp_path):
        assert [each.location for each in make_room(-1, root=tmp_path)] == [str(B)]
    assert names(tmp_path) == ["dynamodb://table-a"]
    make_room(-1, root=tmp_path)
    assert kept(root=tmp_path) == []


def test_tables_of_one_name_have_mirrors_of_their_own(tmp_path: Path) -> None:
    """Else the events of one account would be shown as another's."""
    others = ("?region=eu-west-2", "?region=eu-west-1&profile=x", "?endpoint=http://localhost:1")
    folders = {folder_of(parse_location(f"dynamodb://table-a{each}")) for each in others}
    assert len(folders | {folder_of(A)}) == 4


def test_an_empty_cache_is_none(tmp_path: Path) -> None:
    """Who never opened a table has no folder of them."""
    assert kept(root=tmp_path / "nowhere") == []
    assert make_room(-1, root=tmp_path / "nowhere") == []
