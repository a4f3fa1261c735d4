"""Filtering: the field at the top, its hits on the timeline and in the table, and saved filters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QInputDialog, QMenu

from app.features.base import Feature, Slot
from app.models.filtering import FilterModel, FilterState
from app.models.saved_filters import SavedFilters
from app.text import plain
from app.theme import Theme
from app.views.filter_bar import FilterBar, tell_hits
from app.views.timeline.hits import HitLayer
from core.replay.columns import Int32, SessionLog

if TYPE_CHECKING:
    from app.window import Window

_LAYER = "filter"
_REST = 1_000
"""How long (ms) after a session is there the grammar is made: the first filter would wait."""
_PAUSE = 120
"""How long (ms) after a letter the search begins, so that typing starts one and not ten."""


class FilterFeature(Feature):
    """Finds events by the filter language."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = FilterModel(window.source, window.background, window)
        self.saved = SavedFilters(window.background, window)
        self.menu = QMenu(window)
        self.bar = FilterBar(self.menu)
        self.only = False
        self._rest = QTimer(window, interval=_REST, singleShot=True)
        self._typing = QTimer(window)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_PAUSE)

    @property
    def hits(self) -> Int32 | None:
        """The events (indexes, ascending) that the filter found so far; None without a filter."""
        return self.model.state.hits

    def slots(self) -> Mapping[str, Slot]:
        return {
            "find-events": self.focus,
            "next-hit": lambda *_: self.step(True),
            "previous-hit": lambda *_: self.step(False),
            "only-hits": self.show_only,
            "clear-filter": lambda *_: self.bar.field.clear(),
            "save-filter": self.ask_name,
        }

    def connect(self) -> None:
        w, model, field = self.window, self.model, self.bar.field
        w.top_bar.place_filter(self.bar)
        self.bar.hide()
        self._typing.timeout.connect(self._search)
        field.filter_requested.connect(lambda _: self._typing.start())
        field.next_requested.connect(self.step)
        model.changed.connect(self._show)
        model.words_changed.connect(field.show_words)
        w.replay.index_changed.connect(w.afterwards.later(model.show_index))
        w.opening.log_changed.connect(w.afterwards.later(self._show_log))
        # Made before it is asked for, and once the window has come to rest.
        self._rest.timeout.connect(lambda: w.background.run(_prepare, then=lambda _: None))
        w.opening.loaded.connect(lambda *_: self._rest.start())
        self.saved.changed.connect(lambda _: self._fill_menu())
        self.saved.complained.connect(w.presenter.complaint)
        self._fill_menu()
        self.saved.read()

    def show_theme(self, theme: Theme) -> None:
        self.bar.show_theme(theme)

    def show_times(self) -> None:
        self._show(self.model.state)

    @property
    def busy(self) -> bool:
        return self._typing.isActive()

    def close(self) -> None:
        self._rest.stop()
        self._typing.stop()

    def focus(self, *_: object) -> None:
        """Go to the field, what is in it selected."""
        self.bar.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.field.selectAll()

    def show_filter(self, text: str) -> None:
        """Filter by this text, now."""
        self.bar.field.setText(text)
        self._search()

    def step(self, forward: bool) -> None:
        """Go to the next hit, or to the one before."""
        if self._typing.isActive():
            self._search()
        hits = self.hits
        if hits is not None and len(hits):
            self.window.clock.change(lambda p: p.stepped_among(hits, forward=forward))

    def show_only(self, on: bool) -> None:
        """Show the hits alone in the table, or among the others."""
        self.only = on
        self._show_hits(self.model.state)

    def ask_name(self, *_: object) -> None:
        """Ask for the name under which to save the filter."""
        text = self.bar.field.text().strip()
        if not text or self.model.state.error is not None:
            self.window.presenter.complaint("Type a filter first, then save it under a name.")
            return
        dialog = QInputDialog(self.window)
        dialog.setWindowTitle("Save the filter")
        dialog.setLabelText("Name")
        known = [name for name, saved in self.saved.filters.items() if saved == text]
        dialog.setTextValue(known[0] if known else text[:40])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda name: self.saved.save(name, text))
        dialog.open()

    def _search(self) -> None:
        self._typing.stop()
        self.model.show_text(self.bar.field.text())

    def _show_log(self, log: SessionLog | None) -> None:
        self.bar.setVisible(log is not None and len(log) > 0)

    def _show(self, state: FilterState) -> None:
        if not self._typing.isActive():
            self.bar.field.show_error(state.error)
        self._show_hits(state)
        if state.fault:
            self.bar.show_told((state.fault, "stopped"), wrong=True)
        elif state.hits is None or state.log is None:
            self.bar.show_told(("not a filter yet", "wrong") if state.error else (), wrong=True)
        else:
            self.bar.show_told(tell_hits(state.log, state.hits, state.searched, state.total))

    def _show_hits(self, state: FilterState) -> None:
        w = self.window
        found = state.log is not None and state.hits is not None
        layer = HitLayer(state.log, state.hits) if state.log and state.hits is not None else None
        w.timeline.show_layer(_LAYER, layer)
        shown = w.opening.log
        # The hits of a log that another one is about to follow would be of other events there.
        if found and (shown is None or shown.rows is not state.log.rows):  # type: ignore[union-attr]
            return
        w.event_table.show_hits(state.hits, only=self.only)

    def _fill_menu(self) -> None:
        """Saved filters to pick, and what can be done with them."""
        menu, actions = self.menu, self.window.actions_by_id
        menu.clear()
        for name, text in self.saved.filters.items():
            shown = plain(name, limit=60).replace("&", "&&")
            action = menu.addAction(shown, partial(self.show_filter, text))
            action.setToolTip(plain(text))
        if self.saved.filters:
            menu.addSeparator()
        for command in ("only-hits", "save-filter", "clear-filter"):
            menu.addAction(actions[command])
        if self.saved.filters:
            delete = menu.addMenu("Delete a saved filter")
            for name in self.saved.filters:
                shown = plain(name, limit=60).replace("&", "&&")
                delete.addAction(shown, partial(self.saved.delete, name))
        if self.saved.deleted is not None:
            shown = plain(self.saved.deleted[0], limit=60).replace("&", "&&")
            menu.addAction(f"Restore “{shown}”", self.saved.restore)


def _prepare() -> object:
    from core.filter.grammar import grammar

    return grammar()
