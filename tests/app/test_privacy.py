from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import privacy
from app.features.privacy import PREFIX
from app.models.opening import Wish
from app.sample import sample_path
from app.views.bookmark_dialog import BookmarkDialog
from app.views.export_dialog import ExportChoice, ExportDialog, Scope
from app.window import Window
from core.events.store.sqlite import SQLiteEventStore
from core.export.order import ExportFormat
from core.privacy.key_file import key_path
from core.replay.moment import Moment
from tests.app.windows import LONGEST, PATIENCE, all_texts, make_window, position, texts

Settled = Callable[[], None]


@pytest.fixture(autouse=True)
def openly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    yield
    privacy.read_privately(None)


@pytest.fixture
def opened(window: Window, settled: Settled) -> Window:
    window.open(sample_path(), Wish(LONGEST, Moment("#60")))
    settled()
    return window


@cache
def _said() -> set[str]:
    """Names, texts and people of the sample."""
    said: set[str | None] = set()
    with SQLiteEventStore(sample_path()) as store:
        for event in store.iter_events():
            said.add(event.actor_id)
            for name in ("name", "message", "text", "title", "url", "domain", "answer_summary"):
                said.add(event.payload.get(name))
            said.update(each["name"] for each in event.payload.get("mentioned_concepts", ()))
    # The interface says this, too.
    return {each for each in said if each and len(each) > 5 and each != "Idempotency"}


def _told(shown: str) -> list[str]:
    return [each for each in _said() if each in shown]


def test_nothing_on_screen_says_who_did_what(opened: Window, settled: Settled) -> None:
    """A call is recorded while a session is replayed, and with it who wrote what."""
    assert _told(all_texts(opened))

    opened.actions_by_id["private"].trigger()
    settled()
    for command in ("show-detail", "show-people", "show-range", "show-impact", "show-recorded",
                    "show-change", "explain-uncertainty", "explain-object", "next", "find-events",
                    "show-events"):  # fmt: skip
        opened.actions_by_id[command].trigger()
        settled()

    assert _told(all_texts(opened)) == []
    assert "Person " in all_texts(opened)


def test_the_session_and_the_moment_stay(opened: Window, settled: Settled) -> None:
    """Whoever turns it on in the midst of a talk would have to find the place again."""
    opened.actions_by_id["private"].trigger()
    settled()
    assert (opened.opening.session_id, position(opened)) == (LONGEST, 60)
    assert privacy.pseudonyms() is not None

    opened.actions_by_id["private"].trigger()
    settled()
    assert (opened.opening.session_id, position(opened)) == (LONGEST, 60)
    assert _told(all_texts(opened))


def test_it_can_be_seen_that_it_is_on(opened: Window, settled: Settled) -> None:
    """One would share the screen in the belief that it were."""
    assert not opened.privacy.sign.isVisible()

    opened.actions_by_id["private"].trigger()
    settled()

    assert opened.privacy.sign.isVisible()
    assert "Private" in texts(opened.top_bar)
    assert opened.windowTitle().startswith(PREFIX)
    opened.actions_by_id["close"].trigger()
    settled()
    assert opened.windowTitle().startswith(PREFIX)


def test_what_is_copied_is_what_isall_texts(opened: Window, settled: Settled) -> None:
    """A name would be pasted into the chat of the call."""
    opened.actions_by_id["private"].trigger()
    settled()
    opened.actions_by_id["copy-event"].trigger()
    settled()

    copied = QApplication.clipboard().text()
    assert "event_type" in copied
    assert _told(copied) == []


def test_it_stays_on_at_the_next_start(
    opened: Window, settled: Settled, qtbot: QtBot, tmp_path: Path
) -> None:
    """A restart in the midst of a recording would show everything."""
    opened.actions_by_id["private"].trigger()
    settled()
    person = privacy.pseudonyms().person("user-lena")  # type: ignore[union-attr]
    opened.close()
    privacy.read_privately(None)

    again = make_window(qtbot, tmp_path / "settings" / "settings.json")

    assert again.privacy.sign.isVisible()
    assert privacy.pseudonyms().person("user-lena") == person  # type: ignore[union-attr]
    again.close()


