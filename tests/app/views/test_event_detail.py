"""All of an event can be read, and copied as it is sent."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QPushButton, QTableView, QTreeView
from pytestqt.qtbot import QtBot

from app.theme import DARK
from app.views.event_detail import EventDetailView
from app.views.text_views import PlainLabel
from core.events.schema import EventEnvelope
from tests.app.windows import PATIENCE
from tests.builders import chat

EVENT = chat("c-1", "c-2", seconds=3).model_copy(
    update={"event_id": "e-1", "version": 2, "stored_version": 1, "correlation_id": "turn-1"}
)


@pytest.fixture
def view(qtbot: QtBot) -> EventDetailView:
    view = EventDetailView()
    qtbot.addWidget(view)
    view.show_theme(DARK)
    view.resize(900, 240)
    with qtbot.waitExposed(view):
        view.show()
    return view


def fields(view: EventDetailView) -> dict[str, str]:
    table = view.findChild(QTableView, "event-fields")
    assert isinstance(table, QTableView)
    model = table.model()
    rows = range(model.rowCount())
    return {str(model.index(r, 0).data()): str(model.index(r, 1).data()) for r in rows}


def payload(view: EventDetailView) -> QTreeView:
    tree = view.findChild(QTreeView, "payload")
    assert isinstance(tree, QTreeView)
    return tree


def message(view: EventDetailView) -> PlainLabel:
    label = view.findChild(PlainLabel, "event-detail-message")
    assert isinstance(label, PlainLabel)
    return label


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_the_envelope_is_told_field_by_field(view: EventDetailView) -> None:
    view.show_envelope(EVENT, 214)
    assert fields(view) == {
        "Type": "ChatMessageCreated",
        "Time (UTC)": "12 Nov 2026 09:00:03.000000",
        "Position": "214",
        "Actor": "user-ada",
        "Object": "chat_message m-1",
        "Version": "2, stored as version 1",
        "Event id": "e-1",
        "Session": "s",
        "Correlation id": "turn-1",
        "Trace id": "—",
        "Idempotency": "—",
    }


def test_the_payload_is_a_tree_whose_small_parts_are_open(view: EventDetailView) -> None:
    view.show_envelope(EVENT, 1)
    tree = payload(view)
    model = tree.model()
    assert [model.index(row, 0).data() for row in range(2)] == ["message", "mentioned_concepts"]
    assert tree.isExpanded(model.index(1, 0))
    assert model.rowCount(model.index(1, 0)) == 2


def test_copy_gives_the_envelope_as_it_is_sent(view: EventDetailView, qtbot: QtBot) -> None:
    view.show_envelope(EVENT, 1)
    button = view.findChild(QPushButton, "copy-as-json")
    assert isinstance(button, QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert json.loads(clipboard()) == EVENT.to_wire()
    assert clipboard().startswith('{\n  "event_id"')


def test_the_copy_key_copies_one_value_whole(view: EventDetailView, qtbot: QtBot) -> None:
    long = EVENT.model_copy(update={"payload": {"text": "y" * 10_000}})
    view.show_envelope(long, 1)
    tree = payload(view)
    tree.setCurrentIndex(tree.model().index(0, 1))
    qtbot.keySequence(tree, QKeySequence.StandardKey.Copy)
    assert clipboard() == "y" * 10_000
    table = view.findChild(QTableView, "event-fields")
    assert isinstance(table, QTableView)
    table.setCurrentIndex(table.model().index(6, 1))
    qtbot.keySequence(table, QKeySequence.StandardKey.Copy)
    assert clipboard() == "e-1"


def test_a_list_that_is_long_goes_on_as_it_is_scrolled(view: EventDetailView) -> None:
    """A list must not seem to end where the first batch did, whatever stands below it."""
    numbers = list(range(2000))
    view.show_envelope(EVENT.model_copy(update={"payload": {"l": numbers, "z": 1}}), 1)
    tree = payload(view)
    index = tree.model().index(0, 0)
    tree.expand(index)
    bar = tree.verticalScrollBar()
    for _ in range(400):
        bar.setValue(bar.value() + 5)
        QApplication.processEvents()
    assert tree.model().rowCount(index) == 2000


def test_an_event_is_replaced_by_what_there_is_to_say(view: EventDetailView) -> None:
    view.show_envelope(EVENT, 1)
    assert not message(view).isVisible()
    view.show_envelope(None, 0)
    assert message(view).isVisible()
    assert message(view).text() == "No event has happened yet"
    view.show_message("Reading…")
    assert message(view).text() == "Reading…"


def test_without_an_event_nothing_is_copied(view: EventDetailView) -> None:
    QGuiApplication.clipboard().setText("mine")
    view.show_envelope(EVENT, 1)
    view.show_message("Reading…")
    view.copy_json()
    assert clipboard() == "mine"


@pytest.mark.parametrize(("width", "beside"), [(900, True), (420, False)])
def test_fields_stand_beside_the_payload_where_there_is_room(
    view: EventDetailView, qtbot: QtBot, width: int, beside: bool
) -> None:
    view.show_envelope(EVENT, 1)
    view.resize(width, 400)
    table = view.findChild(QTableView, "event-fields")
    assert isinstance(table, QTableView)

    def placed() -> bool:
        left = table.mapTo(view, table.rect().topRight()).x()
        right = payload(view).mapTo(view, payload(view).rect().topLeft()).x()
        return (left < right) == beside

    qtbot.waitUntil(placed, timeout=PATIENCE)


def test_odd_text_of_a_log_breaks_nothing(view: EventDetailView) -> None:
    odd: EventEnvelope = EVENT.model_copy(
        update={"actor_id": "<i>a</i>\ud800", "payload": {"\ud800": "x\ud800", "n": float("nan")}}
    )
    view.show_envelope(odd, 1)
    assert fields(view)["Actor"] == "<i>a</i>\ufffd"
    view.copy_json()
    assert json.loads(clipboard())["payload"]["\ud800"] == "x\ud800"


def test_the_focus_goes_to_the_payload_and_on_to_no_button(
    view: EventDetailView, qtbot: QtBot
) -> None:
    """Else the keys after the command that shows the detail go nowhere, or press something."""
    with qtbot.waitActive(view):
        view.activateWindow()
    view.show_envelope(EVENT, 1)
    view.setFocus()
    assert payload(view).hasFocus()
    view.show_message("No event has happened yet")
    assert view.focusWidget() is None or not view.focusWidget().hasFocus()
