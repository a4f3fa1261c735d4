"""Nothing that could not be read is hidden."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models.cells import Tone
from app.models.problem_list import ProblemListModel
from app.theme import DARK
from app.views.problem_list import ProblemListView
from core.events.problems import Problem

PROBLEMS = [
    Problem(7, "s", "e-7", "payload is not JSON", '{"name": <b>half</b>'),
    Problem(None, None, None, "session_id is missing", ""),
]


@pytest.fixture
def view(qtbot: QtBot) -> ProblemListView:
    view = ProblemListView()
    qtbot.addWidget(view)
    view.show_theme(DARK)
    view.resize(720, 200)
    with qtbot.waitExposed(view):
        view.show()
    return view


def rows(view: ProblemListView) -> list[list[str]]:
    model = view.model()
    return [
        [str(model.index(row, column).data()) for column in range(4)]
        for row in range(model.rowCount())
    ]


def test_each_problem_is_a_row_with_its_reason_and_raw_text(view: ProblemListView) -> None:
    view.show_problems(PROBLEMS)
    assert rows(view) == [
        ["7", "e-7", "payload is not JSON", '{"name": <b>half</b>'],
        ["—", "—", "session_id is missing", ""],
    ]


def test_their_number_is_told_for_the_tab(view: ProblemListView) -> None:
    counts: list[int] = []
    view.count_changed.connect(counts.append)
    view.show_problems(PROBLEMS)
    view.add_problems(PROBLEMS)
    view.show_problems([])
    assert counts == [2, 4, 0]
    assert view.count == 0


def test_a_click_or_enter_asks_to_see_the_row(view: ProblemListView, qtbot: QtBot) -> None:
    view.show_problems(PROBLEMS)
    asked: list[Problem] = []
    view.problem_activated.connect(asked.append)
    place = view.visualRect(view.model().index(0, 2)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert asked == PROBLEMS


def test_without_a_problem_it_says_so_instead_of_heading_nothing(view: ProblemListView) -> None:
    view.show_problems([])
    empty = view.grab().toImage()
    assert not view.horizontalHeader().isVisible()
    assert any(
        empty.pixelColor(x, y) != DARK.panel for x in range(200, 500) for y in range(80, 120)
    )
    view.show_problems(PROBLEMS)
    assert view.horizontalHeader().isVisible()


def test_what_is_stored_is_set_in_a_font_of_one_width() -> None:
    model = ProblemListModel()
    model.show_problems(PROBLEMS)
    assert model.cell(0, 3).monospace
    assert model.cell(0, 3).tone is Tone.MUTED