def test_every_window_goes_along(opened: Window, settled: Settled, qtbot: QtBot) -> None:
    """The window beside it would still show names."""
    opened.actions_by_id["new-window"].trigger()
    other = opened.others.all[-1]
    other.open(sample_path(), Wish(LONGEST))
    qtbot.wait_until(lambda: not other.busy, timeout=PATIENCE)

    opened.actions_by_id["private"].trigger()
    qtbot.wait_until(lambda: not (other.busy or opened.busy), timeout=PATIENCE)

    assert other.privacy.sign.isVisible()
    assert _told(all_texts(other)) == []
    other.close()


def test_a_key_that_cannot_be_had_leaves_it_off_and_says_so(
    opened: Window, settled: Settled
) -> None:
    """It would look as if it were on."""
    key_path().mkdir(parents=True)

    opened.actions_by_id["private"].trigger()
    settled()

    assert not opened.actions_by_id["private"].isChecked()
    assert not opened.privacy.sign.isVisible()
    assert "key of the pseudonyms" in texts(opened)


def test_it_is_a_setting_too(opened: Window, settled: Settled) -> None:
    """Who looks for it among the settings would not find it."""
    opened.actions_by_id["settings"].trigger()
    dialog = opened.settings_shown.dialog
    assert dialog is not None
    assert not dialog.private.isChecked()

    dialog.private.click()
    settled()

    assert opened.settings.private
    assert opened.privacy.sign.isVisible()
    dialog.accept()


def test_an_export_from_the_window_can_be_private(
    opened: Window, settled: Settled, tmp_path: Path
) -> None:
    """What is handed on for study would have names in it, however the screen looks."""
    found = {}
    for private in (False, True):
        opened.actions_by_id["export"].trigger()
        dialog = opened.findChild(ExportDialog)
        assert dialog is not None
        dialog.private.setChecked(private)
        dialog.target.setText(str(tmp_path / f"{private}.jsonl"))
        dialog.accept()
        dialog.chosen.emit(dialog.choice())
        dialog.deleteLater()
        settled()
        found[private] = (tmp_path / f"{private}.jsonl").read_text(encoding="utf-8")

    assert found[False].count("\n") == found[True].count("\n") == 404
    assert _told(found[False])
    assert _told(found[True]) == []


def test_the_contexts_are_those_of_the_log_under_pseudonyms(
    opened: Window, settled: Settled, tmp_path: Path
) -> None:
    """Who studies weights would study others."""
    written = []
    for private in (False, True):
        target = tmp_path / f"{private}.csv"
        choice = ExportChoice(
            Scope.SESSION, ExportFormat.CONTEXT_CSV, target, every=600, private=private
        )
        opened.exporting.export(choice)
        settled()
        with target.open(newline="", encoding="utf-8") as file:
            written.append(list(csv.DictReader(file)))

    bare, private_rows = written
    assert [row["weight"] for row in bare] == [row["weight"] for row in private_rows]
    assert _told(str(private_rows)) == []


def test_in_private_mode_every_export_is_private(opened: Window, settled: Settled) -> None:
    """The box would say that it is not, and one would not know."""
    opened.actions_by_id["private"].trigger()
    settled()
    opened.actions_by_id["export"].trigger()
    dialog = opened.findChild(ExportDialog)

    assert dialog is not None
    assert dialog.private.isChecked()
    assert not dialog.private.isEnabled()
    dialog.reject()


def test_bookmarks_are_hidden_meanwhile(opened: Window, settled: Settled, qtbot: QtBot) -> None:
    """Their names are made of what they mark: a concept's name would stand on the timeline."""
    opened.actions_by_id["bookmark"].trigger()
    (dialog,) = opened.findChildren(BookmarkDialog)
    dialog.name.setText("Write-ahead logging")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    settled()
    assert [each.bookmark.name for each in opened.bookmarks.model.state.here]

    opened.actions_by_id["private"].trigger()
    settled()
    assert opened.bookmarks.model.state.here == ()

    opened.actions_by_id["private"].trigger()
    settled()
    assert len(opened.bookmarks.model.state.here) == 1
