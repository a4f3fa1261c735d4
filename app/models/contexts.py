"""A context as rows to show: ranked concepts with what just changed, and active objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.text import clock, date_and_clock, delta, plain, weight
from core.events.contributions import Touch
from core.late_dataclass import dataclass
from core.projectors.context import ActiveObject, ConceptChange, ContextDifference, SessionContext
from core.replay.columns import CAPTURE_KIND, SessionLog
from core.replay.playback import Playhead

_ID = 120


@dataclass(frozen=True, slots=True)
class ConceptRow:
    """A concept of the context; ``slot`` is its curve's colour, ``share`` how long its bar is.

    ``change`` is by how much the event at the playhead changed its weight, ``is_new`` whether it
    was not active before that event.
    """

    rank: int
    concept_id: str
    text: str
    weight: float
    share: float
    change: float
    is_new: bool
    slot: int | None

    @property
    def change_text(self) -> str:
        """`+.20`, `−.15`, `new`, or nothing."""
        if self.is_new:
            return "new"
        said = delta(self.change) if self.change else ""
        return said if abs(self.change) >= 1.0 else said.replace("0.", ".", 1)

    @property
    def told(self) -> str:
        """See `Row`."""
        amount = weight(abs(self.change))
        way = f", {'up' if self.change > 0 else 'down'} {amount}" if self.change else ""
        said = ", new" if self.is_new else way
        return f"{self.rank} {self.text}, weight {weight(self.weight)}{said}"

    @property
    def tip(self) -> str:
        """See `Row`."""
        return f"{self.text} · {plain(self.concept_id, limit=_ID)} · weight {self.weight:.6g}"


@dataclass(frozen=True, slots=True)
class LastTouch:
    """The event (its index) that touched an object last, when (µs), and how.

    ``start`` is when its session began (µs).
    """

    event: int
    instant: int
    touch: Touch
    start: int | None = None

    @property
    def playhead(self) -> Playhead:
        """The moment just after that event."""
        return Playhead(self.event + 1, self.instant)


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """An active object, and its last touch where that is known.

    ``key`` is its type and id as the log has them, the other two are safe to show.
    """

    key: tuple[str, str]
    object_type: str
    object_id: str
    relevance: float
    last: LastTouch | None

    @property
    def touch(self) -> Touch:
        """How it was touched, as far as one can tell."""
        if self.last is not None:
            return self.last.touch
        return Touch.CLAIM if self.object_type == "claim" else Touch.CAPTURED

    @property
    def text(self) -> str:
        """See `Row`."""
        return f"{self.object_type} {self.object_id}"

    @property
    def time(self) -> str:
        """The time of its last touch."""
        if self.last is None:
            return ""
        at = self.last.event + 1
        return clock(self.last.instant, decimals=0, start=self.last.start, position=at)

    @property
    def told(self) -> str:
        """See `Row`."""
        touched = f", last touched {self.time}" if self.last is not None else ""
        return f"{self.text}, relevance {weight(self.relevance)}{touched}"

    @property
    def tip(self) -> str:
        """See `Row`."""
        when = "" if self.last is None else f" · last touched {date_and_clock(self.last.instant)}"
        return f"{self.text} · relevance {self.relevance:.6g}{when}"


def concept_rows(
    context: SessionContext, change: ContextDifference, slots: Mapping[str, int]
) -> list[ConceptRow]:
    """The active concepts by rank."""
    changes = {c.concept_id: c for c in change.concepts}
    full = max([1.0, *(concept.weight for concept in context.active_concepts)])
    return [
        ConceptRow(
            rank=rank,
            concept_id=concept.concept_id,
            text=plain(concept.label),
            weight=concept.weight,
            share=concept.weight / full,
            change=_change(changes.get(concept.concept_id)),
            is_new=_is_new(changes.get(concept.concept_id)),
            slot=slots.get(concept.concept_id),
        )
        for rank, concept in enumerate(context.active_concepts, 1)
    ]


def _change(change: ConceptChange | None) -> float:
    """By how much; what only sums differently in its last bits did not change."""
    return change.delta if change is not None and abs(change.delta) > 1e-9 else 0.0


def _is_new(change: ConceptChange | None) -> bool:
    return change is not None and change.before is None and change.after is not None


def object_rows(
    objects: Sequence[ActiveObject], events: Sequence[int], log: SessionLog | None
) -> list[ObjectRow]:
    """The active objects; ``events`` are those that touched them last, none where not known."""
    known = log is not None and len(events) == len(objects)
    return [
        ObjectRow(
            key=(o.object_type, o.object_id),
            object_type=plain(o.object_type, limit=_ID),
            object_id=plain(o.object_id, limit=_ID),
            relevance=o.relevance_score,
            last=_last_touch(events[place], log) if known and log is not None else None,
        )
        for place, o in enumerate(objects)
    ]


def _last_touch(event: int, log: SessionLog) -> LastTouch:
    captured = int(log.kinds[event]) == CAPTURE_KIND
    touch = Touch.CAPTURED if captured else Touch.CLAIM
    return LastTouch(event, int(log.times[event]), touch, log.start)
