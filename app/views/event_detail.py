"""All of one event: the fields of its envelope, and its payload."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.models.field_list import NAME, FieldListModel
from app.models.payload_tree import json_text
from app.theme import SPACE, Theme, heading_font
from app.views.cell_table import CellTable
from app.views.payload_view import PayloadView
from app.views.text_views import PlainLabel, tint
from core.events.schema import EventEnvelope

_ROW = 5 * SPACE
_BESIDE = 640
"""From this width on (px) the payload stands beside the fields, else below them."""
_FIELDS = 360


class EventDetailView(QWidget):
    """An event as it is stored; the copy button gives the envelope as it is sent, as JSON."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("event-detail")
        self.setAccessibleName("Event detail")
        self._envelope: EventEnvelope | None = None
        self._fields = _FieldTable()
        self._payload = PayloadView()
        self._heading = PlainLabel("PAYLOAD")
        self._heading.setFont(heading_font())
        self._copy = QPushButton("Copy as JSON")
        self._copy.setObjectName("copy-as-json")
        self._copy.setAccessibleName("Copy the event as JSON")
        self._copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._copy.clicked.connect(self.copy_json)
        self._message = PlainLabel()
        self._message.setObjectName("event-detail-message")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._stack = QStackedLayout(self)
        self._lay_out()
        self.setFocusProxy(self._payload)
        self.show_message("No event is shown")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(SPACE, SPACE, 2 * SPACE, SPACE)
        head.addWidget(self._heading, 1)
        head.addWidget(self._copy)
        payload = QVBoxLayout()
        payload.setSpacing(0)
        payload.addLayout(head)
        payload.addWidget(self._payload, 1)
        self._sides.setContentsMargins(0, SPACE, 0, 0)
        self._sides.setSpacing(2 * SPACE)
        self._sides.addWidget(self._fields)
        self._sides.addLayout(payload, 1)
        page = QWidget()
        self._lines = QVBoxLayout(page)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self._lines.addLayout(self._sides, 1)
        self._stack.addWidget(self._message)
        self._stack.addWidget(page)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._fields.show_theme(theme)
        self._payload.show_theme(theme)
        tint(self._heading, theme.muted)
        tint(self._message, theme.muted)

    def add_line(self, line: QWidget) -> None:
        """Put a line that tells more of the event above its fields."""
        self._lines.insertWidget(self._lines.count() - 1, line)

    def show_envelope(self, envelope: EventEnvelope | None, position: int) -> None:
        """Show the event that leads to this position; None where none has happened yet."""
        if envelope is None:
            self.show_message("No event has happened yet")
            return
        self._envelope = envelope
        self._fields.show_envelope(envelope, position)
        self._payload.show_payload(envelope.payload)
        self._stack.setCurrentIndex(1)

    def show_message(self, text: str) -> None:
        """Say this instead of an event."""
        self._envelope = None
        # Else the focus would go on to a button, and the player's keys with it.
        for part in (self._fields, self._payload, self._copy):
            part.clearFocus()
        self._message.setText(text)
        self._stack.setCurrentIndex(0)

    def copy_json(self) -> None:
        """Copy the envelope, as it is sent, to the clipboard."""
        if self._envelope is not None:
            QGuiApplication.clipboard().setText(json_text(self._envelope.to_wire()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= _BESIDE
        way = QBoxLayout.Direction
        self._sides.setDirection(way.LeftToRight if beside else way.TopToBottom)
        self._fields.limit(min(_FIELDS, self.width() * 4 // 9) if beside else None)


class _FieldTable(CellTable):
    """Names and values of an envelope; the copy key copies a value."""

    def __init__(self) -> None:
        self._model = FieldListModel()
        super().__init__(self._model, row_height=_ROW, lines=False)
        self._model.setParent(self)
        self.setObjectName("event-fields")
        self.setAccessibleName("Envelope")
        columns = self.horizontalHeader()
        columns.hide()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setStretchLastSection(True)
        columns.resizeSection(NAME, 25 * SPACE)

    def show_envelope(self, envelope: EventEnvelope, position: int) -> None:
        self._model.show_envelope(envelope, position)

    def limit(self, width: int | None) -> None:
        """Be this wide and as high as there is room; None is as wide as there is, and low."""
        if width is None:
            self.setMinimumWidth(0)
            self.setMaximumSize(_ANY, 6 * _ROW)
        else:
            self.setFixedWidth(width)
            self.setMaximumHeight(_ANY)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy) and index.isValid():
            QGuiApplication.clipboard().setText(self._model.value(index.row()))
        else:
            super().keyPressEvent(event)


_ANY = (1 << 24) - 1
