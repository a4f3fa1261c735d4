"""Our `dataclass` beside that of the standard library, which it must equal."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.late_dataclass import dataclass


class _Fields:
    """What both are made of."""

    name: str
    number: float = 1.0
    seen: list[int] = dataclasses.field(default_factory=list)
    aside: object = dataclasses.field(default=None, compare=False, repr=False)


def _both(**options: bool) -> tuple[Any, Any]:
    """Two classes of the same name and fields: ours, and that of the standard library."""
    ours, theirs = (type("Pair", (), dict(vars(_Fields))) for _ in range(2))
    return dataclass(**options)(ours), dataclasses.dataclass(**options)(theirs)


OPTIONS = [
    {"frozen": frozen, "eq": eq, "slots": slots}
    for frozen in (False, True)
    for eq in (False, True)
    for slots in (False, True)
]
values = st.fixed_dictionaries(
    {"name": st.text(max_size=2)},
    optional={
        "number": st.floats(),
        "seen": st.lists(st.integers(0, 1), max_size=1),
        "aside": st.integers(0, 1),
    },
)


@given(st.sampled_from(OPTIONS), values, values)
def test_objects_are_equal_told_and_hashed_as_those_of_the_standard_library(
    options: dict[str, bool], one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Else what is kept by value, such as a playhead, would be lost or found wrongly."""
    ours, theirs = _both(**options)
    a, b, c, d = ours(**one), ours(**other), theirs(**one), theirs(**other)
    assert (a == b) == (c == d)
    assert (a == a) and a != c
    assert repr(a) == repr(c)
    assert dataclasses.astuple(a) == dataclasses.astuple(c)
    assert (ours.__hash__ is None) == (theirs.__hash__ is None)
    if options["frozen"] and options["eq"]:
        ours_hashable, theirs_hashable = (dataclasses.replace(each, seen=()) for each in (a, c))
        assert hash(ours_hashable) == hash(theirs_hashable)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("wrong", [{}, {"name": "a", "other": 1}])
def test_wrong_arguments_are_refused_by_the_first_object_and_the_next(
    options: dict[str, bool], wrong: dict[str, Any]
) -> None:
    """Else a slip in the program would show much later than where it was made."""
    ours, theirs = _both(**options)
    with pytest.raises(TypeError) as expected:
        theirs(**wrong)
    for _ in range(2):
        with pytest.raises(TypeError) as told:
            ours(**wrong)
        assert str(told.value) == str(expected.value)


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere."""

    x: int
    y: int = 0


@dataclass(frozen=True)
class Height(Place):
    """Somewhere high."""

    z: int = 0

    def __post_init__(self) -> None:
        if self.z < 0:
            raise ValueError("below")


def test_a_frozen_value_stays_as_it_is_and_travels_between_processes() -> None:
    """A worker gets the rules and the columns as they are, and nobody changes them for another."""
    place = Place(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        place.x = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del place.x
    with pytest.raises(AttributeError):
        object.__setattr__(place, "z", 2)
    assert pickle.loads(pickle.dumps(place)) == copy.deepcopy(place) == place
    assert dataclasses.replace(place, y=3) == Place(1, 3)
    assert {place: 1}[Place(1)] == 1


def test_a_class_may_build_on_another_and_check_what_it_is_made_of() -> None:
    """Axes and moments are kinds of each other."""
    assert Height(1, 2, 3) == Height(1, 2, 3) != Place(1, 2)
    assert repr(Height(1)) == "Height(x=1, y=0, z=0)"
    with pytest.raises(ValueError, match="below"):
        Height(1, z=-1)
    match Place(4, 5):
        case Place(x, y):
            assert (x, y) == (4, 5)
