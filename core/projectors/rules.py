"""The rules of the projection, as data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat

from core.events.contributions import Source, Touch

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class SteppedUncertainty(BaseModel):
    """Uncertainty by the number of events: the first step with fewer events below it decides."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["stepped"] = "stepped"
    below: tuple[tuple[NonNegativeInt, Share], ...] = ((1, 1.0), (5, 0.8), (10, 0.5))
    otherwise: Share = 0.2

    def at(self, events: int) -> float:
        """Uncertainty after that many events."""
        return next((value for bound, value in self.below if events < bound), self.otherwise)


class FadingUncertainty(BaseModel):
    """Uncertainty 2^(-a / scale), a being the number of events decayed by the rules' half-life."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["fading"] = "fading"
    scale: PositiveFloat = 5.0

    def at(self, attention: float) -> float:
        """Uncertainty where the decayed number of events is that."""
        return float(2.0 ** (-attention / self.scale))


class ProjectionRules(BaseModel):
    """How events become a context; a frozen value that can be edited, saved and compared.

    ``viewed``, ``mentioned`` and ``claimed`` are what one contribution of that source adds to a
    concept's weight. Weights are capped at ``cap`` when read. ``half_life`` is in seconds: the time
    after which a contribution counts half, None for no decay. ``objects`` says which of the
    touched objects stay active: the ``first`` by first appearance, with a fixed relevance, or the
    most ``recent`` by last touch, with a relevance that decays by the half-life.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = "Brain Web"
    viewed: NonNegativeFloat = 0.2
    mentioned: NonNegativeFloat = 0.15
    claimed: NonNegativeFloat = 0.1
    cap: PositiveFloat = 1.0
    half_life: PositiveFloat | None = None
    max_concepts: NonNegativeInt = 10
    max_objects: NonNegativeInt = 20
    objects: Literal["first", "recent"] = "first"
    captured_relevance: Share = 0.7
    claim_relevance: Share = 0.8
    uncertainty: Annotated[SteppedUncertainty | FadingUncertainty, Field(discriminator="kind")] = (
        SteppedUncertainty()
    )

    def amount(self, source: Source) -> float:
        """What one contribution of this source adds to a weight."""
        return self.amounts[source]

    @property
    def amounts(self) -> tuple[float, float, float]:
        """The amounts in the order of `Source`, so that a column of sources indexes them."""
        return (self.viewed, self.mentioned, self.claimed)

    def relevance(self, touch: Touch) -> float:
        """How relevant this touch makes its object."""
        return self.relevances[touch]

    @property
    def relevances(self) -> tuple[float, float]:
        """The relevances in the order of `Touch`."""
        return (self.captured_relevance, self.claim_relevance)

    def decay(self, microseconds: int) -> float:
        """What is left of 1 after that time: 2^(-t / half-life), 1 without decay.

        A negative time counts as none: a moment never amplifies what comes after it.
        """
        if self.half_life is None or microseconds <= 0:
            return 1.0
        return float(2.0 ** (-microseconds / (self.half_life * 1e6)))


BRAIN_WEB = ProjectionRules()
RECENCY = ProjectionRules(
    name="Recency", half_life=600.0, objects="recent", uncertainty=FadingUncertainty()
)
PRESETS = (BRAIN_WEB, RECENCY)


def preset(name: str) -> ProjectionRules:
    """The preset of that name, letter case aside; KeyError where there is none."""
    for rules in PRESETS:
        if rules.name.casefold() == name.strip().casefold():
            return rules
    raise KeyError(name)
