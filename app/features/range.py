"""The marked range: its ends on the timeline, what differs between them, and what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.features.base import Slot
from app.features.paged import PagedFeature
from app.models.range_selection import End
from app.models.two_moments import RangeState, TwoMomentsModel
from app.views.timeline.range_marks import RangeMarks
from app.views.timeline.steps import x_of_playhead
from core.replay.playback import Playhead

if TYPE_CHECKING:
    from app.views.range_page import RangePage
    from app.window import Window

NO_RANGE = "Mark a range first: [ where it starts, ] where it ends."
NOTHING_TO_UNDO = "The range has not been changed in this session."
NO_ZOOM = "There is no zoom to go back from."


class RangeFeature(PagedFeature["RangePage"]):
    """The page of the range, its handles on the timeline, and zooming to it and back."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = TwoMomentsModel(
            window.background,
            opening=window.opening,
            replay=window.replay,
            selection=window.selection,
            parent=window,
        )

    def slots(self) -> Mapping[str, Slot]:
        w = self.window
        return {
            "range-start": lambda *_: self._mark(w.selection.start_at),
            "range-end": lambda *_: self._mark(w.selection.end_at),
            "clear-range": lambda *_: w.selection.clear(),
            "undo-range": self._undo,
            "swap-range": lambda *_: self.model.turn(),
            "zoom-range": self._zoom,
            "zoom-back": self._zoom_back,
            "show-range": lambda *_: w.wishes.show_tab(self.place),
        }

    def tab(self) -> tuple[QWidget, str]:
        return self.place, "Range"

    def connect(self) -> None:
        w = self.window
        self.model.changed.connect(self._show_marks)
        w.timeline.handle_dragged.connect(self._drag)
        w.timeline.handle_dropped.connect(w.selection.drop)

    def make_page(self) -> RangePage:
        from app.views.range_page import RangePage

        w, model, page = self.window, self.model, RangePage()
        model.changed.connect(page.show_state)
        page.shown_changed.connect(model.show)
        page.command_requested.connect(lambda name: w.actions_by_id[name].trigger())
        page.seek_requested.connect(w.clock.seek)
        page.concept_selected.connect(w.replay.select_id)
        page.show_times(w.times.start)
        page.show_state(model.state)
        return page

    @property
    def busy(self) -> bool:
        return self.model.busy

    def _show_marks(self, state: RangeState) -> None:
        marks = RangeMarks(state.a, state.b)
        self.window.timeline.show_layer("range", None if marks == RangeMarks(None, None) else marks)

    def _mark(self, mark: Callable[[int, int | None], None]) -> None:
        """Where the playhead is, among events of one instant too."""
        log, playback = self.window.opening.log, self.window.clock.playback
        if log is not None and playback is not None:
            end = End.at(playback.playhead, log)
            mark(end.instant, end.happened)

    def _drag(self, name: str, playhead: Playhead | None) -> None:
        log = self.window.opening.log
        if log is not None and name in ("A", "B"):
            end = None if playhead is None else End.at(playhead, log)
            self.window.selection.drag(end, start=name == "A")

    def _undo(self, *_: object) -> None:
        if self.window.selection.can_undo:
            self.window.selection.undo()
        else:
            self.window.presenter.complaint(NOTHING_TO_UNDO)

    def _zoom(self, *_: object) -> None:
        w, state, axis = self.window, self.model.state, self.window.viewport.axis
        if state.a is None or state.b is None or axis is None:
            w.presenter.complaint(NO_RANGE)
            return
        playback = w.clock.playback
        if playback is not None and (playback.live or playback.playing):
            # Else the view would follow the playhead out of the range again.
            within = state.a.instant <= playback.instant <= state.b.instant
            w.clock.seek(playback.playhead if within else state.a)
        w.viewport.leap(x_of_playhead(axis, state.a), x_of_playhead(axis, state.b))

    def _zoom_back(self, *_: object) -> None:
        if not self.window.viewport.back():
            self.window.presenter.complaint(NO_ZOOM)
