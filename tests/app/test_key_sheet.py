"""The sheet of keys through the window: complete, searched, and no larger than the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from app.commands import COMMANDS
from app.views.key_sheet import MORE, KeySheet
from app.window import Window
from tests.app.windows import texts


@pytest.fixture
def sheet(window: Window, settled: Callable[[], None]) -> KeySheet:
    window.resize(900, 600)
    window.actions_by_id["keys"].trigger()
    settled()
    shown = QApplication.activeModalWidget()
    assert isinstance(shown, KeySheet)
    return shown


def names(sheet: KeySheet) -> set[str]:
    return set(texts(sheet).splitlines())


def test_every_command_with_a_key_is_there_and_it_fits(sheet: KeySheet) -> None:
    """A key that is nowhere told is used by nobody."""
    said = names(sheet)
    assert {command.text for command in COMMANDS if command.keys} <= said
    assert {text for _, text in MORE} <= said
    assert sheet.width() <= 900
    assert sheet.height() <= 600
    sheet.reject()


def test_a_few_letters_leave_what_has_them(sheet: KeySheet) -> None:
    """Of a hundred keys one would have to be found by eye."""
    sheet.search.setText("undo")
    said = names(sheet)
    assert "Undo the change of the range" in said
    assert "PLAYBACK" in said
    assert "Play or pause" not in said
    assert "VIEW" not in said
    sheet.reject()


def test_a_key_finds_its_command(sheet: KeySheet) -> None:
    """Who pressed a key by chance would not learn what it did."""
    sheet.search.setText("ctrl+shift+l")
    assert "Copy a link to this moment" in names(sheet)
    sheet.search.setText("qqqq")
    assert "Ctrl+K finds" in texts(sheet)
    sheet.search.clear()
    assert "Play or pause" in names(sheet)
    sheet.reject()
