"""One editor for each kind of field of the rules: a number, a choice, steps."""

from __future__ import annotations

from math import exp, log

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QWidget,
)

from app.theme import SPACE, Theme
from app.views.menu_button import MenuButton
from app.views.text_views import PlainLabel, tint
from core.projectors.rule_fields import Choice, Number

LABEL = 27 * SPACE
"""How wide a field's name is (px)."""

_UNIT = 15 * SPACE
_SPIN = 18 * SPACE
_SLIDER = 12 * SPACE
NEEDED = LABEL + _SLIDER + _SPIN + _UNIT + 15 * SPACE
"""What a field takes (px): its parts, the button that takes it back, and what is between them."""

_STEPS_MOST = 400
_SCALE_FROM = 40
"""Where the end of a range is so many times its start, the slider goes by ratios."""

Steps = tuple[tuple[int, float], ...]


class _NoWheel(QObject):
    """Leaves the wheel to the page: who scrolls over a field must not change it."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_wheel = isinstance(event, QWheelEvent) and isinstance(watched, QWidget)
        if is_wheel and not watched.hasFocus():  # type: ignore[attr-defined]
            event.ignore()
            return True
        return False


def without_wheel(widget: QWidget) -> None:
    """Have the wheel turn a widget only where it has the keys."""
    widget.installEventFilter(_NoWheel(widget))


class NumberEditor(QWidget):
    """A number by slider and by figures, None where it may be none and is.

    ``edited`` carries the value and whether the slider is being dragged; ``settled`` tells that it
    was let go. What is shown from outside tells nothing. ``reset_requested`` asks for the value of
    the base.
    """

    edited = Signal(object, bool)
    settled = Signal()
    reset_requested = Signal()

    def __init__(self, field: Number) -> None:
        super().__init__()
        self.field = field
        self._value: float | None = None
        self._steps = _slider_steps(field)
        self.label = PlainLabel(field.label)
        self.check = QCheckBox(field.label)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, self._steps)
        self.slider.setPageStep(max(1, self._steps // 10))
        self.slider.setMinimumWidth(_SLIDER)
        self.spin = QDoubleSpinBox() if field.digits else QSpinBox()
        self._prepare_spin()
        self.unit = PlainLabel(field.unit)
        self.reset = reset_button(field.label)
        for widget in (self.slider, self.spin, self.check):
            without_wheel(widget)
        self._lay_out()
        # Only now: what has no parent would be shown as a window.
        self.check.setVisible(field.optional)
        self.label.setVisible(not field.optional)
        self.slider.valueChanged.connect(self._slide)
        self.slider.sliderReleased.connect(self.settled)
        self.spin.valueChanged.connect(self._type)
        self.check.toggled.connect(self._toggle)
        self.reset.clicked.connect(self.reset_requested)

    def _prepare_spin(self) -> None:
        field, spin = self.field, self.spin
        low, high = field.usual
        spin.setObjectName(f"rule-{field.key}")
        told = f"{field.label}, {field.unit}, usually {low:g} to {high:g}".replace(", ,", ",")
        for widget in (self.slider, spin, self.check):
            widget.setAccessibleName(told)
            widget.setToolTip(told)
        spin.setKeyboardTracking(False)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        spin.setFixedWidth(_SPIN)
        if isinstance(spin, QDoubleSpinBox):
            spin.setDecimals(field.digits)
            spin.setRange(field.least, field.most)
            spin.setSingleStep(0.05 if high <= 3 else 1)
        else:
            spin.setRange(int(field.least), int(field.most))

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        for name in (self.label, self.check):
            name.setFixedWidth(LABEL)
            row.addWidget(name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.spin)
        self.unit.setFixedWidth(_UNIT)
        row.addWidget(self.unit)
        row.addWidget(self.reset)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        tint(self.unit, theme.muted)

    def show_value(self, value: float | None, *, base: object) -> None:
        """Show a value, in the field's own unit, and whether it is the base's."""
        self._value = value
        with QSignalBlocker(self.slider), QSignalBlocker(self.spin), QSignalBlocker(self.check):
            self.check.setChecked(value is not None)
            for widget in (self.slider, self.spin):
                widget.setEnabled(value is not None)
            if value is not None:
                shown = value / self.field.scale
                if not self.slider.isSliderDown():
                    self.slider.setValue(self._place(shown))
                if isinstance(self.spin, QSpinBox):
                    self.spin.setValue(min(int(shown), self.spin.maximum()))
                else:
                    self.spin.setValue(shown)
        self.reset.setEnabled(value != base)

    def _slide(self, place: int) -> None:
        shown = self._shown(place)
        self._take(shown * self.field.scale, dragged=self.slider.isSliderDown())

    def _type(self, shown: float) -> None:
        self._take(shown * self.field.scale, dragged=False)

    def _toggle(self, on: bool) -> None:
        start = self.field.usual[0] * 20 if self.field.scale > 1 else self.field.usual[1]
        self.edited.emit(start * self.field.scale if on else None, False)

    def _take(self, value: float, *, dragged: bool) -> None:
        value = float(value) if self.field.digits else int(value)
        if value != self._value:
            self._value = value
            self.edited.emit(value, dragged)

    # -- the slider -------------------------------------------------------------------------------

    def _place(self, shown: float) -> int:
        low, high = self.field.usual
        within = min(max(shown, low), high)
        share = (within - low) / (high - low)
        if _by_ratio(self.field):
            share = log(within / low) / log(high / low)
        return round(float(share) * self._steps)

    def _shown(self, place: int) -> float:
        low, high = self.field.usual
        share = place / self._steps
        if _by_ratio(self.field):
            return round(low * exp(share * log(high / low)), 1)
        return round(low + share * (high - low), self.field.digits)


def _by_ratio(field: Number) -> bool:
    low, high = field.usual
    return low > 0 and high / low > _SCALE_FROM


def _slider_steps(field: Number) -> int:
    low, high = field.usual
    return min(_STEPS_MOST, max(1, round((high - low) * 10.0**field.digits)))


class ChoiceEditor(QWidget):
    """One of some words; ``edited`` carries the word."""

    edited = Signal(object)
    reset_requested = Signal()

    def __init__(self, field: Choice) -> None:
        super().__init__()
        self.field = field
        self.choice = MenuButton(field.label)
        self.choice.setObjectName(f"rule-{field.key}")
        self.choice.show_choices(dict(field.words), field.words[0][0])
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.reset = reset_button(field.label)
        label = PlainLabel(field.label)
        label.setFixedWidth(LABEL)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(label)
        row.addWidget(self.choice, 1)
        row.addWidget(self.reset)
        self.choice.chosen.connect(self.edited)
        self.reset.clicked.connect(self.reset_requested)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.choice.show_theme(theme)

    def show_value(self, word: str, *, base: object) -> None:
        """Show which is chosen, and whether it is the base's."""
        self.choice.show_choice(word)
        self.reset.setEnabled(word != base)


