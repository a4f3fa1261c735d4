"""The events of a range by their impact on the context."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QWidget

from app.features.base import Slot
from app.features.paged import PagedFeature
from app.models.impact import Impact, ImpactModel
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex

if TYPE_CHECKING:
    from app.views.impact_page import ImpactPage
    from app.window import Window


class ImpactFeature(PagedFeature["ImpactPage"]):
    """The page of impacts: of the marked range, else of what is in view."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = ImpactModel(window.background, window)

    def slots(self) -> Mapping[str, Slot]:
        return {"show-impact": lambda *_: self.window.wishes.show_tab(self.place)}

    def tab(self) -> tuple[QWidget, str]:
        return self.place, "Impact"

    def connect(self) -> None:
        w = self.window
        w.replay.index_changed.connect(w.afterwards.later(self._take_index))
        w.selection.changed.connect(lambda _: self._show_range())
        w.viewport.changed.connect(lambda _: self._show_range())

    def make_page(self) -> ImpactPage:
        from app.views.impact_page import ImpactPage

        model, page = self.model, ImpactPage()
        model.changed.connect(page.show_state)
        page.shown_changed.connect(model.show)
        page.start_requested.connect(model.start)
        page.stop_requested.connect(model.stop)
        page.event_requested.connect(self._go)
        page.show_times(self.window.times.start)
        page.show_state(model.state)
        return page

    @property
    def busy(self) -> bool:
        return self.model.busy

    def close(self) -> None:
        self.model.close()

    def _take_index(self, index: ContextIndex | None) -> None:
        self._show_range()
        self.model.show_index(index)

    def _show_range(self) -> None:
        w = self.window
        log, axis, marked = w.opening.log, w.viewport.axis, w.selection.range
        if log is None or axis is None:
            return
        if marked is not None:
            start, stop = _events_within(log, *marked)
        else:
            low, high = axis.instants_at(w.viewport.range)
            start, stop = _events_within(log, int(low), int(high))
        self.model.show_range(start, stop, is_marked=marked is not None)

    def _go(self, impact: Impact) -> None:
        """Go to an event by its row: its place may have moved since it was ranked."""
        log = self.window.opening.log
        if log is None:
            return
        found = np.flatnonzero(log.rows == impact.row)
        if len(found):
            self.window.clock.change(lambda p: p.at_position(int(found[0]) + 1).paused())


def _events_within(log: SessionLog, start: int, end: int) -> tuple[int, int]:
    """The events (indexes) from an instant to another, both included."""
    low = int(np.searchsorted(log.times, start, side="left"))
    return low, max(low, int(np.searchsorted(log.times, end, side="right")))
