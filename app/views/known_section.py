"""The section of the context panel that tells what was known at the playhead, and what is now."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from app.models.arrival import KnownThen
from app.models.known_table import NOW, THEN, WHAT, KnownTableModel
from app.text import count
from app.theme import ROW, SPACE, Theme, ui_font
from app.views.cell_table import CellTable
from app.views.row_list import EDGE
from app.views.section_heading import SectionHeading
from app.views.text_views import PlainLabel

NO_MOMENT = "Go to an event to see what was known when it arrived."
ALL_KNOWN = "All that is known of this moment now was known when its last event arrived."

_ROWS = 6
_VALUE = 84


class KnownSection(QWidget):
    """Shows a `KnownThen`: in words how many events were missing, and as a table what differs."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("known-section")
        self.setAccessibleName("As it was known")
        self._heading = SectionHeading("known-heading", "AS IT WAS KNOWN")
        self._note = PlainLabel(NO_MOMENT)
        self._note.setObjectName("known-note")
        self._note.setFont(ui_font(12, tabular=False))
        self._note.setWordWrap(True)
        self._rows = KnownTableModel(self)
        self._table = _KnownTable(self._rows)
        head = QVBoxLayout()
        head.setContentsMargins(EDGE, 0, EDGE, 0)
        head.setSpacing(SPACE)
        head.addWidget(self._heading)
        head.addWidget(self._note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4 * SPACE)
        column.setSpacing(SPACE)
        column.addLayout(head)
        column.addWidget(self._table)
        self.show_known(None)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._heading.show_theme(theme)
        self._table.show_theme(theme)

    def show_known(self, known: KnownThen | None) -> None:
        """Show what was known; None while there is nothing to tell."""
        self._note.setText(_told(known))
        self._rows.show_change(None if known is None else known.change)
        rows = self._rows.rowCount()
        if not rows and self._table.hasFocus():
            # Else the focus would go on to a button, and the player's keys with it.
            self._table.clearFocus()
        self._table.setVisible(bool(rows))
        self._table.setFixedHeight((min(rows, _ROWS) + 1) * ROW + 2)


def _told(known: KnownThen | None) -> str:
    if known is None or not known.playhead.position:
        return NO_MOMENT
    late = f"This event came {known.late.words}. " if known.late is not None else ""
    if not known.missing:
        return late + ALL_KNOWN
    position = known.playhead.position
    told = (
        f"{late}When event {position:,} arrived, {known.missing:,} of the "
        f"{count(position, 'event')} until here had not come yet"
    )
    change = known.change
    changed = change.concepts or change.objects
    if changed or change.uncertainty_before != change.uncertainty_after:
        return f"{told}:"
    return f"{told}; they change nothing in the context."


class _KnownTable(CellTable):
    """What, then and now."""

    def __init__(self, model: KnownTableModel) -> None:
        super().__init__(model)
        self.setObjectName("known")
        self.setAccessibleName("Known then and known now")
        columns = self.horizontalHeader()
        columns.setStretchLastSection(False)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        for column in (THEN, NOW):
            columns.resizeSection(column, _VALUE)
