"""The bar over a comparison: what is compared, how it is aligned, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from app.theme import SPACE, Theme, ui_font
from app.views.menu_button import MenuButton
from app.views.text_views import ElidedLabel, PlainLabel, tint

_HEIGHT = 11 * SPACE


class CompareBar(QWidget):
    """Its buttons do what the actions do; ``align`` are those of the menu “Align by”."""

    def __init__(
        self,
        actions: Mapping[str, QAction],
        *,
        align: Sequence[str],
        open_menu: QMenu,
        main_menu: QMenu,
    ) -> None:
        super().__init__()
        self.setObjectName("compare-bar")
        self.setAccessibleName("What is compared")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(_HEIGHT)
        self._source = PlainLabel()
        self._source.setFont(ui_font(weight=QFont.Weight.Bold, tabular=False))
        self._arrow = PlainLabel("›")
        self._title = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._open, self._menu = MenuButton("Compare open"), MenuButton("Compare menu")
        self._align = MenuButton("Align by")
        menu = QMenu("Align by", self)
        for name in align:
            if name:
                menu.addAction(actions[name])
            else:
                menu.addSeparator()
        for button, text, told, opened in (
            (self._open, "Open", "Open", open_menu),
            (self._menu, "Menu", "Menu", main_menu),
            (self._align, "Align by: start", "Align by", menu),
        ):
            button.setText(text)
            button.setToolTip(told)
            button.setAccessibleName(told)
            button.open(opened)
        self._swap = _button(actions["compare-swap"], "Swap A and B")
        self._leave = _button(actions["compare-leave"], "Leave compare")
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._open)
        row.addWidget(self._source)
        row.addWidget(self._arrow)
        row.addWidget(self._title, 1)
        row.addWidget(self._align)
        row.addWidget(self._swap)
        row.addWidget(self._leave)
        row.addWidget(self._menu)

    @property
    def text(self) -> str:
        """What it says is compared, and by what it is aligned."""
        return f"{self._source.text()} › {self._title.text()} · {self._align.text()}"

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.setStyleSheet(
            f"#compare-bar {{ background: {theme.raised.name()};"
            f" border-bottom: 1px solid {theme.line.name()}; }}"
        )
        tint(self._arrow, theme.muted)
        for button in (self._open, self._align, self._menu):
            button.show_theme(theme)

    def show_names(self, source: str, title: str) -> None:
        """Name the source and what is compared; safe as they are."""
        self._source.setText(source)
        self._title.setText(title)

    def show_alignment(self, by: str) -> None:
        """Say by what they are aligned."""
        self._align.setText(f"Align by: {by}")
        self._align.setAccessibleDescription(by)


def _button(action: QAction, name: str) -> QToolButton:
    button = QToolButton()
    button.setText(name)
    button.setObjectName(f"{action.objectName()}-button")
    button.setAccessibleName(name)
    button.setToolTip(action.toolTip())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(action.trigger)
    return button