class StepsEditor(QWidget):
    """The steps of an uncertainty: below so many events it is so much. ``edited`` carries them."""

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._steps: Steps | None = None
        self._theme: Theme | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * SPACE)
        self._grid.setVerticalSpacing(SPACE)
        self._grid.setColumnStretch(4, 1)
        self.add = QPushButton("Add a step", self)
        self.add.setObjectName("add-step")
        self.add.setAccessibleName("Add a step")
        self.add.clicked.connect(self._append)
        self._rows: list[tuple[QSpinBox, QDoubleSpinBox]] = []

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self._theme = theme
        for label in self.findChildren(PlainLabel):
            tint(label, theme.muted)

    def show_steps(self, steps: Steps) -> None:
        """Show these steps."""
        if steps == self._steps:
            return
        if self._steps is None or len(steps) != len(self._rows):
            self._build(len(steps))
        self._steps = steps
        for (bound, value), (events, share) in zip(steps, self._rows, strict=True):
            with QSignalBlocker(events), QSignalBlocker(share):
                events.setValue(min(bound, events.maximum()))
                share.setValue(value)

    def _build(self, count: int) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None and widget is not self.add:
                widget.hide()
                widget.deleteLater()
        self._rows = [self._row(place) for place in range(count)]
        self._grid.addWidget(self.add, count, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        if self._theme is not None:
            self.show_theme(self._theme)

    def _row(self, place: int) -> tuple[QSpinBox, QDoubleSpinBox]:
        events, share = QSpinBox(), QDoubleSpinBox()
        events.setRange(0, 1_000_000)
        share.setRange(0, 1)
        share.setSingleStep(0.05)
        events.setAccessibleName(f"Step {place + 1}: below so many events")
        share.setAccessibleName(f"Step {place + 1}: uncertainty")
        for widget in (events, share):
            widget.setKeyboardTracking(False)
            widget.setAlignment(Qt.AlignmentFlag.AlignRight)
            widget.setFixedWidth(_SPIN)
            without_wheel(widget)
            widget.valueChanged.connect(lambda _: self._tell())
        drop = QPushButton("✕")
        drop.setAccessibleName(f"Remove step {place + 1}")
        drop.setToolTip("Remove this step")
        drop.setFixedWidth(7 * SPACE)
        drop.setProperty("small", True)
        drop.clicked.connect(lambda: self._remove(place))
        cells = (PlainLabel("below"), events, PlainLabel("events"), share, drop)
        for column, cell in enumerate(cells):
            self._grid.addWidget(cell, place, column, Qt.AlignmentFlag.AlignLeft)
        return events, share

    def _tell(self) -> None:
        self._steps = tuple((events.value(), share.value()) for events, share in self._rows)
        self.edited.emit(self._steps)

    def _append(self) -> None:
        steps = self._steps or ()
        bound = steps[-1][0] + 5 if steps else 5
        self.edited.emit((*steps, (bound, steps[-1][1] if steps else 0.5)))

    def _remove(self, place: int) -> None:
        steps = self._steps or ()
        self.edited.emit((*steps[:place], *steps[place + 1 :]))


def reset_button(label: str) -> QPushButton:
    """The small button that takes a field back to the base."""
    button = QPushButton("↺")
    button.setAccessibleName(f"Reset {label}")
    button.setToolTip(f"{label} as in the base")
    button.setFixedWidth(7 * SPACE)
    button.setProperty("small", True)
    return button
