"""What a log says stays in the log: none of it is in what we log or keep, and what we keep is the
user's alone."""

from __future__ import annotations

import io
import logging
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.models.opening import Wish
from app.views.bookmark_dialog import BookmarkDialog
from app.views.export_dialog import ExportChoice, Scope
from app.window import Window
from core.export.order import ExportFormat
from core.fault import FaultFormatter
from core.server.opened import opened_to_write
from tests.app.windows import PATIENCE, make_window
from tests.builders_files import write_log
from tests.core.events.logs import row

CANARY = "canary"
SESSION = "session_1794474072480_9c2hv6ron"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's folders, under a mask that takes nothing away from anybody."""
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "user" / name.lower()))
    before = os.umask(0)
    yield tmp_path / "user"
    os.umask(before)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that is logged, to the last detail, as the program writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(FaultFormatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def _log(path: Path) -> Path:
    """A log in which every text is a canary, with rows that are wrong in many ways."""
    said = (
        f'{{"message": "{CANARY}", "name": "{CANARY}", "domain": "{CANARY}", "text": "{CANARY}"}}'
    )
    good = [
        row(
            str(second), second, session_id=SESSION, actor_id=CANARY, event_type=kind,
            object_ref_type="concept", object_ref_id=CANARY, payload=said,
        )
        for second, kind in enumerate(("UserViewed", "ChatMessageCreated", "UserHighlighted"))
    ]  # fmt: skip
    bad: list[dict[str, object]] = [
        {"payload": f'{{"{CANARY}": '},
        {"payload": CANARY.encode()},
        {"payload": "[" * 50_000 + CANARY},
        {"occurred_at": CANARY},
        {"actor_id": CANARY.encode()},
        {"event_type": CANARY},
        {"version": CANARY},
        {"object_ref_type": CANARY, "object_ref_id": None},
        {"correlation_id": CANARY.encode(), "trace_id": CANARY},
    ]
    wrong = [row(f"bad-{n}", 10 + n, **{"session_id": SESSION, **odd}) for n, odd in enumerate(bad)]
    return write_log(path, [*good, *wrong])


def _use(window: Window, path: Path, settled: Callable[[], None]) -> None:
    """Much of what a user does."""
    window.open(path, Wish(SESSION))
    settled()
    window.filter.bar.field.setText("type:ChatMessageCreated")
    for command in ("check-file", "next", "show-people", "show-recorded", "show-impact", "bookmark",
                    "copy-event", "range-start", "next", "range-end", "explain-object", "reload",
                    "private", "private"):  # fmt: skip
        window.actions_by_id[command].trigger()
        settled()
    for dialog in window.findChildren(BookmarkDialog):
        dialog.name.setText("here")
        QTest.keyClick(dialog.name, Qt.Key.Key_Return)
        settled()
    for form in (ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.CONTEXT_CSV):
        target = path.parent / f"out{form.suffix}"
        window.exporting.export(ExportChoice(Scope.SESSION, form, target))
        settled()


def _use_once(qtbot: QtBot, folders: Path, path: Path) -> None:
    """The program from its start to its end."""
    window = make_window(qtbot, folders / "config" / "brainweb-replay" / "settings.json")
    _use(window, path, lambda: qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE))
    window.close()


def test_nothing_of_a_log_is_in_our_own_logs_and_files(
    qtbot: QtBot, tmp_path: Path, folders: Path, logged: io.StringIO
) -> None:
    """A log file that is sent with a report, or a setting, would say what a learner wrote."""
    path = _log(tmp_path / "events.db")
    _use_once(qtbot, folders, path)

    files = [each for each in folders.rglob("*") if each.is_file()]
    assert {"settings.json", "pseudonyms.key", "bookmarks.db"} <= {each.name for each in files}
    assert [each.name for each in files if CANARY.encode() in each.read_bytes()] == []
    assert CANARY not in logged.getvalue()
    assert CANARY in (path.parent / "out.jsonl").read_text()


def test_what_we_keep_is_the_users_alone(
    qtbot: QtBot, tmp_path: Path, folders: Path, logged: io.StringIO
) -> None:
    """On a machine of several people the others would read the log in our copies of it."""
    path = _log(tmp_path / "events.db")
    _use_once(qtbot, folders, path)
    with opened_to_write(path) as opened:
        opened.service.context(SESSION)

    ours = [each for each in folders.rglob("*") if "brainweb-replay" in each.parts]
    open_to_others = [
        (str(each.relative_to(folders)), oct(stat.S_IMODE(each.stat().st_mode)))
        for each in [*ours, *path.parent.glob("out.*")]
        if each.stat().st_mode & 0o077
    ]
    assert any(each.name == "read-model.db" for each in ours)
    assert open_to_others == []
    assert CANARY not in logged.getvalue()
