"""What happened, shown: each change of the models, brought to the views that tell of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.commands import COMMANDS
from app.models.event_total import EventTotal
from app.models.opened import Opened
from app.models.reading import LoadStep
from app.models.replay import Moment, Why
from app.sample import is_ours
from app.sources import absolute, kind_of, name_of
from app.text import count, plain
from app.views.banner import BannerKind
from app.views.timeline.scene import Curve
from app.views.timeline.steps import x_of_playhead
from app.wishes import ON_STAGE
from core.events.errors import SourceLocked, StoreError
from core.events.problems import Problem
from core.events.schema import EventEnvelope
from core.events.store.base import SessionSummary
from core.events.store.dynamodb.location import TableLocation, is_location
from core.projectors.rules import PRESETS, ProjectionRules
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.playback import Playback

if TYPE_CHECKING:
    from app.window import Window

logger = logging.getLogger(__name__)
T = TypeVar("T")

SPARKLINE = 48
"""How many bars a session's sparkline has."""

_NOT_OPENED = "This file cannot be opened"
_FILE_STATES = {
    "replaced": "The file was replaced by another. What you see is the old one; reload to see it.",
    "deleted": "The file was deleted or moved. What was read stays on screen until you close it.",
}


class Presenter:
    """The way from the models to the views; it holds nothing but what a later call needs."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._locked = ""
        self._total = EventTotal()
        self._problems = 0
        self._own: Sequence[Problem] | None = None
        self._noted: Sequence[Problem] = ()
        self._detail: int | None = None
        self._was_live = False
        self._can: dict[str, bool] = {}
        self._read: str | None = None
        self._running: frozenset[str] = frozenset()

    def start(self) -> None:
        """Nothing is open yet."""
        w = self._window
        w.banner.hide()
        w.loading_bar.hide()
        self._show_recent()
        w.actions_by_id["skip-idle"].setChecked(w.settings.skip_idle)
        w.actions_by_id[f"axis-{w.settings.axis}"].setChecked(True)
        w.transport.show_axis(w.settings.axis)
        self.rules(w.replay.rules)
        self.enable()
        w.pages.setCurrentWidget(w.start_page)

    def _show_recent(self) -> None:
        w = self._window
        w.menus.show_recent(w.settings.recent)

        recent = w.settings.recent
        w.start_page.show_recent(recent)
        w.background.run(
            lambda: {name for name in recent if not _is_there(name)},
            then=lambda gone: w.start_page.show_recent(w.settings.recent, missing=gone),
        )

    # -- the file ---------------------------------------------------------------------------------

    def opened(self, opened: Opened) -> None:
        """A file is open."""
        w = self._window
        w.start_page.show_error("", "")
        if w.pages.currentWidget() is not w.desk:
            w.pages.setCurrentWidget(w.desk)
            w.timeline.setFocus()
        name = name_of(opened.place)
        w.top_bar.show_source(name)
        w.setWindowTitle(f"{name} — Brain Web Replay")
        w.status_line.show_kind(kind_of(opened.place))
        if not is_ours(opened.path):
            w.settings = w.settings.with_recent(absolute(opened.place))
            w.keep()
        self._show_recent()
        if opened.notice is None:
            w.banner.hide()
        else:
            w.banner.show_message(opened.notice, kind=BannerKind.WARNING)
        self.enable()

    def failed(self, error: Exception) -> None:
        """Something did not work; known faults say what to do."""
        w = self._window
        text = str(error)
        if not isinstance(error, StoreError):
            w.own_faults.take(error)
            return
        if w.source.place is None:
            w.pages.setCurrentWidget(w.start_page)
            w.start_page.show_error(_NOT_OPENED, text)
        else:
            w.banner.show_message(text, kind=BannerKind.ERROR, action="Reload")
        if isinstance(error, SourceLocked):
            # What could not be read now can be soon: rows on screen are asked for again.
            self._locked = text
            w.event_table.show_log(w.opening.log, w.opening.order)

    def closed(self) -> None:
        """No file any more."""
        w = self._window
        w.top_bar.show_source(None)
        w.setWindowTitle("Brain Web Replay")
        w.status_line.clear()
        w.session_list.show_sessions([])
        w.loading_bar.hide()
        w.banner.hide()
        if w.source.path is None:
            w.pages.setCurrentWidget(w.start_page)
        self.enable()

    def file_state(self, state: str) -> None:
        """Something happened to the file that is open."""
        action = None if state == "deleted" else "Reload"
        self._window.banner.show_message(
            _FILE_STATES[state], kind=BannerKind.WARNING, action=action
        )

    def complaint(self, text: str) -> None:
        """Something that was wished for cannot be had."""
        self._window.banner.show_message(text, kind=BannerKind.WARNING)

    # -- the sessions -----------------------------------------------------------------------------

    def sessions(self, sessions: Sequence[SessionSummary]) -> None:
        """What sessions there are."""
        w = self._window
        self._total.begin(sessions)
        w.session_list.show_sessions(sessions, actors_known=w.source.actors_known)
        w.session_list.show_current(w.opening.session_id)
        w.status_line.show_amount(None, self._total.sessions)
        if not sessions:
            w.context_panel.show_message("This log holds no events yet.")

    def counts(self, counts: Mapping[str, int]) -> None:
        """How many events some of them have."""
        self._window.session_list.show_counts(counts)
        self._take_counts(counts)

    def _take_counts(self, counts: Mapping[str, int]) -> None:
        self._total.take(counts)
        self._window.status_line.show_amount(self._total.events, self._total.sessions)

    def summaries(self, summaries: Mapping[str, SessionSummary]) -> None:
        """Sessions grew, or there are new ones."""
        w = self._window
        self._total.add(summaries.values())
        w.session_list.update_sessions(summaries)
        self._take_counts({i: s.count for i, s in summaries.items() if s.count is not None})

    def wanted_activity(self, session_ids: Sequence[str]) -> None:
        """The list wants sparklines."""
        self._window.source.read_activity(session_ids, SPARKLINE)

    def session(self, session_id: str | None) -> None:
        """Another session is opened, or none."""
        w = self._window
        w.top_bar.show_session(session_id)
        w.session_list.show_current(session_id)
        w.selection.forget()
        self._read = None
        w.event_detail.show_envelope(None, 0)
        self._detail = None
        if session_id is not None:
            w.context_panel.show_message("Reading…")

    # -- reading ----------------------------------------------------------------------------------

    def progress(self, step: LoadStep) -> None:
        """A session is read so far."""
        w = self._window
        if not step.log.complete:
            w.loading_bar.show_progress(step.log.session_id, step.read, step.total)

    def load_failed(self, error: Exception) -> None:
        """A session could not be read."""
        w = self._window
        w.loading_bar.hide()
        if w.opening.log is None or not w.opening.log.complete:
            w.context_panel.show_message("This session could not be read.")
        self.failed(error)

    def log(self, log: SessionLog | None) -> None:
        """The columns to show, as far as they have been read."""
        w = self._window
        w.timeline.show_log(log)
        w.context_panel.show_log(log)
        if log is None:
            w.loading_bar.hide()
            w.context_panel.show_message("Choose a session.")
        elif log.complete and not len(log):
            w.context_panel.show_message("No event of this session has a readable time.")

    def log_below(self, log: SessionLog | None) -> None:
        """The same, and what else hangs on it; of a growth it comes after the timeline."""
        w = self._window
        w.event_table.show_log(log, w.opening.order)
        if not w.source.checking and (log is None or log.problems is not self._own):
            self._show_own_problems()
        self.enable()

    def loaded(self, step: LoadStep) -> None:
        """All of a session is there, as far as its file has it."""
        w = self._window
        if not w.source.filling:
            w.loading_bar.hide()
        told = count(len(step.log), "event")
        grew, self._read = self._read == step.log.session_id, step.log.session_id
        took = "" if grew else f" read in {step.seconds * 1000:,.0f} ms"
        w.status_line.show_loaded(f"{told}{took}")

    def _show_own_problems(self) -> None:
        """The problems of the session, and what was noted of it beside its rows."""
        log = self._window.opening.log
        self._own = () if log is None else log.problems
        problems = [*self._own, *self._noted]
        self._problems = len(problems)
        self._window.problem_page.show_problems(problems)
        self._show_problem_count()

    def noted(self, problems: Sequence[Problem]) -> None:
        """What is wrong with the session that its rows do not show."""
        self._noted = problems
        if not self._window.source.checking:
            self._show_own_problems()

    def checking(self) -> None:
        """The whole file is being checked; what the session's problems were is found again."""
        self._problems = 0
        self._window.problem_page.show_problems([])
        self._window.problem_page.show_checking(True)
        self._show_problem_count()

    def problems_found(self, problems: Sequence[Problem]) -> None:
        """The check of the whole file found these."""
        self._problems += len(problems)
        self._window.problem_page.add_problems(problems)
        self._show_problem_count()

    def checked(self, whole: bool) -> None:
        """The whole file was checked; or not, for that was stopped."""
        self._window.problem_page.show_checking(False)
        if not whole:
            self._show_own_problems()

    def _show_problem_count(self) -> None:
        w = self._window
        w.desk.set_title(w.problem_page, f"Problems · {self._problems:,}")

    # -- the playhead -----------------------------------------------------------------------------

    def playback(self, playback: Playback) -> None:
        """The playhead moved, or how it moves changed."""
        w = self._window
        w.timeline.show_playhead(playback.playhead)
        self._show_live(playback)
        w.transport.show_playback(playback, len(playback.times))
        w.replay.show_playhead(playback.playhead)
        axis = w.viewport.axis
        # What arrives does not turn the page: who follows may look elsewhere meanwhile.
        if axis is not None and not (playback.live and self._was_live):
            w.viewport.reveal(x_of_playhead(axis, playback.playhead))
        self._was_live = playback.live

    def running(self, session_ids: frozenset[str]) -> None:
        """Other sessions run."""
        w, began = self._window, session_ids - self._running
        self._running = session_ids
        w.session_list.show_running(session_ids)
        playback = w.clock.playback
        if playback is not None:
            self._show_live(playback)
        current = w.opening.session_id
        if playback is None or not playback.live or not w.opening.lively:
            return
        if current not in session_ids:
            began = session_ids
        if began - {current}:
            newest = max(began - {current})
            w.banner.show_message(
                f"Another session runs: “{plain(newest, limit=80)}”.",
                action="Follow it",
                then=lambda: w.opening.open_session(newest),
            )

    def _show_live(self, playback: Playback) -> None:
        """Tell how a running session is followed."""
        w, times = self._window, playback.times
        if not w.opening.lively:
            w.top_bar.live.hide()
        elif playback.live:
            w.top_bar.live.show_live(quiet=w.opening.session_id not in self._running)
        else:
            ahead = len(times) - playback.position
            late = int(times[-1]) - playback.instant if len(times) else 0
            w.top_bar.live.show_behind(ahead, late)

    def settled(self, playback: Playback) -> None:
        """The playhead rests: bring what is too slow for every frame."""
        w = self._window
        w.event_table.show_position(playback.position, arrived=playback.live)
        if w.replay.selected is not None:
            w.replay.explain()
        log = w.opening.log
        event = playback.position - 1
        self._detail = event if event >= 0 else None
        if log is None or event < 0 or not log.complete:
            w.event_detail.show_envelope(None, playback.position)
        else:
            w.source.read_envelope(log, event)

    def passed(self, playback: Playback) -> None:
        """The playhead is dragged past here."""
        self._window.event_table.show_position(playback.position, passing=True)

    def range(self, shown: tuple[float, float]) -> None:
        """Another range of the axis is visible."""
        w = self._window
        axis = w.viewport.axis
        if axis is not None:
            w.timeline.show_axis(axis)
            w.timeline.show_range(*shown)
            w.replay.show_range(axis, *shown)
            w.transport.show_axis(axis.mode)

    def loop(self, loop: tuple[int, int] | None) -> None:
        """Another range is to be repeated, or none."""
        w = self._window
        w.actions_by_id["loop"].setChecked(w.selection.looping)
        w.clock.change(lambda playback: playback.looping(loop))

    def wanted_rows(self, events: Sequence[int]) -> None:
        """The table wants to know what events say."""
        w = self._window
        log = w.opening.log
        if log is not None and log.complete:
            w.source.read_summaries(log, events)

    def read_summaries(self, answer: tuple[SessionLog, dict[int, str]]) -> None:
        """What events say was read."""
        self._window.event_table.show_summaries(self._still_there(*answer))

    def envelopes(self, answer: tuple[SessionLog, dict[int, EventEnvelope]]) -> None:
        """Whole events were read."""
        envelopes = self._still_there(*answer)
        if self._detail is not None and self._detail in envelopes:
            show = self._window.event_detail.show_envelope
            show(envelopes[self._detail], self._detail + 1)

    def _still_there(self, log: SessionLog, read: dict[int, T]) -> dict[int, T]:
        """What was read of events that still have their place: the session may have grown."""
        w = self._window
        # It is not locked any more.
        w.banner.take_back(self._locked)
        shown = w.opening.log
        if shown is None or shown.session_id != log.session_id:
            return {}
        there, times = shown.rows, shown.times
        return {
            at: one
            for at, one in read.items()
            if at < len(there) and there[at] == log.rows[at] and times[at] == log.times[at]
        }

    # -- the context ------------------------------------------------------------------------------

    def moment(self, moment: Moment) -> None:
        """The context at the playhead."""
        show = self._window.context_panel.show_context
        show(moment.context, moment.change, moment.last_touches)

    def curves(self, curves: tuple[Curve, ...]) -> None:
        """Which concepts have a curve."""
        w = self._window
        w.timeline.show_curves(curves)
        index: ContextIndex | None = w.replay.index
        ids = [] if index is None else index.log.contributions.concept_ids
        w.context_panel.show_slots({ids[c.concept]: c.slot for c in curves} if ids else {})

    def selected(self, concept: int | None) -> None:
        """Another concept is selected, or none."""
        w = self._window
        log = w.replay.log
        w.timeline.show_selected(concept)
        known = concept is not None and log is not None
        w.context_panel.show_selected(
            log.contributions.concept_ids[concept] if known else None  # type: ignore[union-attr,index]
        )

    def why(self, why: Why | None) -> None:
        """Why the selected concept weighs what it does."""
        self._window.context_panel.show_reason(None if why is None else why.reason)

    def rules(self, rules: ProjectionRules) -> None:
        """Other rules are in force."""
        w = self._window
        w.top_bar.show_rules(rules.name)
        w.context_panel.show_room(rules.max_concepts)
        for preset in PRESETS:
            action = w.actions_by_id[f"rules-{preset.name.lower().replace(' ', '-')}"]
            action.setChecked(rules == preset)

    # -- what can be done -------------------------------------------------------------------------

    def enable(self) -> None:
        """Offer what can be done now, and nothing else."""
        w = self._window
        has_file = w.source.path is not None
        has_log = w.opening.log is not None and len(w.opening.log) > 0
        is_table = isinstance(w.source.place, TableLocation)
        can = {"": True, "file": has_file, "table": is_table, "session": has_log}
        can |= {"compare": w.compares}
        if can == self._can:
            return
        self._can = can
        for command in COMMANDS:
            # Of what a page hides nothing can be done.
            hidden = w.compares and command.needs == "session" and command.id not in ON_STAGE
            w.actions_by_id[command.id].setEnabled(can[command.needs] and not hidden)


def _is_there(name: str) -> bool:
    """Whether there is such a file, as far as that can be told; of a table it is not asked."""
    if is_location(name):
        return True
    try:
        return Path(name).exists()
    except OSError:
        return False
