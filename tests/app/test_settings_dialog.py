"""The settings and About through the window: each change acts at once, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton

from app import text
from app.settings import Motion, Settings, SettingsFile
from app.theme import ThemeChoice
from app.time_format import IN_UTC
from app.versions import versions_text
from app.views.about_dialog import AboutDialog
from app.views.menu_button import MenuButton
from app.views.settings_dialog import SettingsDialog
from app.window import Window
from core.replay.axis import AxisMode
from tests.app.command_line.running import run
from tests.app.windows import texts


@pytest.fixture(autouse=True)
def in_utc() -> Iterator[None]:
    """Times are told in one way in the whole process: a test puts it back."""
    yield
    text.show_times(IN_UTC)


@pytest.fixture
def dialog(window: Window, settled: Callable[[], None]) -> SettingsDialog:
    window.actions_by_id["settings"].trigger()
    settled()
    shown = QApplication.activeModalWidget()
    assert isinstance(shown, SettingsDialog)
    return shown


def pick(button: MenuButton, choice: str) -> None:
    """Choose from a button's menu, as a click does."""
    next(action for action in button.menu().actions() if action.text() == choice).trigger()


def kept(tmp_path: Path) -> Settings:
    return SettingsFile(tmp_path / "settings" / "settings.json").read()


def test_each_change_acts_at_once_and_is_kept(
    window: Window, dialog: SettingsDialog, settled: Callable[[], None], tmp_path: Path
) -> None:
    """Who closes the dialog would have set nothing."""
    pick(dialog.theme, "Light")
    pick(dialog.axis, "One step an event")
    pick(dialog.motion, "Reduced: nothing glides")
    pick(dialog.times, "Times since the start")
    dialog.skip_idle.click()
    assert dialog.reopen.isChecked()
    dialog.reopen.click()
    settled()
    assert window.actions_by_id["theme-light"].isChecked()
    assert window.actions_by_id["axis-event"].isChecked()
    assert window.actions_by_id["skip-idle"].isChecked()
    assert dialog.times.text() == "Since start"
    found = kept(tmp_path)
    assert (found.theme, found.axis, found.skip_idle) == (ThemeChoice.LIGHT, AxisMode.EVENT, True)
    assert not found.reopen
    assert (found.reduced_motion, found.times) == (Motion.REDUCED, "start")
    dialog.accept()


def test_a_reset_brings_the_defaults_and_can_be_taken_back(
    window: Window, dialog: SettingsDialog, settled: Callable[[], None], tmp_path: Path
) -> None:
    """A press on the wrong button would cost all that was set."""
    pick(dialog.theme, "Light")
    dialog.skip_idle.click()
    pick(dialog.times, "Times by event number")
    window.keep(recent=("/a.db",))
    dialog.reset.click()
    settled()
    assert kept(tmp_path) == Settings(recent=("/a.db",))
    assert window.actions_by_id["theme-system"].isChecked()
    assert dialog.times.text() == "UTC"
    dialog.undo.click()
    settled()
    found = kept(tmp_path)
    assert (found.theme, found.skip_idle, found.times) == (ThemeChoice.LIGHT, True, "event")
    assert dialog.undo.isHidden()
    dialog.accept()


def test_what_is_set_elsewhere_is_shown(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """The dialog would show what was so once."""
    window.actions_by_id["theme-dark"].trigger()
    window.actions_by_id["axis-time"].trigger()
    window.actions_by_id["settings"].trigger()
    shown = QApplication.activeModalWidget()
    assert isinstance(shown, SettingsDialog)
    assert (shown.theme.text(), shown.axis.text()) == ("Dark", "Time")
    shown.accept()
    settled()


def test_the_folders_are_told_and_shown(
    dialog: SettingsDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wants to keep a copy of bookmarks would have to guess where they are."""
    shown: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: shown.append(QUrl(url).toLocalFile())
    )
    assert str(tmp_path / "settings") in texts(dialog)
    button = next(
        b
        for b in dialog.findChildren(QPushButton)
        if "folder of the settings" in b.accessibleName()
    )
    button.click()
    assert shown == [str(tmp_path / "settings")]
    dialog.accept()


def test_the_cache_of_tables_is_one_press_away(
    window: Window, dialog: SettingsDialog, settled: Callable[[], None]
) -> None:
    """Its limit would be looked for among the settings in vain."""
    dialog.cache.click()
    settled()
    assert window.tables.cache.dialog is not None
    window.tables.cache.dialog.reject()


def test_about_tells_versions_and_copies_them(window: Window) -> None:
    """A report of a fault would not say what it happened on."""
    window.actions_by_id["about"].trigger()
    about = QApplication.activeModalWidget()
    assert isinstance(about, AboutDialog)
    about.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    assert copied == versions_text()
    for name in ("Python", "Qt", "PySide6", "SQLite", "numpy"):
        assert f"{name}: " in copied
        assert name in texts(about)
    assert "SIL Open Font License" in texts(about)
    about.accept()


def test_the_command_line_tells_the_same() -> None:
    """Who has no window could not tell the versions."""
    answer = run("--version")
    assert answer.status == 0
    assert answer.out.strip() == versions_text()
