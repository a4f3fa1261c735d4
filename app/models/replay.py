"""The session being replayed: its index under the chosen rules, and what the views show of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.background import Background, Latest
from app.models.concept_colours import ConceptColours
from app.models.reasons import Reason, concept_reason
from app.views.timeline.scene import Curve
from core.late_dataclass import dataclass
from core.projectors.context import ContextDifference, SessionContext, difference
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.axis import Axis
from core.replay.columns import Int64, SessionLog
from core.replay.explain import Shares, explain_concept
from core.replay.index import ContextIndex
from core.replay.leaving_out import NOTHING, without_rows
from core.replay.playback import Playhead

CURVES = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """What is shown of a playhead: its context, and what the event there changed.

    ``last_touches`` has, for each active object in turn, the event (index) that touched it last.
    """

    playhead: Playhead
    context: SessionContext
    before: SessionContext
    after: SessionContext
    change: ContextDifference
    last_touches: list[int]


@dataclass(frozen=True, slots=True)
class Why:
    """Why the selected concept weighs what it does at a playhead."""

    concept: int
    label: str
    weight: float
    shares: Shares
    reason: Reason


class Replay(QObject):
    """Answers what there is to show of a log at a playhead, and tells when that changes.

    Contexts are computed at once (they cost well under a millisecond); indexes, the choice of
    curves and explanations come from the background, always the newest that was asked for.
    """

    index_changed = Signal(object)
    curves_changed = Signal(object)
    moment_changed = Signal(object)
    selected_changed = Signal(object)
    why_changed = Signal(object)
    rules_changed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._whole: SessionLog | None = None
        self._log: SessionLog | None = None
        self._index: ContextIndex | None = None
        self._rules = BRAIN_WEB
        self._left_out = NOTHING
        self._colours = ConceptColours()
        self._playhead = Playhead(0, 0)
        self._positions = (0, 0)
        self.paints_first = False
        """Whether what is told now is to be on screen before all else hears of it: other rules."""
        self._selected: int | None = None
        self._curves: tuple[Curve, ...] = ()
        self._indexing = Latest(background)
        self._choosing = Latest(background)
        self._explaining = Latest(background)

    @property
    def log(self) -> SessionLog | None:
        """The columns of the session, as far as they have been read and are not left out.

        Codes of concepts are those of this log.
        """
        return self._log

    @property
    def whole(self) -> SessionLog | None:
        """The same with what is left out."""
        return self._whole

    @property
    def index(self) -> ContextIndex | None:
        """The index of the whole session, None while it is being read."""
        return self._index

    @property
    def rules(self) -> ProjectionRules:
        """The rules in force."""
        return self._rules

    @property
    def left_out(self) -> Int64:
        """The store's keys of the events that are to count for nothing."""
        return self._left_out

    @property
    def selected(self) -> int | None:
        """The selected concept (code)."""
        return self._selected

    @property
    def shown_concepts(self) -> list[str]:
        """The ids of the concepts that have a curve."""
        ids = () if self._log is None else self._log.contributions.concept_ids
        return [ids[curve.concept] for curve in self._curves if curve.concept < len(ids)]

    @property
    def busy(self) -> bool:
        """Whether something that was asked for is still to come."""
        return self._indexing.busy or self._choosing.busy or self._explaining.busy

    def show_log(
        self,
        log: SessionLog | None,
        index: ContextIndex | None = None,
        *,
        left_out: Int64 = NOTHING,
    ) -> None:
        """Replay this log; its index, made with so much left out of it, may follow later."""
        for latest in (self._indexing, self._choosing, self._explaining):
            latest.cancel()
        # Other rules were chosen while it was being read, or other events left out.
        is_stale = index is not None and not (
            index.rules == self._rules and self._leaves_out(left_out)
        )
        if is_stale:
            index = None
        shown = log if index is None else index.log
        old, self._whole, self._log = self._log, log, shown
        if shown is None or old is None or shown.session_id != old.session_id:
            self._colours, self._curves = ConceptColours(), ()
            self._selected = None
            self.selected_changed.emit(None)
        elif index is not None:
            self._follow_codes(old, shown)
        self._take_index(index)
        if is_stale:
            self._reindex()

    def _leaves_out(self, rows: Int64) -> bool:
        return rows is self._left_out or not (len(rows) or len(self._left_out))

    def _follow_codes(self, old: SessionLog, log: SessionLog) -> None:
        """Keep selection and curves where a log that was read again has other codes for them."""
        ids, now = old.contributions.concept_ids, log.contributions.concept_ids

        def followed(code: int | None) -> int | None:
            if code is None or code >= len(ids):
                return None
            # A log that only grew has the same codes; looking through 100,000 ids takes 1 ms.
            same = code < len(now) and now[code] == ids[code]
            return code if same else log.concept_code(ids[code])

        codes = ((followed(curve.concept), curve.slot) for curve in self._curves)
        self._curves = tuple(Curve(code, slot) for code, slot in codes if code is not None)
        selected = followed(self._selected)
        if selected != self._selected:
            self._selected = selected
            self.selected_changed.emit(selected)

    def set_rules(self, rules: ProjectionRules) -> None:
        """Recompute everything under these rules."""
        self._rules = rules
        self.rules_changed.emit(rules)
        self._reindex()

    def leave_out(self, rows: Int64) -> None:
        """Recompute everything as if the events with these keys said nothing; none is put back."""
        self._left_out = rows
        self._reindex()

    def _reindex(self) -> None:
        log, rules, rows = self._whole, self._rules, self._left_out
        if log is not None and log.complete:
            shown, position = self.shown_concepts, self._playhead.position

            def indexed() -> ContextIndex:
                index = ContextIndex(without_rows(log, rows), rules)
                return index.prepare_at(position, shown)

            self._indexing.run(indexed, then=self._take_index_if_current)

    def show_playhead(self, playhead: Playhead) -> None:
        """Tell the context there."""
        self._playhead = playhead
        index = self._index
        if index is None or playhead.position > len(index.log):
            return
        before, after = index.changed_by(playhead.position)
        at_event = after.instant == playhead.instant
        context = after if at_event else index.context_at(playhead.position, playhead.instant)
        self.moment_changed.emit(
            Moment(
                playhead, context, before, after, difference(before, after),
                index.last_touches(playhead.position),
            )
        )  # fmt: skip

    def show_range(self, axis: Axis, x0: float, x1: float) -> None:
        """Choose the curves for the visible range of an axis."""
        start, stop = axis.positions_at((x0, x1))
        self._positions = (int(start), int(stop))
        self._choose()

    def select(self, concept: int | None) -> None:
        """Select a concept (code), or none."""
        if concept == self._selected:
            return
        self._selected = concept
        self.selected_changed.emit(concept)
        self._choose()
        self.explain()

    def select_id(self, concept_id: str | None) -> None:
        """Select a concept by its id, or none."""
        known = self._log is not None and concept_id is not None
        self.select(self._log.concept_code(concept_id) if known else None)  # type: ignore[union-attr,arg-type]

    def explain(self) -> None:
        """Tell why the selected concept weighs what it does where the playhead is."""
        index, concept, at = self._index, self._selected, self._playhead
        if index is None or concept is None:
            self._explaining.cancel()
            self.why_changed.emit(None)
            return

        def why() -> Why:
            shares = explain_concept(index, concept, position=at.position, instant=at.instant)
            label = index.log.concept_label(concept, at.position)
            weight = float(shares.shares.sum())
            return Why(concept, label, weight, shares, concept_reason(label, shares))

        self._explaining.run(why, then=self._take_why)

    def _take_index_if_current(self, index: ContextIndex) -> None:
        # While a slider moves a newer one follows: what is in between is shown, or nothing were.
        if index.log.whole is self._whole:
            old, self._log = self._log, index.log
            if old is not None and old is not index.log:
                self._follow_codes(old, index.log)
            self.paints_first = True
            try:
                self._take_index(index)
            finally:
                self.paints_first = False

    def _take_index(self, index: ContextIndex | None) -> None:
        self._index = index
        self.index_changed.emit(index)
        if index is None:
            self._curves = ()
            self.curves_changed.emit(())
            self.why_changed.emit(None)
        else:
            self.curves_changed.emit(self._curves)
            self._choose()
            self.show_playhead(self._playhead)
            self.explain()

    def _choose(self) -> None:
        index, (start, stop), selected = self._index, self._positions, self._selected
        if index is None:
            return
        start, stop = min(start, len(index.log)), min(stop, len(index.log))

        def choose() -> list[int]:
            chosen = index.top_concepts(start, stop, CURVES)
            if selected is not None and selected not in chosen:
                chosen.append(selected)
            for concept in chosen:
                index.series(concept)
            return chosen

        self._choosing.run(choose, then=lambda chosen: self._take_choice(index, chosen))

    def _take_choice(self, index: ContextIndex, concepts: list[int]) -> None:
        curves = self._colours.curves(concepts, index.log.contributions.concept_ids)
        if curves != self._curves:
            self._curves = curves
            self.curves_changed.emit(curves)

    def _take_why(self, why: Why) -> None:
        if why.concept == self._selected:
            self.why_changed.emit(why)
