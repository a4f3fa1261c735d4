"""The preferences are the backend's: else it would recommend by other ones than we show."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given

from core.events.schema import EventEnvelope, EventType
from core.projectors.user_preferences import UserPreferences, preferences
from tests.builders import captured, chat, claim, event, viewed
from tests.core.replay.strategies import logs


def style(*, chats: int = 0, captures: int = 0, views: int = 0, others: int = 0) -> str:
    events = [chat() for _ in range(chats)]
    events += [captured("document", "d") for _ in range(captures)]
    events += [viewed("c") for _ in range(views)]
    events += [event(EventType.USER_HIGHLIGHTED) for _ in range(others)]
    return preferences("s", events).interaction_style


@pytest.mark.parametrize(
    ("chats", "captures", "views", "expected"),
    [
        (0, 0, 0, "exploratory"),
        (1, 0, 0, "inquisitive"),
        (51, 49, 0, "inquisitive"),
        (50, 0, 50, "mixed"),
        (50, 41, 9, "collector"),
        (50, 40, 10, "mixed"),
        (0, 40, 60, "mixed"),
        (0, 39, 61, "explorer"),
        (0, 41, 59, "collector"),
    ],
)
def test_the_style_is_by_share_of_chats_captures_and_views(
    chats: int, captures: int, views: int, expected: str
) -> None:
    """A person at the very limit would be called by another style than the backend's."""
    assert style(chats=chats, captures=captures, views=views) == expected


def test_other_events_do_not_dilute_the_style() -> None:
    """Highlighting a lot would make an inquisitive person look mixed."""
    assert style(chats=2, views=1, others=50) == "inquisitive"
    assert style(others=50) == "exploratory"


@pytest.mark.parametrize(
    ("actors", "user"),
    [([], "unknown"), ([None, "ada"], "unknown"), (["ada", "bob"], "ada"), (["ada", None], "ada")],
)
def test_the_user_is_the_actor_of_the_first_event(actors: list[str | None], user: str) -> None:
    """Preferences would be filed under somebody else."""
    assert preferences("s", [event(actor=actor) for actor in actors]).user_id == user


def test_the_five_commonest_domains_come_first_met_first() -> None:
    """Ties in another order would drop a domain that the backend keeps."""
    domains = ["a", "b", "c", "d", "e", "f", "f"]
    events = [event("Anything", payload={"domain": d}) for d in domains]
    assert preferences("s", events).preferred_domains == ("f", "a", "b", "c", "d")


def test_the_ten_commonest_concepts_are_those_that_events_refer_to() -> None:
    """What a chat mentions is no reference: the list would hold what was never opened."""
    ids = [f"c-{i}" for i in range(12)]
    events = [event("Anything", ref=("concept", i)) for i in [*ids, "c-11"]]
    events += [chat("mentioned", "mentioned"), claim("cl", "claimed"), captured("document", "d")]
    found = preferences("s", events).preferred_concepts
    assert found == ("c-11", *(f"c-{i}" for i in range(9)))


@pytest.mark.parametrize("domain", [7, None, "", ["ml"], {"a": 1}])
def test_a_domain_that_is_no_text_is_passed_over(domain: object) -> None:
    """One odd payload would take the whole session's preferences away."""
    events = [event(payload={"domain": domain}), event(payload={"domain": "ml"})]
    assert preferences("s", events).preferred_domains == ("ml",)


@given(events=logs)
def test_preferences_are_the_commonest_of_the_log(events: list[EventEnvelope]) -> None:
    """A concept that was opened more often than another would come after it."""
    found = preferences("s", events)
    counts = Counter(
        e.object_ref.id for e in events if e.object_ref and e.object_ref.type == "concept"
    )
    kept = [counts[c] for c in found.preferred_concepts]
    assert kept == sorted(counts.values(), reverse=True)[:10]
    assert found.user_id == ("user-ada" if events else "unknown")


def test_preferences_are_sent_in_the_shape_of_the_backend() -> None:
    """A client could not read them."""
    found = UserPreferences("s", "ada", ("ml",), ("c-1",), "mixed")
    assert found.to_wire() == {
        "session_id": "s",
        "user_id": "ada",
        "preferred_domains": ["ml"],
        "preferred_concepts": ["c-1"],
        "interaction_style": "mixed",
    }
