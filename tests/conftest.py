"""What every test stands on: no screen, folders of its own, and nothing that outlives it."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

# The DynamoDB server that tests of the core and of the app share.
pytest_plugins = ["tests.core.events.dynamodb_server"]

# Who runs the tests in the background of a script has Ctrl+C ignored, and so had every program
# that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

WITHOUT_QT = os.environ.get("WITHOUT_QT") == "1"
ON_A_DISPLAY = os.environ.get("BRAINWEB_TEST_DISPLAY") == "1"
USER_FOLDERS = Path(tempfile.mkdtemp(prefix="brainweb-tests-"))
# At the exit, so that a program which imports this file without pytest leaves nothing either.
atexit.register(shutil.rmtree, USER_FOLDERS, ignore_errors=True)

# What a developer may have set, and a test must not depend on nor write to.
FOREIGN = (
    "AWS_REGION",
    "EVENTS_DDB_ENDPOINT",
    "BRAINWEB_PROJECTION",
    "EVENTS_DDB_TABLE",
    "EVENTS_SQLITE_PATH",
    "NEO4J_DATABASE",
    "NEO4J_PASSWORD",
    "NEO4J_URI",
    "NEO4J_USER",
    "QT_FONT_DPI",
    "QT_QPA_PLATFORMTHEME",
    "QT_SCALE_FACTOR",
    "QT_STYLE_OVERRIDE",
)

# Coloured fringes, which some systems give to text, hold colours that nothing was painted in.
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"""

# Threads and windows are given this long to end what they were told to end.
GRACE_SECONDS = 10.0


class NoQt(MetaPathFinder):
    """Refuses Qt, so that the core is tested as a server without Qt would run it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in {"PySide6", "shiboken6"}:
            raise ModuleNotFoundError(f"{fullname} cannot be imported in this run", name=fullname)
        return None


def set_environment() -> None:
    for name in FOREIGN:
        os.environ.pop(name, None)
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        folder = USER_FOLDERS / name.lower()
        folder.mkdir()
        os.environ[f"XDG_{name}_HOME"] = str(folder)
    fonts = USER_FOLDERS / "fonts.conf"
    fonts.write_text(FONTS, encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(fonts)
    if not ON_A_DISPLAY:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="runtime-", dir=USER_FOLDERS)


set_environment()
if WITHOUT_QT:
    sys.meta_path.insert(0, NoQt())

settings.register_profile(
    "brainweb",
    deadline=None,
    database=None,
    derandomize="CI" in os.environ,
    max_examples=50,
    print_blob=True,
    # Says how busy the machine is, not whether the code is right.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("brainweb")


def pytest_addoption(parser: pytest.Parser) -> None:
    if WITHOUT_QT:
        # pytest-qt declares these, and it cannot be there.
        parser.addini("qt_api", "unused without Qt")
        parser.addini("qt_log_level_fail", "unused without Qt")
        parser.addini("qt_log_ignore", "unused without Qt", type="linelist")


@pytest.fixture(autouse=True)
def no_thread_outlives_the_test() -> Iterator[None]:
    """A thread left behind keeps a closed window's file open, or the program from ending."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and not is_of_a_pool(t)]
    for thread in left:
        thread.join(GRACE_SECONDS)
    alive = [thread.name for thread in left if thread.is_alive()]
    assert not alive, f"threads outlived the test: {alive}"


def is_of_a_pool(thread: threading.Thread) -> bool:
    # Qt's pool keeps its idle threads; Python sees those that once ran its code as dummies.
    return isinstance(thread, threading._DummyThread)


@pytest.fixture(autouse=True)
def no_window_outlives_the_test() -> Iterator[None]:
    """A window left behind goes on answering signals of tests, and sessions, that follow.

    And it is styled anew with each window of those: some dozens took half a minute.
    """
    before = windows()
    yield
    if not qt_runs():
        return
    finish_background_work()
    if len(windows()) > len(before):
        gc.collect()  # what only a cycle of references still holds is not left behind
    left = [window for window in windows() if window not in before]
    assert not left, f"windows outlived the test, give them to qtbot.addWidget: {left}"


def qt_runs() -> bool:
    """Whether there is an application of Qt's: a command that draws makes one, too."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    return widgets is not None and widgets.QApplication.instance() is not None


def windows() -> list[object]:
    if not qt_runs():
        return []
    from PySide6.QtWidgets import QApplication

    # Qt itself keeps the last tool tip for the next.
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.metaObject().className() != "QTipLabel"
    ]


def finish_background_work() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent, QThreadPool

    assert QThreadPool.globalInstance().waitForDone(int(GRACE_SECONDS * 1000)), (
        "a background job outlived the test"
    )
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
