"""A context that an event recorded, read leniently from its payload."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.events.instants import InstantError, parse_instant
from core.events.problems import printable
from core.late_dataclass import dataclass
from core.projectors.context import ActiveConcept, ActiveObject

_PARTS = ("active_concepts", "active_objects", "uncertainty_score")


class NoContextError(ValueError):
    """A payload that is no context; the message says what of it, and what was expected."""


@dataclass(frozen=True, slots=True)
class RecordedContext:
    """A context as a payload has it; a part that it does not speak of is None."""

    concepts: tuple[ActiveConcept, ...] | None
    objects: tuple[ActiveObject, ...] | None
    uncertainty: float | None
    position: int | None = None
    instant: int | None = None

    @property
    def is_silent(self) -> bool:
        """Whether it speaks of no part."""
        return self.concepts is None and self.objects is None and self.uncertainty is None

    @property
    def is_whole(self) -> bool:
        """Whether it speaks of all parts of a context."""
        return None not in (self.concepts, self.objects, self.uncertainty)


def parse_recorded(payload: Mapping[str, Any]) -> RecordedContext:
    """The context of a payload. Raises NoContextError where it makes no sense.

    A context within a field ``context`` is read too. Absent parts, and nulls, say nothing.
    """
    inner = payload.get("context")
    if isinstance(inner, dict):
        payload = {"position": payload.get("position")} | inner
    concepts, objects, uncertainty = (payload.get(name) for name in _PARTS)
    return RecordedContext(
        concepts=None if concepts is None else _concepts(concepts),
        objects=None if objects is None else _objects(objects),
        uncertainty=None if uncertainty is None else _number(uncertainty, "uncertainty_score"),
        position=_position(payload.get("position")),
        instant=_instant(payload.get("last_updated")),
    )


def _concepts(entries: object) -> tuple[ActiveConcept, ...]:
    found = tuple(
        ActiveConcept(
            _text(entry, "concept_id", where),
            _number(entry.get("weight"), f"the weight{where}"),
            entry["name"] if isinstance(entry.get("name"), str) and entry["name"] else None,
        )
        for entry, where in _entries(entries, "active_concepts")
    )
    _no_twins([c.concept_id for c in found], "active_concepts")
    return found


def _objects(entries: object) -> tuple[ActiveObject, ...]:
    found = tuple(
        ActiveObject(
            _text(entry, "object_type", where),
            _text(entry, "object_id", where),
            _number(entry.get("relevance_score"), f"the relevance_score{where}"),
        )
        for entry, where in _entries(entries, "active_objects")
    )
    _no_twins([f"{o.object_type} {o.object_id}" for o in found], "active_objects")
    return found


def _entries(entries: object, name: str) -> list[tuple[dict[str, Any], str]]:
    if not isinstance(entries, list):
        raise NoContextError(f"its {name} are no list")
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise NoContextError(f"entry {number} of its {name} is no object")
    return [(entry, f" of entry {number} of {name}") for number, entry in enumerate(entries, 1)]


def _no_twins(keys: Sequence[str], name: str) -> None:
    twins = {key for key in keys if keys.count(key) > 1}
    if twins:
        raise NoContextError(f"its {name} have “{printable(min(twins), limit=60)}” more than once")


def _text(entry: Mapping[str, Any], name: str, where: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        raise NoContextError(f"the {name}{where} is no text")
    return value


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NoContextError(f"{what} is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise NoContextError(f"{what} is no finite number")
    return number


def _position(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise NoContextError("its position is no number of events")
    return value


def _instant(value: object) -> int | None:
    """When it was true; what cannot be read says nothing, for the events tell it too."""
    try:
        return parse_instant(value)
    except InstantError:
        return None
