"""As it happened, as it was known: late events, the order of arrival, and what was known when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.features.base import Feature, Slot
from app.models.arrival import ArrivalModel, KnownThen
from app.models.lateness import Lateness
from app.models.replay import Moment
from app.theme import Theme
from app.views.known_section import KnownSection
from app.views.timeline.late_layer import LateLayer
from core.replay.columns import SessionLog

if TYPE_CHECKING:
    from app.window import Window

NONE_LATE = "No event of this session came late: each arrived before all that happened later."


class ArrivalFeature(Feature):
    """The marks of late events, and what was known at the playhead."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = ArrivalModel(window.background, window)
        self.section = KnownSection()

    def slots(self) -> Mapping[str, Slot]:
        return {
            "next-late": lambda *_: self._step_late(forward=True),
            "previous-late": lambda *_: self._step_late(forward=False),
            "next-arrived": lambda *_: self._step_arrived(1),
            "previous-arrived": lambda *_: self._step_arrived(-1),
            "as-known": self._show_section,
        }

    def connect(self) -> None:
        w, model = self.window, self.model
        w.context_panel.add_section(self.section)
        self.section.hide()
        model.lateness_changed.connect(self._show_lateness)
        model.known_changed.connect(self._show_known)
        w.opening.log_changed.connect(w.afterwards.later(self._take_log))
        w.replay.index_changed.connect(w.afterwards.later(model.show_index))
        w.replay.moment_changed.connect(w.afterwards.later(self._take_moment, patient=True))
        w.actions_by_id["axis-arrival"].toggled.connect(self._follow_axis)

    def show_theme(self, theme: Theme) -> None:
        self.section.show_theme(theme)

    @property
    def busy(self) -> bool:
        return self.model.busy

    def close(self) -> None:
        self.model.close()

    def _take_log(self, log: SessionLog | None) -> None:
        self.model.show_log(log, self.window.source.store)

    def _take_moment(self, moment: Moment) -> None:
        self.model.show_playhead(moment.playhead)

    def _show_lateness(self, lateness: Lateness | None) -> None:
        some = lateness if lateness is not None and len(lateness.order.late) else None
        self.window.timeline.show_layer("late", None if some is None else LateLayer(some))
        self.window.event_table.show_lateness(some)

    def _show_known(self, known: KnownThen | None) -> None:
        self.section.show_known(known)

    def _show_section(self, *_: object) -> None:
        shown = self.window.actions_by_id["as-known"].isChecked()
        self.section.setVisible(shown)
        self.model.watch(shown)

    def _follow_axis(self, by_arrival: bool) -> None:
        """Who looks at the order of arrival sees what was known, and need not ask for it too."""
        self.window.actions_by_id["as-known"].setChecked(by_arrival)
        self._show_section()

    def _step_late(self, *, forward: bool) -> None:
        lateness = self.model.lateness
        if lateness is None:
            return
        if not len(lateness.order.late):
            self.window.presenter.complaint(NONE_LATE)
            return
        late = lateness.order.late
        self.window.clock.change(lambda p: p.stepped_among(late, forward=forward))

    def _step_arrived(self, steps: int) -> None:
        """To the event that arrived next after the one at the playhead, or before it."""
        lateness = self.model.lateness
        if lateness is None:
            return
        self.window.wishes.step_by_arrival(lateness.order, steps)
