"""The embedded read model: the contract, and a file that others spoil, lock or take away."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import platformdirs
import pytest

from core.projectors.read_model import ReadModelDown
from core.projectors.read_model.sqlite import SQLiteReadModel
from tests.core.projectors.read_model.contract import ReadModelContract, context, preferences


class TestSQLiteReadModel(ReadModelContract):
    path: Path

    @pytest.fixture(autouse=True)
    def in_a_file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "read-model.db"

    def make_read_model(self, source: str = "log") -> SQLiteReadModel:
        return SQLiteReadModel(self.path, source=source)

    def test_two_sources_do_not_see_each_other(self, model: SQLiteReadModel, token: str) -> None:
        """Two logs may hold a session of the same name: one would show what the other knows."""
        model.keep_context(context(token, 9, "raft"))
        model.keep_preferences(preferences(token, "ada"), position=9)
        with self.make_read_model(source="another") as other:
            assert other.context(token) is None
            assert other.preferences_of("ada") == []
            assert other.keep_context(context(token, 2, "paxos"))
        assert model.context(token) == context(token, 9, "raft")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "read-model.db"


@pytest.fixture
def model(path: Path) -> Iterator[SQLiteReadModel]:
    with SQLiteReadModel(path, source="log") as model:
        yield model


def changed(path: Path, statement: str, *values: Any) -> None:
    """The file, changed by another program."""
    connection = apsw.Connection(str(path))
    connection.execute(statement, values).fetchall()
    connection.close()


def aside(path: Path) -> list[Path]:
    """What was set aside, without what lay beside it."""
    return [p for p in path.parent.iterdir() if ".broken-" in p.name and p.name[-1].isdigit()]


def test_it_lies_among_the_users_data_and_only_the_user_reads_it() -> None:
    """Others on the machine could read what a user has in mind."""
    with SQLiteReadModel(source="log") as model:
        expected = platformdirs.user_data_path("brainweb-replay", appauthor=False)
        assert model.path == expected / "read-model.db"
        model.keep_context(context("s"))
        assert stat.S_IMODE(model.path.parent.stat().st_mode) == 0o700
        for each in model.path.parent.glob("read-model.db*"):
            assert stat.S_IMODE(each.stat().st_mode) == 0o600


def test_its_name_is_what_it_is(model: SQLiteReadModel) -> None:
    """A status line would have to tell of a path."""
    assert model.name == "embedded"


def test_a_reader_does_not_hold_up_a_writer(model: SQLiteReadModel, path: Path) -> None:
    """A server that reads would delay the emitter."""
    model.keep_context(context("s"))
    reader = apsw.Connection(str(path))
    reader.execute("BEGIN; SELECT * FROM contexts").fetchall()
    assert model.keep_context(context("s", 2))
    reader.close()


def test_what_an_older_projector_kept_is_not_read(model: SQLiteReadModel, path: Path) -> None:
    """A context would be shown that the same events do not give any more."""
    model.keep_context(context("s", 5))
    changed(path, "UPDATE contexts SET version = version - 1")
    assert model.context("s") is None
    assert model.keep_context(context("s", 1))


def test_what_was_kept_under_other_rules_is_not_read(model: SQLiteReadModel, path: Path) -> None:
    """The context of other rules would pass for the system's."""
    model.keep_context(context("s", 5))
    changed(path, "UPDATE contexts SET rules = 'Recency'")
    assert model.context("s") is None


