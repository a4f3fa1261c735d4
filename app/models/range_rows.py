"""The marked range as rows of two lists: what differs between its ends, and what it holds."""

from __future__ import annotations

from app.text import clock, count, delta, duration, plain, weight
from core.late_dataclass import dataclass
from core.replay.playback import Playhead
from core.replay.range_statistics import Counted, RangeStatistics, Tallies
from core.replay.two_moments import ConceptShift, ObjectShift, Parts, Shift, TwoMoments

NOTHING = "—"
_NONE = 1e-9


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One line of the difference: a heading where it has no ``change``, else something that moved.

    ``before`` and ``after`` have the rank, where there is one, and the value. ``events`` and
    ``decay`` are the parts of the change, ``scale`` is how far the parts of any row reach.
    """

    text: str
    before: str = ""
    after: str = ""
    change: str = ""
    events: float = 0.0
    decay: float = 0.0
    scale: float = 1.0
    concept_id: str | None = None
    told: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class StatisticRow:
    """One line of the statistics: a heading, or an item with an amount.

    ``share`` (0 to 1) fills its bar, None is no bar. ``seek`` is where it leads, ``concept_id``
    what it selects.
    """

    text: str
    amount: str = ""
    is_heading: bool = False
    share: float | None = None
    event_type: str | None = None
    seek: Playhead | None = None
    concept_id: str | None = None
    told: str = ""
    tip: str = ""


def signed(value: float) -> str:
    """A part of a change; a dash where there is none."""
    return NOTHING if abs(value) < _NONE else delta(value)


# -- the difference -------------------------------------------------------------------------------


def difference_rows(difference: TwoMoments, *, turned: bool = False) -> list[ShiftRow]:
    """The uncertainty, what came, what went and what moved, concepts before objects."""
    names = ("B", "A") if turned else ("A", "B")
    moved = [c for c in difference.concepts if c.shift is Shift.MOVED]
    moved.sort(key=lambda c: -abs(c.weight.change))
    concepts = [*(c for c in difference.concepts if c.shift is not Shift.MOVED), *moved]
    parts = [difference.uncertainty, *(c.weight for c in concepts)]
    parts += [o.relevance for o in difference.objects]
    scale = max(map(_reach, parts)) or 1.0
    rows = [_captions(*names), _uncertainty(difference.uncertainty, scale, names)]
    for shift in (Shift.CAME, Shift.WENT, Shift.MOVED):
        found = [
            *(_concept(c, scale, names) for c in concepts if c.shift is shift),
            *(_object(o, scale, names) for o in difference.objects if o.shift is shift),
        ]
        rows += [_heading(f"{shift.upper()} {len(found):,}"), *found] if found else []
    shifts = [*(c.shift for c in concepts), *(o.shift for o in difference.objects)]
    if stayed := shifts.count(Shift.STAYED):
        rows.append(_heading(f"{stayed:,} STAYED AS THEY WERE"))
    return rows


def _reach(parts: Parts) -> float:
    """How far its parts lead up or down, one put upon the other."""
    values = (parts.events, parts.decay)
    return max(sum(v for v in values if v > 0), -sum(v for v in values if v < 0))


def _captions(before: str, after: str) -> ShiftRow:
    return ShiftRow("DIFFERENCE", before, after, told=f"Difference from {before} to {after}")


def _heading(text: str) -> ShiftRow:
    return ShiftRow(text, told=text.capitalize())


def _uncertainty(parts: Parts, scale: float, names: tuple[str, str]) -> ShiftRow:
    return _row("Uncertainty", parts, scale, weight(parts.before), weight(parts.after), names)


def _concept(c: ConceptShift, scale: float, names: tuple[str, str]) -> ShiftRow:
    before, after = _ranked(c.rank_before, c.weight.before), _ranked(c.rank_after, c.weight.after)
    label = plain(c.label, limit=200)
    return _row(label, c.weight, scale, before, after, names, concept_id=c.concept_id)


def _object(o: ObjectShift, scale: float, names: tuple[str, str]) -> ShiftRow:
    name = plain(f"{o.object_type} {o.object_id}", limit=200)
    before = NOTHING if o.shift is Shift.CAME else weight(o.relevance.before)
    after = NOTHING if o.shift is Shift.WENT else weight(o.relevance.after)
    return _row(name, o.relevance, scale, before, after, names)


def _row(
    text: str,
    parts: Parts,
    scale: float,
    before: str,
    after: str,
    names: tuple[str, str],
    *,
    concept_id: str | None = None,
) -> ShiftRow:
    change = signed(parts.change)
    split = f"{signed(parts.events)} by events, {signed(parts.decay)} by decay"
    told = f"{text}: {before} at {names[0]}, {after} at {names[1]}, changed {change} ({split})"
    return ShiftRow(
        text=text,
        before=before,
        after=after,
        change=change,
        events=parts.events,
        decay=parts.decay,
        scale=scale,
        concept_id=concept_id,
        told=told,
        tip=f"{text}\n{before} at {names[0]}, {after} at {names[1]}\nChange {change}: {split}",
    )


def _ranked(rank: int | None, value: float) -> str:
    if rank is not None:
        return f"{rank}.  {weight(value)}"
    return NOTHING if value < _NONE else weight(value)


# -- the statistics -------------------------------------------------------------------------------


def statistic_rows(found: RangeStatistics, start: int | None = None) -> list[StatisticRow]:
    """Time and rate, and the events by type, actor, concept and object.

    ``start`` is when the session began (µs).
    """
    types = [_counted(each, event_type=each.label) for each in found.kinds.top]
    return [
        *_time(found, start),
        *_rate(found, start),
        _title("EVENTS BY TYPE", f"{found.events:,}"),
        *types,
        *_tallies("ACTORS", found.actors),
        *_tallies("CONCEPTS TOUCHED", found.concepts, are_concepts=True),
        *_tallies("OBJECTS TOUCHED", found.objects),
    ]


def _title(text: str, amount: str) -> StatisticRow:
    return StatisticRow(text, amount, is_heading=True, told=f"{text.capitalize()}: {amount}")


def _time(found: RangeStatistics, start: int | None) -> list[StatisticRow]:
    length = found.length or 1
    rows = [_title("TIME", duration(found.length))]
    for name, value, what in (
        ("Active", found.active, "the rest of the time"),
        ("Idle", found.idle, "gaps of five minutes and more"),
    ):
        told = f"{name}: {duration(value)}, {value / length:.0%}"
        rows.append(
            StatisticRow(name, duration(value), share=value / length, told=told,
                         tip=f"{told}: {what}")
        )  # fmt: skip
    if found.first is not None and found.last is not None:
        for name, position, instant in (
            ("First event", found.start + 1, found.first),
            ("Last event", found.stop, found.last),
        ):
            rows.append(_place(name, f"{clock(instant, decimals=0, start=start)}  #{position:,}",
                               Playhead(position, instant)))  # fmt: skip
    return rows


def _place(name: str, amount: str, seek: Playhead) -> StatisticRow:
    told = f"{name}: {amount}"
    return StatisticRow(name, amount, seek=seek, told=told, tip=f"{told}\nPress to go there")


def _rate(found: RangeStatistics, start: int | None) -> list[StatisticRow]:
    rate = NOTHING if found.per_minute is None else f"{_figures(found.per_minute)} a minute"
    rows = [_title("RATE", rate)]
    if found.peak is not None:
        peak = found.peak
        begun = clock(peak.instant, decimals=0, start=start)
        amount = f"{count(peak.events, 'event')} from {begun}"
        rows.append(_place("Busiest minute", amount, Playhead(peak.position, peak.instant)))
    return rows


def _figures(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.1f}"


def _tallies(title: str, tallies: Tallies, *, are_concepts: bool = False) -> list[StatisticRow]:
    items = (_counted(e, concept_id=e.key[0] if are_concepts else None) for e in tallies.top)
    rows = [_title(title, f"{tallies.total:,}"), *items]
    rest = tallies.total - len(tallies.top)
    return [*rows, _title(f"AND {rest:,} MORE", "")] if rest and tallies.top else rows


def _counted(
    each: Counted, *, event_type: str | None = None, concept_id: str | None = None
) -> StatisticRow:
    label = plain(each.label, limit=200) or "nobody"
    told = f"{label}: {each.count:,}, {each.share:.0%}"
    return StatisticRow(
        text=label,
        amount=f"{each.count:,} · {each.share:.0%}",
        share=each.share,
        event_type=event_type,
        concept_id=concept_id,
        told=told,
        tip=told,
    )
