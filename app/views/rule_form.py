"""The form of the rules: every field with its name, a slider or a choice, and its unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.theme import DARK, SPACE, Theme
from app.views.rule_editors import ChoiceEditor, NumberEditor, StepsEditor
from app.views.section_heading import SectionHeading
from core.projectors.rule_fields import (
    CAP,
    CAPTURED,
    CLAIM,
    CLAIMED,
    HALF_LIFE,
    KIND,
    MAX_CONCEPTS,
    MAX_OBJECTS,
    MENTIONED,
    OBJECTS,
    OTHERWISE,
    SCALE,
    VIEWED,
    Choice,
    Number,
)
from core.projectors.rules import (
    FadingUncertainty,
    ProjectionRules,
    SteppedUncertainty,
)

_SECTIONS: tuple[tuple[str, tuple[Number | Choice, ...]], ...] = (
    ("CONCEPTS", (VIEWED, MENTIONED, CLAIMED, CAP, HALF_LIFE, MAX_CONCEPTS)),
    ("OBJECTS", (OBJECTS, MAX_OBJECTS, CAPTURED, CLAIM)),
    ("UNCERTAINTY", (KIND, SCALE, OTHERWISE)),
)
_COLUMN = 98 * SPACE
"""From this width on for each there are several columns (px)."""

Editor = NumberEditor | ChoiceEditor


class RuleForm(QScrollArea):
    """Shows rules and what they are held against.

    Its fields are many: `make_more` makes one at a time, until ``is_made``. ``edited`` carries
    changed rules and the name of the gesture that they are part of (None: a change of its own);
    ``settled`` tells that a gesture ended.
    """

    edited = Signal(object, object)
    settled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rule-form")
        self.setAccessibleName("Fields of the rules")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rules, self._base = ProjectionRules(), ProjectionRules()
        self.editors: dict[str, Editor] = {}
        self.steps = StepsEditor()
        self.is_made = False
        self._theme = DARK
        self._headings: list[SectionHeading] = []
        self._groups: list[QWidget] = []
        self._making = self._make()
        self._body = QWidget()
        self._body.setObjectName("rule-body")
        self.steps.setParent(self._body)
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, 2 * SPACE)
        self._grid.setHorizontalSpacing(8 * SPACE)
        self._grid.setVerticalSpacing(3 * SPACE)
        self._columns = 0
        self.setWidget(self._body)
        self.steps.edited.connect(self._edit_steps)
        self._arrange(1)

    def make_more(self) -> bool:
        """Make one more field, if there is one, and style it, which takes the most time."""
        field = next(self._making, None)
        self.is_made = field is None
        if field is not None:
            for part in (field, *field.findChildren(QWidget)):
                part.ensurePolished()
        return field is not None

    def lay_out(self) -> None:
        """Lay out now what was made, and not a turn after it is seen."""
        for group in self._groups:
            group.show()
        QApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))

    def _make(self) -> Iterator[QWidget]:
        for place, (title, fields) in enumerate(_SECTIONS):
            group = QWidget()
            column = QVBoxLayout(group)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(SPACE)
            heading = SectionHeading(f"rules-{title.lower()}", title)
            heading.show_theme(self._theme)
            column.addWidget(heading)
            self._headings.append(heading)
            self._groups.append(group)
            self._grid.addWidget(group, *divmod(place, self._columns))
            for field in fields:
                if field is OTHERWISE:
                    self.steps.show_theme(self._theme)
                    column.addWidget(self.steps)
                editor = self._editor(field)
                column.addWidget(editor)
                yield editor
            column.addStretch(1)

    def _editor(self, field: Number | Choice) -> Editor:
        editor: Editor
        if isinstance(field, Number):
            editor = NumberEditor(field)
            editor.settled.connect(self.settled)
        else:
            editor = ChoiceEditor(field)
        editor.show_theme(self._theme)
        self._connect(field.key, editor)
        self.editors[field.key] = editor
        return editor

    def _connect(self, key: str, editor: Editor) -> None:
        if isinstance(editor, NumberEditor):
            editor.edited.connect(lambda value, dragged: self._edit(key, value, dragged=dragged))
        else:
            editor.edited.connect(lambda value: self._edit(key, value))
        editor.reset_requested.connect(lambda: self._reset(key))

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self._theme = theme
        for part in (*self._headings, *self.editors.values(), self.steps):
            part.show_theme(theme)
        self._body.setStyleSheet(f"#rule-body {{ background: {theme.panel.name()}; }}")

    def show_rules(self, rules: ProjectionRules, base: ProjectionRules) -> None:
        """Show these rules beside the base."""
        self._rules, self._base = rules, base
        stepped = isinstance(rules.uncertainty, SteppedUncertainty)
        for key, editor in self.editors.items():
            shown = key not in (SCALE.key, OTHERWISE.key) or (key == OTHERWISE.key) == stepped
            editor.setVisible(shown)
            if shown:
                editor.show_value(_value(rules, key), base=_value(base, key))
        self.steps.setVisible(stepped)
        if isinstance(rules.uncertainty, SteppedUncertainty):
            self.steps.show_steps(rules.uncertainty.below)

    def _edit(self, key: str, value: Any, *, dragged: bool = False) -> None:
        self.edited.emit(_with(self._rules, key, value), key if dragged else None)

    def _edit_steps(self, steps: tuple[tuple[int, float], ...]) -> None:
        if isinstance(self._rules.uncertainty, SteppedUncertainty):
            formula = self._rules.uncertainty.model_copy(update={"below": steps})
            self.edited.emit(self._rules.model_copy(update={"uncertainty": formula}), None)

    def _reset(self, key: str) -> None:
        if key == KIND.key:
            rules = self._rules.model_copy(update={"uncertainty": self._base.uncertainty})
            self.edited.emit(rules, None)
        else:
            self._edit(key, _value(self._base, key))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as there is room for."""
        super().resizeEvent(event)
        self._arrange(min(len(_SECTIONS), max(1, self.viewport().width() // _COLUMN)))

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, group in enumerate(self._groups):
            row, column = divmod(place, columns)
            self._grid.addWidget(group, row, column)
        for column in range(len(_SECTIONS)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)


def _value(rules: ProjectionRules, key: str) -> Any:
    """The value of a field; where the rules' formula has no such field, what it would be."""
    if key in ProjectionRules.model_fields:
        return getattr(rules, key)
    if key == OTHERWISE.key and not isinstance(rules.uncertainty, SteppedUncertainty):
        return SteppedUncertainty().otherwise
    if key == SCALE.key and not isinstance(rules.uncertainty, FadingUncertainty):
        return FadingUncertainty().scale
    return getattr(rules.uncertainty, key)


def _with(rules: ProjectionRules, key: str, value: Any) -> ProjectionRules:
    if key in ProjectionRules.model_fields:
        return rules.model_copy(update={key: value})
    formula: SteppedUncertainty | FadingUncertainty
    if key == KIND.key:
        if value == rules.uncertainty.kind:
            return rules
        formula = SteppedUncertainty() if value == "stepped" else FadingUncertainty()
    else:
        formula = rules.uncertainty.model_copy(update={key: value})
    return rules.model_copy(update={"uncertainty": formula})
