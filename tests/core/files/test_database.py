"""Databases of our own: known by their marks, and never made out of another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest

from core.files.database import DAMAGE, DatabaseKind, ForeignDatabase, set_database_aside

KIND = DatabaseKind(application_id=7, layout=3, create="CREATE TABLE kept (text TEXT) STRICT;")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "kept.db"


def put(path: Path, text: str) -> None:
    connection = KIND.open(path, busy_milliseconds=5_000)
    connection.execute("INSERT INTO kept VALUES (?)", (text,))
    connection.close()


def texts(path: Path) -> set[str]:
    connection = KIND.open(path, busy_milliseconds=5_000)
    found = {str(text) for (text,) in connection.execute("SELECT text FROM kept")}
    connection.close()
    return found


def test_several_at_once_make_one_file(path: Path) -> None:
    """Of two programs that start together one would fail, or write into a file that is gone."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: put(path, str(number)), range(12)))
    assert texts(path) == {str(number) for number in range(12)}


@pytest.mark.parametrize("other", [
    "PRAGMA application_id = 8", "PRAGMA user_version = 3", "CREATE TABLE theirs (x)",
])  # fmt: skip
def test_a_database_of_others_is_left_alone(path: Path, other: str) -> None:
    """A file that was named by mistake would be filled with our tables."""
    path.parent.mkdir()
    connection = apsw.Connection(str(path))
    connection.execute(other)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ForeignDatabase):
        KIND.open(path, busy_milliseconds=0)
    assert path.read_bytes() == before


def test_what_is_no_database_is_told_and_can_be_set_aside(path: Path) -> None:
    """A damaged file would keep the program from ever starting a new one."""
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(DAMAGE):
        KIND.open(path, busy_milliseconds=0)
    aside = set_database_aside(path)
    assert aside.read_bytes().startswith(b"this is no database")
    put(path, "new")
    assert texts(path) == {"new"}
