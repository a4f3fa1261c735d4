"""What the program remembers: it never costs the user more than a preference."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.settings import Settings, SettingsFile
from app.theme import ThemeChoice
from core.replay.axis import AxisMode


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "config" / "settings.json")


def test_what_was_kept_is_there_next_time(file: SettingsFile) -> None:
    """The theme would have to be chosen at every start."""
    settings = Settings(
        theme=ThemeChoice.LIGHT, axis=AxisMode.EVENT, skip_idle=True, recent=("/logs/é 事件.db",)
    )
    file.write(settings)
    assert SettingsFile(file.path).read() == settings


def test_the_first_start_has_the_defaults(file: SettingsFile) -> None:
    """Nobody could start the program who has not started it before."""
    assert file.read() == Settings()
    assert not file.path.exists()


@pytest.mark.parametrize(
    "broken",
    [b"", b"{", b"null", b"\xff\xfe\x00", b'{"theme": "sepia"}', b'{"recent": 7}', b"[" * 100_000],
)
def test_a_broken_file_is_set_aside(file: SettingsFile, broken: bytes) -> None:
    """A file that was cut by a full disk would keep the program from starting for ever."""
    file.path.parent.mkdir()
    file.path.write_bytes(broken)
    assert file.read() == Settings()
    assert not file.path.exists()
    assert [kept.read_bytes() for kept in file.path.parent.iterdir()] == [broken]
    file.write(Settings(skip_idle=True))
    assert file.read() == Settings(skip_idle=True)


def test_what_a_newer_version_wrote_is_read_as_far_as_it_is_known(file: SettingsFile) -> None:
    """Going back a version would cost all settings."""
    file.path.parent.mkdir()
    file.path.write_text(json.dumps({"theme": "dark", "of_tomorrow": [1]}), encoding="utf-8")
    assert file.read() == Settings(theme=ThemeChoice.DARK)


def test_only_the_user_can_read_which_files_were_opened(file: SettingsFile) -> None:
    """Names of logs can tell who studied what."""
    file.write(Settings(recent=("/logs/a.db",)))
    if os.name == "posix":
        assert file.path.stat().st_mode & 0o077 == 0
    assert [kept.name for kept in file.path.parent.iterdir()] == ["settings.json"]


def test_a_write_that_fails_leaves_what_was_there(file: SettingsFile) -> None:
    """A full disk would take the settings with it, and the program."""
    file.write(Settings(skip_idle=True))
    file.write(Settings().model_copy(update={"recent": ("\ud800",)}))
    assert file.read().skip_idle
    assert [kept.name for kept in file.path.parent.iterdir()] == ["settings.json"]


def test_what_the_disk_did_not_take_is_kept_with_the_next_change(file: SettingsFile) -> None:
    """What was chosen while the disk was full would be gone at the next start, without a word."""
    file.path.parent.touch()
    file.keeping(Settings(theme=ThemeChoice.DARK))()
    file.path.parent.unlink()
    file.keeping(file.settings.model_copy(update={"skip_idle": True}))()
    assert SettingsFile(file.path).read() == Settings(theme=ThemeChoice.DARK, skip_idle=True)


def test_the_last_change_is_what_is_kept(file: SettingsFile) -> None:
    """Of two changes made at once, either could win, or half of both."""
    changes = [Settings(recent=(str(number),)) for number in range(40)]
    jobs = [file.keeping(settings) for settings in changes]
    jobs[-1]()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda job: job(), jobs))
    assert file.read() == changes[-1]
    assert [kept.name for kept in file.path.parent.iterdir()] == ["settings.json"]


def test_changes_that_come_one_by_one_are_all_kept(file: SettingsFile) -> None:
    """The first change would be the last."""
    for theme in (ThemeChoice.DARK, ThemeChoice.LIGHT, ThemeChoice.DARK):
        file.keeping(Settings(theme=theme))()
        assert file.read().theme == theme


def test_a_place_that_cannot_be_used_is_no_fault(tmp_path: Path) -> None:
    """On a machine with a read-only home the program would not start."""
    (tmp_path / "occupied").write_text("no folder", encoding="utf-8")
    file = SettingsFile(tmp_path / "occupied" / "settings.json")
    assert file.read() == Settings()
    file.write(Settings())
    folder = SettingsFile(tmp_path)
    assert folder.read() == Settings()


class TestRecentFiles:
    def test_the_last_one_opened_comes_first_and_once(self, tmp_path: Path) -> None:
        """The list would fill with the one file that is opened every day."""
        settings = Settings()
        for name in ("a", "b", "a", "c", "b"):
            settings = settings.with_recent(tmp_path / name)
        assert [Path(name).name for name in settings.recent] == ["b", "c", "a"]

    def test_it_stays_short(self, tmp_path: Path) -> None:
        """A menu of a hundred files is no menu."""
        settings = Settings()
        for number in range(30):
            settings = settings.with_recent(tmp_path / str(number))
        assert [Path(name).name for name in settings.recent] == [str(n) for n in range(29, 19, -1)]

    @pytest.mark.skipif(os.name != "posix", reason="names of files are text elsewhere")
    def test_a_name_in_another_encoding_does_not_stop_the_rest(self, file: SettingsFile) -> None:
        """Opening a file from an old disk would crash, and no setting be kept any more."""
        settings = Settings().with_recent(Path("/logs/a.db"))
        settings = settings.with_recent(Path(os.fsdecode(b"/logs/caf\xe9.db")))
        file.write(settings)
        assert file.read().recent == ("/logs/a.db",)


def test_it_can_be_imported_first() -> None:
    """PySide6 trips over pydantic half loaded: the program would depend on the order of imports."""
    done = subprocess.run(
        [sys.executable, "-c", "import app.settings"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class TestAHostileFile:
    """Whatever lies there, the program starts, and says what it could not understand."""

    def test_one_bad_field_costs_that_field(self, file: SettingsFile) -> None:
        """For a theme that a newer version knows, a user would lose the layouts of a year."""
        kept = Settings(skip_idle=True, recent=("/logs/a.db",)).model_dump(mode="json")
        kept |= {"theme": "sepia", "recent": ["/logs/a.db", 7, None], "windows": [{"log": 3}]}
        write(file, json.dumps(kept).encode())
        read = file.read()
        assert (read.skip_idle, read.recent, read.theme) == (True, ("/logs/a.db",), "system")
        assert "theme, recent, windows" in file.notice
        assert "settings.broken.json" in file.notice
        assert SettingsFile(file.path).read() == read
        assert file.path.with_name("settings.broken.json").exists()

    @pytest.mark.parametrize(
        "field",
        [
            {"placement": {"x": 10**30, "y": 0, "width": 1, "height": 1}},
            {"placement": {"x": 0, "y": 0, "width": -5, "height": 1}},
            {"layout": {"state": "A" * 100_000, "check": ""}},
            {"layouts": {"mine": ["no", "layout"]}},
            {"windows": [{"log": {"source": "x" * 10_000}}]},
            {"windows": {"not": "a list"}},
            {"reopen": "perhaps"},
            {"recent": "\ud800"},
            {"locked": []},
        ],
    )
    def test_fields_of_the_wrong_kind_or_size(
        self, file: SettingsFile, field: dict[str, object]
    ) -> None:
        """A window of 10^30 pixels, or of none, could not be shown."""
        write(file, json.dumps({"skip_idle": True} | field).encode())
        assert file.read() == Settings(skip_idle=True)
        assert next(iter(field)) in file.notice

    @pytest.mark.parametrize(
        "content",
        [
            b"\0" * 5_000,
            b'{"recent": ' + b"[" * 50_000,
            b'{"mirrors_at_most": ' + b"9" * 6_000 + b"}",
            b'{"skip_idle": true}' + b" " * 5_000_000,
        ],
    )
    def test_content_that_is_none_of_ours(self, file: SettingsFile, content: bytes) -> None:
        """Deep nesting, endless numbers or megabytes would end the program, or hold it up."""
        write(file, content)
        assert file.read() == Settings()
        assert "set aside as settings.broken.json" in file.notice

    def test_a_hundred_megabytes_are_set_aside_unread(self, file: SettingsFile) -> None:
        """The window would stand still while they were read, and have no room for the log."""
        write(file, b'{"skip_idle": true}')
        os.truncate(file.path, 100_000_000)
        tracemalloc.start()
        assert file.read() == Settings()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 1_000_000
        assert "is too large to be ours, and was set aside as settings.broken.json" in file.notice
        file.keeping(Settings(skip_idle=True))()
        assert file.read() == Settings(skip_idle=True)

    @pytest.mark.skipif(os.name != "posix", reason="links need a right elsewhere")
    def test_a_file_that_cannot_be_read_is_told_and_left_alone(self, file: SettingsFile) -> None:
        """What somebody may repair would be written over."""
        file.path.parent.mkdir()
        file.path.symlink_to(file.path)
        assert file.read() == Settings()
        assert file.notice.startswith("The settings cannot be read: ")
        file.keeping(Settings(skip_idle=True))()
        assert file.path.is_symlink()
        assert file.settings.skip_idle

    @pytest.mark.skipif(not Path("/proc/version").is_file(), reason="no folder that none can write")
    def test_a_broken_file_where_nothing_can_be_written(self) -> None:
        """On a read-only home the program would not start."""
        file = SettingsFile(Path("/proc/version"))
        assert file.read() == Settings()
        assert "could not be read, and cannot be set aside: " in file.notice
        file.keeping(Settings(skip_idle=True))()
        assert file.settings.skip_idle

    def test_something_else_in_its_place(self, file: SettingsFile) -> None:
        """A folder or a pipe of that name would end the program, or stop it for ever."""
        file.path.mkdir(parents=True)
        assert file.read() == Settings()
        assert "cannot be read" in file.notice
        file.keeping(Settings(skip_idle=True))()
        assert file.path.is_dir()
        assert file.settings.skip_idle

    @pytest.mark.skipif(os.name != "posix", reason="pipes have no names elsewhere")
    def test_a_pipe_in_its_place(self, file: SettingsFile) -> None:
        """Who opens it waits for a writer who never comes."""
        file.path.parent.mkdir()
        os.mkfifo(file.path)
        assert file.read() == Settings()
        file.keeping(Settings(skip_idle=True))()
        assert not file.path.is_file()


def write(file: SettingsFile, content: bytes) -> None:
    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.path.write_bytes(content)


def test_two_programs_keep_each_others_changes(file: SettingsFile) -> None:
    """The theme that was chosen in one would be undone by the next change in the other."""
    other = SettingsFile(file.path)
    for one in (file, other):
        one.read()
    file.keeping(file.settings.model_copy(update={"theme": ThemeChoice.DARK}))()
    other.keeping(other.settings.model_copy(update={"skip_idle": True}))()
    assert file.read() == Settings(theme=ThemeChoice.DARK, skip_idle=True)
