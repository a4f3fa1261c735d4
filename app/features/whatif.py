"""What if: the page of the rules, events left out, and the session as it was beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMenu, QWidget

from app.features.base import Slot
from app.features.paged import PagedFeature
from app.features.rule_sets import RuleSets
from app.models.opened import Opened
from app.models.saved_rules import SavedRulesModel
from app.models.whatif import WhatIfModel
from app.text import count, plain
from app.theme import Theme
from app.views.timeline.ghosts import GhostLayer
from app.views.timeline.left_out_layer import LeftOutLayer
from app.views.what_if_chip import WhatIfChip
from core.projectors.rules import BRAIN_WEB, RECENCY
from core.replay.columns import NONE, SessionLog
from core.replay.index import ContextIndex

if TYPE_CHECKING:
    from app.views.rules_page import RulesPage, RulesState
    from app.window import Window

_REST, _BETWEEN = 1_500, 30
"""How long (ms) after a session is there the form is begun, and how far apart its parts are."""

NO_EVENT = "Go to an event first: none has happened at the playhead."
NO_HITS = "Filter the events first: what the filter finds can be left out."
STILL_SEARCHING = "The filter is still searching. Leave its hits out when it is done."
NOT_LEFT_OUT = "The event at the playhead is not left out."
NOTHING_TO_UNDO = "There is no change of the rules or of what is left out to take back."
NOTHING_TO_REDO = "Nothing was taken back."
NEVER_WRITTEN = "What-if is never written into the log"


class WhatIfFeature(PagedFeature["RulesPage"]):
    """The page “Rules”, the ghosts and the hollow events on the timeline, the chip."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = WhatIfModel(window.replay, window.background, window)
        self.saved = SavedRulesModel(window.background, window)
        self.sets = RuleSets(window, self.model, self.saved, QMenu(window))
        self.chip = WhatIfChip()
        self._rest = QTimer(window, singleShot=True)
        self._path: Path | None = None
        self._is_last = False
        self._told_of: tuple[str, int] | None = None

    def slots(self) -> Mapping[str, Slot]:
        model = self.model
        return {
            "show-rules": lambda *_: self.window.wishes.show_tab(self.place),
            "rules-brain-web": lambda *_: model.choose(BRAIN_WEB),
            "rules-recency": lambda *_: model.choose(RECENCY),
            "reset-what-if": lambda *_: model.reset(),
            "undo-range": self._undo_last,
            "undo-what-if": lambda *_: self._step(model.undo, NOTHING_TO_UNDO),
            "redo-what-if": lambda *_: self._step(model.redo, NOTHING_TO_REDO),
            "leave-out": self.leave_out,
            "leave-out-hits": self.leave_out_hits,
            "put-back": self.put_back,
            "put-all-back": lambda *_: model.put_all_back(),
            **self.sets.slots(),
        }

    def tab(self) -> tuple[QWidget, str]:
        return self.place, "Rules"

    def connect(self) -> None:
        w, model, saved = self.window, self.model, self.saved
        w.top_bar.place_what_if(self.chip)
        model.changed.connect(lambda _: self._show())
        model.edited.connect(lambda: self._note_last(mine=True))
        w.selection.changed.connect(lambda _: self._note_last(mine=False))
        model.base_changed.connect(self._show_base)
        self.chip.page_requested.connect(w.actions_by_id["show-rules"].trigger)
        self.chip.reset_requested.connect(w.actions_by_id["reset-what-if"].trigger)
        self._rest.timeout.connect(self._prepare)
        w.opening.loaded.connect(lambda *_: self._rest.start(_REST))
        w.viewport.changed.connect(self._wait_for_rest)
        w.clock.passed.connect(self._wait_for_rest)
        w.source.opened.connect(self._take_file)
        w.opening.session_changed.connect(model.show_session)
        w.opening.log_changed.connect(w.afterwards.later(self._take_log))
        w.replay.index_changed.connect(w.afterwards.later(self._show_left_out))
        self.sets.connect()
        saved.changed.connect(lambda _: self._show())
        self._show()

    def make_page(self) -> RulesPage:
        from app.views.rules_page import RulesPage

        w, model, page = self.window, self.model, RulesPage(self.sets.menu)
        model.differs.connect(page.show_difference)
        page.edited.connect(model.edit)
        page.settled.connect(model.end_gesture)
        page.chosen.connect(lambda name: self.sets.choose(name, model.choose))
        page.base_chosen.connect(lambda name: self.sets.choose(name, model.choose_base))
        page.put_back.connect(model.put_back)
        page.shown_changed.connect(model.show)
        page.concept_selected.connect(w.replay.select_id)
        page.command_requested.connect(lambda name: w.actions_by_id[name].trigger())
        page.show_state(self._state())
        return page

    def show_theme(self, theme: Theme) -> None:
        super().show_theme(theme)
        self.chip.show_theme(theme)

    def show_times(self) -> None:
        if self.place.made is not None:
            self.page.show_times()

    @property
    def busy(self) -> bool:
        return self.model.busy

    def close(self) -> None:
        self._rest.stop()

    def _prepare(self) -> None:
        """Make the form bit by bit, before it is looked at: at once it takes a quarter second."""
        page = self.place.made
        if page is None:
            # A step of its own.
            self.place.make()
        elif not page.prepare():
            return
        self._rest.start(_BETWEEN)

    def _wait_for_rest(self, *_: object) -> None:
        """A hand that zooms, pans or drags is not held up by what nobody looks at yet."""
        if self._rest.isActive():
            self._rest.start(_REST)

    # -- leaving out ------------------------------------------------------------------------------

    def leave_out(self, *_: object) -> None:
        """Have the event at the playhead say nothing."""
        log, event = self._event()
        if log is None or event is None:
            self.window.presenter.complaint(NO_EVENT)
        elif not self.model.is_left_out(int(log.rows[event])):
            at = int(log.times[event])
            self.model.leave_out(_label(log, event), log.rows[[event]], instant=at)

    def leave_out_hits(self, *_: object) -> None:
        """Have all that the filter finds say nothing."""
        found = self.window.filter
        state, log = found.model.state, self.window.opening.log
        if state.log is None or state.hits is None or log is None or state.log.rows is not log.rows:
            self.window.presenter.complaint(NO_HITS)
        elif state.searched < state.total:
            self.window.presenter.complaint(STILL_SEARCHING)
        elif not len(state.hits):
            self.window.presenter.complaint(NO_HITS)
        else:
            self.model.leave_out(state.text.strip(), log.rows[state.hits])

    def put_back(self, *_: object) -> None:
        """Have the event at the playhead count again."""
        log, event = self._event()
        if log is None or event is None:
            self.window.presenter.complaint(NO_EVENT)
        elif not self.model.put_back_row(int(log.rows[event])):
            self.window.presenter.complaint(NOT_LEFT_OUT)

    def _event(self) -> tuple[SessionLog | None, int | None]:
        """The event (index) that the playhead is at."""
        log, playback = self.window.opening.log, self.window.clock.playback
        if log is None or playback is None or not log.complete or not playback.position:
            return None, None
        return log, playback.position - 1

    # -- what happens -----------------------------------------------------------------------------

    def _take_file(self, opened: Opened) -> None:
        if self._path is not None and opened.path != self._path:
            self.model.forget_left_out()
        self._path = opened.path

    def _take_log(self, log: SessionLog | None) -> None:
        self.model.show_log(log)
        if self._session_of(log) != self._told_of:
            self._show()

    @staticmethod
    def _session_of(log: SessionLog | None) -> tuple[str, int] | None:
        """What of a session the page tells; what arrives behind its end changes nothing of it."""
        if log is None or not log.complete or not len(log):
            return None
        return log.session_id, log.start

    def _note_last(self, *, mine: bool) -> None:
        self._is_last = mine

    def _undo_last(self, *_: object) -> None:
        """Undo what was changed last: the range, or what is left out and the rules."""
        if self._is_last and self.model.can_undo:
            self.model.undo()
        else:
            self.window.range.slots()["undo-range"]()

    def _step(self, how: Callable[[], bool], nothing: str) -> None:
        if not how():
            self.window.presenter.complaint(nothing)

    def _show(self) -> None:
        self._told_of = self._session_of(self.window.opening.log)
        if self.place.made is not None:
            self.page.show_state(self._state())
        self.chip.show_told(self._told() if self._is_on else "")
        self.window.status_line.show_what_if(NEVER_WRITTEN if self._is_on else "")

    @property
    def _is_on(self) -> bool:
        return self._told_of is not None and self.model.is_on

    def _state(self) -> RulesState:
        """What the page tells."""
        from app.views.rules_page import RulesState

        model, state, told_of = self.model, self.model.state, self._told_of
        return RulesState(
            rules=state.rules,
            base=state.base,
            left_out=model.left_out,
            choices=self.sets.choices(),
            saved=tuple(self.saved.rules),
            has_session=told_of is not None,
            is_on=self._is_on,
            can_undo=model.can_undo,
            can_redo=model.can_redo,
            start=None if told_of is None else told_of[1],
        )

    def _told(self) -> str:
        """What is otherwise than it was."""
        state = self.model.state
        parts = []
        if state.has_other_rules:
            parts.append(f"rules {plain(state.rules.name)} instead of {plain(state.base.name)}")
        out = sum(len(entry.rows) for entry in self.model.left_out)
        if out:
            parts.append(f"{count(out, 'event')} left out")
        return ", ".join(parts)

    def _show_base(self, base: ContextIndex | None) -> None:
        layer = None if base is None else GhostLayer(base)
        self.window.timeline.show_layer("ghosts", layer)

    def _show_left_out(self, index: ContextIndex | None) -> None:
        w, log = self.window, None if index is None else index.log
        there = log is not None and log.left_out is not None
        w.timeline.show_layer("left-out", LeftOutLayer(log) if there and log is not None else None)
        w.event_table.show_left_out(log.left_out if there and log is not None else None)


def _label(log: SessionLog, event: int) -> str:
    """What one event is called in the list: `UserViewed concept c-018`."""
    kind = log.kind_names[int(log.kinds[event])]
    ref = int(log.objects[event])
    about = "" if ref == NONE else " " + " ".join(log.object_keys[ref])
    return plain(f"{kind}{about}")
