"""Lists of a dialog from which something is chosen: rows of one height below their headings."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from app.models.link_choices import LinkChoice
from app.text import time_heading
from app.theme import ROW

ID = Qt.ItemDataRole.UserRole
"""Where a row keeps the id of its session."""


def choice_tree(says: str, headings: Mapping[str, int | None]) -> QTreeWidget:
    """An empty list; of each heading the width of its column, None for the room that is left."""
    tree = QTreeWidget()
    tree.setAccessibleName(says)
    tree.setHeaderLabels(list(headings))
    tree.setRootIsDecorated(False)
    tree.setUniformRowHeights(True)
    tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    head = tree.header()
    # Each heading above what it heads.
    head.setStyleSheet("QHeaderView::section { padding: 3px; }")
    head.setStretchLastSection(False)
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column, width in enumerate(headings.values()):
        if width is None:
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        else:
            tree.setColumnWidth(column, width)
    return tree


def session_tree(says: str, *, actor: int, begun: int, why: int | None = None) -> QTreeWidget:
    """An empty list of sessions, its columns so wide; with ``why`` one for why each is offered."""
    began = time_heading(in_session=False).replace("Time", "Began")
    headings = {"Session": None, "Actor": actor, began: begun}
    return choice_tree(says, headings if why is None else headings | {"Why": why})


def session_item(choice: LinkChoice) -> QTreeWidgetItem:
    """The row of a session."""
    item = QTreeWidgetItem([choice.name, choice.actor, choice.begun, choice.why])
    item.setData(0, ID, choice.session_id)
    item.setSizeHint(0, QSize(0, ROW))
    return item
