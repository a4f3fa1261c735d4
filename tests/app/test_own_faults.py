from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.models import compared_session, people, turns
from app.models.opening import Wish
from app.sample import sample_path
from app.uncaught import told_of_uncaught
from app.views.event_detail import EventDetailView
from app.window import Window
from core.replay.moment import Moment
from tests.app.windows import LONGEST, PATIENCE, position, texts

Settled = Callable[[], None]


@pytest.fixture
def opened(window: Window, settled: Settled, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """The window as the program runs it: what nobody caught is told, in place of failing a test."""
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    with told_of_uncaught(window.others.tell, window.others.faults):
        window.open(sample_path(), Wish(LONGEST, Moment("#60")))
        settled()
        yield window


def _break_the_detail(monkeypatch: pytest.MonkeyPatch) -> None:
    def show_envelope(self: EventDetailView, envelope: object, *_: object) -> None:
        raise ValueError(f"cannot show {envelope!r}")

    monkeypatch.setattr(EventDetailView, "show_envelope", show_envelope)


def test_a_view_that_fails_is_told_of_and_the_window_goes_on(
    opened: Window, settled: Settled, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One broken panel would take the whole window with it, or fail in silence."""
    _break_the_detail(monkeypatch)

    opened.actions_by_id["next"].trigger()
    settled()
    qtbot.wait_until(opened.notice.isVisible, timeout=PATIENCE)

    assert "A fault of the program: ValueError." in texts(opened.notice)
    opened.actions_by_id["next"].trigger()
    settled()
    assert position(opened) == 62


def test_the_same_fault_is_told_once_and_counted(
    opened: Window, settled: Settled, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step through a session would bring the notice back that was just closed."""
    _break_the_detail(monkeypatch)
    opened.actions_by_id["next"].trigger()
    settled()
    qtbot.wait_until(opened.notice.isVisible, timeout=PATIENCE)
    opened.notice.dismiss()
    (first,) = opened.others.faults.all

    opened.actions_by_id["next"].trigger()
    settled()
    qtbot.wait_until(lambda: opened.others.faults.all[0].times > first.times, timeout=PATIENCE)

    assert not opened.notice.isVisible()
    assert len(opened.others.faults.all) == 1


def test_the_report_can_be_copied_and_holds_nothing_of_the_log(
    opened: Window, settled: Settled, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reports a fault would publish what a learner wrote."""
    _break_the_detail(monkeypatch)
    opened.actions_by_id["next"].trigger()
    settled()
    qtbot.wait_until(opened.notice.isVisible, timeout=PATIENCE)

    opened.actions_by_id["fault-report"].trigger()
    dialog = opened.own_faults.dialog
    assert dialog is not None
    dialog.copy_button.click()
    report = QApplication.clipboard().text()
    dialog.accept()

    assert "Python: " in report
    assert "tests/app/test_own_faults.py, line " in report
    assert "app/presenter.py, line " in report
    assert "ValueError" in report
    for word in ("EventEnvelope", "user-", LONGEST, "payload", str(sample_path().parent)):
        assert word not in report


def test_what_fails_in_the_background_is_told_in_the_same_way(
    opened: Window, settled: Settled
) -> None:
    """A fault of a job would show what a log says, in its message."""

    def job() -> None:
        raise KeyError("canary")

    for _ in range(3):
        opened.background.run(job, then=lambda _: None)
        settled()

    assert "A fault of the program: KeyError." in texts(opened.notice)
    assert "canary" not in texts(opened)
    assert [each.times for each in opened.others.faults.all] == [3]


def test_comparing_that_fails_is_told_of_without_a_word_of_the_log(
    opened: Window, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page would show Python's own message, which quotes what was worked on."""

    def steps(*_: object, **__: object) -> None:
        raise KeyError("canary")

    monkeypatch.setattr(compared_session, "session_steps", steps)
    opened.actions_by_id["compare-with"].trigger()
    settled()
    dialog = opened.comparing.choosing.dialog
    assert dialog is not None
    button = dialog.findChild(QPushButton, "compare-accept")
    assert isinstance(button, QPushButton)
    button.click()
    settled()

    assert "A fault of the program: KeyError." in texts(opened.notice)
    assert "A fault of the program" in texts(opened.comparing.page.banner)
    assert "canary" not in texts(opened)


@pytest.mark.parametrize(
    ("module", "work", "command"),
    [(people, "read_people", "show-people"), (turns, "turn_steps_apart", "reload")],
)
def test_a_page_that_fails_has_a_report(
    module: ModuleType,
    work: str,
    command: str,
    opened: Window,
    settled: Settled,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would say that all was logged, to somebody who has no log."""

    def fail(*_: object, **__: object) -> None:
        raise KeyError("canary")

    monkeypatch.setattr(module, work, fail)
    opened.actions_by_id[command].trigger()
    settled()
    if module is turns:
        opened.actions_by_id["show-detail"].trigger()
        settled()

    assert "A fault of the program: KeyError." in texts(opened.notice)
    assert "the line at the top has a report" in texts(opened)
    assert "canary" not in texts(opened)


def test_a_thread_that_fails_is_told_of_too(opened: Window, qtbot: QtBot) -> None:
    """A thread of the server would end, and nobody would know."""

    def fail() -> None:
        raise RuntimeError("canary")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.wait_until(opened.notice.isVisible, timeout=PATIENCE)

    assert "A fault of the program: RuntimeError." in texts(opened.notice)


def test_without_a_fault_the_report_says_so(window: Window) -> None:
    """One would look for what is wrong in an empty field."""
    window.actions_by_id["fault-report"].trigger()

    dialog = window.own_faults.dialog
    assert dialog is not None
    assert "Nothing went wrong" in texts(dialog)
    dialog.accept()
