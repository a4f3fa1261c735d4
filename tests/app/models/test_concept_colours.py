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
def test_curves_beside_each_other_have_colours_of_their_own(choices: list[list[int]]) -> None:
    """Two curves of one colour would be taken for one concept."""
    colours = ConceptColours()
    for concepts in choices:
        curves = colours.curves(concepts, IDS)
        assert [curve.concept for curve in curves] == concepts
        slots = [curve.slot for curve in curves]
        assert len(set(slots)) == len(slots)
        assert all(0 <= slot < 9 for slot in slots)


@given(choices=CHOICES)
def test_a_concept_keeps_its_colour(choices: list[list[int]]) -> None:
    """Panning a little would give the orange curve to another concept."""
    colours = ConceptColours()
    known: dict[int, int] = {}
    shown: set[int] = set()
    for concepts in choices:
        curves = colours.curves(concepts, IDS)
        for curve in curves:
            if curve.concept in shown:
                assert curve.slot == known[curve.concept]
        # Of those that come back the one whose colour is free has it again.
        back = [c for c in curves if c.concept in known and c.concept not in shown]
        taken = {c.slot for c in curves if c not in back}
        for curve in back:
            rivals = [known[c.concept] for c in back if c is not curve]
            if known[curve.concept] not in {*taken, *rivals}:
                assert curve.slot == known[curve.concept]
        known |= {c.concept: c.slot for c in curves}
        shown = set(concepts)


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
