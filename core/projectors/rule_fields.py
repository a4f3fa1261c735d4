"""What can be set of the rules: each field's name for people, its unit and its range."""

from __future__ import annotations

from core.late_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A field that is a number: ``key`` in the rules, what people call it, and its unit.

    ``usual`` is the range in which it is tried out by hand; ``least`` and ``most`` are what may be
    set at all, ``least`` itself too unless it is ``above`` it. ``digits`` are those behind the
    point, 0 for whole numbers. ``scale`` is how many of the field's own unit one of ``unit`` is.
    """

    key: str
    label: str
    unit: str
    usual: tuple[float, float]
    expected: str
    least: float = 0.0
    most: float = 1e6
    above: bool = False
    digits: int = 2
    scale: float = 1.0
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that is one of some words; each with what it means."""

    key: str
    label: str
    words: tuple[tuple[str, str], ...]

    @property
    def expected(self) -> str:
        """What a file may say."""
        return " or ".join(f'"{word}"' for word, _ in self.words)


_AMOUNT = "a number of 0 or more"
_SHARE = "a number from 0 to 1"
_WHOLE = "a whole number of 0 or more"
_POSITIVE = "a number above 0"

VIEWED = Number("viewed", "Viewed", "a view", (0, 1), _AMOUNT)
MENTIONED = Number("mentioned", "Mentioned", "a mention", (0, 1), _AMOUNT)
CLAIMED = Number("claimed", "Claimed", "a claim", (0, 1), _AMOUNT)
CAP = Number("cap", "Cap", "weight", (0.05, 3), _POSITIVE, least=0.01, above=True)
HALF_LIFE = Number(
    "half_life", "Half-life", "min", (0.5, 120), "seconds above 0; none for no decay",
    least=0.01, above=True, scale=60, optional=True,
)  # fmt: skip
MAX_CONCEPTS = Number(
    "max_concepts", "Concepts kept", "concepts", (0, 50), _WHOLE, most=100_000, digits=0
)
MAX_OBJECTS = Number(
    "max_objects", "Objects kept", "objects", (0, 50), _WHOLE, most=100_000, digits=0
)
OBJECTS = Choice(
    "objects",
    "Which objects",
    (("first", "First to appear"), ("recent", "Touched last")),
)
CAPTURED = Number("captured_relevance", "Captured", "relevance", (0, 1), _SHARE, most=1)
CLAIM = Number("claim_relevance", "Claim", "relevance", (0, 1), _SHARE, most=1)
KIND = Choice(
    "kind", "Formula", (("stepped", "Steps by number of events"), ("fading", "Fades with events"))
)
SCALE = Number("scale", "Scale", "events", (0.5, 50), _POSITIVE, least=0.01, above=True)
OTHERWISE = Number("otherwise", "From there on", "", (0, 1), _SHARE, most=1)

FIELDS: tuple[Number | Choice, ...] = (
    VIEWED, MENTIONED, CLAIMED, CAP, HALF_LIFE, MAX_CONCEPTS, MAX_OBJECTS, OBJECTS, CAPTURED, CLAIM,
)  # fmt: skip
"""The fields of `ProjectionRules` but its name and its uncertainty, in the order to show them."""

UNCERTAINTY_FIELDS: dict[str, tuple[Number | Choice, ...]] = {
    "stepped": (OTHERWISE,),
    "fading": (SCALE,),
}
"""The fields of each kind of uncertainty; `stepped` has its steps besides."""

BELOW_EXPECTED = (
    "pairs of a whole number of events and an uncertainty from 0 to 1, such as [5, 0.8]"
)
