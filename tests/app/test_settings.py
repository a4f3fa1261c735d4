"""What the program remembers: it never costs the user more than a preference."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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
