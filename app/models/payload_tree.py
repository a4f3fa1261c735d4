"""A payload as a tree that grows as it is opened."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from app.models.cells import NO_PARENT, Index
from app.models.summaries import first_keys, literal
from app.text import count, is_encodable, plain
from core.late_dataclass import dataclass

KEY, VALUE = range(2)
BATCH = 256
"""How many entries of a list or an object are taken up at once."""
SHOWN = 300
"""How many characters of a text are shown."""

_ROOT = 0


@dataclass(slots=True)
class _Node:
    """A value, where it stands, and the places of the entries taken up so far."""

    parent: int
    row: int
    key: str
    value: Any
    entries: list[int]
    keys: Sequence[Any]


class PayloadTreeModel(QAbstractItemModel):
    """Keys and values of a JSON object; entries are taken up in batches when they are opened.

    A node is known by its number, so that no index outlives what it points to.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[_Node] = [_node(-1, 0, "", {})]

    def show_payload(self, payload: Mapping[str, Any]) -> None:
        """Show this object, its entries closed."""
        self.beginResetModel()
        self._nodes = [_node(-1, 0, "", payload)]
        self._take_up(_ROOT, min(BATCH, len(payload)))
        self.endResetModel()

    def value(self, index: Index) -> Any:
        """The value that a row stands for, whole; the payload for no row."""
        return self._at(index).value

    def copy_text(self, index: Index) -> str:
        """All of a row's value to paste elsewhere: a text as it is, anything else as JSON."""
        value = self.value(index)
        return value if isinstance(value, str) and is_encodable(value) else json_text(value)

    def _at(self, index: Index) -> _Node:
        return self._nodes[index.internalId() if index.isValid() else _ROOT]

    def hasChildren(self, parent: Index = NO_PARENT) -> bool:
        return bool(self._at(parent).keys)

    def canFetchMore(self, parent: Index) -> bool:
        node = self._at(parent)
        return len(node.entries) < len(node.keys)

    def fetchMore(self, parent: Index) -> None:
        number = parent.internalId() if parent.isValid() else _ROOT
        node = self._nodes[number]
        first = len(node.entries)
        last = min(first + BATCH, len(node.keys))
        if first == last:
            return
        self.beginInsertRows(parent, first, last - 1)
        self._take_up(number, last)
        self.endInsertRows()

    def _take_up(self, number: int, last: int) -> None:
        node = self._nodes[number]
        for row in range(len(node.entries), last):
            key = node.keys[row]
            node.entries.append(len(self._nodes))
            self._nodes.append(_node(number, row, str(key), node.value[key]))

    def index(self, row: int, column: int, parent: Index = NO_PARENT) -> QModelIndex:
        entries = self._at(parent).entries
        if not (0 <= row < len(entries) and column in (KEY, VALUE)):
            return QModelIndex()
        return self.createIndex(row, column, entries[row])

    def parent(self, index: Index = NO_PARENT) -> QModelIndex:  # type: ignore[override]
        # Qt overloads parent(): without an index it would be the owner, which nobody asks for.
        above = self._at(index).parent if index.isValid() else _ROOT
        if above <= _ROOT:
            return QModelIndex()
        return self.createIndex(self._nodes[above].row, KEY, above)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.column() > KEY else len(self._at(parent).entries)

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or not index.isValid():
            return None
        node = self._at(index)
        return plain(node.key, limit=100) if index.column() == KEY else shown_value(node.value)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return ("Key", "Value")[section]
        return None


def _node(parent: int, row: int, key: str, value: Any) -> _Node:
    keys: Sequence[Any] = ()
    if isinstance(value, Mapping):
        keys = tuple(value)
    elif isinstance(value, list):
        keys = range(len(value))
    return _Node(parent, row, key, value, [], keys)


def shown_value(value: object) -> str:
    """A JSON value as one line: a text in quotes, cut and with its length where it is long."""
    if isinstance(value, str):
        cut = f'"{plain(value, limit=SHOWN)}"'
        return cut if len(value) <= SHOWN else f"{cut} · {count(len(value), 'character')}"
    if isinstance(value, Mapping):
        return f"{{ {first_keys(value)} }}" if value else "{ }"
    if isinstance(value, list):
        return f"[ {len(value):,} ]" if value else "[ ]"
    return literal(value)


def json_text(value: object) -> str:
    """A value as indented JSON; characters that no text can carry alone are escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if is_encodable(text) else json.dumps(value, indent=2)
