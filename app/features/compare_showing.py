"""What the page of two sessions shows: where both are, what differs there, where they part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtGui import QAction

from app.models.compared_session import ComparedSession
from app.models.comparing import CompareMoment, Comparing
from app.models.laid import Laid
from app.models.moment_words import words_of
from app.models.pair_rows import last_events, object_pairs, pair_rows, uncertainty_pair
from app.text import clock, offset, plain, zone
from app.views.compare.page import ComparePage
from app.views.compare.side_timeline import Mark
from app.views.compare.sides import LETTERS, said
from core.projectors.context import difference
from core.replay.alignment import A, AlignBy, B
from core.replay.parting import END, Parting
from core.replay.playback import Playhead

_BY = {
    AlignBy.START: "start",
    AlignBy.CLOCK: "clock",
    AlignBy.NUMBER: "event number",
    AlignBy.EVENT: "event",
}
_NAME = 40


class CompareShowing:
    """Brings what the model tells to the page; it keeps nothing."""

    def __init__(
        self,
        page: ComparePage,
        model: Comparing,
        actions: Mapping[str, QAction],
        source_name: Callable[[], str],
    ) -> None:
        self._page = page
        self._model = model
        self._actions = actions
        self._source_name = source_name

    def connect(self) -> None:
        """Follow the model."""
        model, page = self._model, self._page
        model.sessions_changed.connect(self.show_sessions)
        model.laid_changed.connect(self._show_laid)
        model.picked.connect(self._show_marks)
        model.moment_changed.connect(self.show_moment)
        model.parting_changed.connect(self._show_parting)
        model.curves_changed.connect(page.show_curves)
        model.clock.playback_changed.connect(page.transport.show_playback)
        model.clock.settled.connect(lambda _: self._tell())
        model.viewport.changed.connect(lambda shown: page.show_range(*shown))
        page.concept_selected.connect(self._select)

    def show_sessions(self) -> None:
        """Which two they are, and how far they are read."""
        sessions, laid = self._model.sessions, self._model.laid
        if sessions is None:
            return
        names = [_name(each, sessions) for each in sessions]
        self._page.bar.show_names(
            plain(self._source_name(), limit=80), f"Compare: {names[0]} and {names[1]}"
        )
        kinds: set[str] = set()
        for side, each in enumerate(sessions):
            axis = None if laid is None else laid.axes[side]
            self._page.show_side(side, each.log, each.index, axis)
            if each.log is not None:
                counted = zip(each.log.kind_names, each.log.events_by_kind, strict=False)
                kinds |= {kind for kind, events in counted if len(events)}
        self._page.show_kinds(frozenset(kinds))
        self.show_heads()
        self._show_marks()
        reading = [each for each in sessions if each.is_loading]
        if reading:
            read, total = (sum(getattr(s, of) for s in reading) for of in ("read", "total"))
            self._page.loading_bar.show_progress(plain(reading[0].session_id), read, total)
        else:
            self._page.loading_bar.hide()

    def show_heads(self) -> None:
        """Name both, and say what they are aligned by."""
        sessions = self._model.sessions
        if sessions is None:
            return
        for side, each in enumerate(sessions):
            head = self._page.heads[side]
            head.show_side(_name(each, sessions), each.about, self._aligned(side))

    def _aligned(self, side: int) -> str:
        laid, sessions = self._model.laid, self._model.sessions
        log = None if sessions is None else sessions[side].log
        if laid is None or log is None:
            return ""
        alignment = laid.alignment
        if alignment.by is AlignBy.EVENT and alignment.events is not None:
            event = alignment.events[side]
            return f"Aligned at event {event + 1:,}  {said(log, event)}".rstrip()
        if alignment.by is AlignBy.START:
            return f"Aligned at its start, {clock(log.start, decimals=0)}{zone(log.start)}"
        return {AlignBy.CLOCK: "Aligned by the clock"}.get(alignment.by, "Aligned by event number")

    def _show_laid(self, laid: Laid) -> None:
        by = laid.alignment.by
        self._page.bar.show_alignment(_BY[by])
        self._actions[f"compare-{by.value}"].setChecked(True)
        self.show_sessions()

    def _show_marks(self) -> None:
        """Bring out the events that are aligned by, or chosen for it, and those that part them."""
        model = self._model
        found = None if model.parting is None else model.parting.event
        for side, timeline in enumerate(self._page.timelines):
            marks = []
            if found is not None:
                marks.append(
                    Mark(found.number - 1, f"They part at event {found.number:,}", parts=True)
                )
            pick = model.picks[side]
            if pick is not None:
                aligned = model.laid is not None and model.laid.alignment.by is AlignBy.EVENT
                words = "Aligned at event" if aligned else "Chosen to align by: event"
                marks.append(Mark(pick, f"{words} {pick + 1:,}"))
            timeline.show_marks(marks)

    def _select(self, side: int, code: int | None) -> None:
        """Bring out a concept in both."""
        sessions = self._model.sessions
        log = None if sessions is None else sessions[side].log
        if sessions is None or log is None:
            return
        concept = None if code is None else log.contributions.concept_ids[code]
        for each, timeline in zip(sessions, self._page.timelines, strict=True):
            known = each.log is not None and concept is not None
            timeline.show_selected(each.log.concept_code(concept) if known else None)  # type: ignore[union-attr,arg-type]

    # -- the playhead -----------------------------------------------------------------------------

    def show_moment(self, moment: CompareMoment) -> None:
        """Where both are, and what differs there."""
        sessions, laid, page = self._model.sessions, self._model.laid, self._page
        if sessions is None or laid is None:
            return
        a, b = (each.log for each in sessions)
        assert a is not None
        assert b is not None
        page.show_playheads(_on_axes(laid, moment))
        page.transport.where.show_playheads(
            moment.playheads, (len(a), len(b)), _since(laid, moment)
        )
        last = tuple(
            said(log, at.position - 1) for log, at in zip((a, b), moment.playheads, strict=True)
        )
        rows = last_events(moment, (a, b), last)  # type: ignore[arg-type]
        found = moment.contexts
        if found is None:
            page.panel.show_difference(None, [], [], rows)
        else:
            page.panel.show_difference(
                uncertainty_pair(found), pair_rows(found), object_pairs(found), rows
            )

    def _show_parting(self, found: Parting | None) -> None:
        sessions, laid = self._model.sessions, self._model.laid
        self._show_marks()
        if found is None or sessions is None or laid is None:
            waiting = sessions is not None
            self._page.panel.show_parting("Looking for where they part…" if waiting else "", "", "")
            return
        self._page.panel.show_parting(*_parted(found, laid, sessions))

    def _tell(self) -> None:
        """Say what the charts of each show to those who do not see them; not in every frame."""
        moment = self._model.moment()
        for side, each in enumerate(self._model.sessions or ()):
            words, index = "", each.index
            at = None if moment is None else moment.playheads[side]
            if index is not None and at is not None and at.position <= len(index.log):
                context = index.context_at(at.position, at.instant)
                words = words_of(context, difference(*index.changed_by(at.position)))
            self._page.timelines[side].tell(words)


def _name(each: ComparedSession, both: tuple[ComparedSession, ComparedSession]) -> str:
    """A session's name, with that of its source where they are of two."""
    name = plain(each.session_id)
    two = both[A].store is not both[B].store
    return f"{name} ({plain(each.source_name, limit=_NAME)})" if two else name


