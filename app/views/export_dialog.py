"""The dialog that asks what to export, as what, and where to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.text import count
from app.theme import SPACE, Theme
from app.views.icons import draw_chevron
from app.views.text_views import PlainLabel, tint
from core.export.order import ExportFormat
from core.late_dataclass import dataclass

_WIDTH = 560
_DAY = 86_400.0


class Scope(StrEnum):
    """Which events are exported."""

    SESSION = "session"
    RANGE = "range"
    HITS = "hits"


FORMATS: tuple[tuple[ExportFormat, str, str], ...] = (
    (ExportFormat.JSONL, "Events · JSON Lines (.jsonl)", "Can be imported again, unchanged."),
    (ExportFormat.CSV, "Events · CSV (.csv)", "For spreadsheets; the payload is JSON in a cell."),
    (ExportFormat.PARQUET, "Events · Parquet (.parquet)", "For pandas, DuckDB and the like."),
    (
        ExportFormat.CONTEXT_CSV,
        "Context over time · CSV (.csv)",
        "A row for each moment and active concept.",
    ),
    (
        ExportFormat.CONTEXT_PARQUET,
        "Context over time · Parquet (.parquet)",
        "A row for each moment and active concept.",
    ),
)
"""The formats to choose from, as they are called, and what there is to say of each."""

_SCOPES = {
    Scope.SESSION: "This session",
    Scope.RANGE: "The marked range",
    Scope.HITS: "What the filter found",
}
_LACKING = {Scope.RANGE: "none is marked", Scope.HITS: "no filter"}


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What the user chose; ``every`` in seconds, None is after each event."""

    scope: Scope
    form: ExportFormat
    target: Path
    every: float | None = None
    bom: bool = False
    private: bool = False


class ExportDialog(QDialog):
    """Asks; ``chosen`` carries an `ExportChoice`.

    ``counts`` has the number of events of each scope; one that it lacks cannot be chosen.
    ``target`` suggests where to, by the suffix left out.
    """

    chosen = Signal(object)

    def __init__(
        self, parent: QWidget, theme: Theme, *, counts: dict[Scope, int], target: Path
    ) -> None:
        super().__init__(parent)
        self.setObjectName("export-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export")
        self._theme = theme
        self._suggested = target
        self._named = False
        self.scope = _Combo("What", theme)
        for scope, text in _SCOPES.items():
            told = count(counts[scope], "event") if scope in counts else _LACKING[scope]
            self.scope.addItem(f"{text} · {told}", scope)
            item = self.scope.model().item(self.scope.count() - 1)  # type: ignore[attr-defined]
            item.setEnabled(bool(counts.get(scope)))
        self.form = _Combo("Format", theme)
        for form, text, _ in FORMATS:
            self.form.addItem(text, form)
        self._about = PlainLabel()
        tint(self._about, theme.muted)
        self.stepped = QCheckBox("A moment every")
        self.every = _Seconds()
        self.every.setAccessibleName("Seconds between two moments")
        self.every.setRange(0.001, _DAY)
        self.every.setDecimals(3)
        self.every.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.every.setValue(60)
        self.every.setSuffix(" s")
        self.every.setMinimumWidth(30 * SPACE)
        self.bom = QCheckBox("Byte order mark")
        self.bom.setToolTip("Some spreadsheets read UTF-8 only with it")
        self.private = QCheckBox("With pseudonyms for people, names, ids and texts")
        self.private.setToolTip("The same each time, so that one file fits with another")
        self.target = QLineEdit()
        self.target.setAccessibleName("File")
        self._choose = QPushButton("Choose…")
        self._choose.setAutoDefault(False)
        self._note = PlainLabel()
        self._export = QPushButton("Export")
        self._export.setDefault(True)
        self._export.setProperty("primary", True)
        self._cancel = QPushButton("Cancel")
        self._cancel.setAutoDefault(False)
        self.setStyleSheet(_sheet(theme))
        self._lay_out()
        self._connect()
        self._show_format()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * SPACE)
        grid.setVerticalSpacing(2 * SPACE)
        grid.setColumnStretch(1, 1)
        where = _row(self.target, self._choose)
        where.setStretch(0, 1)
        options = _row(self.stepped, self.every, self.bom)
        options.addStretch(1)
        rows: tuple[tuple[str, QWidget, QHBoxLayout], ...] = (
            ("What", self.scope, _row(self.scope)),
            ("Format", self.form, _row(self.form)),
            ("", self._about, _row(self._about)),
            ("", self.bom, options),
            ("Privacy", self.private, _row(self.private)),
            ("File", self.target, where),
            ("", self._note, _row(self._note)),
        )
        for place, (name, widget, line) in enumerate(rows):
            if name:
                label = PlainLabel(name)
                label.setBuddy(widget)
                grid.addWidget(label, place, 0)
            grid.addLayout(line, place, 1)
        grid.setRowMinimumHeight(3, 8 * SPACE)
        buttons = _row(self._cancel, self._export)
        buttons.insertStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * SPACE, 5 * SPACE, 5 * SPACE, 4 * SPACE)
        column.setSpacing(3 * SPACE)
        column.addLayout(grid)
        column.addStretch(1)
        column.addLayout(buttons)
        self.setFixedWidth(_WIDTH)

    def _connect(self) -> None:
        self.form.currentIndexChanged.connect(self._show_format)
        self.stepped.toggled.connect(self._show_format)
        self.target.textEdited.connect(self._take_name)
        self.target.textChanged.connect(self._show_note)
        self._choose.clicked.connect(self._choose_file)
        self._export.clicked.connect(self._accept)
        self._cancel.clicked.connect(self.reject)

    def show_private(self) -> None:
        """What is open is read with pseudonyms: there is no choice."""
        self.private.setChecked(True)
        self.private.setEnabled(False)

    def choice(self) -> ExportChoice:
        """What is chosen now."""
        form = ExportFormat(self.form.currentData())
        return ExportChoice(
            scope=Scope(self.scope.currentData()),
            form=form,
            target=Path(self.target.text().strip()).expanduser(),
            every=self.every.value() if form.is_contexts and self.stepped.isChecked() else None,
            bom=form.suffix == ".csv" and self.bom.isChecked(),
            private=self.private.isChecked(),
        )

    def _show_format(self) -> None:
        form = self.choice().form
        self._about.setText(next(about for each, _, about in FORMATS if each is form))
        self.stepped.setVisible(form.is_contexts)
        self.every.setVisible(form.is_contexts)
        self.every.setEnabled(self.stepped.isChecked())
        self.bom.setVisible(form.suffix == ".csv")
        if self._named:
            path = Path(self.target.text())
            if path.suffix in {each.suffix for each in ExportFormat}:
                self.target.setText(str(path.with_suffix(form.suffix)))
        else:
            name = f"{self._suggested.name}{'-context' if form.is_contexts else ''}{form.suffix}"
            self.target.setText(str(self._suggested.with_name(name)))
        self.target.setCursorPosition(len(self.target.text()))
        self._show_note()

    def _take_name(self) -> None:
        self._named = True

    def _show_note(self) -> None:
        target = self.choice().target
        known = bool(target.name) and _is_file(target)
        self._export.setEnabled(bool(target.name))
        self._export.setText("Replace" if known else "Export")
        self._note.setText("There is such a file: it will be replaced." if known else " ")
        tint(self._note, self._theme.warning)

    def _choose_file(self) -> None:
        choice = self.choice()
        dialog = save_dialog(
            self, "Export to", choice.target, (f"*{choice.form.suffix}", "All files (*)")
        )
        # The dialog behind it says whether there is such a file.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.fileSelected.connect(self._take_file)
        dialog.open()

    def _take_file(self, name: str) -> None:
        self._named = True
        self.target.setText(name)

    def _accept(self) -> None:
        choice = self.choice()
        if not choice.target.is_absolute():
            choice = replace(choice, target=self._suggested.parent / choice.target)
        self.accept()
        self.chosen.emit(choice)


