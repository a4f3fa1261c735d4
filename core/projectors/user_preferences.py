"""What a user prefers, projected from the events of a session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from core.events.schema import EventEnvelope, EventType
from core.events.store import EventStore, get_event_store

DOMAINS = 5
CONCEPTS = 10


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
    """What is counted of a session; `apply` the events in order, then ask for `preferences`."""

    session_id: str
    user_id: str | None = None
    types: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    concepts: Counter[str] = field(default_factory=Counter)

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

    def copied(self) -> PreferenceFold:
        """A state of its own that goes on from here."""
        return deepcopy(self)

    def preferences(self) -> UserPreferences:
        """The preferences after the events so far; ties by first appearance.

        The user is the actor of the first event, `unknown` where it has none.
        """
        return UserPreferences(
            session_id=self.session_id,
            user_id=self.user_id or "unknown",
            preferred_domains=tuple(d for d, _ in self.domains.most_common(DOMAINS)),
            preferred_concepts=tuple(c for c, _ in self.concepts.most_common(CONCEPTS)),
            interaction_style=_style(self.types),
        )


def preferences(session_id: str, events: Iterable[EventEnvelope]) -> UserPreferences:
    """The preferences after these events of one session, in order."""
    state = PreferenceFold(session_id)
    for event in events:
        state.apply(event)
    return state.preferences()


def _style(types: Counter[str]) -> str:
    chats = types[EventType.CHAT_MESSAGE_CREATED]
    captures = types[EventType.SOURCE_CAPTURED]
    views = types[EventType.USER_VIEWED]
    total = chats + captures + views
    if not total:
        return "exploratory"
    if chats / total > 0.5:
        return "inquisitive"
    if captures / total > 0.4:
        return "collector"
    return "explorer" if views / total > 0.6 else "mixed"


class UserPreferencesProjector:
    """Projects the preferences of sessions of a store."""

    def __init__(self, store: EventStore | None = None) -> None:
        self.store = store or get_event_store()

    def project(self, session_id: str) -> UserPreferences:
        """The preferences that the session's events speak of."""
        return preferences(session_id, self.store.replay(session_id))
