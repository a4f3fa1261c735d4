"""What one event changed, side by side."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton, QTableView
from pytestqt.qtbot import QtBot

from app.theme import DARK
from app.views.before_after import NOTHING, BeforeAfterView
from app.views.text_views import ElidedLabel, PlainLabel
from core.projectors.context import difference
from core.projectors.rules import BRAIN_WEB
from core.replay.below import changes_below
from core.replay.index import ContextIndex
from tests.builders import claim, event, log_of, viewed

INDEX = ContextIndex(
    log_of(
        [
            viewed("c-1", seconds=0, name="Raft"),
            *(event("UserHighlighted", seconds=i) for i in range(1, 12)),
            claim("cl-1", "c-1", "c-2", seconds=20),
        ]
    )
)


@pytest.fixture
def view(qtbot: QtBot) -> BeforeAfterView:
    view = BeforeAfterView()
    qtbot.addWidget(view)
    view.show_theme(DARK)
    view.resize(720, 200)
    with qtbot.waitExposed(view):
        view.show()
    return view


def show(view: BeforeAfterView, position: int) -> None:
    before, after = INDEX.changed_by(position)
    view.show_change(before, after, difference(before, after))


def table(view: BeforeAfterView) -> QTableView:
    found = view.findChild(QTableView, "changes")
    assert isinstance(found, QTableView)
    return found


def message(view: BeforeAfterView) -> PlainLabel:
    found = view.findChild(PlainLabel, "before-after-message")
    assert isinstance(found, PlainLabel)
    return found


def rows(view: BeforeAfterView) -> list[list[str]]:
    model = table(view).model()
    columns = range(model.columnCount())
    return [[str(model.index(r, c).data()) for c in columns] for r in range(model.rowCount())]


def test_the_event_at_the_playhead_is_told_with_what_it_changed(view: BeforeAfterView) -> None:
    show(view, 13)
    assert rows(view) == [
        ["Raft", "1.  0.20", "1.  0.30", "▲ +0.10"],
        ["c-2", "—", "2.  0.10", "came  +0.10"],
        ["claim cl-1", "—", "0.80", "came"],
    ]
    caption = view.findChild(ElidedLabel, "before-after-caption")
    assert isinstance(caption, ElidedLabel)
    assert caption.text() == "Event 13 · 09:00:20.000 UTC · uncertainty 0.20"
    assert not message(view).isVisible()


def test_an_event_without_effect_says_so(view: BeforeAfterView) -> None:
    show(view, 12)
    assert message(view).isVisible()
    assert message(view).text() == NOTHING
    assert not table(view).isVisible()
    show(view, 13)
    assert table(view).isVisible()


def test_before_the_first_event_there_is_nothing_to_compare(view: BeforeAfterView) -> None:
    show(view, 0)
    assert message(view).text() == "No event has happened yet"


def test_a_message_takes_the_place_of_a_change(view: BeforeAfterView) -> None:
    show(view, 13)
    view.show_message("Reading…")
    assert message(view).isVisible()
    assert rows(view) == []
    show(view, 13)
    assert len(rows(view)) == 3


def test_the_focus_goes_to_the_table_and_on_to_no_button(
    view: BeforeAfterView, qtbot: QtBot
) -> None:
    """Else stepping on by keys leads to one, and Space presses it."""
    beside = QPushButton(view)
    beside.show()
    with qtbot.waitActive(view):
        view.activateWindow()
    show(view, 1)
    view.setFocus()
    assert table(view).hasFocus()
    show(view, 12)
    assert message(view).text() == NOTHING
    assert not table(view).hasFocus() and not beside.hasFocus()


def test_a_weight_below_the_active_ones_is_told_and_that_nothing_else_changed(
    view: BeforeAfterView,
) -> None:
    """An event that made something heavier would be said to have changed nothing."""
    rules = BRAIN_WEB.model_copy(update={"max_concepts": 1})
    index = ContextIndex(
        log_of([viewed("a", seconds=s) for s in range(11)] + [viewed("b", seconds=11)]), rules
    )
    before, after = index.changed_by(12)
    view.show_change(before, after, difference(before, after))
    assert message(view).isVisible()
    view.show_below(changes_below(index, 12), rules.max_concepts)
    assert rows(view) == [["b", "—", "2.  0.20", "▲ +0.20  not active"]]
    caption = view.findChild(ElidedLabel, "before-after-caption")
    assert isinstance(caption, ElidedLabel)
    assert caption.text().endswith(" · nothing changed but what is below the 1 active")
    view.show_below((), 1)
    assert message(view).isVisible()
