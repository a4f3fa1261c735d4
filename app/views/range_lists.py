"""The lists of the page of the range: what differs between its ends, and what it holds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from app.models.range_rows import ShiftRow, StatisticRow, signed
from app.models.rows import Row, RowListModel
from app.theme import SPACE, heading_font, ui_font
from app.views.bar import BAR, paint_bar
from app.views.contrast import readable
from app.views.lettering import LEFT, RIGHT
from app.views.row_list import EDGE, RowDelegate, RowList, Writer

_RIGHT_EDGE = EDGE + SPACE
_NUMBER, _RANKED = 60, 72
_TOGETHER = (
    (("decay", "events"), _NUMBER),
    (("change",), _NUMBER),
    (("after", "before"), _RANKED),
)
"""The columns of the difference from the right, those that are shown or left out as one (px)."""
_LEAST_NAME = 80
_LEAST_BAR, _MOST_BAR = 56, 140
_LEAST_SHARE, _MOST_SHARE = 24, 120


class ShiftList(RowList):
    """``concept_selected`` carries the id of the concept whose row was pressed."""

    concept_selected = Signal(object)

    def __init__(self) -> None:
        self._model = RowListModel()
        super().__init__(
            self._model, ShiftDelegate(), name="range-difference", told="What differs from A to B"
        )
        self.row_pressed.connect(self._press)

    def show_rows(self, rows: Sequence[ShiftRow]) -> None:
        """Show these."""
        self._model.show(rows)

    def _press(self, row: ShiftRow) -> None:
        if row.concept_id is not None:
            self.concept_selected.emit(row.concept_id)


class ShiftDelegate(RowDelegate):
    """Name, value at either end, the change, and what of it events and decay did.

    Where there is little room the parts are kept longest.
    """

    def __init__(self) -> None:
        super().__init__()
        self._name = Writer(ui_font(13, tabular=False))
        self._number = Writer(ui_font(12))
        self._heading = Writer(heading_font())

    def paint_row(self, painter: QPainter, rect: QRect, row: Row, ground: QColor) -> None:
        """See `RowDelegate`."""
        assert isinstance(row, ShiftRow)
        theme = self.theme
        inner = rect.adjusted(EDGE, 0, -_RIGHT_EDGE, 0)
        muted = readable(theme.muted, ground, theme.text)
        events = readable(theme.accent, ground, theme.text)
        decay = readable(theme.warning, ground, theme.text)
        places, name, bar = _columns(inner)
        if not row.change and not row.before:
            self._heading.write(painter, inner, row.text, muted)
            return
        texts = {
            "decay": _part(row.decay, decay, muted),
            "events": _part(row.events, events, muted),
            "change": (row.change, theme.text),
            "after": (row.after, theme.text),
            "before": (row.before, muted),
        }
        if not row.change:
            captions = ("DECAY", decay), ("EVENTS", events), ("CHANGE", muted)
            ends = (row.after, muted), (row.before, muted)
            texts = dict(zip(texts, (*captions, *ends), strict=True))
        is_caption = not row.change
        numbers = self._heading if is_caption else self._number
        for column, place in places.items():
            written, colour = texts[column]
            numbers.write(painter, place, written, colour, RIGHT)
        if is_caption:
            self._heading.write(painter, name, row.text, muted)
            return
        self._name.write(painter, name, row.text, theme.text, LEFT)
        if bar is not None:
            self._paint_parts(painter, bar, row)

    def _paint_parts(self, painter: QPainter, bar: QRect, row: ShiftRow) -> None:
        """Both parts from the middle on, gains to the right and losses to the left."""
        theme, middle = self.theme, bar.center().x()
        painter.fillRect(QRect(bar.x(), bar.center().y(), bar.width(), 1), theme.track)
        ends = {True: middle, False: middle}
        for value, colour in ((row.events, theme.accent), (row.decay, theme.warning)):
            length = round(abs(value) / row.scale * (bar.width() // 2))
            gains = value > 0
            left = ends[gains] if gains else ends[gains] - length
            painter.fillRect(QRect(left, bar.y(), length, bar.height()), colour)
            ends[gains] += length if gains else -length
        painter.fillRect(QRect(middle, bar.y() - 2, 1, bar.height() + 4), theme.muted)


def _part(value: float, colour: QColor, muted: QColor) -> tuple[str, QColor]:
    text = signed(value)
    return text, colour if text[0] in "+−" else muted


def _columns(inner: QRect) -> tuple[dict[str, QRect], QRect, QRect | None]:
    """The places of the numbers that there is room for, of the name, and of the bar."""
    places: dict[str, QRect] = {}
    right = inner.right() + 1
    for columns, width in _TOGETHER:
        if places and right - width * len(columns) - inner.x() < _LEAST_NAME:
            break
        for column in columns:
            right -= width
            places[column] = QRect(right, inner.y(), width, inner.height())
    room = right - inner.x()
    name = QRect(inner.x(), inner.y(), room - SPACE, inner.height())
    width = min(room - 2 * _LEAST_NAME, _MOST_BAR)
    if len(places) < 5 or width < _LEAST_BAR:
        return places, name, None
    bar = QRect(right - width, inner.center().y() - BAR // 2 + 1, width, BAR)
    name.setRight(bar.x() - 2 * SPACE)
    return places, name, bar


class StatisticList(RowList):
    """``seek_requested`` carries the `Playhead` that a row leads to."""

    seek_requested = Signal(object)
    concept_selected = Signal(object)

    def __init__(self) -> None:
        self._model = RowListModel()
        super().__init__(
            self._model, StatisticDelegate(), name="range-statistics", told="What the range holds"
        )
        self.row_pressed.connect(self._press)

    def show_rows(self, rows: Sequence[StatisticRow]) -> None:
        """Show these."""
        self._model.show(rows)

    def _press(self, row: StatisticRow) -> None:
        if row.seek is not None:
            self.seek_requested.emit(row.seek)
        elif row.concept_id is not None:
            self.concept_selected.emit(row.concept_id)


class StatisticDelegate(RowDelegate):
    """Name, bar and amount; a heading in small capitals."""

    def __init__(self) -> None:
        super().__init__()
        self._name = Writer(ui_font(13, tabular=False))
        self._number = Writer(ui_font(12))
        self._heading = Writer(heading_font())
        self._metrics = QFontMetrics(ui_font(12))
        self._usual = self._metrics.horizontalAdvance("999,999 · 100%") + 1

    def paint_row(self, painter: QPainter, rect: QRect, row: Row, ground: QColor) -> None:
        """See `RowDelegate`."""
        assert isinstance(row, StatisticRow)
        theme, inner = self.theme, rect.adjusted(EDGE, 0, -_RIGHT_EDGE, 0)
        if row.is_heading:
            muted = readable(theme.muted, ground, theme.text)
            self._heading.write(painter, inner, row.text, muted)
            self._heading.write(painter, inner, row.amount, muted, RIGHT)
            return
        needed = self._metrics.horizontalAdvance(row.amount) + 1
        usual = max(needed, self._usual)
        width = min(inner.width() - usual - _LEAST_NAME - 4 * SPACE, _MOST_SHARE)
        has_bar = row.share is not None and width >= _LEAST_SHARE
        taken = usual if has_bar else needed
        amount = QRect(inner.right() + 1 - taken, rect.y(), taken, rect.height())
        name = QRect(inner.x(), rect.y(), amount.x() - 2 * SPACE - inner.x(), rect.height())
        if has_bar and row.share is not None:
            bar = QRect(name.right() + 1 - width, rect.center().y() - BAR // 2 + 1, width, BAR)
            name.setRight(bar.x() - 2 * SPACE)
            colour = theme.accent if row.event_type is None else theme.type_colour(row.event_type)
            paint_bar(painter, bar, row.share, colour, behind=theme.track)
        leads = row.seek is not None
        colour = readable(theme.accent, ground, theme.text) if leads else theme.text
        self._name.write(painter, name, row.text, theme.text, LEFT)
        self._number.write(painter, amount, row.amount, colour, RIGHT)
