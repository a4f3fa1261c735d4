"""The rules are the backend's to the digit: else a replay shows what the system never saw."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.events.contributions import Source, Touch
from core.projectors.rules import (
    BRAIN_WEB,
    PRESETS,
    RECENCY,
    FadingUncertainty,
    ProjectionRules,
    SteppedUncertainty,
    preset,
)
from tests.core.replay.strategies import rules


def test_brain_web_weighs_as_the_backend_does() -> None:
    """A weight that differs would rank other concepts than the running system did."""
    assert [BRAIN_WEB.amount(source) for source in Source] == [0.2, 0.15, 0.1]
    assert [BRAIN_WEB.relevance(touch) for touch in Touch] == [0.7, 0.8]
    assert (BRAIN_WEB.cap, BRAIN_WEB.max_concepts, BRAIN_WEB.max_objects) == (1.0, 10, 20)
    assert (BRAIN_WEB.half_life, BRAIN_WEB.objects) == (None, "first")


@pytest.mark.parametrize(
    ("events", "uncertainty"),
    [(0, 1.0), (1, 0.8), (4, 0.8), (5, 0.5), (9, 0.5), (10, 0.2), (1_000_000, 0.2)],
)
def test_uncertainty_falls_at_one_five_and_ten_events(events: int, uncertainty: float) -> None:
    """The uncertainty curve would step at the wrong event."""
    assert isinstance(BRAIN_WEB.uncertainty, SteppedUncertainty)
    assert BRAIN_WEB.uncertainty.at(events) == uncertainty


def test_recency_is_the_second_preset() -> None:
    """The other reading of a session that the window offers would not be the documented one."""
    assert (RECENCY.half_life, RECENCY.objects) == (600.0, "recent")
    assert isinstance(RECENCY.uncertainty, FadingUncertainty)
    assert [RECENCY.uncertainty.at(a) for a in (0.0, 5.0, 10.0)] == [1.0, 0.5, 0.25]
    assert RECENCY.decay(600_000_000) == 0.5
    assert RECENCY.decay(1_800_000_000) == 0.125


@pytest.mark.parametrize("name", ["Brain Web", "brain web", " BRAIN WEB "])
def test_a_preset_is_found_by_name_whatever_its_case(name: str) -> None:
    """`--rules "brain web"` would be refused for its letters."""
    assert preset(name) == BRAIN_WEB


def test_an_unknown_preset_is_a_key_error() -> None:
    """A misspelt name would silently give other rules."""
    with pytest.raises(KeyError):
        preset("Brain Wave")


def test_the_names_of_the_presets_differ() -> None:
    """Two presets of one name could not be told apart in the window."""
    assert len({p.name.casefold() for p in PRESETS}) == len(PRESETS)


@given(elapsed=st.integers(-(10**15), 0))
def test_a_moment_never_amplifies_what_comes_after_it(elapsed: int) -> None:
    """A clock that runs back would make concepts heavier than they ever were."""
    assert RECENCY.decay(elapsed) == 1.0


@given(a=st.integers(0, 10**13), b=st.integers(0, 10**13), half_life=st.floats(0.5, 1e6))
def test_decay_over_two_spans_is_the_product_of_both(a: int, b: int, half_life: float) -> None:
    """A weight would depend on how often it was looked at."""
    decaying = ProjectionRules(half_life=half_life)
    product = decaying.decay(a) * decaying.decay(b)
    assert math.isclose(decaying.decay(a + b), product, rel_tol=1e-9, abs_tol=1e-300)


@given(rules=rules(decay=True) | rules(decay=False))
def test_rules_survive_being_saved(rules: ProjectionRules) -> None:
    """Edited rules would come back changed when the program starts again."""
    assert ProjectionRules.model_validate_json(rules.model_dump_json()) == rules


@pytest.mark.parametrize(
    "wrong",
    [
        {"viewed": -0.1},
        {"cap": 0.0},
        {"half_life": 0.0},
        {"half_life": -1.0},
        {"viewed": math.nan},
        {"max_concepts": -1},
        {"captured_relevance": 1.1},
        {"objects": "all"},
        {"halflife": 600.0},
        {"uncertainty": {"kind": "fading", "scale": 0.0}},
    ],
)
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    """A slip in a rules file would recompute the whole session into nonsense."""
    with pytest.raises(ValidationError):
        ProjectionRules.model_validate(wrong)


def test_rules_cannot_be_changed_in_place() -> None:
    """What was computed under rules would no longer be what the rules say."""
    with pytest.raises(ValidationError):
        BRAIN_WEB.viewed = 1.0  # type: ignore[misc]
