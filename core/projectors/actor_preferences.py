"""What a user prefers over all their sessions, gathered from the folds of these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.late_dataclass import dataclass
from core.projectors.user_preferences import (
    CONCEPTS,
    DOMAINS,
    UNKNOWN,
    Habit,
    PreferenceFold,
    Style,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many events spoke of a domain or concept, and the latest name that a concept was given.

    ``key`` is the domain itself or the concept's id.
    """

    key: str
    count: int
    name: str | None = None

    @property
    def label(self) -> str:
        """The name, else the key."""
        return self.name or self.key


@dataclass(frozen=True, slots=True)
class ActorPreferences:
    """The preferences that all sessions of a user speak of, with what they were counted from.

    ``sessions`` are in order of their first event; ``domains`` and ``concepts`` are all there are,
    from the commonest down, ties by first appearance in that order.
    """

    user_id: str
    sessions: tuple[str, ...]
    events: int
    style: Style
    domains: tuple[Tally, ...]
    concepts: tuple[Tally, ...]

    @property
    def preferred_domains(self) -> tuple[str, ...]:
        """The five commonest domains."""
        return tuple(domain.key for domain in self.domains[:DOMAINS])

    @property
    def preferred_concepts(self) -> tuple[str, ...]:
        """The ids of the ten commonest concepts."""
        return tuple(concept.key for concept in self.concepts[:CONCEPTS])

    @property
    def interaction_style(self) -> str:
        """What the backend would call the style."""
        return self.style.name

    def to_wire(self) -> dict[str, Any]:
        """As JSON: what a session's preferences have, and the counts."""
        return {
            "user_id": self.user_id,
            "sessions": list(self.sessions),
            "events": self.events,
            "preferred_domains": list(self.preferred_domains),
            "preferred_concepts": list(self.preferred_concepts),
            "interaction_style": self.interaction_style,
            "style": {
                str(habit): {"count": self.style.count(habit), "share": self.style.share(habit)}
                for habit in Habit
            },
            "domains": [{"domain": each.key, "count": each.count} for each in self.domains],
            "concepts": [
                {"concept_id": each.key, "count": each.count}
                | ({} if each.name is None else {"name": each.name})
                for each in self.concepts
            ],
        }


def actor_preferences(folds: Iterable[PreferenceFold]) -> list[ActorPreferences]:
    """The preferences of everybody, the most active first, ties by first appearance.

    ``folds`` are of whole sessions in order of their first event, ties by arrival; one without
    events is passed over. A session, all of it, is the user's who is the actor of its first event,
    or `unknown`'s. This is the specification; `core.projectors.people` reads a whole log faster.
    """
    of_users: dict[str, list[PreferenceFold]] = {}
    for fold in folds:
        if fold.types:
            of_users.setdefault(fold.user_id or UNKNOWN, []).append(fold)
    found = [_gathered(user_id, of_user) for user_id, of_user in of_users.items()]
    return most_active_first(found)


def most_active_first(found: Iterable[ActorPreferences]) -> list[ActorPreferences]:
    """Sorted by the number of events, the most first; ties stay as they are."""
    return sorted(found, key=lambda actor: -actor.events)


def _gathered(user_id: str, folds: list[PreferenceFold]) -> ActorPreferences:
    whole = PreferenceFold("", user_id)
    for fold in folds:
        whole.types.update(fold.types)
        whole.domains.update(fold.domains)
        whole.concepts.update(fold.concepts)
        whole.names.update(fold.names)
    return ActorPreferences(
        user_id=user_id,
        sessions=tuple(fold.session_id for fold in folds),
        events=whole.types.total(),
        style=Style.of(whole.types),
        domains=tuple(Tally(domain, count) for domain, count in whole.domains.most_common()),
        concepts=tuple(
            Tally(concept, count, whole.names.get(concept))
            for concept, count in whole.concepts.most_common()
        ),
    )
