"""A value's reasons in words and bars, as the panel of the context shows them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from app.models.why import Part
from app.text import count, delta, plain, weight
from core.late_dataclass import dataclass
from core.replay.explain import Shares
from core.replay.explain_object import ObjectWhy, Standing
from core.replay.explain_uncertainty import UncertaintyWhy
from core.replay.waterfall import Step, concept_waterfall

_NAME = 80
_LEAST = 1e-9


class BarKind(StrEnum):
    """What a bar of a waterfall does."""

    GIVEN = "given"
    LOST = "lost"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a waterfall from ``start`` to ``stop``, and what it is called."""

    label: str
    start: float
    stop: float
    kind: BarKind

    @property
    def amount(self) -> str:
        """`+0.90`, `−0.15`, a dash where nothing happened, or the sum without a sign."""
        if self.kind is BarKind.SUM:
            return weight(self.stop)
        moved = self.stop - self.start
        return delta(moved) if abs(moved) > _LEAST else "—"


@dataclass(frozen=True, eq=False)
class Reason:
    """Why a value is what it is: the heading around a name, a line of words, bars and events.

    ``is_rising`` says whether more of it is the good direction.
    """

    heading: tuple[str, str, str]
    note: str
    bars: tuple[Bar, ...]
    parts: Sequence[Part]
    is_rising: bool = True
    empty: str = "No event has added to it yet"


def concept_reason(label: str, shares: Shares) -> Reason:
    """Why a concept weighs what it does."""
    steps = concept_waterfall(shares)
    total = steps[-1].stop if steps else 0.0
    given = sum(step.change for step in steps if step.change > 0)
    bars = _bars((_given(len(shares)), 0.0, given), steps, ("decay", "cap"), ("weight", total))
    name = plain(label, limit=_NAME)
    return Reason(("WHY “", name, f"” IS {weight(total)}"), "", bars, shares)


def object_reason(key: tuple[str, str], why: ObjectWhy) -> Reason:
    """Why an object is as relevant as it is, or why it is not active."""
    name = plain(" ".join(key), limit=_NAME)
    is_active = why.standing is Standing.ACTIVE
    after = f"” IS {weight(why.relevance)}" if is_active else "” IS NOT ACTIVE"
    which = "first touch" if why.rule == "first" else "last touch"
    total = ("relevance", why.relevance)
    bars = _bars((which, 0.0, why.given), why.steps, ("decay", "limit"), total)
    empty = "No event has touched it yet"
    return Reason(("WHY “", name, after), _standing(why), bars, why, empty=empty)


def uncertainty_reason(why: UncertaintyWhy) -> Reason:
    """Why the uncertainty is what it is."""
    moved = {step.what: step for step in why.steps}
    begin = 1.0 + why.base
    earlier, latest = moved.get("earlier"), moved.get("latest")
    noun = "step" if why.kind == "stepped" else "event"
    number = max(0, len(why) - 1)
    middle = begin if earlier is None else earlier.stop
    bars = (
        Bar("at the start", 0.0, begin, BarKind.GIVEN),
        Bar(f"{number:,} earlier", begin, middle, BarKind.LOST),
        Bar(f"latest {noun}", middle, middle if latest is None else latest.stop, BarKind.LOST),
        Bar("uncertainty", 0.0, why.value, BarKind.SUM),
    )
    heading = ("WHY UNCERTAINTY IS ", "", weight(why.value))
    empty = "No event has changed it yet"
    return Reason(heading, _progress(why), bars, why, is_rising=False, empty=empty)


def _bars(
    given: tuple[str, float, float],
    steps: Sequence[Step],
    losses: tuple[str, str],
    total: tuple[str, float],
) -> tuple[Bar, ...]:
    """Always as many, so that nothing moves while the playhead does."""
    label, start, at = given
    bars = [Bar(label, start, at, BarKind.GIVEN)]
    for loss in losses:
        lost = sum(step.change for step in steps if step.what == loss)
        bars.append(Bar(_LOSSES[loss], at, at + lost, BarKind.LOST))
        at += lost
    return (*bars, Bar(total[0], 0.0, total[1], BarKind.SUM))


_LOSSES = {"decay": "decayed", "cap": "over the cap", "limit": "over the limit"}


def _given(number: int) -> str:
    return f"given {number:,}×"


def _standing(why: ObjectWhy) -> str:
    by = "by first touch" if why.rule == "first" else "by last touch"
    if why.standing is Standing.UNTOUCHED:
        return f"Not touched yet; {why.limit:,} {by} are kept."
    return f"Number {why.place:,} {by}; {why.limit:,} are kept."


def _progress(why: UncertaintyWhy) -> str:
    if why.kind == "fading":
        return f"{count(why.counted, 'event')}; after decay they count as {why.attention:,.2f}."
    so_far = f"{count(why.counted, 'event')} so far"
    if why.following is None:
        return f"{so_far}; this is the last step."
    more, value = why.following.events, weight(why.following.value)
    return f"{so_far}; {more:,} more make it {value}."
