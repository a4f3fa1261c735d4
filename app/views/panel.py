"""A panel of the desk: a page that docks, floats and hides, and the slim bar that names it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.theme import DARK, SPACE, Theme, heading_font
from app.views.icons import SIZE, icon
from app.views.text_views import ElidedLabel, tint

_BAR = 7 * SPACE
_BUTTON = 5 * SPACE
_LEAST_HEIGHT = 104
"""So that in a small window the timeline keeps its ruler (px)."""


class Panel(QDockWidget):
    """One page of the desk, by a name that stays the same whatever its title says.

    ``shown_changed`` tells that its page came into view, or left it. The page is hidden while
    another tab lies over it: it computes nothing then, and takes no focus, though Qt has such a
    panel stand visible outside of the window.
    """

    shown_changed = Signal(bool)

    def __init__(
        self, page: QWidget, title: str, *, name: str, head: QWidget | None = None
    ) -> None:
        super().__init__(title)
        self.setObjectName(f"panel-{name}")
        self.name = name
        self.page = page
        self.title = title
        self._theme = DARK
        self.has_head = head is not None
        self.bar = TitleBar(title, head)
        self.body = _Body(page)
        self.setTitleBarWidget(self.bar)
        self.setWidget(self.body)
        self.topLevelChanged.connect(self.bar.show_floating)

    @property
    def shown(self) -> bool:
        """Whether its page is in view: not hidden, nor below another tab."""
        return not self.isHidden() and self.page.isVisibleTo(self)

    def show_title(self, title: str, shown: str | None = None) -> None:
        """Name it; the tab says ``shown``, where there is no room for all of the title."""
        if self.title != title or not self.accessibleName():
            self.title = title
            self.bar.show_title(title)
            self.setAccessibleName(title)
        if self.windowTitle() != (shown or title):
            self.setWindowTitle(shown or title)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self.bar.show_theme(theme)
        self.body.show_theme(theme)

    def show_tabbed(self, tabbed: bool) -> None:
        """A tab names it already, so that the bar need not, unless that has more than the name."""
        self.bar.collapse(tabbed and not self.has_head and not self.isFloating())
        self.body.show_line(self.bar.collapsed)

    def show_page(self, shown: bool) -> None:
        """Have its page in view, or not, for there is another tab over it."""
        if self.page.isVisibleTo(self.body) != shown:
            self.page.setVisible(shown)
            self.shown_changed.emit(shown)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The edge of one that floats, which no other program's window draws."""
        if self.isFloating():
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), self._theme.other)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What nobody took goes to the window, as it does from a panel that is docked."""
        event.ignore()
        parent = self.parentWidget()
        if self.isFloating() and parent is not None:
            QCoreApplication.sendEvent(parent.window(), event)


class TitleBar(QWidget):
    """The name, or the page's own head in its place; a menu; floating and closing."""

    def __init__(self, title: str, head: QWidget | None = None) -> None:
        super().__init__()
        self.setObjectName("panel-bar")
        self.collapsed = False
        self._theme = DARK
        self._floating = False
        self.menu = QMenu(self)
        self._name = ElidedLabel(title, self)
        self._name.setFont(heading_font())
        self._name.setVisible(head is None)
        self._has_head = head is not None
        self.menu_button = _button("panel-menu", f"{title}: menu of the panel")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.float_button = _button("panel-float", f"{title}: float the panel")
        self.close_button = _button("panel-close", f"{title}: hide the panel")
        row = QHBoxLayout(self)
        row.setContentsMargins(0 if head else 3 * SPACE, 0, SPACE, 0)
        row.setSpacing(0)
        row.addWidget(head or self._name, 1)
        # A head has its margin above.
        level = Qt.AlignmentFlag.AlignBottom if head else Qt.AlignmentFlag.AlignVCenter
        for button in (self.menu_button, self.float_button, self.close_button):
            row.addWidget(button, 0, level)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.show_title(title)
        self.show_floating(False)

    def show_menu(self, menu: QMenu) -> None:
        """What its menu button opens."""
        self.menu = menu
        self.menu_button.setMenu(menu)

    def show_title(self, title: str) -> None:
        """Name the panel."""
        self._name.setText(title.upper())

    def show_floating(self, floating: bool) -> None:
        """Offer what can be done with a panel that floats, or is docked."""
        self._floating = floating
        # A head has room for one button; its menu has the rest.
        for button in (self.float_button, self.close_button):
            button.setVisible(floating or not self._has_head)
        self.float_button.setToolTip("Dock the panel" if floating else "Float the panel")
        self.show_theme(self._theme)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        tint(self._name, theme.muted)
        names = ("more", "dock" if self._floating else "float", "close")
        buttons = (self.menu_button, self.float_button, self.close_button)
        for name, button in zip(names, buttons, strict=True):
            button.setIcon(icon(name, theme.muted))
        self.update()

    def collapse(self, collapsed: bool) -> None:
        """Take no room, or as much as it needs."""
        if collapsed != self.collapsed:
            self.collapsed = collapsed
            self.setVisible(not collapsed)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        if self.collapsed:
            # Of most panels, and asked for thousands of times while they are laid out.
            return QSize(0, 0)
        return QSize(0, max(_BAR, super().sizeHint().height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.raised if self._floating else theme.panel)
            if self._floating:
                painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line)


class _Body(QWidget):
    """Holds the page, and asks for no more room than a small window has."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._theme = DARK
        self._line = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(page)
        self._page = page

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_line(self, shown: bool) -> None:
        """Part the page from the tabs above it."""
        if shown != self._line:
            self._line = shown
            self._column.setContentsMargins(0, int(shown), 0, 0)
            self.update()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(self._page.minimumWidth(), min(hint.height(), _LEAST_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.panel)
            if self._line:
                painter.fillRect(0, 0, self.width(), 1, self._theme.line)


def _button(name: str, told: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setAccessibleName(told)
    button.setToolTip(told.partition(": ")[2].capitalize())
    button.setIconSize(QSize(SIZE, SIZE))
    button.setFixedSize(_BUTTON, _BUTTON)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
