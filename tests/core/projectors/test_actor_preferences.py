"""What somebody prefers over all their sessions: else a person would be told by a single one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope
from core.events.store import SQLiteEventStore
from core.projectors.actor_preferences import ActorPreferences, Tally, actor_preferences
from core.projectors.user_preferences import Habit, PreferenceFold, Style, preferences
from tests.builders import captured, chat, event, viewed
from tests.builders_files import in_session

GOLDEN = Path(__file__).parents[2] / "golden"


def folded(session_id: str, events: list[EventEnvelope]) -> PreferenceFold:
    fold = PreferenceFold(session_id)
    for each in in_session(session_id, events):
        fold.apply(each)
    return fold


def gathered(*sessions: list[EventEnvelope]) -> list[ActorPreferences]:
    """The people of these sessions, given in order of their first event."""
    return actor_preferences(folded(f"s-{n}", events) for n, events in enumerate(sessions))


def by(actor: str | None, *events: EventEnvelope) -> list[EventEnvelope]:
    return [each.model_copy(update={"actor_id": actor}) for each in events]


domains = st.sampled_from(["ml", "law", "art", "history", "biology", "physics", ""])
made = st.one_of(
    st.builds(lambda c, d: viewed(c, name=c.title()).model_copy(update={"payload": {"domain": d}}),
              st.sampled_from("abcdefghijklmn"), domains),
    st.builds(lambda c: viewed(c, name=c.upper()), st.sampled_from("abcdefghijklmn")),
    st.builds(lambda c: chat(c), st.sampled_from("abcd")),
    st.just(captured("document", "d")),
    st.just(event("SomethingNew", payload={"domain": "art"})),
)  # fmt: skip
sessions = st.lists(
    st.tuples(st.sampled_from(["ada", "bo", None, ""]), st.lists(made, max_size=12)), max_size=8
)


@given(sessions=sessions)
def test_a_user_prefers_what_their_sessions_do_as_one(
    sessions: list[tuple[str | None, list[EventEnvelope]]],
) -> None:
    """What is told of a person would not be what all their events, one after another, say."""
    found = gathered(*(by(actor, *events) for actor, events in sessions))
    for actor in found:
        own = [
            each
            for user, events in sessions
            if events and (user or "unknown") == actor.user_id
            for each in events
        ]
        expected = preferences("", own)
        assert actor.preferred_domains == expected.preferred_domains
        assert actor.preferred_concepts == expected.preferred_concepts
        assert actor.interaction_style == expected.interaction_style
        assert actor.events == len(own)
        counts = Counter(
            e.object_ref.id for e in own if e.object_ref and e.object_ref.type == "concept"
        )
        assert {each.key: each.count for each in actor.concepts} == counts
    users = {user or "unknown" for user, events in sessions if events}
    assert {actor.user_id for actor in found} == users


def test_the_most_active_come_first() -> None:
    """Who did nearly everything would have to be looked for."""
    found = gathered(by("bo", viewed("a")), by("ada", viewed("a"), viewed("b")), by("cy", chat()))
    assert [actor.user_id for actor in found] == ["ada", "bo", "cy"]


def test_a_session_is_the_users_who_began_it() -> None:
    """An assistant that answers in a session would be given half of what the user prefers."""
    found = gathered([*by("ada", viewed("a")), *by("bot", chat(), chat())], by("bot", viewed("b")))
    assert [(a.user_id, a.events, a.sessions) for a in found] == [
        ("ada", 3, ("s-0",)),
        ("bot", 1, ("s-1",)),
    ]


def test_a_concept_has_the_latest_name_that_it_was_given() -> None:
    """It would be listed by an id that nobody knows, or by a name of long ago."""
    (ada,) = gathered(
        by("ada", viewed("a", name="Old"), viewed("b")), by("ada", viewed("a", name="New"))
    )
    assert ada.concepts == (Tally("a", 2, "New"), Tally("b", 1, None))
    assert [each.label for each in ada.concepts] == ["New", "b"]
    (bo,) = gathered(by("bo", viewed("raft"), chat("raft")))
    assert bo.concepts == (Tally("raft", 1, "Raft"),)


def test_the_shares_of_a_style_are_of_the_three_kinds_alone() -> None:
    """Shares that do not add up to a whole tell nobody how somebody works."""
    style = Style(chats=1, captures=1, views=2)
    assert [style.share(habit) for habit in Habit] == [0.25, 0.25, 0.5]
    assert [Style().share(habit) for habit in Habit] == [0, 0, 0]


def test_a_state_that_goes_on_leaves_the_other_as_it_was() -> None:
    """What a running session tells now would change what it told before."""
    first = folded("s", [viewed("a", name="A")])
    second = first.copied()
    second.apply(viewed("b", name="B"))
    assert (first.types.total(), first.concepts, first.names) == (1, {"a": 1}, {"a": "A"})
    assert (second.user_id, second.concepts, second.names) == (
        "user-ada", {"a": 1, "b": 1}, {"a": "A", "b": "B"},
    )  # fmt: skip


def test_it_is_sent_with_the_counts() -> None:
    """A program could not tell a habit from a single glance."""
    (ada,) = gathered(by("ada", viewed("a", name="A"), captured("document", "d"), viewed("b")))
    assert ada.to_wire() == {
        "user_id": "ada",
        "sessions": ["s-0"],
        "events": 3,
        "preferred_domains": [],
        "preferred_concepts": ["a", "b"],
        "interaction_style": "explorer",
        "style": {
            "chats": {"count": 0, "share": 0.0},
            "captures": {"count": 1, "share": 1 / 3},
            "views": {"count": 2, "share": 2 / 3},
        },
        "domains": [],
        "concepts": [
            {"concept_id": "a", "count": 1, "name": "A"},
            {"concept_id": "b", "count": 1},
        ],
    }


def test_who_has_one_session_prefers_what_the_backend_says_of_it() -> None:
    """The people of a log and its sessions would tell two stories."""
    lines = (GOLDEN / "preferences.jsonl").read_text(encoding="utf-8").splitlines()
    golden = {line["session_id"]: line for line in map(json.loads, lines)}
    with SQLiteEventStore(GOLDEN / "events.db") as store:
        for session_id, expected in golden.items():
            fold = PreferenceFold(session_id)
            for each in store.replay(session_id):
                fold.apply(each)
            for actor in actor_preferences([fold]):
                wire = actor.to_wire()
                for key in ("user_id", "preferred_domains", "preferred_concepts"):
                    assert wire[key] == expected[key]
                assert wire["interaction_style"] == expected["interaction_style"]
