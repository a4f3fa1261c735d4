"""What differs between the contexts of two sessions at the playhead, and where they part."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.models.pair_rows import LastEventRow, ObjectPairRow, PairRow
from app.theme import SPACE, Theme, ui_font
from app.views.compare.pair_lists import PAIR, LastEventList, ObjectPairList, PairList
from app.views.contrast import readable
from app.views.section_heading import SectionHeading
from app.views.text_views import PlainLabel, tint, tip_of

EDGE = 3 * SPACE
_LEAST_CONCEPTS = 2 * PAIR


class DifferencePanel(QWidget):
    """``parting_requested`` asks to go to where the sessions part."""

    parting_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare-difference")
        self.setAccessibleName("Difference at the playhead")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme: Theme | None = None
        self.heading = SectionHeading("compare-heading", "DIFFERENCE AT THE PLAYHEAD")
        self.uncertainty = PairList(name="compare-uncertainty", told="Uncertainty of A and B")
        self.uncertainty.setFixedHeight(PAIR)
        self._concepts = SectionHeading("compare-concepts-heading", "CONCEPTS")
        self.concepts = PairList(name="compare-concepts", told="Concepts of A and B")
        self.concepts.setMinimumHeight(_LEAST_CONCEPTS)
        self.concepts.show_empty("No concept is active in either")
        self._parts = PlainLabel()
        self._parts.setObjectName("compare-parts")
        self._parts.setWordWrap(True)
        self._parts.setFont(ui_font(12, tabular=False))
        self.parting = _LinkButton("compare-go-parting")
        self.parting.clicked.connect(self.parting_requested)
        self._objects = SectionHeading("compare-objects-heading", "OBJECTS")
        self.objects = ObjectPairList()
        self._last = SectionHeading("compare-last-heading", "LAST EVENTS")
        self.last = LastEventList()
        self._lay_out()
        self.show_parting("", "", "")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * SPACE, 0, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(_inset(self.heading))
        column.addWidget(self.uncertainty)
        column.addWidget(_inset(self._concepts))
        column.addWidget(self.concepts, 5)
        column.addWidget(_inset(self._parts, self.parting))
        column.addSpacing(SPACE)
        column.addWidget(_inset(self._objects))
        column.addWidget(self.objects, 2)
        column.addWidget(_inset(self._last))
        column.addWidget(self.last)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self.setStyleSheet(
            f"#compare-difference {{ background: {theme.panel.name()};"
            f" border-left: 1px solid {theme.line.name()}; }}"
        )
        for heading in (self.heading, self._concepts, self._objects, self._last):
            heading.show_theme(theme)
        for rows in (self.uncertainty, self.concepts, self.objects, self.last):
            rows.show_theme(theme)
        tint(self._parts, theme.muted)
        self.parting.show_theme(theme)

    def show_difference(
        self,
        uncertainty: PairRow | None,
        concepts: Sequence[PairRow],
        objects: Sequence[ObjectPairRow],
        last: Sequence[LastEventRow],
    ) -> None:
        """Show this; no uncertainty is no contexts yet."""
        self.uncertainty.show_rows([] if uncertainty is None else [uncertainty])
        self.concepts.show_empty(
            "Reading…" if uncertainty is None else "No concept is active in either"
        )
        self.concepts.show_rows(concepts)
        only = [sum(row.where == letter for row in objects) for letter in "AB"]
        said = f" · {only[0]} ONLY IN A, {only[1]} ONLY IN B" if objects else ""
        self._objects.show_text(f"OBJECTS{said}")
        self.objects.show_rows(objects)
        self.last.show_rows(last)

    def show_parting(self, before: str, link: str, tip: str) -> None:
        """Say where they part: muted words, then what leads there (or nothing)."""
        self._parts.setText(before)
        self._parts.setVisible(bool(before))
        self.parting.show_text(link, tip)
        self.parting.setVisible(bool(link))

    @property
    def parting_text(self) -> str:
        """What is said of where they part."""
        return f"{self._parts.text()} {self.parting.whole}".strip()


class _LinkButton(QPushButton):
    """A button that looks like a link, cut where there is no room."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFont(ui_font(12, tabular=False))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.whole = ""

    def show_theme(self, theme: Theme) -> None:
        colour = readable(theme.accent, theme.panel, theme.text).name()
        self.setStyleSheet(
            f"QPushButton {{ background: transparent; border: 1px solid transparent;"
            f" color: {colour}; padding: 0; text-align: left; min-height: 18px; }}"
            "QPushButton:hover { text-decoration: underline; }"
            f"QPushButton:focus {{ border: 1px solid {theme.accent.name()}; }}"
        )

    def show_text(self, text: str, tip: str) -> None:
        self.whole = text
        self.setToolTip(tip_of(tip))
        self.setAccessibleName(f"To where they part: {text}")
        self._cut()

    def _cut(self) -> None:
        room = max(0, self.width() - 2 * SPACE)
        cut = self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideRight, room)
        self.setText(cut.replace("&", "&&"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()


def _inset(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(EDGE, SPACE, EDGE, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget)
    return holder
