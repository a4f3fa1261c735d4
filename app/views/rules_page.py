"""The page “Rules”: other rules, what is left out, and what differs at the playhead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.models.whatif import LeftOut
from app.models.whatif_words import BASE, NOW, RANK, WHAT, WhatIfTableModel, sentence
from app.theme import DARK, SPACE, Theme, ui_font
from app.views.cell_table import CellTable
from app.views.left_out_list import LeftOutList
from app.views.menu_button import MenuButton
from app.views.rule_editors import NEEDED
from app.views.rule_form import RuleForm
from app.views.text_views import PlainLabel, tint
from app.views.undo_keys import UndoKeys
from core.late_dataclass import dataclass
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.whatif import WhatIfDifference

NO_SESSION = "Open a session to see what other rules make of it"
SAME = "Nothing differs: move a slider, or leave out an event with X"
COMPUTING = "Comparing…"

_FORM = NEEDED + 10 * SPACE
"""What the fields take, with what is beside them."""
_TABLE = 80 * SPACE
"""What the table takes where the names in it can be read."""
_LEAST_TABLE = 84 * SPACE
"""What it takes beside the fields alone, which want long sliders."""
_WIDE = _FORM + 40 * SPACE + _TABLE
_MIDDLE = _FORM + _TABLE - 10 * SPACE
_LOW = 8 * SPACE
"""How low a part may be (px): in a small window the timeline keeps its ruler."""
_PARTS = (("Fields", "Fields"), ("Left out", "Left out"), ("Changes", "What differs"))
_WIDTHS = {BASE: 52, NOW: 64, RANK: 104}
_SHEET = """
QAbstractSpinBox QLineEdit {{ border: none; background: transparent; padding: 0 2px 0 0;
    min-height: 0; }}
QDoubleSpinBox {{ background: {ground}; color: {text}; border: 1px solid {line};
    border-radius: 5px; padding: 3px 4px 3px 8px; min-height: 20px;
    selection-background-color: {selection}; selection-color: {text}; }}
QDoubleSpinBox:focus {{ border: 1px solid {accent}; }}
QDoubleSpinBox:disabled {{ color: {muted}; }}
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{ width: 0; border: none; }}
QPushButton[small="true"] {{ padding: 3px 2px; }}
QPushButton:checked {{ border-color: {accent}; color: {accent}; background: {panel}; }}
QSlider {{ min-height: 20px; }}
QSlider::groove:horizontal {{ height: 4px; background: {track}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::sub-page:horizontal:disabled {{ background: {track}; }}
QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -4px 0; border-radius: 6px;
    background: {text}; border: 1px solid {panel}; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {accent}; }}
