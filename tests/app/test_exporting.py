"""Exporting from the window, on real files: what is asked, what is written, what is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.features.exporting import PICTURES
from app.models.opening import Wish
from app.sample import sample_path
from app.views.export_bar import ExportBar
from app.views.export_dialog import ExportDialog, Scope
from app.window import Window
from core.export.order import ExportFormat
from core.notes.bookmark import Anchor, Bookmark
from core.replay.link_file import LinkFile
from core.replay.linked import Link
from core.replay.moment import Moment
from tests.app.windows import LONGEST, PATIENCE
from tests.builders import viewed
from tests.builders_files import in_session, write_log, write_long_log


@pytest.fixture
def sample(window: Window, settled: Callable[[], None]) -> Window:
    window.open(sample_path(), Wish(LONGEST, Moment("#214")))
    settled()
    return window


def ask(window: Window) -> ExportDialog:
    window.actions_by_id["export"].trigger()
    found = window.findChild(ExportDialog)
    assert isinstance(found, ExportDialog)
    return found


def press(dialog: ExportDialog, text: str) -> None:
    (button,) = [b for b in dialog.findChildren(QPushButton) if b.text() == text]
    button.click()


def name(dialog: ExportDialog, target: Path) -> None:
    """Type a name, as a user does."""
    dialog.target.setText(str(target))
    dialog.target.textEdited.emit(str(target))


def choose_file(window: Window, target: Path, kind: str | None = None) -> None:
    dialog = window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    if kind is not None:
        dialog.selectNameFilter(kind)
        dialog.filterSelected.emit(kind)
    dialog.fileSelected.emit(str(target))
    dialog.reject()


def told(window: Window) -> str:
    label = window.banner.findChild(QLabel, "banner-text")
    assert isinstance(label, QLabel)
    return label.text() if window.banner.isVisibleTo(window) else ""


def test_a_session_is_exported(sample: Window, settled: Callable[[], None], tmp_path: Path) -> None:
    """What is on screen could not be had anywhere else."""
    dialog = ask(sample)
    assert Path(dialog.target.text()) == Path.home() / f"{LONGEST}.jsonl"
    name(dialog, tmp_path / "x.jsonl")
    press(dialog, "Export")
    settled()
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == 404
    assert told(sample) == f"Wrote 404 events to {tmp_path / 'x.jsonl'}"
    assert not sample.exporting.bar.isVisibleTo(sample)


def test_the_marked_range_is_what_lies_between_its_ends(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """Of a long session one would have to take all of it."""
    window.open(write_log(tmp_path / "my.db", [viewed("a", seconds=n) for n in range(6)]))
    settled()
    dialog = ask(window)
    assert not dialog.scope.model().item(1).isEnabled()  # type: ignore[attr-defined]
    dialog.reject()
    for key, position in (("range-start", 2), ("range-end", 5)):
        window.clock.change(lambda playback, at=position: playback.at_position(at))
        window.actions_by_id[key].trigger()
    window.actions_by_id["export"].trigger()
    dialog = next(d for d in window.findChildren(ExportDialog) if d.isVisible())
    dialog.scope.setCurrentIndex(1)
    assert dialog.scope.currentText() == "The marked range · 3 events"
    name(dialog, tmp_path / "x.jsonl")
    press(dialog, "Export")
    settled()
    lines = (tmp_path / "x.jsonl").read_text().splitlines()
    assert [json.loads(line)["occurred_at"][17:19] for line in lines] == ["02", "03", "04"]


@pytest.mark.parametrize("place", range(5))
def test_each_format_is_written_under_its_suffix(
    sample: Window, settled: Callable[[], None], tmp_path: Path, place: int
) -> None:
    """A choice of the dialog would do nothing, or write something else."""
    dialog = ask(sample)
    name(dialog, tmp_path / "x.jsonl")
    dialog.form.setCurrentIndex(place)
    choice = dialog.choice()
    assert choice.target == tmp_path / f"x{choice.form.suffix}"
    dialog.stepped.setChecked(choice.form.is_contexts)
    press(dialog, "Export")
    settled()
    begins = {".jsonl": b'{"event_id"', ".csv": b"", ".parquet": b"PAR1"}[choice.form.suffix]
    assert choice.target.read_bytes().startswith(begins)
    assert told(sample).startswith("Wrote 264 moments" if choice.form.is_contexts else "Wrote 404")


def test_the_dialog_says_that_a_file_is_replaced(sample: Window, tmp_path: Path) -> None:
    """A file would be lost without a word."""
    (tmp_path / "x.csv").touch()
    dialog = ask(sample)
    name(dialog, tmp_path / "x.csv")
    assert any(b.text() == "Replace" for b in dialog.findChildren(QPushButton))
    name(dialog, tmp_path / "y.csv")
    assert any(b.text() == "Export" for b in dialog.findChildren(QPushButton))
    name(dialog, Path())
    dialog.reject()


def test_the_open_log_is_not_replaced_and_the_banner_says_so(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    log = write_log(tmp_path / "my.db", [viewed("a", seconds=n) for n in range(3)])
    window.open(log)
    settled()
    before = log.read_bytes()
    dialog = ask(window)
    name(dialog, log)
    press(dialog, "Replace")
    settled()
    assert "the log that is open" in told(window)
    assert log.read_bytes() == before


def test_an_export_is_told_and_can_be_cancelled(
    window: Window, settled: Callable[[], None], tmp_path: Path, qtbot: QtBot
) -> None:
    """A million events would have to be waited for, and half of a file would be left."""
    folder = tmp_path / "out"
    folder.mkdir()
    window.open(write_long_log(tmp_path / "long.db", 40_000))
    settled()
    dialog = ask(window)
    name(dialog, folder / "x.csv")
    dialog.form.setCurrentIndex(1)
    press(dialog, "Export")
    bar = window.findChild(ExportBar)
    assert isinstance(bar, ExportBar)
    qtbot.wait_until(lambda: "of 40,000" in bar.accessibleDescription(), timeout=PATIENCE)
    assert bar.isVisibleTo(window)
    window.actions_by_id["export"].trigger()
    assert "An export is running" in told(window)
    cancel = bar.findChild(QPushButton)
    assert isinstance(cancel, QPushButton)
    cancel.click()
    assert told(window) == "The export was cancelled: nothing was written."
    settled()
    assert not bar.isVisibleTo(window)
    assert list(folder.iterdir()) == []


def test_closing_the_file_ends_the_export(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """Rows of a file that is gone would be asked for."""
    window.open(write_long_log(tmp_path / "long.db", 20_000))
    settled()
    dialog = ask(window)
    name(dialog, tmp_path / "x.csv")
    press(dialog, "Export")
    window.actions_by_id["close"].trigger()
    settled()
    assert not (tmp_path / "x.csv").exists()
    assert not window.exporting.model.running


def test_a_report_is_written(sample: Window, settled: Callable[[], None], tmp_path: Path) -> None:
    sample.actions_by_id["export-report"].trigger()
    choose_file(sample, tmp_path / "x.html")
    settled()
    assert LONGEST in (tmp_path / "x.html").read_text(encoding="utf-8")
    assert told(sample) == f"Wrote the report to {tmp_path / 'x.html'}"


@pytest.mark.parametrize("kind", PICTURES)
def test_pictures_are_of_the_window_or_the_timeline(
    sample: Window, settled: Callable[[], None], tmp_path: Path, kind: str
) -> None:
    """Who reports something would have to make a screenshot, and cut it."""
    sample.actions_by_id["export-picture"].trigger()
    size = (sample.timeline if "timeline" in kind else sample).size()
    target = tmp_path / ("x.svg" if "svg" in kind else "x.png")
    choose_file(sample, target, kind)
    settled()
    if target.suffix == ".png":
        image = QImage(str(target))
        assert image.size() == size * 2
    else:
        root = ElementTree.parse(target).getroot()
        assert root.get("viewBox") == f"0 0 {size.width()} {size.height()}"
        texts = ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]
        assert {"Active concepts", "UserViewed", "Raft"} <= set(texts)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_dialog_has_room_for_what_it_says(sample: Window, theme: str) -> None:
    """A choice that is cut off is no choice."""
    sample.actions_by_id[f"theme-{theme}"].trigger()
    dialog = ask(sample)
    for place in range(dialog.form.count()):
        dialog.form.setCurrentIndex(place)
        for widget in (dialog.scope, dialog.form, dialog.bom, dialog.stepped, dialog.every):
            if widget.isVisible():
                assert widget.width() >= widget.minimumSizeHint().width()
                assert widget.geometry().right() <= dialog.width()
    field = dialog.every.lineEdit()
    assert field.text() == "60 s"
    assert field.width() > field.fontMetrics().horizontalAdvance("86400 s") + 16
    assert dialog.choice().scope is Scope.SESSION
    assert dialog.choice().form is ExportFormat.CONTEXT_PARQUET
    dialog.reject()


def test_the_hits_of_the_filter_are_exported(
    sample: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """Who found what they looked for could not take it along."""
    sample.filter.show_filter("type:ClaimUpserted concept:Raft")
    settled()
    hits = sample.filter.hits
    assert hits is not None
    dialog = ask(sample)
    dialog.scope.setCurrentIndex(list(Scope).index(Scope.HITS))
    assert f"{len(hits):,} event" in dialog.scope.currentText()
    name(dialog, tmp_path / "x.jsonl")
    press(dialog, "Export")
    settled()
    events = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
    assert len(events) == len(hits) > 0
    assert {event["event_type"] for event in events} == {"ClaimUpserted"}


def test_a_report_has_the_bookmarks_of_the_session(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """What somebody noted while watching would not reach who reads the report."""
    window.open(write_log(tmp_path / "my.db", [viewed("a", seconds=n) for n in range(6)]))
    settled()
    file = window.bookmarks.model.file
    file.put([Bookmark("s", Anchor(None), "<b>The turn</b>", "look & see")])
    window.bookmarks.model.refresh()
    settled()
    window.actions_by_id["export-report"].trigger()
    choose_file(window, tmp_path / "x.html")
    settled()
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;The turn&lt;/b&gt;" in page
    assert "look &amp; see" in page


def test_linked_sessions_are_exported_as_one(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """Of a chat that is split over sessions one would get a part, or parts in no order."""
    parts = [*in_session("one", [viewed("a"), viewed("a", seconds=20)])]
    parts += in_session("two", [viewed("b", seconds=10)])
    path = write_log(tmp_path / "my.db", parts)
    link = Link("chat", ("one", "two"))
    LinkFile().add(link)
    window.open(path, Wish(link.id))
    settled()
    dialog = ask(window)
    name(dialog, tmp_path / "x.jsonl")
    press(dialog, "Export")
    settled()
    LinkFile().remove(link)
    events = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
    assert [event["session_id"] for event in events] == ["one", "two", "one"]