def save_dialog(
    parent: QWidget,
    title: str,
    target: Path,
    filters: tuple[str, ...],
    then: Callable[[str], None] | None = None,
) -> QFileDialog:
    """A dialog that asks where to write; `open` it. ``then`` gets the name."""
    dialog = QFileDialog(parent, title, str(target.parent))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(filters))
    dialog.setDefaultSuffix(target.suffix[1:])
    dialog.selectFile(target.name)
    if then is not None:
        dialog.fileSelected.connect(then)
    return dialog


def _is_file(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


class _Seconds(QDoubleSpinBox):
    """A number of seconds without the zeros behind it."""

    def textFromValue(self, value: float) -> str:
        return f"{value:g}"


class _Combo(QComboBox):
    """A choice that looks like the fields beside it."""

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        where = QRectF(self.width() - 6 * SPACE, 0, 4 * SPACE, self.height())
        with QPainter(self) as painter:
            draw_chevron(painter, where, self._theme.text, down=True)


def _sheet(theme: Theme) -> str:
    field = (
        f"background: {theme.ground.name()}; color: {theme.text.name()};"
        f" border: 1px solid {theme.line.name()}; border-radius: 5px; padding: 3px 8px;"
        " min-height: 20px;"
    )
    return (
        f"QComboBox, QDoubleSpinBox {{ {field} }}"
        f"QComboBox:focus, QDoubleSpinBox:focus {{ border-color: {theme.accent.name()}; }}"
        "QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; border: none; }"
        "QDoubleSpinBox QLineEdit { border: none; padding: 0 8px; min-height: 0; }"
        f"QDoubleSpinBox:disabled {{ color: {theme.muted.name()}; }}"
        "QComboBox::drop-down { border: none; width: 24px; }"
        "QComboBox::down-arrow { image: none; }"
    )


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(2 * SPACE)
    for widget in widgets:
        row.addWidget(widget)
    return row