QSlider::handle:horizontal:disabled {{ background: {muted}; }}
"""


@dataclass(frozen=True)
class RulesState:
    """What the page shows: rules, base, what is left out, and what can be chosen and undone."""

    rules: ProjectionRules = BRAIN_WEB
    base: ProjectionRules = BRAIN_WEB
    left_out: tuple[LeftOut, ...] = ()
    choices: Mapping[str, ProjectionRules] = field(default_factory=dict)
    saved: tuple[str, ...] = ()
    deleted: str = ""
    has_session: bool = False
    is_on: bool = False
    can_undo: bool = False
    can_redo: bool = False
    start: int | None = None


class RulesPage(QWidget):
    """Shows a `RulesState` and a `WhatIfDifference`.

    ``edited`` and ``settled`` are the form's; ``chosen`` and ``base_chosen`` carry the name of
    rules, ``put_back`` a `LeftOut`, ``command_requested`` the id of a command, ``concept_selected``
    a concept's id. ``shown_changed`` tells whether it is looked at.
    """

    edited = Signal(object, object)
    settled = Signal()
    chosen = Signal(object)
    base_chosen = Signal(object)
    put_back = Signal(object)
    command_requested = Signal(str)
    concept_selected = Signal(object)
    shown_changed = Signal(bool)

    def __init__(self, sets: QMenu) -> None:
        super().__init__()
        self.setObjectName("rules-page")
        self.setAccessibleName("Rules")
        self._state = RulesState()
        self._found: WhatIfDifference | None = None
        self._form = RuleForm()
        self._theme = DARK
        self.preset = MenuButton("Rules in force")
        self.base = MenuButton("Compared with")
        self._against = PlainLabel("compared with")
        self.more = MenuButton("Rule sets")
        self.more.setText("Rule sets")
        self.more.open(sets)
        self.undo, self.redo, self.reset = (
            self._command(text, name, tip)
            for text, name, tip in (
                ("Undo", "undo-what-if", "Take back the last change (Ctrl+Z in this page)"),
                ("Redo", "redo-what-if", "Do it once more (Ctrl+Shift+Z)"),
                ("Reset", "reset-what-if", "All as it is under the base"),
            )
        )
        self.sentence = PlainLabel()
        self.sentence.setObjectName("what-if-sentence")
        self.sentence.setFont(ui_font(12))
        self.sentence.setWordWrap(True)
        self.left_out = LeftOutList()
        self._model = WhatIfTableModel(self)
        self.table = CellTable(self._model)
        self.table.setObjectName("what-if-table")
        self.table.setAccessibleName("What differs at the playhead")
        self._lay_out()
        self._connect()
        self.show_state(RulesState())

    def _command(self, text: str, name: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self._asking(name))
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        head.setSpacing(2 * SPACE)
        for widget in (self.preset, self._against, self.base):
            head.addWidget(widget)
        self._switches = QButtonGroup(self)
        head.addStretch(1)
        for place, (text, name) in enumerate(_PARTS):
            switch = QPushButton(text)
            switch.setObjectName(f"part-{place}")
            switch.setAccessibleName(f"Show: {name}")
            switch.setCheckable(True)
            switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._switches.addButton(switch, place)
            head.addWidget(switch)
        self._switches.button(0).setChecked(True)
        for button in (self.undo, self.redo, self.reset, self.more):
            head.addWidget(button)
        self._said = QHBoxLayout()
        self._said.setContentsMargins(3 * SPACE, 0, 3 * SPACE, SPACE)
        self._said.addWidget(self.sentence, 1)
        self.parts = QSplitter(Qt.Orientation.Horizontal)
        self.parts.setHandleWidth(1)
        self.parts.setChildrenCollapsible(False)
        for part in (self._form, self.left_out, self.table):
            part.setMinimumSize(40 * SPACE, _LOW)
            self.parts.addWidget(part)
        self._chose_widths = False
        columns = self.table.horizontalHeader()
        columns.setStretchLastSection(False)
        columns.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        for number, width in _WIDTHS.items():
            self.table.setColumnWidth(number, width)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(self._said)
        column.addWidget(self.parts, 1)

    def _connect(self) -> None:
        self._form.edited.connect(self.edited)
        self._form.settled.connect(self.settled)
        self.preset.chosen.connect(self.chosen)
        self.base.chosen.connect(self.base_chosen)
        self.left_out.put_back.connect(self.put_back)
        self.left_out.command_requested.connect(self.command_requested)
        self._switches.idClicked.connect(lambda _: self._show_parts())
        self.parts.splitterMoved.connect(self._note_widths)
        self.table.selectionModel().currentRowChanged.connect(self._select)
        self._keys = UndoKeys(self)
        self._keys.command_requested.connect(self.command_requested)

    @property
    def form(self) -> RuleForm:
        """The fields; made when they are looked at first, unless they are there by then."""
        while self.prepare():
            pass
        return self._form

    def prepare(self) -> bool:
        """Make a little more of the fields, and tell whether that may not be all."""
        if self._form.is_made:
            return False
        if not self._form.make_more():
            self._form.show_rules(self._state.rules, self._state.base)
            self._form.lay_out()
            self._give_keys()
        return True

    def _give_keys(self) -> None:
        """All of the page has its keys; to give them twice is to give them once."""
        for child in (self, *self.findChildren(QWidget)):
            child.installEventFilter(self._keys)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self._theme = theme
        names = ("ground", "text", "line", "selection", "accent", "muted", "track",
                 "panel")  # fmt: skip
        self.setStyleSheet(_SHEET.format(**{n: getattr(theme, n).name() for n in names}))
        for button in (self.preset, self.base, self.more):
            button.show_theme(theme)
        for label in (self._against,):
            tint(label, theme.muted)
        self.left_out.show_theme(theme)
        self.table.show_theme(theme)
        self._form.show_theme(theme)

    def show_state(self, state: RulesState) -> None:
        """Show the rules, what is left out, and what can be done."""
        self._state = state
        choices = {name: name for name in state.choices}
        _offer(self.preset, choices, state.rules.name)
        _offer(self.base, choices, state.base.name)
        if self._form.is_made:
            self._form.show_rules(state.rules, state.base)
        self.left_out.show_entries(state.left_out, can=state.has_session, start=state.start)
        self.undo.setEnabled(state.can_undo)
        self.redo.setEnabled(state.can_redo)
        self.reset.setEnabled(state.is_on)
        self._tell()
        self._give_keys()

    def show_difference(self, found: WhatIfDifference | None) -> None:
        """Show what differs at the playhead, None where that is nothing or not known yet."""
        self._found = found
        self._model.show_difference(found)
        self._tell()

    def show_times(self) -> None:
        """Tell moments anew: times are shown in another way."""
        self.left_out.show_times()
        self._tell()

    def _tell(self) -> None:
        state = self._state
        if not state.has_session:
            text = NO_SESSION
        elif not state.is_on:
            text = SAME
        elif self._found is None:
            text = COMPUTING
        else:
            base = state.base.name if not state.left_out else f"{state.base.name} with all events"
            text = sentence(self._found, base, start=state.start)
        self.sentence.setText(text)
        self._keep_still(grow_only=True)
        self.table.setAccessibleDescription(text)

    def _keep_still(self, *, grow_only: bool = False) -> None:
        """Have room for the longest sentence so far: nothing is to jump as the playhead moves."""
        needed = self.sentence.heightForWidth(max(1, self.width() - 6 * SPACE))
        least = self.sentence.minimumHeight() if grow_only else 0
        self.sentence.setMinimumHeight(max(needed, least))

    def _select(self, current: QModelIndex) -> None:
        concept = self._model.concept_at(current.row()) if current.isValid() else None
        if concept is not None:
            self.concept_selected.emit(concept)

    def _asking(self, name: str) -> Callable[..., None]:
        return lambda *_: self.command_requested.emit(name)

    def _note_widths(self) -> None:
        self._chose_widths = True

    def _show_parts(self) -> None:
        """All side by side where there is room, else the fields beside one, else the one chosen."""
        wide, middle = self.width() >= _WIDE, _WIDE > self.width() >= _MIDDLE
        if middle and self._switches.checkedId() == 0:
            self._switches.button(2).setChecked(True)
        for place, switch in enumerate(self._switches.buttons()):
            switch.setVisible(not wide and not (middle and place == 0))
        self._against.setVisible(wide)
        self.base.setVisible(wide or middle)
        for button in (self.undo, self.redo, self.reset):
            button.setVisible(wide or middle)
        self.more.setText("Rule sets" if wide else "Sets")
        chosen = self._switches.checkedId()
        for place, part in enumerate((self._form, self.left_out, self.table)):
            part.setVisible(wide or place == chosen or (middle and place == 0))

    def showEvent(self, event: QShowEvent) -> None:
        self.form.show()
        self._show_parts()
        super().showEvent(event)
        for button in self.left_out.buttons.values():
            # What it takes was asked while it was hidden, without this page's style.
            button.updateGeometry()
        self._share()
        self.shown_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown_changed.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give each part its share of the width, until the user chose otherwise."""
        super().resizeEvent(event)
        self._show_parts()
        self._share()
        self._keep_still()

    def _share(self) -> None:
        if not self._chose_widths:
            form = max(_FORM, self.width() * 41 // 100)
            left = max(40 * SPACE, self.width() * 20 // 100)
            if self.width() >= _WIDE:
                self.parts.setSizes([form, left, self.width() - form - left])
            else:
                self.parts.setSizes([max(form, self.width() - _LEAST_TABLE), *2 * [_LEAST_TABLE]])


def _offer(button: MenuButton, choices: Mapping[str, str], chosen: str) -> None:
    """Offer the names of rules; edited ones have none of these."""
    offered = dict(choices)
    offered.setdefault(chosen, chosen)
    if button.property("offered") != list(offered) or button.text() != chosen:
        button.setProperty("offered", list(offered))
        button.show_choices({name: name.replace("&", "&&") for name in offered}, chosen)
        button.setText(chosen)
