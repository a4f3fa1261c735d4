"""A button that shows a choice and opens the menu to change it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.theme import DARK, SPACE, Theme, ui_font
from app.views.icons import SIZE, draw_chevron

_ROOM = 8 * SPACE
"""Left and right of the choice, the chevron's included (px)."""


class MenuButton(QToolButton):
    """Shows what is chosen; its menu has all choices. A click takes no focus.

    ``chosen`` carries the choice when the user makes one. A flat button looks like the text
    beside it.
    """

    chosen = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None, *, flat: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName(name.lower().replace(" ", "-"))
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._menu = QMenu(self)
        self._group = QActionGroup(self)
        self._choices: dict[Hashable, QAction] = {}
        self._theme = DARK
        self._flat = flat
        self._widest = 0
        self.setMenu(self._menu)
        self._group.triggered.connect(self._choose)
        if flat:
            self.setFont(ui_font(11))

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        sheet = f"QToolButton {{ padding-right: {5 * SPACE}px; }}"
        if self._flat:
            sheet = (
                f"QToolButton {{ background: transparent; border-color: transparent;"
                f" color: {theme.muted.name()}; padding: 0 {5 * SPACE}px 0 {2 * SPACE}px; }}"
                f"QToolButton:hover {{ background: {theme.control.name()}; }}"
                f"QToolButton:focus {{ border-color: {theme.accent.name()}; }}"
            )
        self.setStyleSheet(sheet)

    def show_choices(self, choices: Mapping[Hashable, str], choice: Hashable) -> None:
        """Offer these, by what they stand for, and show which one is chosen."""
        for action in self._choices.values():
            self._group.removeAction(action)
            self._menu.removeAction(action)
        self._choices = {value: QAction(text, self) for value, text in choices.items()}
        for action in self._choices.values():
            action.setCheckable(True)
            self._group.addAction(action)
            self._menu.addAction(action)
        self.show_choice(choice)

    def show_choice(self, choice: Hashable) -> None:
        """Show which one is chosen."""
        action = self._choices[choice]
        action.setChecked(True)
        if self.text() != action.text():
            self.setText(action.text())
            self.setAccessibleDescription(action.text())

    def open(self, menu: QMenu) -> None:
        """Open this menu instead of one of choices."""
        self.setMenu(menu)

    def show_text(self, shown: bool) -> None:
        """Show the choice, or the icon alone."""
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonTextOnly if shown else style.ToolButtonIconOnly)
        self.setFixedWidth((self._widest if shown else SIZE) + _ROOM)

    def reserve(self) -> None:
        """Take as much room as the longest choice, so that a choice moves nothing beside it."""
        metrics = QFontMetrics(self.font())
        texts = [action.text() for action in self._choices.values()]
        self._widest = max(metrics.horizontalAdvance(text) for text in texts)
        self.show_text(True)

    def _choose(self, action: QAction) -> None:
        choice = next(value for value, known in self._choices.items() if known is action)
        self.show_choice(choice)
        self.chosen.emit(choice)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        right = 4 * SPACE
        where = QRectF(self.width() - right, 0, 2 * SPACE, self.height())
        colour = self._theme.muted if self._flat else self._theme.text
        with QPainter(self) as painter:
            draw_chevron(painter, where, colour, down=True)
