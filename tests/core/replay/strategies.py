"""Random events and rules, shaped like what a log holds and what a user may set."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from hypothesis import strategies as st

from core.events.schema import EventEnvelope, EventType
from core.projectors.rules import FadingUncertainty, ProjectionRules, SteppedUncertainty
from core.replay.columns import SessionLog
from tests.builders import captured, chat, claim, event, log_of, viewed

concept_ids = st.sampled_from(["c-1", "c-2", "c-3", "c-4", "知識", "c-6", "c-7", "c-8", "c-9"])
names = st.none() | st.sampled_from(["Raft", "Paxos", ""])
instants = st.one_of(
    st.integers(0, 20).map(float), st.floats(0, 40_000, allow_nan=False).map(lambda s: round(s, 6))
)
object_keys = st.tuples(st.sampled_from(["document", "claim", "quote"]), st.sampled_from("abcdef"))


@st.composite
def events(draw: st.DrawFn) -> EventEnvelope:
    """One event at a random instant; equal instants and late ones are likely."""
    seconds = draw(instants)
    kind = draw(st.integers(0, 6))
    if kind == 0:
        return viewed(draw(concept_ids), seconds=seconds, name=draw(names))
    if kind == 1:
        return chat(*draw(st.lists(concept_ids, max_size=4)), seconds=seconds)
    if kind == 2:
        ids = draw(st.lists(concept_ids, max_size=4))
        return claim(draw(st.sampled_from("abcdefgh")), *ids, seconds=seconds)
    if kind == 3:
        return captured(*draw(object_keys), seconds=seconds)
    if kind == 4:
        return event(EventType.SESSION_CONTEXT_UPDATED, seconds=seconds)
    if kind == 5:
        return event("SomethingNew", seconds=seconds, ref=draw(st.none() | object_keys))
    return event(EventType.CLAIM_UPSERTED, seconds=seconds, payload={"concept_ids": ["c-1"]})


logs = st.lists(events(), max_size=40)

shares = st.floats(0, 1, allow_nan=False)
amounts = st.sampled_from([0.0, 0.1, 0.15, 0.2, 0.3]) | st.floats(0, 2, allow_nan=False)


@st.composite
def rules(draw: st.DrawFn, *, decay: bool) -> ProjectionRules:
    """Any rules, with a half-life or without."""
    stepped = SteppedUncertainty(
        below=tuple(draw(st.lists(st.tuples(st.integers(0, 12), shares), max_size=3))),
        otherwise=draw(shares),
    )
    fading = FadingUncertainty(scale=draw(st.floats(0.5, 20)))
    return ProjectionRules(
        name="random",
        viewed=draw(amounts),
        mentioned=draw(amounts),
        claimed=draw(amounts),
        cap=draw(st.sampled_from([0.5, 1.0, 3.0])),
        half_life=draw(st.floats(0.5, 100_000)) if decay else None,
        max_concepts=draw(st.integers(0, 12)),
        max_objects=draw(st.integers(0, 8)),
        objects=draw(st.sampled_from(["first", "recent"])),
        captured_relevance=draw(shares),
        claim_relevance=draw(shares),
        uncertainty=draw(st.sampled_from([stepped, fading])),
    )


steps = st.sampled_from(
    [0, 0, 1, 500_000, 1_000_000, 299_999_999, 300_000_000, 3_600_000_000, 2_592_000_000_000]
) | st.integers(0, 10**9)


@st.composite
def instants_of_events(draw: st.DrawFn, *, least: int = 0) -> list[int]:
    """Instants (µs since START) in order: ties, neighbours and idle gaps of up to a month."""
    count = draw(st.integers(least, 25))
    first = draw(st.integers(0, 10**9))
    return list(accumulate(draw(st.lists(steps, min_size=count, max_size=count)), initial=first))[
        :count
    ]


def log_at(instants: Sequence[int]) -> SessionLog:
    """A log with an event at each of these instants (µs since START), given in any order."""
    return log_of([viewed("c-1", seconds=at / 1e6) for at in instants])
