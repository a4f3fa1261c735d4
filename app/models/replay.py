"""The session being replayed: its index under the chosen rules, and what the views show of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.background import Background, Latest
from app.models.concept_colours import ConceptColours
from app.models.reasons import Reason, concept_reason
from app.views.timeline.scene import Curve
from core.projectors.context import ContextDifference, SessionContext, difference
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.axis import Axis
from core.replay.columns import SessionLog
from core.replay.explain import Shares, explain_concept
from core.replay.index import ContextIndex
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
        self._log: SessionLog | None = None
        self._index: ContextIndex | None = None
        self._rules = BRAIN_WEB
        self._colours = ConceptColours()
        self._playhead = Playhead(0, 0)
        self._positions = (0, 0)
        self._selected: int | None = None
        self._curves: tuple[Curve, ...] = ()
        self._indexing = Latest(background)
        self._choosing = Latest(background)
        self._explaining = Latest(background)

    @property
    def log(self) -> SessionLog | None:
        """The columns of the session, whole or as far as they have been read."""
        return self._log

    @property
    def index(self) -> ContextIndex | None:
        """The index of the whole session, None while it is being read."""
        return self._index

    @property
    def rules(self) -> ProjectionRules:
        """The rules in force."""
        return self._rules

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

    def show_log(self, log: SessionLog | None, index: ContextIndex | None = None) -> None:
        """Replay this log; its index may follow later."""
        for latest in (self._indexing, self._choosing, self._explaining):
            latest.cancel()
        old, self._log = self._log, log
        if log is None or old is None or log.session_id != old.session_id:
            self._colours, self._curves = ConceptColours(), ()
            self._selected = None
            self.selected_changed.emit(None)
        elif index is not None:
            self._follow_codes(old, log)
        # Other rules were chosen while it was being read.
        is_stale = index is not None and index.rules != self._rules
        self._take_index(None if is_stale else index)
        if is_stale:
            self._reindex()

    def _follow_codes(self, old: SessionLog, log: SessionLog) -> None:
        """Keep selection and curves where a log that was read again has other codes for them."""
        ids = old.contributions.concept_ids

        def followed(code: int | None) -> int | None:
            return None if code is None or code >= len(ids) else log.concept_code(ids[code])

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

    def _reindex(self) -> None:
        log, rules = self._log, self._rules
        if log is not None and log.complete:
            self._indexing.run(
                lambda: ContextIndex(log, rules).prepare(), then=self._take_index_if_current
            )

    def show_playhead(self, playhead: Playhead) -> None:
        """Tell the context there."""
        self._playhead = playhead
        index = self._index
        if index is None or playhead.position > len(index.log):
            return
        context = index.context_at(playhead.position, playhead.instant)
        before, after = index.changed_by(playhead.position)
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
        if index.log is self._log and index.rules == self._rules:
            self._take_index(index)

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
        self._curves = self._colours.curves(concepts, index.log.contributions.concept_ids)
        self.curves_changed.emit(self._curves)

    def _take_why(self, why: Why) -> None:
        if why.concept == self._selected:
            self.why_changed.emit(why)
