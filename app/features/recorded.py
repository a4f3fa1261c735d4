"""What a log recorded of contexts, held against what the rules give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.features.base import Slot
from app.features.paged import PagedFeature
from app.models.recorded import RecordedModel, RecordedState
from app.views.recorded_page import NOTHING, RecordedPage
from app.views.timeline.recorded_layer import RecordedLayer
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex

if TYPE_CHECKING:
    from app.window import Window

_NONE_DIFFERS = "Every recorded context of this session is what the rules give."


class RecordedFeature(PagedFeature[RecordedPage]):
    """The page of recorded contexts, and their marks on the timeline."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = RecordedModel(window.background, window)

    def slots(self) -> Mapping[str, Slot]:
        return {
            "show-recorded": lambda *_: self.window.wishes.show_tab(self.place),
            "next-recorded": lambda *_: self._step(forward=True),
            "previous-recorded": lambda *_: self._step(forward=False),
        }

    def tab(self) -> tuple[QWidget, str]:
        return self.place, "Recorded"

    def connect(self) -> None:
        w = self.window
        self.model.changed.connect(self._show_state)
        w.opening.log_changed.connect(w.afterwards.later(self._take_log))
        w.replay.index_changed.connect(w.afterwards.later(self._take_index))

    def make_page(self) -> RecordedPage:
        model, page = self.model, RecordedPage()
        model.changed.connect(page.show_state)
        page.shown_changed.connect(model.show)
        page.start_requested.connect(model.start)
        page.stop_requested.connect(model.stop)
        page.event_requested.connect(self._go)
        log = self.window.opening.log
        page.show_session(None if log is None else log.start)
        page.show_state(model.state)
        return page

    def show_times(self) -> None:
        self._take_log(self.window.opening.log)

    def close(self) -> None:
        self.model.close()

    def _take_log(self, log: SessionLog | None) -> None:
        if self.place.made is not None:
            self.page.show_session(None if log is None else log.start)

    def _take_index(self, index: ContextIndex | None) -> None:
        self.model.show_index(index, self.window.source.store)

    def _show_state(self, state: RecordedState) -> None:
        session_id = self.window.opening.session_id
        layer = RecordedLayer(session_id, state) if session_id and state.checked else None
        self.window.timeline.show_layer("recorded", layer)

    def _step(self, *, forward: bool) -> None:
        """To the next recorded context that differs, or say that there is none."""
        w, state = self.window, self.model.state
        if state.is_waiting:
            self.model.start()
            w.wishes.show_tab(self.place)
            return
        if not len(state.differing):
            w.presenter.complaint(_NONE_DIFFERS if state.checked else NOTHING)
            return
        w.clock.change(lambda p: p.stepped_among(state.differing, forward=forward))
        playback = w.clock.playback
        if playback is not None:
            self.page.show_event(playback.position - 1)

    def _go(self, event: int) -> None:
        self.window.clock.change(lambda p: p.at_position(event + 1).paused())
