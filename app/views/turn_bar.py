"""The line that tells which turn an event belongs to, with a link to each of its events."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from app.models.turns import Turn, TurnState
from app.text import count
from app.theme import DARK, SPACE, Theme
from app.views.text_views import ElidedLabel, tint, tip_of
from app.views.timeline.telling import tell_event
from core.replay.playback import Playhead

LINKS = 7
"""How many events of a turn are linked at once, those around the one at the playhead."""

_HEIGHT = 7 * SPACE
_READING = "Turn: reading which events belong together"
_ALONE = "Turn: none, for no other event here has its correlation id or trace id"
_WAITS = "Turn: not looked for yet, the session is long"


class TurnBar(QWidget):
    """``seek_requested`` carries a `Playhead`, ``read_requested`` asks for the turns."""

    seek_requested = Signal(object)
    read_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("turn-bar")
        self.setAccessibleName("Turn")
        self.setFixedHeight(_HEIGHT)
        self._theme = DARK
        self._turn: Turn | None = None
        self._text = ElidedLabel()
        self._text.setObjectName("turn-text")
        self._links = [self._link(place) for place in range(LINKS)]
        self._find = self._button("Find the turns", "turn-find")
        self._find.clicked.connect(self.read_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 0, 2 * SPACE, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._text, 1)
        row.addWidget(self._find)
        for link in self._links:
            row.addWidget(link)
        self.show_turn(TurnState(), 0)

    def _button(self, text: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _link(self, place: int) -> QToolButton:
        link = self._button("", f"turn-link-{place}")
        link.setCheckable(True)
        link.setAccessibleName("Event of the turn")
        link.clicked.connect(lambda: self._go(place))
        return link

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        tint(self._text, theme.text if self._turn is not None else theme.muted)
        for link in self._links:
            link.setStyleSheet("QToolButton { padding: 1px 7px; min-height: 16px; }")
        self._find.setStyleSheet("QToolButton { padding: 1px 7px; min-height: 16px; }")

    def show_turn(self, state: TurnState, position: int) -> None:
        """Tell of the turn of the event that leads to this position."""
        self._turn = state.turn_of(position - 1)
        self._text.setText(self._told(state))
        tint(self._text, self._theme.text if self._turn is not None else self._theme.muted)
        self._find.setVisible(state.waits)
        self._show_links()

    def _told(self, state: TurnState) -> str:
        turn = self._turn
        if turn is not None:
            return f"Turn: {turn.place + 1:,} of {count(len(turn.events), 'event')}"
        if state.fault:
            return f"Turn: {state.fault}"
        if state.share is not None:
            return f"{_READING} · {state.share:.0%}"
        return _WAITS if state.waits else _ALONE if state.turns is not None else ""

    @property
    def _first(self) -> int:
        """The place in the turn of the first event that is linked."""
        turn = self._turn
        last = 0 if turn is None else len(turn.events) - LINKS
        return 0 if turn is None else max(0, min(turn.place - LINKS // 2, last))

    def _show_links(self) -> None:
        turn, first = self._turn, self._first
        events = [] if turn is None else turn.events[first : first + LINKS].tolist()
        for number, link in enumerate(self._links):
            link.setVisible(number < len(events))
            if turn is not None and number < len(events):
                event = events[number]
                link.setText(f"#{event + 1:,}")
                link.setChecked(first + number == turn.place)
                link.setToolTip(tip_of(tell_event(turn.log, event)))
                link.setAccessibleName(f"Event {event + 1:,} of the turn")

    def _go(self, number: int) -> None:
        turn = self._turn
        if turn is not None:
            event = int(turn.events[self._first + number])
            self._show_links()
            self.seek_requested.emit(Playhead(event + 1, int(turn.log.times[event])))
