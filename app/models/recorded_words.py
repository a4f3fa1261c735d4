"""What differs between a recorded context and what the rules give, part by part, in words."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from app.text import plain, weight
from core.late_dataclass import dataclass
from core.projectors.context import ConceptChange, ContextDifference, ObjectChange

NOT_THERE = "—"
_NAME = 60


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that differs: what it is, what was recorded of it, and what the rules give."""

    kind: Literal["uncertainty", "concept", "object"]
    name: str
    recorded: str
    given: str

    @property
    def words(self) -> str:
        """`Raft: recorded 0.90, the rules give 0.60`."""
        recorded = "not recorded" if self.recorded == NOT_THERE else f"recorded {self.recorded}"
        given = "give none" if self.given == NOT_THERE else f"give {self.given}"
        return f"{self.name}: {recorded}, the rules {given}"


@lru_cache(maxsize=512)
def discrepancies(difference: ContextDifference) -> tuple[Discrepancy, ...]:
    """All that differs, the uncertainty first; ``before`` is what was recorded."""
    found: list[Discrepancy] = []
    before, after = difference.uncertainty_before, difference.uncertainty_after
    if before != after:
        found.append(Discrepancy("uncertainty", "uncertainty", *_values(before, after)))
    found += [_concept(change) for change in difference.concepts]
    for item in difference.objects:
        name = plain(f"{item.object_type} {item.object_id}", limit=_NAME)
        found.append(Discrepancy("object", name, *_both(item)))
    return tuple(found)


def count_of(difference: ContextDifference) -> int:
    """How many discrepancies there are, which is quicker to tell than what they are."""
    unsure = difference.uncertainty_before != difference.uncertainty_after
    return len(difference.concepts) + len(difference.objects) + unsure


def _concept(change: ConceptChange) -> Discrepancy:
    return Discrepancy("concept", plain(change.label, limit=_NAME), *_both(change))


def _both(change: ConceptChange | ObjectChange) -> tuple[str, str]:
    recorded, given = _values(change.before, change.after)
    if change.before == change.after:
        # It differs by its place alone.
        return f"{recorded}, place {change.rank_before}", f"{given}, place {change.rank_after}"
    return recorded, given


def _values(before: float | None, after: float | None) -> tuple[str, str]:
    """Both with two decimals, or with as many as it takes to tell them apart."""
    if before is None or after is None:
        return _value(before), _value(after)
    told = weight(before), weight(after)
    return told if told[0] != told[1] or before == after else (f"{before:.10g}", f"{after:.10g}")


def _value(value: float | None) -> str:
    return NOT_THERE if value is None else weight(value)
