"""What tests through the window stand on; a test file may put a fixture of its own in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.window import Window
from tests.app.windows import PATIENCE, make_window


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[Window]:
    """The window as a new user has it, its settings in a folder of the test."""
    window = make_window(qtbot, tmp_path / "settings" / "settings.json")
    yield window
    window.close()


@pytest.fixture
def settled(qtbot: QtBot, window: Window) -> Callable[[], None]:
    """Waits until all that was asked for is on screen."""
    return lambda: qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
