"""What the program is, what it runs on, and under which licences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from app.theme import SPACE, Theme, heading_font, ui_font
from app.views.copy_row import CopyRow
from app.views.text_views import PlainLabel, tint

WHAT = "Replays a session of Brain Web: at every moment, what was on the learner's mind, and why."
LICENCES = (
    "Brain Web Replay is free software under the MIT licence (LICENSE).\n"
    "The typeface Inter is under the SIL Open Font License 1.1 (resources/fonts/OFL.txt).\n"
    "Qt and PySide6 are used under the LGPL, version 3."
)
_WIDTH = 480


class AboutDialog(QDialog):
    """Shows versions (names and values), which a button copies as ``report``."""

    def __init__(
        self, parent: QWidget, theme: Theme, *, versions: Sequence[tuple[str, str]], report: str
    ) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About Brain Web Replay")
        name = PlainLabel("Brain Web Replay")
        name.setFont(ui_font(20, weight=QFont.Weight.DemiBold, tabular=False))
        what = _wrapped(WHAT)
        table = QGridLayout()
        table.setHorizontalSpacing(6 * SPACE)
        table.setVerticalSpacing(SPACE)
        table.setColumnStretch(1, 1)
        for row, (what_runs, found) in enumerate(versions):
            label, value = PlainLabel(what_runs), PlainLabel(found)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(f"{what_runs} {found}")
            value.setWordWrap(True)
            tint(label, theme.muted)
            table.addWidget(label, row, 0)
            table.addWidget(value, row, 1)
        licences = _wrapped(LICENCES)
        headings = [PlainLabel(text) for text in ("VERSIONS", "LICENCES")]
        for heading in headings:
            heading.setFont(heading_font())
        for each in (what, licences, *headings):
            tint(each, theme.muted)
        buttons = CopyRow(self, "Copy the versions", lambda: report)
        self.copy_button = buttons.copy_button
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * SPACE, 5 * SPACE, 6 * SPACE, 4 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(name)
        column.addWidget(what)
        column.addSpacing(3 * SPACE)
        column.addWidget(headings[0])
        column.addLayout(table)
        column.addSpacing(3 * SPACE)
        column.addWidget(headings[1])
        column.addWidget(licences)
        column.addSpacing(3 * SPACE)
        column.addLayout(buttons)
        self.setFixedWidth(_WIDTH)


def _wrapped(text: str) -> PlainLabel:
    label = PlainLabel(text)
    label.setWordWrap(True)
    return label
