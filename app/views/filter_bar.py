"""The filter in the bar at the top: the field, what it found, and the menu of saved filters."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from app.text import crosses_days, is_in_session, minute, short_date
from app.theme import SPACE, Theme, ui_font
from app.views.filter_field import FilterField
from app.views.menu_button import MenuButton
from app.views.text_views import ElidedLabel, tint
from core.replay.columns import Int32, SessionLog

_LEAST_FIELD = 190
"""How much of the width (px) the field keeps when what was found is told beside it."""


class FilterBar(QWidget):
    """Shows the field and tells of its hits, shorter where there is less room."""

    def __init__(self, menu: QMenu) -> None:
        super().__init__()
        self.setObjectName("filter-bar")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMaximumWidth(760)
        self.setMinimumWidth(170)
        self.field = FilterField()
        self.button = MenuButton("Saved filters")
        self.button.open(menu)
        self.button.setFixedWidth(7 * SPACE)
        self.told = ElidedLabel()
        self.told.setFont(ui_font(12))
        self.told.setObjectName("filter-told")
        self.told.hide()
        self._texts: tuple[str, ...] = ()
        self._theme: Theme | None = None
        self._wrong = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        row.addSpacing(SPACE)
        row.addWidget(self.told)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self.field.show_theme(theme)
        self.button.show_theme(theme)
        self._tint()

    def show_told(self, texts: tuple[str, ...], *, wrong: bool = False) -> None:
        """Tell the first of these that there is room for; none tells nothing."""
        self._texts, self._wrong = texts, wrong
        self._tint()
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(560, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _tint(self) -> None:
        if self._theme is not None:
            tint(self.told, self._theme.bad if self._wrong else self._theme.muted)

    def _fit(self) -> None:
        self.told.setVisible(bool(self._texts))
        if not self._texts:
            return
        metrics = QFontMetrics(self.told.font())
        room = self.width() - _LEAST_FIELD - self.button.width() - 3 * SPACE
        widths = [metrics.horizontalAdvance(text) + 2 for text in self._texts]
        fitting = [place for place, width in enumerate(widths) if width <= room]
        place = fitting[0] if fitting else len(widths) - 1
        self.told.setText(self._texts[place])
        self.told.setFixedWidth(max(24, min(widths[place], max(room, 48))))
        self.told.setToolTip(self._texts[0])
        self.told.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def tell_hits(log: SessionLog, hits: Int32, searched: int, total: int) -> tuple[str, ...]:
    """How many were found and from when to when, from the longest to the shortest text."""
    number, whole = f"{len(hits):,}", f"{total:,}"
    if searched < total:
        share = f"{100 * searched // max(1, total)}%"
        return f"{number} so far · {share} of {whole} events", f"{number} · {share}", share
    told = f"{number} of {whole} events"
    short = f"{number} of {whole}"
    if not len(hits):
        return f"no hit in {whole} events", "no hit"
    first, last = (int(log.times[hits[place]]) for place in (0, -1))
    span = f"{_time(first, log)} – {_time(last, log)}"
    return f"{told} · {span}", told, short, number


def _time(instant: int, log: SessionLog) -> str:
    """The minute, with its day where the session has several."""
    start, position = log.start, log.position_at(instant)
    told = minute(instant, start=start, position=position)
    by_session = is_in_session(start=start, position=position)
    dated = crosses_days(log.start, log.end) and not by_session
    return f"{short_date(instant)} {told}" if dated else told
