"""What is left out of a session: a row for each thing that was asked for, and its way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.models.whatif import LeftOut
from app.text import count, plain
from app.theme import SPACE, Theme, ui_font
from app.views.section_heading import SectionHeading
from app.views.text_views import ElidedLabel, PlainLabel, tint

NOTHING = "Nothing is left out. X leaves out the event at the playhead."
_SHOWN_MOST = 200
_COMMANDS = {"leave-out": "+ Event", "leave-out-hits": "+ Hits", "put-all-back": "All back"}
_TIPS = {
    "leave-out": "Leave out the event at the playhead (X)",
    "leave-out-hits": "Leave out what the filter finds",
    "put-all-back": "Put all events back",
}


class LeftOutList(QScrollArea):
    """Shows what is left out. ``put_back`` carries what is to come back, a `LeftOut`.

    ``command_requested`` carries the id of a command.
    """

    put_back = Signal(object)
    command_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("left-out")
        self.setAccessibleName("Left out")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._theme: Theme | None = None
        self._entries: tuple[LeftOut, ...] = ()
        self._can = False
        self._start: int | None = None
        self._heading = SectionHeading("left-out-heading", "LEFT OUT")
        self._nothing = PlainLabel(NOTHING)
        self._nothing.setWordWrap(True)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE)
        self.buttons = {name: _button(text, name) for name, text in _COMMANDS.items()}
        body = QWidget()
        body.setObjectName("left-out-body")
        self._body = body
        column = QVBoxLayout(body)
        column.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(self._heading)
        column.addLayout(self._bar())
        column.addWidget(self._nothing)
        column.addLayout(self._rows)
        column.addStretch(1)
        self.setWidget(body)
        self.show_entries(())

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self._theme = theme
        self._heading.show_theme(theme)
        tint(self._nothing, theme.muted)
        self._body.setStyleSheet(f"#left-out-body {{ background: {theme.panel.name()}; }}")
        for label in self._body.findChildren(PlainLabel, "left-out-count"):
            tint(label, theme.muted)

    def show_times(self) -> None:
        """Tell moments as they are told now."""
        entries, self._entries = self._entries, ()
        if entries:
            self.show_entries(entries, can=self._can, start=self._start)

    def show_entries(
        self, entries: Sequence[LeftOut], *, can: bool = False, start: int | None = None
    ) -> None:
        """Show what is left out of a session that began at ``start`` (µs).

        ``can`` says whether there are events to leave out.
        """
        entries = tuple(entries)
        self._can, self._start = can, start
        for name, button in self.buttons.items():
            button.setEnabled(bool(entries) if name == "put-all-back" else can)
        if entries == self._entries:
            return
        self._entries = entries
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        # The newest comes first: it is the one to be taken back.
        for entry in entries[: -_SHOWN_MOST - 1 : -1]:
            self._rows.addWidget(self._row(entry))
        events = sum(len(entry.rows) for entry in entries)
        self._heading.show_text("LEFT OUT" + (f" · {events:,}" if events else ""))
        self._nothing.setVisible(not entries)
        if self._theme is not None:
            self.show_theme(self._theme)

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE)
        for name, button in self.buttons.items():
            button.setAccessibleName(_TIPS[name])
            button.setToolTip(_TIPS[name])
            button.setProperty("small", True)
            button.clicked.connect(self._asking(name))
            bar.addWidget(button, 1)
        return bar

    def _row(self, entry: LeftOut) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2 * SPACE)
        name = ElidedLabel(plain(entry.told(self._start), limit=200))
        name.setFont(ui_font(12))
        amount = PlainLabel(f"— {count(len(entry.rows), 'event')}")
        amount.setObjectName("left-out-count")
        amount.setFont(ui_font(12))
        back = _button("✕", "put-back-entry")
        back.setAccessibleName(f"Put back {name.text()}, {count(len(entry.rows), 'event')}")
        back.setToolTip("Put back")
        back.setFixedWidth(7 * SPACE)
        back.setProperty("small", True)
        back.clicked.connect(lambda: self.put_back.emit(entry))
        line.addWidget(name, 1)
        line.addWidget(amount)
        line.addWidget(back)
        return row

    def _asking(self, name: str) -> Callable[..., None]:
        return lambda *_: self.command_requested.emit(name)


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAccessibleName(text)
    return button
