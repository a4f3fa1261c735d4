"""Where two sessions part, found from columns, held against a plain comparison."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from core.events.contributions import contributions
from core.events.schema import EventEnvelope
from core.projectors.rules import BRAIN_WEB, RECENCY
from core.replay.alignment import AlignBy, aligned
from core.replay.index import ContextIndex
from core.replay.parting import ContextParting, EventParting, first_context, first_event, parting
from core.replay.two_contexts import compare_contexts
from tests.builders import captured, chat, claim, event, log_of, viewed

one_event = st.one_of(
    st.sampled_from("abc").map(lambda c: ("viewed", c)),
    st.lists(st.sampled_from("abc"), max_size=3).map(lambda c: ("chat", *c)),
    st.lists(st.sampled_from("ab"), max_size=2).map(lambda c: ("claim", *c)),
    st.sampled_from("xy").map(lambda key: ("captured", key)),
    st.sampled_from(["ada", "bo"]).map(lambda actor: ("event", actor)),
)
courses = st.lists(one_event, max_size=10)


def events_of(course: Sequence[tuple[str, ...]], *, apart: float = 10.0) -> list[EventEnvelope]:
    found = []
    for number, (kind, *what) in enumerate(course):
        at = number * apart
        if kind == "viewed":
            found.append(viewed(what[0], seconds=at))
        elif kind == "chat":
            found.append(chat(*what, seconds=at))
        elif kind == "claim":
            found.append(claim("cl", *what, seconds=at))
        elif kind == "captured":
            found.append(captured("document", what[0], seconds=at))
        else:
            found.append(event("Odd", actor=what[0], seconds=at))
    return found


def seen(one: EventEnvelope, *, actor: bool) -> object:
    ref = one.object_ref
    made = contributions(
        one.event_type, ref.type if ref else None, ref.id if ref else None, one.payload
    )
    return (
        one.event_type,
        ref,
        one.actor_id if actor else None,
        [(source, concept) for source, concept, _ in made],
    )


@given(courses, courses, courses)
def test_the_first_event_that_differs_is_that_of_a_plain_comparison(
    same: list[tuple[str, ...]], a: list[tuple[str, ...]], b: list[tuple[str, ...]]
) -> None:
    """Two courses of learning would seem to part where they do not."""
    of_a, of_b = events_of([*same, *a]), events_of([*same, *b], apart=7)
    found = first_event(log_of(of_a), log_of(of_b))
    pairs = zip(of_a, of_b, strict=False)
    actor = not {e.actor_id for e in of_a}.isdisjoint(e.actor_id for e in of_b)
    unlike = (
        n for n, (x, y) in enumerate(pairs, 1) if seen(x, actor=actor) != seen(y, actor=actor)
    )
    expected = next(unlike, None)
    if expected is None and len(of_a) != len(of_b):
        expected = min(len(of_a), len(of_b)) + 1
        assert found is not None
        assert found.by == ("end",)
    assert (None if found is None else found.number) == expected


@given(courses, courses, courses, st.sampled_from([BRAIN_WEB, RECENCY]), st.data())
def test_the_first_difference_of_contexts_is_that_of_looking_at_every_step(
    same: list[tuple[str, ...]],
    a: list[tuple[str, ...]],
    b: list[tuple[str, ...]],
    rules: object,
    data: st.DataObject,
) -> None:
    """A difference would be overlooked, or be told of where a person sees none."""
    logs = log_of(events_of([*same, *a])), log_of(events_of([*same, *b], apart=7))
    by = data.draw(st.sampled_from([AlignBy.START, AlignBy.CLOCK, AlignBy.NUMBER]))
    indexes = [ContextIndex(each, rules) for each in logs]  # type: ignore[arg-type]
    both = aligned(*logs, by)
    expected = None
    for step in range(len(both.times) + 1):
        at_a, at_b = both.playheads(both.at_step(step))
        if not compare_contexts(indexes[0], at_a, indexes[1], at_b).is_same:
            expected = ContextParting(step, exact=True)
            break
    assert first_context(indexes[0], indexes[1], both, first_event(*logs)) == expected


def test_a_session_never_parts_from_itself_read_twice() -> None:
    course = [viewed("raft"), chat("raft", "paxos", seconds=3), captured("document", "d")]
    a, b = (ContextIndex(log_of(course)) for _ in range(2))
    found = parting(a, b, aligned(a.log, b.log, AlignBy.START))
    assert (found.event, found.context) == (None, None)


def test_two_people_who_do_the_same_do_not_part() -> None:
    """Sessions of two people would always part at the first event, which tells nothing."""
    a, b = (log_of([event(actor=who), event(actor=who, seconds=1)]) for who in ("ada", "bo"))
    assert first_event(a, b) is None
    both = log_of([event(actor="ada"), event(actor="bo", seconds=1)])
    assert first_event(a, both) == EventParting(2, ("actor",))


def test_it_names_what_parts_them() -> None:
    """An analyst would have to look up both events."""
    same = [viewed("raft", name="Raft")]
    a = ContextIndex(log_of([*same, claim("cl-1", "skew", seconds=5)]))
    b = ContextIndex(log_of([*same, captured("document", "d-1", seconds=5)]))
    found = parting(a, b, aligned(a.log, b.log, AlignBy.START))
    assert found.event is not None
    assert (found.event.number, found.event.by) == (2, ("type", "object", "concepts"))
    assert found.labels == ("“skew” ClaimUpserted", "“document d-1” SourceCaptured")
    assert found.to_wire()["context"] == {"step": 2, "exact": True}


def test_contexts_may_part_long_after_the_events() -> None:
    """Events that count for nothing would be told to part the contexts."""
    odd = [event("Odd", seconds=n) for n in range(1_500)]
    other = [event("Odder", seconds=n) for n in range(1_500)]
    a, b = (ContextIndex(log_of(each)) for each in (odd, [*other, viewed("raft", seconds=1_500)]))
    found = parting(a, b, aligned(a.log, b.log, AlignBy.START))
    assert found.event is not None
    assert found.event.number == 1
    assert found.context == ContextParting(1_501, exact=False)
