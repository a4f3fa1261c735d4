"""The context before and after the event at the playhead."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from app.models.change_table import ChangeTableModel
from app.text import clock, weight, zone
from app.theme import SPACE, Theme, ui_font
from app.views.cell_table import CellTable
from app.views.text_views import ElidedLabel, PlainLabel, tint
from core.projectors.context import ConceptChange, ContextDifference, SessionContext

_WIDTHS = (240, 104, 104)
NOTHING = "This event changed nothing in the context"


class BeforeAfterView(QWidget):
    """What one event changed: a row for each concept, object or uncertainty that differs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("before-after")
        self.setAccessibleName("Before and after")
        self._caption = ElidedLabel()
        self._caption.setObjectName("before-after-caption")
        self._caption.setFont(ui_font(12))
        self._caption.setContentsMargins(2 * SPACE, 0, 2 * SPACE, 0)
        self._caption.setFixedHeight(7 * SPACE)
        self._start: int | None = None
        self._shown: tuple[SessionContext, SessionContext] | None = None
        self._difference: ContextDifference | None = None
        self._below: tuple[ConceptChange, ...] = ()
        self._changes = ChangeTableModel(self)
        self._table = _ChangeTable(self._changes)
        self.setFocusProxy(self._table)
        self._message = PlainLabel()
        self._message.setObjectName("before-after-message")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._caption)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._message, 1)
        self.show_message("")

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._table.show_theme(theme)
        tint(self._caption, theme.muted)
        tint(self._message, theme.muted)

    def show_times(self, start: int | None) -> None:
        """Tell moments as they are told now, of a session that began then (µs)."""
        self._start = start
        if self._shown is not None:
            self._caption.setText(_caption(self._shown[1], start))

    def show_change(
        self, before: SessionContext, after: SessionContext, difference: ContextDifference
    ) -> None:
        """Show what differs from the context just before the event to the one just after."""
        if before.position == after.position:
            self.show_message("No event has happened yet")
            return
        if self._shown == (before, after):
            return
        self._shown, self._difference, self._below = (before, after), difference, ()
        self._changes.show_difference(difference)
        self._caption.setText(_caption(after, self._start))
        self._say("" if self._changes.rowCount() else NOTHING)

    def show_below(self, below: tuple[ConceptChange, ...], active: int) -> None:
        """Show also what the same event changed of concepts below the ``active`` ones (so many).

        Where it changed nothing else, the caption says so.
        """
        if self._shown is None or below == self._below:
            return
        self._below = below
        self._changes.show_difference(self._difference, below)
        nothing_else = self._changes.rowCount() == len(below)
        only = f" · nothing changed but what is below the {active:,} active" if nothing_else else ""
        self._caption.setText(_caption(self._shown[1], self._start) + only)
        self._say("" if self._changes.rowCount() else NOTHING)

    def show_message(self, text: str) -> None:
        """Say this instead of a change."""
        self._shown = self._difference = None
        self._below = ()
        self._changes.show_difference(None)
        self._caption.setText("")
        self._say(text)

    def _say(self, text: str) -> None:
        if text:
            # Else the focus would go on to a button, and the player's keys with it.
            self._table.clearFocus()
        self._message.setText(text)
        self._message.setVisible(bool(text))
        self._table.setVisible(not text)
        self._caption.setVisible(bool(self._caption.text()))


def _caption(after: SessionContext, start: int | None) -> str:
    at = after.instant
    when = "" if at is None else f" · {clock(at, start=start)}{zone(at, start=start)}"
    return f"Event {after.position:,}{when} · uncertainty {weight(after.uncertainty_score)}"


class _ChangeTable(CellTable):
    """Before, after and the change between them."""

    def __init__(self, model: ChangeTableModel) -> None:
        super().__init__(model)
        self.setObjectName("changes")
        self.setAccessibleName("Changes")
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            columns.resizeSection(column, width)
