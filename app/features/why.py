"""Why a value is what it is: what is selected, its reasons, and the way from change to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from app.features.base import Feature, Slot
from app.models.change_steps import ChangeSteps, Target
from app.models.explaining import Explaining, Subject, Whole
from app.models.reasons import Reason
from app.models.replay import Moment, Why
from app.text import plain
from core.replay.below import changes_below
from core.replay.columns import NONE, Int32, SessionLog
from core.replay.index import ContextIndex
from core.replay.playback import Playback

if TYPE_CHECKING:
    from app.window import Window


class WhyFeature(Feature):
    """The reasons in the panel of the context, and what an event changed below it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = Explaining(window.background, window)
        self.steps = ChangeSteps(window.background, window)
        self._escape = _Escape(window, self.clear)
        self._moment: Moment | None = None

    def slots(self) -> Mapping[str, Slot]:
        return {
            "next-change": lambda *_: self._step(forward=True),
            "previous-change": lambda *_: self._step(forward=False),
            "explain-uncertainty": lambda *_: self.select(Whole.UNCERTAINTY),
            "explain-object": self._select_own_object,
            "clear-selection": lambda *_: self.clear(),
        }

    def connect(self) -> None:
        w, model, panel = self.window, self.model, self.window.context_panel
        panel.object_selected.connect(self.select)
        panel.uncertainty_selected.connect(
            lambda on: self.select(Whole.UNCERTAINTY if on else None)
        )
        model.subject_changed.connect(self._show_subject)
        model.reason_changed.connect(self._show_reason)
        w.replay.selected_changed.connect(self._leave_to_concept)
        w.replay.why_changed.connect(self._show_again)
        w.replay.index_changed.connect(w.afterwards.later(self._take_index))
        w.clock.settled.connect(
            w.afterwards.later(
                lambda playback: model.show_playhead(playback.playhead), patient=True
            )
        )
        w.opening.session_changed.connect(lambda _: self.select(None))
        w.opening.log_changed.connect(w.afterwards.later(lambda log: self._forget(log)))
        self.steps.found.connect(self._go)
        w.replay.moment_changed.connect(w.afterwards.later(self._take_moment, patient=True))
        w.clock.settled.connect(w.afterwards.later(lambda _: self._show_change(), patient=True))
        w.clock.passed.connect(lambda _: self._pass())
        w.desk.shown_changed.connect(lambda _: self._show_below())

    @property
    def busy(self) -> bool:
        return self.model.busy or self.steps.busy

    # -- what is selected -------------------------------------------------------------------------

    def select(self, subject: Subject | None) -> None:
        """Select an object or the uncertainty; a concept is no longer."""
        if subject is not None:
            self.window.replay.select(None)
        self.model.select(subject)

    def clear(self) -> bool:
        """Select nothing; whether anything was."""
        was = self.model.subject is not None or self.window.replay.selected is not None
        self.model.select(None)
        self.window.replay.select(None)
        return was

    def _select_own_object(self, *_: object) -> None:
        """The object of the event at the playhead, active or not."""
        log, playback = self.window.opening.log, self.window.clock.playback
        if log is None or playback is None or not log.complete:
            return
        code = int(log.objects[playback.position - 1]) if playback.position else NONE
        touched = log.touches_by_object[1]
        if code == NONE or touched[code] == touched[code + 1]:
            self.window.banner.show_message("The event at the playhead touches no object.")
        else:
            self.select(log.object_keys[code])

    def _leave_to_concept(self, concept: int | None) -> None:
        if concept is not None:
            self.model.select(None)

    def _show_subject(self, subject: Subject | None) -> None:
        panel = self.window.context_panel
        panel.show_selected_uncertainty(subject is Whole.UNCERTAINTY)
        panel.show_selected_object(None if isinstance(subject, Whole) else subject)
        if subject is None and self.window.replay.selected is None:
            panel.show_reason(None)

    def _show_reason(self, reason: Reason | None) -> None:
        self.window.context_panel.show_reason(reason)

    def _show_again(self, why: Why | None) -> None:
        """No concept is explained: leave what is on screen of something else."""
        if why is None and self.model.subject is not None:
            self.window.context_panel.show_reason(self.model.reason)

    def _take_index(self, index: ContextIndex | None) -> None:
        self.model.show_index(index)

    def _forget(self, log: SessionLog | None) -> None:
        if log is None:
            self._moment = None
            self.steps.cancel()

    # -- from change to change --------------------------------------------------------------------

    def _step(self, *, forward: bool) -> None:
        index, playback = self.window.replay.index, self.window.clock.playback
        if index is not None and playback is not None and playback.position <= len(index.log):
            self.steps.find(index, self._target(), playback.position, forward=forward)

    def _target(self) -> Target:
        concept = self.window.replay.selected
        return self.model.subject if concept is None else concept

    def _go(self, events: Int32, forward: bool) -> None:
        w = self.window
        before = w.clock.playback
        if before is None:
            return
        moved = before.stepped_among(events, forward=forward)
        if moved.position == before.position and not _has_one(events, before, forward=forward):
            way = "later" if forward else "earlier"
            w.banner.show_message(f"No {way} event changed {self._name()}.")
        else:
            w.clock.change(lambda playback: playback.stepped_among(events, forward=forward))

    def _name(self) -> str:
        log, target = self.window.replay.log, self._target()
        if target is None or log is None:
            return "the context"
        if isinstance(target, Whole):
            return "the uncertainty"
        name = log.concept_label(target) if isinstance(target, int) else " ".join(target)
        return f"“{plain(name, limit=80)}”"

    # -- what the event at the playhead changed ---------------------------------------------------

    def _take_moment(self, moment: Moment) -> None:
        self._moment = moment
        if not self.window.clock.unsettled:
            self._show_change()

    def _pass(self) -> None:
        if self.window.desk.is_shown(self.window.before_after):
            self._show_change()

    def _show_change(self) -> None:
        moment = self._moment
        if moment is not None:
            self.window.before_after.show_change(moment.before, moment.after, moment.change)
            self._show_below()

    def _show_below(self) -> None:
        """Tell what the event changed of concepts that are not active, where that is looked at."""
        w, moment, index = self.window, self._moment, self.window.replay.index
        if moment is None or index is None or not w.desk.is_shown(w.before_after):
            return
        position = moment.playhead.position
        if position <= len(index.log) and moment.after.position == position:
            w.before_after.show_below(changes_below(index, position), index.rules.max_concepts)


def _has_one(events: Int32, playback: Playback, *, forward: bool) -> bool:
    """Whether there is one of these events in that direction."""
    if not len(events):
        return False
    at = playback.position
    return bool(events[-1] >= at) if forward else bool(events[0] < at - 1)


class _Escape(QObject):
    """Takes the Escape that nobody else in the window had a use for."""

    def __init__(self, window: Window, clear: Slot) -> None:
        super().__init__(window)
        self._clear = clear
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Clear the selection; the player's keys are given back elsewhere."""
        del watched
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        is_free = QApplication.activePopupWidget() is None
        return event.key() == Qt.Key.Key_Escape and is_free and bool(self._clear())
