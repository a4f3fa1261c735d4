"""What an event changed below the active concepts."""

from __future__ import annotations

import pytest
from hypothesis import given

from core.events.schema import EventEnvelope
from core.projectors.context import difference
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.below import changes_below
from core.replay.index import ContextIndex
from tests.builders import captured, log_of, viewed
from tests.core.replay.strategies import logs, rules


@given(events=logs, rules=rules(decay=False) | rules(decay=True))
def test_it_is_what_would_be_told_if_all_were_active_less_what_is(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    """A change would be told twice, or of none that is below the active ones."""
    log = log_of(events)
    index = ContextIndex(log, rules)
    every = ContextIndex(log, rules.model_copy(update={"max_concepts": 100}))
    for position in range(1, len(log) + 1):
        above = {c.concept_id for c in difference(*index.changed_by(position)).concepts}
        all_changes = {c.concept_id: c for c in difference(*every.changed_by(position)).concepts}
        moved = {i: c for i, c in all_changes.items() if abs(c.delta) > 1e-9}
        below = {c.concept_id: c for c in changes_below(index, position)}
        assert below == {i: c for i, c in moved.items() if i not in above}


def test_a_concept_below_has_its_rank_before_and_after() -> None:
    rules = BRAIN_WEB.model_copy(update={"max_concepts": 1})
    log = log_of([viewed("a"), viewed("a", seconds=1), viewed("b", seconds=2, name="Entropy"),
                  captured("document", "d", seconds=3)])  # fmt: skip
    index = ContextIndex(log, rules)
    (change,) = changes_below(index, 3)
    assert (change.label, change.before, change.after) == ("Entropy", None, pytest.approx(0.2))
    assert (change.rank_before, change.rank_after) == (None, 2)
    assert changes_below(index, 0) == changes_below(index, 1) == changes_below(index, 4) == ()
