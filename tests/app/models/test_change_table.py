"""What an event changed, in words: came, went, moved."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from app.models.cells import Tone
from app.models.change_table import ChangeTableModel
from core.projectors.context import ActiveConcept, ActiveObject, SessionContext, difference


def context(
    position: int, concepts: dict[str, float], objects: dict[str, float], uncertainty: float
) -> SessionContext:
    return SessionContext(
        "s",
        position,
        0,
        tuple(ActiveConcept(key, weight, key.title()) for key, weight in concepts.items()),
        tuple(ActiveObject("claim", key, relevance) for key, relevance in objects.items()),
        uncertainty,
    )


BEFORE = context(1, {"raft": 0.6, "paxos": 0.5, "gone": 0.1}, {"cl-1": 0.8}, 0.5)
AFTER = context(2, {"paxos": 0.7, "raft": 0.6, "new": 0.2}, {"cl-2": 0.8}, 0.2)


def rows(model: ChangeTableModel) -> list[list[str]]:
    columns = range(model.columnCount())
    return [[model.cell(row, c).text for c in columns] for row in range(model.rowCount())]


def test_what_came_went_and_moved_is_told(qtmodeltester: ModelTester) -> None:
    model = ChangeTableModel()
    model.show_difference(difference(BEFORE, AFTER))
    qtmodeltester.check(model)
    assert rows(model) == [
        ["Uncertainty", "0.50", "0.20", "▼ −0.30"],
        ["Paxos", "2.  0.50", "1.  0.70", "▲ +0.20  up 1 place"],
        ["Raft", "1.  0.60", "2.  0.60", "down 1 place"],
        ["New", "—", "3.  0.20", "came  +0.20"],
        ["Gone", "3.  0.10", "—", "went  −0.10"],
        ["claim cl-2", "—", "0.80", "came"],
        ["claim cl-1", "0.80", "—", "went"],
    ]


def test_a_change_too_small_for_two_decimals_is_no_nothing() -> None:
    model = ChangeTableModel()
    after = context(2, {}, {}, 0.4999)
    model.show_difference(difference(context(1, {}, {}, 0.5), after))
    assert rows(model)[0][3] == "▼ <0.01"


def test_gains_and_losses_differ_in_tone_too() -> None:
    model = ChangeTableModel()
    model.show_difference(difference(BEFORE, AFTER))
    tones = [model.cell(row, 3).tone for row in range(model.rowCount())]
    good, bad = Tone.GOOD, Tone.BAD
    assert tones == [good, good, Tone.MUTED, good, bad, good, bad]


def test_no_difference_is_no_row() -> None:
    model = ChangeTableModel()
    model.show_difference(difference(BEFORE, BEFORE))
    assert model.rowCount() == 0
    assert model.headerData(0, Qt.Orientation.Horizontal) == "What"
