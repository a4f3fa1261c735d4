"""A payload of any size and shape can be looked at, and copied whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex
from pytestqt.modeltest import ModelTester

from app.models.payload_tree import BATCH, KEY, VALUE, PayloadTreeModel, json_text, shown_value

PAYLOAD = {
    "message": "Why?",
    "mentioned_concepts": [{"concept_id": "c-1", "name": "Raft"}, "odd"],
    "score": 0.5,
    "none": None,
    "empty": {},
}


def tree(payload: dict[str, Any]) -> PayloadTreeModel:
    model = PayloadTreeModel()
    model.show_payload(payload)
    return model


def open_all(model: PayloadTreeModel, parent: QModelIndex | None = None) -> Any:
    """What the tree holds, as it was put in, by going through its rows."""
    parent = parent or QModelIndex()
    while model.canFetchMore(parent):
        model.fetchMore(parent)
    value = model.value(parent)
    if not isinstance(value, dict | list) or not value:
        return value
    rows = [model.index(row, KEY, parent) for row in range(model.rowCount(parent))]
    if isinstance(value, list):
        return [open_all(model, row) for row in rows]
    return dict(zip(value, (open_all(model, row) for row in rows), strict=True))


def test_it_is_a_proper_tree(qtmodeltester: ModelTester) -> None:
    model = tree(PAYLOAD)
    open_all(model)
    qtmodeltester.check(model)


def test_keys_and_values_are_shown() -> None:
    model = tree(PAYLOAD)
    rows = [
        (model.index(row, KEY).data(), model.index(row, VALUE).data())
        for row in range(model.rowCount())
    ]
    assert rows == [
        ("message", '"Why?"'),
        ("mentioned_concepts", "[ 2 ]"),
        ("score", "0.5"),
        ("none", "null"),
        ("empty", "{ }"),
    ]


def test_entries_are_read_when_they_are_opened_in_batches() -> None:
    """A list of a million entries must not stop the window."""
    model = tree({"list": list(range(3 * BATCH))})
    parent = model.index(0, KEY)
    assert model.rowCount(parent) == 0
    assert model.hasChildren(parent)
    model.fetchMore(parent)
    assert model.rowCount(parent) == BATCH
    assert model.canFetchMore(parent)


def test_a_long_text_is_cut_with_its_length_and_copied_whole() -> None:
    text = "x" * 5_000_000
    model = tree({"text": text})
    shown = model.index(0, VALUE).data()
    assert len(shown) < 400
    assert "5,000,000 characters" in shown
    assert model.copy_text(model.index(0, VALUE)) == text


def test_markup_is_shown_as_typed() -> None:
    assert shown_value("<b>bold</b>\n") == '"<b>bold</b>"'


@pytest.mark.parametrize(
    ("value", "shown"),
    [(True, "true"), (2**70, str(2**70)), (float("nan"), "NaN"), ([], "[ ]")],
)
def test_json_is_shown_as_json_writes_it(value: object, shown: str) -> None:
    assert shown_value(value) == shown


def test_a_lone_surrogate_is_not_lost_in_a_copy() -> None:
    assert json.loads(json_text({"a": "x\ud800"})) == {"a": "x\ud800"}
    model = tree({"a": "x\ud800"})
    assert json.loads(model.copy_text(model.index(0, VALUE))) == "x\ud800"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=20,
)


@given(payload=st.dictionaries(st.text(max_size=3), JSON))
def test_the_tree_holds_all_of_the_payload(payload: dict[str, Any]) -> None:
    assert open_all(tree(payload)) == payload
