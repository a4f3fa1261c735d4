"""The cache of tables in the window: what it holds, how large it may be, and clearing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QVBoxLayout

from app.models.mirror_cache import MirrorCache
from app.theme import SPACE, Theme
from app.views.cache_settings import CacheSettings

if TYPE_CHECKING:
    from app.window import Window

_WIDTH = 520


class TableCache:
    """Owns the cache's dialog, and keeps the cache within the limit of the settings."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._model = MirrorCache(window.background, window)
        self.dialog: QDialog | None = None

    def keep_small(self) -> None:
        """Remove what was not used for longest, beyond the limit."""
        self._model.limit(self._window.settings.mirrors_at_most)

    def show(self, theme: Theme) -> None:
        """Show what the cache holds, with its limit."""
        if self.dialog is not None:
            return
        dialog = self.dialog = QDialog(self._window)
        dialog.setObjectName("cache-dialog")
        dialog.setWindowTitle("Cache of tables")
        column = QVBoxLayout(dialog)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
        column.addWidget(self._settings(theme))
        dialog.resize(_WIDTH, dialog.sizeHint().height())
        dialog.finished.connect(self._forget)
        dialog.open()

    def _settings(self, theme: Theme) -> CacheSettings:
        view = CacheSettings()
        view.show_theme(theme)
        view.show_limit(self._window.settings.mirrors_at_most)
        self._model.changed.connect(view.show_mirrors)
        self._model.removed.connect(view.show_removed)
        view.limit_requested.connect(self._limit)
        view.clear_requested.connect(self._model.clear)
        self._model.look()
        return view

    def _limit(self, most: int) -> None:
        self._window.keep(mirrors_at_most=most)
        self.keep_small()

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None
