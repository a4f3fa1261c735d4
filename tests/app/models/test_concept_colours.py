"""A concept is known by its colour: it keeps it, and no two curves beside another share one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.models.concept_colours import ConceptColours

IDS = [f"concept-{code}" for code in range(30)]
CHOICES = st.lists(
    st.lists(st.integers(0, len(IDS) - 1), unique=True, max_size=9), min_size=1, max_size=12
)


@given(choices=CHOICES)
def test_a_concept_keeps_its_colour(choices: list[list[int]]) -> None:
    """Panning a little would give the orange curve to another concept."""
    colours = ConceptColours()
    known: dict[int, int] = {}
    for concepts in choices:
        curves = colours.curves(concepts, IDS)
        assert [curve.concept for curve in curves] == concepts
        for curve in curves:
            assert known.setdefault(curve.concept, curve.slot) == curve.slot
            assert 0 <= curve.slot < 9


@given(choices=CHOICES)
def test_a_new_curve_has_the_colour_that_is_rarest_beside_it(choices: list[list[int]]) -> None:
    """Two curves of one colour would be taken for one concept, while other colours are free."""
    colours = ConceptColours()
    seen: set[int] = set()
    for concepts in choices:
        curves = colours.curves(concepts, IDS)
        old = [curve.slot for curve in curves if curve.concept in seen]
        new = [curve.slot for curve in curves if curve.concept not in seen]
        free = 9 - len(set(old))
        assert len(set(old) | set(new)) - len(set(old)) == min(len(new), free)
        seen.update(concepts)


def test_nine_curves_have_nine_colours() -> None:
    """The eight heaviest and the selected one are all that is drawn at once."""
    curves = ConceptColours().curves(range(9), IDS)
    assert sorted(curve.slot for curve in curves) == list(range(9))


def test_colours_go_by_the_concept_and_not_by_its_number() -> None:
    """After F5, an event that arrived late would hand each colour on to the next concept."""
    colours = ConceptColours()
    before = colours.curves([0, 1, 2], ["raft", "paxos", "quorum"])
    after = colours.curves([0, 1, 2, 3], ["late", "raft", "paxos", "quorum"])
    assert [curve.slot for curve in after[1:]] == [curve.slot for curve in before]
    assert after[0].slot not in {curve.slot for curve in before}