def _on_axes(laid: Laid, moment: CompareMoment) -> tuple[Playhead, Playhead]:
    """Where the cursors stand: by event number at one number, also past the shorter one's end."""
    if laid.alignment.by is not AlignBy.NUMBER:
        return moment.playheads
    a, b = (replace(each, position=moment.shared.position) for each in moment.playheads)
    return a, b


def _since(laid: Laid, moment: CompareMoment) -> tuple[str, str]:
    """The shared time, and from when it counts."""
    by = laid.alignment.by
    if by is AlignBy.NUMBER:
        return f"event {moment.shared.position:,}", ""
    if by is AlignBy.CLOCK:
        return f"{clock(moment.shared.instant)}{zone(moment.shared.instant)}", ""
    whence = " from the start" if by is AlignBy.START else " from the aligned event"
    return offset(moment.shared.instant), whence


def _parted(
    found: Parting, laid: Laid, sessions: tuple[ComparedSession, ComparedSession]
) -> tuple[str, str, str]:
    """Where they part: words, what leads there, and its tip."""
    if found.event is None:
        if found.context is None:
            return "The same happened in both, and their contexts never part.", "", ""
        return "The same happened in both.", "Their contexts part here", _contexts(found, laid)
    number = found.event.number
    logs = [each.log for each in sessions]
    side = A if logs[A] is not None and number <= len(logs[A]) else B  # type: ignore[arg-type]
    log = logs[side]
    label = "" if log is None else said(log, number - 1)
    before = f"They part first at event {number:,} of {LETTERS[side]}:"
    if END in found.event.by:
        before = f"{LETTERS[1 - side]} ends first; event {number:,} of {LETTERS[side]}:"
    differs = "" if END in found.event.by else f"It differs in {_listed(found.event.by)}."
    return before, label or "Go there", f"{differs} {_contexts(found, laid)}".strip()


def _contexts(found: Parting, laid: Laid) -> str:
    context = found.context
    if context is None:
        return "Their contexts never differ at any step looked at."
    at_a, at_b = laid.alignment.playheads(laid.alignment.at_step(context.step))
    roughly = "" if context.exact else " or before"
    return (
        f"Their contexts differ from event {at_a.position:,} of A"
        f" and event {at_b.position:,} of B on{roughly}."
    )


def _listed(by: tuple[str, ...]) -> str:
    return by[0] if len(by) == 1 else f"{', '.join(by[:-1])} and {by[-1]}"
