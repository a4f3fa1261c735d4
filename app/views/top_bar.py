"""The bar at the top: open, what is open, the rules, and the menu of everything."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from app.text import plain
from app.theme import SPACE, Theme, ui_font
from app.views.live_button import LiveButton
from app.views.menu_button import MenuButton
from app.views.server_button import ServerButton
from app.views.text_views import ElidedLabel, PlainLabel, tint

_HEIGHT = 11 * SPACE


class TopBar(QWidget):
    """Draws where we are; its buttons open the menus that it is given.

    ``live_requested`` asks to follow the session as it runs, ``server_requested`` for the panel of
    the server.
    """

    live_requested = Signal()
    server_requested = Signal()

    def __init__(self, *, open_menu: QMenu, rules_menu: QMenu, main_menu: QMenu) -> None:
        super().__init__()
        self.setObjectName("top-bar")
        self.setAccessibleName("What is open")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(_HEIGHT)
        self._source = PlainLabel()
        self._source.setFont(ui_font(weight=QFont.Weight.Bold, tabular=False))
        self._arrow = PlainLabel("›")
        self._session = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._session.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._open = _menu_button("Open", open_menu)
        self._rules = _menu_button("Rules", rules_menu)
        self.live = LiveButton()
        self.live.clicked.connect(self.live_requested)
        self.server = ServerButton()
        self.server.clicked.connect(self.server_requested)
        self._menu = _menu_button("Menu", main_menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._open)
        row.addWidget(self._source)
        row.addWidget(self._arrow)
        row.addWidget(self._session, 1)
        row.addWidget(self._rules)
        row.addWidget(self.live)
        row.addWidget(self.server)
        row.addWidget(self._menu)
        self.show_source(None)
        self.show_rules("Brain Web")

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.setStyleSheet(
            f"#top-bar {{ background: {theme.raised.name()};"
            f" border-bottom: 1px solid {theme.line.name()}; }}"
        )
        tint(self._arrow, theme.muted)
        for button in (self._open, self._rules, self.live, self.server, self._menu):
            button.show_theme(theme)

    def place_filter(self, bar: QWidget) -> None:
        """Give the filter its place beside what is open."""
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.insertWidget(row.indexOf(self._session) + 1, bar, 4)

    def place_what_if(self, chip: QWidget) -> None:
        """Give the chip of the what-if its place beside the rules."""
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.insertWidget(row.indexOf(self._rules) + 1, chip)

    def place_sign(self, sign: QWidget) -> None:
        """Give the sign of private mode its place before what is open."""
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.insertWidget(row.indexOf(self._source), sign, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_source(self, name: str | None) -> None:
        """Name the file that is open."""
        self._source.setText(plain(name, limit=80) if name else "")
        self._rules.setVisible(name is not None)
        self.server.setVisible(name is not None)
        if name is None:
            self.show_session(None)

    def show_session(self, session_id: str | None) -> None:
        """Name the session that is open."""
        self._arrow.setVisible(session_id is not None)
        if session_id is None:
            self.live.hide()
        self._session.setText(plain(session_id) if session_id else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.server.show_short(self.width() < _NARROW)

    def show_rules(self, name: str) -> None:
        """Name the rules in force."""
        self._rules.setText(f"Rules: {plain(name, limit=_RULES_MOST)}".replace("&", "&&"))


_RULES_MOST = 24
_NARROW = 1100
"""Below this width (px) the server's button tells its port alone."""


def _menu_button(text: str, menu: QMenu) -> MenuButton:
    button = MenuButton(text)
    button.setObjectName(f"{text.lower()}-button")
    button.setText(text)
    button.open(menu)
    return button
