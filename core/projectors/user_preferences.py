"""What a user prefers, projected from the events of a session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import field
from enum import StrEnum
from typing import Any

from core.events.contributions import contributions
from core.events.schema import EventEnvelope, EventType
from core.events.store import EventStore, get_event_store
from core.late_dataclass import dataclass

DOMAINS = 5
CONCEPTS = 10
UNKNOWN = "unknown"
"""Whose sessions are those that begin with nobody's event."""


@dataclass(frozen=True, slots=True)
class UserPreferences:
    """The preferences that a session speaks of; lists from the commonest down."""

    session_id: str
    user_id: str
    preferred_domains: tuple[str, ...]
    preferred_concepts: tuple[str, ...]
    interaction_style: str

    def to_wire(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "session_id": self.session_id,
            "user_id": self.user_id,
            "preferred_domains": list(self.preferred_domains),
            "preferred_concepts": list(self.preferred_concepts),
            "interaction_style": self.interaction_style,
        }


@dataclass(slots=True)
class PreferenceFold:
    """What is counted of a session; `apply` the events in order, then ask for `preferences`.

    ``names`` are the latest names that its events gave to concepts.
    """

    session_id: str
    user_id: str | None = None
    types: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    concepts: Counter[str] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)

    def apply(self, event: EventEnvelope) -> None:
        """Count the next event."""
        if not self.types:
            self.user_id = event.actor_id
        self.types[event.event_type] += 1
        domain = event.payload.get("domain")
        if isinstance(domain, str) and domain:
            self.domains[domain] += 1
        if event.object_ref is not None and event.object_ref.type == "concept":
            self.concepts[event.object_ref.id] += 1
        self.names.update(named(event))

    def copied(self) -> PreferenceFold:
        """A state of its own that goes on from here."""
        return PreferenceFold(
            self.session_id,
            self.user_id,
            types=self.types.copy(),
            domains=self.domains.copy(),
            concepts=self.concepts.copy(),
            names=self.names.copy(),
        )

    def preferences(self) -> UserPreferences:
        """The preferences after the events so far; ties by first appearance.

        The user is the actor of the first event, `unknown` where it has none.
        """
        return UserPreferences(
            session_id=self.session_id,
            user_id=self.user_id or UNKNOWN,
            preferred_domains=tuple(d for d, _ in self.domains.most_common(DOMAINS)),
            preferred_concepts=tuple(c for c, _ in self.concepts.most_common(CONCEPTS)),
            interaction_style=Style.of(self.types).name,
        )


def named(event: EventEnvelope) -> Iterable[tuple[str, str]]:
    """The concepts that the event names, and their names."""
    ref = event.object_ref
    kind, key = (None, None) if ref is None else (ref.type, ref.id)
    found = contributions(event.event_type, kind, key, event.payload)
    return [(concept, name) for _, concept, name in found if name]


def preferences(session_id: str, events: Iterable[EventEnvelope]) -> UserPreferences:
    """The preferences after these events of one session, in order."""
    state = PreferenceFold(session_id)
    for event in events:
        state.apply(event)
    return state.preferences()


class Habit(StrEnum):
    """The kinds of event whose shares make a style."""

    CHATS = "chats"
    CAPTURES = "captures"
    VIEWS = "views"


HABITS = {
    Habit.CHATS: EventType.CHAT_MESSAGE_CREATED,
    Habit.CAPTURES: EventType.SOURCE_CAPTURED,
    Habit.VIEWS: EventType.USER_VIEWED,
}
"""The event type of each habit."""


@dataclass(frozen=True, slots=True)
class Style:
    """How often somebody chatted, captured and viewed."""

    chats: int = 0
    captures: int = 0
    views: int = 0

    @classmethod
    def of(cls, types: Counter[str]) -> Style:
        """The style of so many events of each type."""
        return cls(*(types[kind] for kind in HABITS.values()))

    def count(self, habit: Habit) -> int:
        """How many events of this kind there are."""
        return {
            Habit.CHATS: self.chats,
            Habit.CAPTURES: self.captures,
            Habit.VIEWS: self.views,
        }[habit]

    def share(self, habit: Habit) -> float:
        """Which part of all three kinds this one is, from 0 to 1; 0 where there is none."""
        total = self.chats + self.captures + self.views
        return self.count(habit) / total if total else 0.0

    @property
    def name(self) -> str:
        """What the backend calls it."""
        if not self.chats + self.captures + self.views:
            return "exploratory"
        if self.share(Habit.CHATS) > 0.5:
            return "inquisitive"
        if self.share(Habit.CAPTURES) > 0.4:
            return "collector"
        return "explorer" if self.share(Habit.VIEWS) > 0.6 else "mixed"


class UserPreferencesProjector:
    """Projects the preferences of sessions of a store."""

    def __init__(self, store: EventStore | None = None) -> None:
        self.store = store or get_event_store()

    def project(self, session_id: str) -> UserPreferences:
        """The preferences that the session's events speak of."""
        return preferences(session_id, self.store.replay(session_id))
