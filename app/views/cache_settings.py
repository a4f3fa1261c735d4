"""The settings of the cache of tables: its size, its limit, and a way to clear it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.mirror_text import megabytes
from app.text import count, plain
from app.theme import SPACE, Theme
from app.views.text_views import PlainLabel, tint
from core.mirror.cache import Kept

_SHOWN = 6
_ABOUT = (
    "What was read of tables in the cloud is kept here, so that it is not read and paid for again. "
    "Beyond the limit, what was not used for longest goes first."
)


class CacheSettings(QWidget):
    """Shows what the cache holds.

    ``limit_requested`` carries bytes, ``clear_requested`` asks to remove all that is not open.
    """

    limit_requested = Signal(object)
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cache-settings")
        self.setAccessibleName("Cache of tables")
        self._about = PlainLabel(_ABOUT)
        self._about.setWordWrap(True)
        self._size = PlainLabel("Looking…")
        self._size.setObjectName("cache-size")
        self._list = PlainLabel()
        self._list.setObjectName("cache-list")
        self._told = PlainLabel()
        self._told.setObjectName("cache-told")
        self.limit = QSpinBox()
        self.limit.setObjectName("cache-limit")
        self.limit.setAccessibleName("At most, in gigabytes")
        self.limit.setRange(1, 1_000)
        self.limit.setSuffix(" GB")
        self.limit.setKeyboardTracking(False)
        self.limit.valueChanged.connect(lambda value: self.limit_requested.emit(value * 10**9))
        self.clear = QPushButton("Clear the cache")
        self.clear.setObjectName("cache-clear")
        self.clear.clicked.connect(self.clear_requested)
        self._lay_out()

    def _lay_out(self) -> None:
        label = PlainLabel("At most")
        label.setBuddy(self.limit)
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(label)
        row.addWidget(self.limit)
        row.addStretch(1)
        row.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * SPACE)
        column.addWidget(self._about)
        column.addWidget(self._size)
        column.addWidget(self._list)
        column.addLayout(row)
        column.addWidget(self._told)
        self._told.hide()

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        for label in (self._about, self._list, self._told):
            tint(label, theme.muted)
        tint(self._size, theme.text)

    def show_limit(self, most: int) -> None:
        """Show how many bytes the cache may have."""
        self.limit.blockSignals(True)
        self.limit.setValue(max(1, round(most / 10**9)))
        self.limit.blockSignals(False)

    def show_mirrors(self, mirrors: Sequence[Kept]) -> None:
        """Show what is there."""
        size = megabytes(sum(each.size for each in mirrors))
        self._size.setText(f"{size} of {count(len(mirrors), 'table')}" if mirrors else "Empty")
        lines = [f"{megabytes(each.size):>9}  {plain(each.location, limit=64)}" for each in mirrors]
        more = len(lines) - _SHOWN
        shown = [*lines[:_SHOWN], *([f"and {more:,} more"] if more > 0 else [])]
        self._list.setText("\n".join(shown))
        self._list.setVisible(bool(mirrors))
        self.clear.setEnabled(bool(mirrors))

    def show_removed(self, gone: int, left: int) -> None:
        """Say what clearing did."""
        stay = f" {count(left, 'table')} that is open stays." if left == 1 else ""
        stay = stay or (f" {count(left, 'table')} that are open stay." if left else "")
        self._told.setText(f"{count(gone, 'table')} removed.{stay}")
        self._told.show()
