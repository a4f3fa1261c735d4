"""A context in lines of plain text."""

from __future__ import annotations

from app.text import count, date_and_clock, plain, weight
from core.projectors.context import SessionContext


def print_context(found: SessionContext) -> None:
    """Print it, the furthest concepts first."""
    at = "the start" if found.instant is None else f"{date_and_clock(found.instant)} UTC"
    print(f"{plain(found.session_id)} after {count(found.position, 'event')}, at {at}")
    print(f"uncertainty {weight(found.uncertainty_score)}")
    for rank, c in enumerate(found.active_concepts, 1):
        print(f"{rank:4}  {weight(c.weight):>5}  {plain(c.label)}")
    for o in found.active_objects:
        print(f"      {weight(o.relevance_score):>5}  {plain(o.object_type)} {plain(o.object_id)}")
