"""The context at the playhead: uncertainty, concepts, why a value is what it is, objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from app.models.contexts import concept_rows, object_rows
from app.models.reasons import Reason
from app.text import clock
from app.theme import DARK, ROW, SPACE, Theme, ui_font
from app.views.concept_list import ConceptList
from app.views.object_list import ObjectList
from app.views.row_list import EDGE
from app.views.section_heading import SectionHeading
from app.views.text_views import ElidedLabel, PlainLabel, tint
from app.views.uncertainty_meter import UncertaintyMeter
from app.views.waterfall import WaterfallView
from app.views.why_list import WhyList
from core.projectors.context import ContextDifference, SessionContext
from core.replay.columns import SessionLog

LEAST_WIDTH = 260

_WIDTH = 300
_LEAST_WHY, _MOST_WHY, _LEAST_OBJECTS = 3 * ROW, 6 * ROW, 4 * ROW
_BELOW_UNCERTAINTY = 2
_HINT = "Select a concept, an object or the uncertainty to see which events make it what it is."


class ContextPanel(QWidget):
    """Shows one context; asks to select a part of it and to go to an event.

    ``concept_selected`` carries a concept's id or None, ``object_selected`` an object's type and id
    or None, ``uncertainty_selected`` whether it is, and ``seek_requested`` a `Playhead`.
    """

    concept_selected = Signal(object)
    object_selected = Signal(object)
    uncertainty_selected = Signal(bool)
    seek_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._log: SessionLog | None = None
        self._slots: Mapping[str, int] = {}
        self._shown: tuple[SessionContext, ContextDifference] | None = None
        self._touched: Sequence[int] = ()
        self._listed: tuple[object, ...] | None = None
        self._heading = SectionHeading("context-heading", "CONTEXT", on_panel=True)
        self._uncertainty = UncertaintyMeter()
        self._concepts = ConceptList()
        self._why_heading = SectionHeading("why-heading", "WHY")
        self._hint = PlainLabel(_HINT)
        self._note = ElidedLabel()
        self._waterfall = WaterfallView()
        self._why = WhyList()
        self._objects = ObjectList()
        self._headings = (
            self._heading,
            SectionHeading("concepts-heading", "ACTIVE CONCEPTS"),
            self._why_heading,
            SectionHeading("objects-heading", "ACTIVE OBJECTS"),
        )
        self._message = PlainLabel()
        self.setObjectName("context-panel")
        self.setAccessibleName("Context at the playhead")
        self.setMinimumWidth(LEAST_WIDTH)
        self._lay_out()
        self._concepts.chosen.connect(self.concept_selected)
        self._objects.chosen.connect(self.object_selected)
        self._uncertainty.chosen.connect(self.uncertainty_selected)
        self._why.seek_requested.connect(self.seek_requested)
        self.show_reason(None)
        self.show_message("")

    def _lay_out(self) -> None:
        for label, name in ((self._hint, "why-hint"), (self._message, "context-message")):
            label.setObjectName(name)
            label.setFont(ui_font(12, tabular=False))
            label.setWordWrap(True)
        self._note.setObjectName("why-note")
        self._note.setFont(ui_font(12, tabular=False))
        self._note.setFixedHeight(5 * SPACE)
        for label in (self._hint, self._note):
            label.setContentsMargins(EDGE, 0, EDGE, 0)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setMargin(2 * EDGE)
        self._why.setMinimumHeight(_LEAST_WHY)
        self._why.setMaximumHeight(_MOST_WHY)
        self._objects.setMinimumHeight(_LEAST_OBJECTS)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("context-scroll")
        self._scroll.setAccessibleName("Context")
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = self._sections()
        self._scroll.setWidget(content)
        for part in (content, self._scroll.viewport()):
            part.setAutoFillBackground(False)
        self.head = _inset(self._heading, above=EDGE)
        """The heading, which may stand in the bar of a panel."""
        self._pages = QStackedLayout()
        self._pages.addWidget(self._message)
        self._pages.addWidget(self._scroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addLayout(self._pages, 1)

    def _sections(self) -> QWidget:
        content = QWidget()
        content.setObjectName("context-content")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, SPACE, 0, 0)
        column.setSpacing(0)
        _, concepts, why, objects = self._headings
        column.addWidget(self._uncertainty)
        column.addSpacing(4 * SPACE)
        for head, parts in (
            (concepts, (self._concepts,)),
            (why, (self._hint, self._note, self._waterfall, self._why)),
            (objects, (self._objects,)),
        ):
            column.addWidget(_inset(head))
            column.addSpacing(SPACE)
            for part in parts:
                column.addWidget(part)
            column.addSpacing(4 * SPACE)
        column.setStretchFactor(self._why, 2)
        column.setStretchFactor(self._objects, 3)
        return content

    def add_section(self, section: QWidget) -> None:
        """Put another's section between the uncertainty and the concepts."""
        content = self._scroll.widget()
        column = None if content is None else content.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(_BELOW_UNCERTAINTY, section)

    # -- what is shown ----------------------------------------------------------------------------

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        for heading in self._headings:
            heading.show_theme(theme)
        for view in (
            self._uncertainty, self._concepts, self._waterfall, self._why, self._objects,
        ):  # fmt: skip
            view.show_theme(theme)
        for label in (self._hint, self._note, self._message):
            tint(label, theme.muted)
        self.update()

    def show_log(self, log: SessionLog | None) -> None:
        """The log that the contexts to come are of; a context of another session goes."""
        if log is None or self._log is None or log.session_id != self._log.session_id:
            self._shown = None
            self._touched = ()
            self._concepts.show_rows(())
            self._objects.show_rows(())
            self._listed = None
            self.show_reason(None)
        self._log = log

    def show_message(self, text: str) -> None:
        """Say this in place of a context, until there is one."""
        self._message.setText(text)
        self._message.setAccessibleName(text)
        self._heading.show_text("CONTEXT")
        self._pages.setCurrentWidget(self._message)

    def show_context(
        self, context: SessionContext, change: ContextDifference, touches: Sequence[int] = ()
    ) -> None:
        """Show a context, and what the event at the playhead changed.

        ``touches`` are, for each active object in turn, the event (its index) that touched it last.
        """
        self._shown = (context, change)
        self._touched = touches
        at, start = context.instant, None if self._log is None else self._log.start
        is_before = not context.position or at is None
        when = f"AT {clock(at or 0, start=start, position=context.position)}"
        self._heading.show_text(f"CONTEXT {'BEFORE THE FIRST EVENT' if is_before else when}")
        self._uncertainty.show_value(context.uncertainty_score)
        self._show_concepts()
        self._show_objects()
        self._pages.setCurrentWidget(self._scroll)

    def show_slots(self, slots: Mapping[str, int]) -> None:
        """Which colours the curves of concepts have, by id."""
        self._slots = slots
        self._show_concepts()

    def show_room(self, concepts: int) -> None:
        """Keep room for so many concepts, as the rules let be active."""
        self._concepts.reserve(concepts)

    def show_selected(self, concept_id: str | None) -> None:
        """Mark a concept."""
        self._concepts.show_selected(concept_id)

    def show_selected_object(self, key: tuple[str, str] | None) -> None:
        """Mark an object by its type and id."""
        self._objects.show_selected(key)

    def show_selected_uncertainty(self, selected: bool) -> None:
        """Mark the uncertainty, or not."""
        self._uncertainty.show_selected(selected)

    def show_reason(self, reason: Reason | None) -> None:
        """Show why the selected value is what it is; None is none."""
        heading = ("WHY", "", "") if reason is None else reason.heading
        self._why_heading.show_text(*heading)
        if reason is not None:
            self._note.setText(reason.note)
            self._waterfall.show_bars(reason.bars, rising=reason.is_rising)
            self._why.show_empty(reason.empty)
        self._why.show_parts(() if reason is None else reason.parts, self._log)
        self._hint.setVisible(reason is None)
        self._note.setVisible(reason is not None and bool(reason.note))
        for part in (self._waterfall, self._why):
            part.setVisible(reason is not None)

    def _show_concepts(self) -> None:
        if self._shown is not None:
            self._concepts.show_rows(concept_rows(*self._shown, self._slots))

    def _show_objects(self) -> None:
        if self._shown is None:
            return
        objects, log = self._shown[0].active_objects, self._log
        # From one event to the next they are mostly the same.
        shows = (objects, tuple(self._touched), log)
        if shows != self._listed:
            self._listed = shows
            self._objects.show_rows(object_rows(objects, self._touched, log))

    # -- Qt ---------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), self._theme.panel)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, 900)


def _inset(widget: QWidget, above: int = 0) -> QWidget:
    """The widget with the panel's edge on both sides."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(EDGE, above, EDGE, 0)
    column.addWidget(widget)
    return box
