"""The transport bar: play, step, speed, and where the playhead is."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QToolButton, QWidget

from app.theme import DARK, SPACE, Theme
from app.views.icons import SIZE, icon
from app.views.menu_button import MenuButton
from app.views.playhead_label import PlayheadLabel
from core.late_dataclass import dataclass
from core.replay.axis import AxisMode
from core.replay.playback import SPEEDS, Playback

ACTIONS = ("start", "previous", "play", "next", "end", "skip-idle", "loop", "fit")
"""The ids of the actions that the bar has buttons for."""

_AXES: dict[Hashable, str] = {
    AxisMode.TIME: "Time axis",
    AxisMode.FOLDED: "Idle folded",
    AxisMode.EVENT: "By event",
    AxisMode.ARRIVAL: "By arrival",
}
_TOGGLES = {"skip-idle": "Skip idle", "loop": "Loop"}
_HEIGHT = 46
_ICON_WIDTH = 28
_PLAY_WIDTH = 36
_ANY_WIDTH = (1 << 24) - 1


@dataclass(frozen=True, slots=True)
class _Form:
    """What is left out where the bar is narrow."""

    detail: int
    toggle_texts: bool = False
    axis_text: bool = False
    spacing: int = SPACE
    without: tuple[str, ...] = ()


_FORMS = (
    _Form(0, toggle_texts=True, axis_text=True, spacing=2 * SPACE),
    _Form(1, toggle_texts=True, axis_text=True, spacing=2 * SPACE),
    _Form(1, toggle_texts=True, axis_text=True),
    _Form(1, axis_text=True),
    _Form(1),
    _Form(2),
    _Form(3),
    _Form(4),
    _Form(4, without=("fit",)),
    _Form(4, without=("fit", "start", "end")),
    _Form(5, without=("fit", "start", "end")),
)


def speed_text(speed: float) -> str:
    """A speed as it is shown: `0.25×`, `8×`."""
    return f"{speed:g}×"


class TransportBar(QWidget):
    """Buttons for the given actions, by id (`ACTIONS`); a click on one takes no focus.

    ``speed_requested`` carries a float of `SPEEDS`, ``axis_requested`` an `AxisMode`. Where the bar
    is narrow, the time since the start goes first, then the texts of the toggles, and at
    last the buttons that keys and the pointer can do without.
    """

    speed_requested = Signal(object)
    axis_requested = Signal(object)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport-bar")
        self.setAccessibleName("Transport")
        self.setFixedHeight(_HEIGHT)
        self._theme = DARK
        self._buttons = {name: ActionButton(name, actions[name]) for name in ACTIONS}
        self._speed = MenuButton("Speed")
        self._speed.show_choices({speed: speed_text(speed) for speed in SPEEDS}, 1.0)
        self._axis = MenuButton("Axis")
        self._axis.show_choices(_AXES, AxisMode.TIME)
        self._where = PlayheadLabel()
        # It does not reach the line along the bar.
        self._where.setFixedHeight(_HEIGHT - 2)
        self._needed: tuple[int, ...] = ()
        self._lay_out()
        self._speed.chosen.connect(self.speed_requested)
        self._axis.chosen.connect(self.axis_requested)

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._row.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        for name in ("start", "previous", "play", "next", "end"):
            self._row.addWidget(self._buttons[name])
        self._row.addWidget(self._speed)
        self._row.addWidget(self._buttons["skip-idle"])
        self._row.addWidget(self._buttons["loop"])
        self._row.addStretch(1)
        self._row.addWidget(self._where)
        self._row.addSpacing(SPACE)
        self._row.addWidget(self._axis)
        self._row.addWidget(self._buttons["fit"])

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        for button in self._buttons.values():
            button.show_theme(theme)
        for menu in (self._speed, self._axis):
            menu.show_theme(theme)
        self._axis.setIcon(icon("axis", theme.text))
        self._where.show_theme(theme)
        self._measure()

    def show_playback(self, playback: Playback, total: int) -> None:
        """Show where the playhead is among so many events, and how it plays."""
        moves = playback.playing or playback.live
        self._buttons["play"].show_icon("pause" if moves else "play")
        self._speed.show_choice(playback.speed)
        if self._where.show_playback(playback, total):
            self._measure()

    def show_axis(self, mode: AxisMode) -> None:
        """Show which axis the charts have."""
        self._axis.show_choice(mode)

    def _measure(self) -> None:
        """Note what room each form takes; choices take as much as the longest of them."""
        for menu in (self._speed, self._axis):
            menu.reserve()
        for button in self._buttons.values():
            # One that is hidden takes no room, and what it takes is to be known.
            button.setHidden(False)
        needed = []
        for form in _FORMS:
            self._apply(form)
            # Those left out are not hidden to see what that saves: one may have the focus.
            saved = sum(self._room(name) for name in form.without)
            needed.append(self._row.totalMinimumSize().width() - saved)
        self._needed = tuple(needed)
        self._fit()

    def _room(self, name: str) -> int:
        """What a button that is shown takes, px."""
        button = self._buttons[name]
        if button.isHidden():
            return 0
        width = button.minimumWidth() or button.minimumSizeHint().width()
        return width + self._row.spacing()

    def _fit(self) -> None:
        forms = zip(_FORMS, self._needed, strict=True)
        form = next((form for form, needed in forms if needed <= self.width()), _FORMS[-1])
        self._apply(form)
        for name, button in self._buttons.items():
            button.setHidden(name in form.without)

    def _apply(self, form: _Form) -> None:
        self._where.show_detail(form.detail)
        self._row.setSpacing(form.spacing)
        for name in _TOGGLES:
            self._buttons[name].show_text(form.toggle_texts)
        self._axis.show_text(form.axis_text)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._needed, default=0), self.height())

    def sizeHint(self) -> QSize:
        return QSize(max(self._needed, default=0), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._needed:
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(0, 0, self.width(), 1, self._theme.line)


class ActionButton(QToolButton):
    """A button that does what an action does, and shows its state; it has an icon of its own."""

    def __init__(self, name: str, action: QAction) -> None:
        super().__init__()
        self.setObjectName(f"transport-{name}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(SIZE, SIZE))
        self.setProperty("primary", name == "play")
        self._action = action
        self._icon = name
        self._theme = DARK
        if name == "fit":
            self.setText("Fit")
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        elif name in _TOGGLES:
            # The style leaves too little between icon and text.
            self.setText(f" {_TOGGLES[name]}")
        else:
            self.setFixedWidth(_PLAY_WIDTH if name == "play" else _ICON_WIDTH)
        if name != "fit":
            self.setStyleSheet("QToolButton { padding: 3px 5px; }")
        self._sync()
        action.changed.connect(self._sync)
        self.clicked.connect(action.trigger)
        self.clicked.connect(self._sync)

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._paint_icon()

    def show_icon(self, name: str) -> None:
        if name != self._icon:
            self._icon = name
            self._paint_icon()

    def show_text(self, shown: bool) -> None:
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if shown else style.ToolButtonIconOnly
        )
        self.setMinimumWidth(0 if shown else _ICON_WIDTH)
        self.setMaximumWidth(_ANY_WIDTH if shown else _ICON_WIDTH)

    def _paint_icon(self) -> None:
        if self._icon == "fit":
            return
        theme = self._theme
        colour = theme.on_accent if self.property("primary") else theme.text
        colour = theme.accent if self.isChecked() else colour
        self.setIcon(icon(self._icon, colour, disabled=theme.muted))

    def _sync(self) -> None:
        """Take over the action's state; its text names the button, its tip tells the key."""
        action = self._action
        self.setCheckable(action.isCheckable())
        self.setChecked(action.isChecked())
        self.setEnabled(action.isEnabled())
        self.setToolTip(action.toolTip())
        self.setAccessibleName(action.text().replace("&", ""))
        self._paint_icon()
