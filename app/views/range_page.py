"""The page of the marked range: its two ends, what differs between them, and what lies between."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.models.range_rows import difference_rows, statistic_rows
from app.models.two_moments import RangeState
from app.text import clock, count, crosses_days, dated, duration
from app.theme import ROW, SPACE, Theme
from app.views.menu_button import MenuButton
from app.views.range_lists import ShiftList, StatisticList
from app.views.text_views import PlainLabel, tint
from app.views.timeline.range_marks import told
from core.replay.playback import Playhead

NO_SESSION = "Open a session to compare two of its moments"
NO_RANGE = (
    "Press [ where a range starts (A) and ] where it ends (B), or Set A and Set B, to see "
    "what changed from A to B, what did it, and what the range holds."
)
NO_START = "B is set. Go to where the range starts and press [ or Set A."
NO_END = "A is set. Go to where the range ends and press ] or Set B."
COMPUTING = "Comparing…"
READING = "Reading…"

_COMMANDS = {
    "range-start": ("Set A", "The range starts at the playhead ([)"),
    "range-end": ("Set B", "The range ends at the playhead (])"),
    "swap-range": ("Swap", "Read the difference the other way, from B to A or from A to B"),
    "clear-range": ("Clear", "No range; Undo brings it back"),
    "undo-range": ("Undo", "The range as it was before its last change (Ctrl+Z)"),
}
_WIDE = 760


class RangePage(QWidget):
    """Shows a `RangeState`. ``command_requested`` carries the id of a command.

    ``shown_changed`` tells whether it is looked at; ``seek_requested`` carries a `Playhead`,
    ``concept_selected`` a concept's id.
    """

    shown_changed = Signal(bool)
    command_requested = Signal(str)
    seek_requested = Signal(object)
    concept_selected = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("range-page")
        self.setAccessibleName("Range")
        self._state = RangeState()
        self._start: int | None = None
        self._lengths: tuple[str, ...] = ("",)
        self._ends = [_button("range-a"), _button("range-b")]
        self._arrow = PlainLabel("→")
        self._length = PlainLabel()
        self._length.setObjectName("range-length")
        self._length.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._buttons = {name: _button(name) for name in _COMMANDS}
        self._menu = QMenu(self)
        self._more = MenuButton("Range")
        self._more.setText("Range")
        self._more.open(self._menu)
        self._message = PlainLabel()
        self._message.setObjectName("range-message")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._message.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        self._difference = ShiftList()
        self._statistics = StatisticList()
        self._lay_out()
        self._connect()
        self.show_state(RangeState())

    def _lay_out(self) -> None:
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        # What there is no room for is left out: it must not keep the page from getting narrow.
        head.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._head.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        head.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        head.setSpacing(SPACE)
        head.addWidget(self._ends[0])
        head.addWidget(self._arrow)
        head.addWidget(self._ends[1])
        head.addSpacing(SPACE)
        head.addWidget(self._length, 1)
        for name, button in self._buttons.items():
            text, tip = _COMMANDS[name]
            button.setText(text)
            button.setToolTip(tip)
            head.addWidget(button)
        head.addWidget(self._more)
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setHandleWidth(1)
        self._parts.setChildrenCollapsible(False)
        for part in (self._difference, self._statistics):
            part.setMinimumSize(40 * SPACE, ROW)
            self._parts.addWidget(part)
        self._chose_widths = False
        self._body = QStackedWidget()
        self._body.addWidget(self._message)
        self._body.addWidget(self._parts)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._body, 1)

    def _connect(self) -> None:
        for name, button in self._buttons.items():
            ask = self._asking(name)
            button.clicked.connect(ask)
            action = self._menu.addAction(_COMMANDS[name][0])
            action.setObjectName(name)
            action.triggered.connect(ask)
        self._ends[0].clicked.connect(lambda: self._go(self._first))
        self._ends[1].clicked.connect(lambda: self._go(self._second))
        for part in (self._difference, self._statistics):
            part.concept_selected.connect(self.concept_selected)
        self._statistics.seek_requested.connect(self.seek_requested)
        self._parts.splitterMoved.connect(self._note_widths)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        for label in (self._message, self._length, self._arrow):
            tint(label, theme.muted)
        self._more.show_theme(theme)
        for part in (self._difference, self._statistics):
            part.show_theme(theme)

    def show_state(self, state: RangeState) -> None:
        """Show the ends and what is known of the range, or what to do."""
        self._state = state
        self._show_head()
        found = state.found
        if found is not None:
            self._difference.show_rows(difference_rows(found.difference, turned=state.turned))
            self._statistics.show_rows(statistic_rows(found.statistics, self._start))
        self._show_message(_message(state))

    def show_times(self, start: int | None) -> None:
        """Tell moments as they are told now, of a session that began then (µs)."""
        self._start = start
        self.show_state(self._state)

    @property
    def _first(self) -> Playhead | None:
        return self._state.b if self._state.turned else self._state.a

    @property
    def _second(self) -> Playhead | None:
        return self._state.a if self._state.turned else self._state.b

    def _show_head(self) -> None:
        state, names = self._state, ("BA" if self._state.turned else "AB")
        with_day = _spans_days(state)
        ends = self._first, self._second
        for button, name, end in zip(self._ends, names, ends, strict=True):
            button.setVisible(end is not None)
            forms = [] if end is None else _forms(name, end, with_day, self._start)
            button.setProperty("forms", forms)
            tip = "" if end is None else f"{name}: {told(end)}. Press to go there"
            button.setToolTip(tip)
            button.setAccessibleName(tip or f"{name} is not set")
        self._arrow.setVisible(state.is_whole)
        self._lengths = _lengths(state)
        can = {
            "range-start": state.has_session,
            "range-end": state.has_session,
            "swap-range": state.is_whole,
            "clear-range": state.a is not None or state.b is not None,
            "undo-range": state.can_undo,
        }
        for action in self._menu.actions():
            action.setEnabled(can[action.objectName()])
        for name, button in self._buttons.items():
            button.setEnabled(can[name])
        self._more.setEnabled(state.has_session)
        self._fit()

    def _fit(self) -> None:
        """Say as much of the ends and the length as there is room for."""
        layout = self._head.layout()
        assert layout is not None
        for form in range(3):
            for button in self._ends:
                forms = button.property("forms")
                button.setText(forms[form] if forms else "")
            if layout.totalMinimumSize().width() <= self.width():
                break
        # Else the room would be that of before something beside it came or went.
        layout.activate()
        room, advance = self._length.width(), self._length.fontMetrics().horizontalAdvance
        self._length.setText(next((t for t in self._lengths if advance(t) <= room), ""))

    def _show_message(self, text: str) -> None:
        self._message.setText(text)
        if text:
            # Else the focus would go on to a button, and the player's keys with it.
            for part in (self._difference, self._statistics):
                part.clearFocus()
        self._body.setCurrentWidget(self._message if text else self._parts)
        self.setFocusProxy(self._difference if not text else self._buttons["range-start"])

    def _asking(self, name: str) -> Callable[..., None]:
        return lambda *_: self.command_requested.emit(name)

    def _go(self, end: Playhead | None) -> None:
        if end is not None:
            self.seek_requested.emit(end)

    def _note_widths(self) -> None:
        self._chose_widths = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown_changed.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the buttons together where they fit, else in a menu."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        for button in self._buttons.values():
            button.setVisible(wide)
        self._more.setVisible(not wide)
        sheet = "" if wide else f"QPushButton {{ padding: 3px {SPACE}px; }}"
        if self._head.styleSheet() != sheet:
            self._head.setStyleSheet(sheet)
        self._fit()
        if not self._chose_widths:
            left = self.width() * 60 // 100
            self._parts.setSizes([left, self.width() - left])


def _button(name: str) -> QPushButton:
    button = QPushButton()
    button.setObjectName(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _message(state: RangeState) -> str:
    if not state.has_session:
        return NO_SESSION
    if not state.is_whole:
        return NO_END if state.a is not None else NO_START if state.b is not None else NO_RANGE
    if state.found is not None:
        return ""
    return READING if state.reading else COMPUTING


def _lengths(state: RangeState) -> tuple[str, ...]:
    """What the range holds and how long it is, and the same for less room."""
    if state.a is None or state.b is None:
        return ("",)
    events = count(state.b.position - state.a.position, "event")
    length = duration(state.b.instant - state.a.instant)
    return f"·  {events}  ·  {length}", f"·  {events}", f"·  {length}", ""


def _spans_days(state: RangeState) -> bool:
    if state.a is None or state.b is None:
        return False
    return crosses_days(state.a.instant, state.b.instant)


def _forms(name: str, end: Playhead, with_day: bool, start: int | None) -> list[str]:
    """What an end's button says, and the same for less room."""
    time = clock(end.instant, decimals=0, start=start)
    whole = dated(end.instant, decimals=0, start=start) if with_day else time
    return [f"{name}  {whole}  #{end.position:,}", f"{name}  {time}", name]