@pytest.mark.parametrize("closed_before", [True, False], ids=["at rest", "in use"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"no database at all" * 500),
        lambda path: path.write_bytes(path.read_bytes()[:4_096]),
        lambda path: path.write_bytes(path.read_bytes()[:100] + b"\xff" * 16_000),
        lambda path: changed(path, "DROP TABLE contexts"),
        lambda path: changed(path, "PRAGMA user_version = 99"),
        lambda path: changed(path, "PRAGMA application_id = 1"),
    ],
    ids=["garbage", "cut short", "pages gone", "table gone", "other layout", "other program"],
)
def test_a_spoilt_file_is_set_aside_and_made_anew(
    path: Path, spoil: Any, closed_before: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """What only repeats the log would keep the program from working."""
    with SQLiteReadModel(path, source="log") as first:
        first.keep_context(context("s", 5))
        first.keep_preferences(preferences("s", "ada"), position=5)
        if closed_before:
            first.close()
        else:
            checkpointed(path)
        spoil(path)
        with SQLiteReadModel(path, source="log") as second:
            assert second.context("s") in (None, context("s", 5))
            assert second.keep_context(context("s", 6))
        with SQLiteReadModel(path, source="log") as third:
            assert third.context("s") == context("s", 6)
    assert [each.stat().st_size > 0 for each in aside(path)] == [True]
    assert "is set aside as read-model.db.broken-" in caplog.text


def checkpointed(path: Path) -> None:
    """All is in the file itself, which must have been read before it can be checkpointed."""
    changed(path, "SELECT count(*) FROM contexts; PRAGMA wal_checkpoint(TRUNCATE)")
    assert path.stat().st_size > 8_192


def test_a_database_of_another_kind_is_set_aside_whole(path: Path) -> None:
    """A file of the user's would be written into, or lose what lies beside it."""
    owner = apsw.Connection(str(path))
    for statement in ("PRAGMA journal_mode = WAL", "CREATE TABLE recipes AS SELECT 'soup' AS name"):
        owner.execute(statement).fetchall()
    with SQLiteReadModel(path, source="log") as model:
        assert model.keep_context(context("s"))
        [kept] = aside(path)
        reader = apsw.Connection(str(kept))
        assert reader.execute("SELECT name FROM recipes").fetchall() == [("soup",)]
        reader.close()
        owner.close()
        assert model.keep_context(context("s", 2))
    with SQLiteReadModel(path, source="log") as model:
        assert model.context("s") == context("s", 2)


def test_a_file_that_is_deleted_is_made_anew(model: SQLiteReadModel, path: Path) -> None:
    """Contexts would be written where nobody reads them."""
    model.keep_context(context("s", 5))
    for each in path.parent.glob("read-model.db*"):
        each.unlink()
    assert model.context("s") is None
    assert model.keep_context(context("s", 1))
    with SQLiteReadModel(path, source="log") as other:
        assert other.context("s") == context("s", 1)


def test_a_row_that_cannot_be_read_is_none(
    model: SQLiteReadModel, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One bad row would take all sessions away."""
    model.keep_context(context("s", 5))
    model.keep_context(context("t", 5))
    model.keep_preferences(preferences("s", "ada"), position=5)
    changed(path, "UPDATE contexts SET body = '{}' WHERE session_id = ?", b"s")
    changed(path, "UPDATE preferences SET body = '[3'")
    assert model.context("s") is None
    assert model.preferences_of("ada") == []
    assert model.context("t") == context("t", 5)
    assert "taken for none" in caplog.text
    assert model.keep_context(context("s", 5))
    assert model.context("s") == context("s", 5)


def test_a_locked_file_is_down_until_it_is_free(model: SQLiteReadModel, path: Path) -> None:
    """A program that holds the file would crash the projection, or hang it."""
    model.keep_context(context("s"))
    holder = apsw.Connection(str(path))
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(ReadModelDown, match=r"locked by another program\. Try again"):
        model.keep_context(context("s", 2))
    assert model.context("s") == context("s")
    holder.execute("ROLLBACK")
    holder.close()
    assert model.keep_context(context("s", 2))


WITH_LITTLE_ROOM = """
import resource, sys
from pathlib import Path
from core.projectors.read_model import ReadModelDown
from core.projectors.read_model.sqlite import SQLiteReadModel
from tests.core.projectors.read_model.contract import context

with SQLiteReadModel(Path(sys.argv[1]), source="log") as model:
    model.keep_context(context("s", 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, resource.RLIM_INFINITY))
    try:
        for position in range(2, 200):
            model.keep_context(context("s", position, *(f"{position}-{i}" * 90 for i in range(9))))
        sys.exit("it was never full")
    except ReadModelDown as down:
        print(down)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert model.keep_context(context("s", 1_000))
    assert model.context("s") == context("s", 1_000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of a file as Unix does")
def test_where_there_is_no_room_it_is_down_until_there_is(path: Path) -> None:
    """A full disk would end the program, or spoil the file."""
    done = ran(WITH_LITTLE_ROOM, path)
    assert done.returncode == 0, done.stderr
    assert str(path) in done.stdout


ONE_OF_SEVERAL = """
import sys
from pathlib import Path
from core.projectors.read_model.sqlite import SQLiteReadModel
from tests.core.projectors.read_model.contract import context

with SQLiteReadModel(Path(sys.argv[1]), source="log") as model:
    sys.stdin.readline()
    for step in range(50):
        model.keep_context(context("s", 4 * step + int(sys.argv[2])))
"""


def test_of_several_programs_the_furthest_stays(path: Path) -> None:
    """Two emitters that start at once would make two files, or leave what the slower knew."""
    commands = [[sys.executable, "-c", ONE_OF_SEVERAL, str(path), str(i)] for i in range(4)]
    writers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=of_tests())
        for command in commands
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    said = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0, 0], said
    with SQLiteReadModel(path, source="log") as model:
        assert model.context("s") == context("s", 199)
    assert aside(path) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_down(tmp_path: Path) -> None:
    """A home that is read-only would crash the emitter."""
    tmp_path.chmod(0o500)
    with (
        SQLiteReadModel(tmp_path / "read-model.db", source="log") as model,
        pytest.raises(ReadModelDown, match="Check the permissions"),
    ):
        model.keep_context(context("s"))
    tmp_path.chmod(0o700)


def test_a_place_where_no_file_can_be_is_down(tmp_path: Path) -> None:
    """A file where the folder should be, or a folder in the file's place, would be a crash."""
    (tmp_path / "file").write_text("a file")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "read-model.db", tmp_path / "folder"):
        with SQLiteReadModel(path, source="log") as model:
            with pytest.raises(ReadModelDown, match="Check the permissions"):
                model.keep_context(context("s"))
            with pytest.raises(ReadModelDown, match="Check the permissions"):
                model.context("s")


def test_setting_aside_is_no_loss_of_a_log_message(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody would learn why a file lies there that was not there before."""
    path.write_bytes(b"no database at all" * 500)
    with caplog.at_level(logging.WARNING), SQLiteReadModel(path, source="log") as model:
        assert model.context("s") is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def ran(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True, text=True, env=of_tests(), check=False,
    )  # fmt: skip


def of_tests() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[4])}
