"""Back from the JSON shapes in which read models keep contexts and preferences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.events.instants import parse_instant
from core.projectors.context import ActiveConcept, ActiveObject, SessionContext
from core.projectors.user_preferences import UserPreferences


def context_from_wire(wire: Mapping[str, Any], *, position: int) -> SessionContext:
    """The context of which `SessionContext.to_wire` is this; ValueError where it is of none."""
    try:
        updated = wire["last_updated"]
        return SessionContext(
            session_id=wire["session_id"],
            position=position,
            instant=None if updated is None else parse_instant(updated),
            active_concepts=tuple(
                ActiveConcept(c["concept_id"], float(c["weight"]), c.get("name"))
                for c in wire["active_concepts"]
            ),
            active_objects=tuple(
                ActiveObject(o["object_type"], o["object_id"], float(o["relevance_score"]))
                for o in wire["active_objects"]
            ),
            uncertainty_score=float(wire["uncertainty_score"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not the JSON of a context: {error!r}") from error


def preferences_from_wire(wire: Mapping[str, Any]) -> UserPreferences:
    """The preferences of which `to_wire` is this; ValueError where it is of none."""
    try:
        return UserPreferences(
            session_id=wire["session_id"],
            user_id=wire["user_id"],
            preferred_domains=tuple(wire["preferred_domains"]),
            preferred_concepts=tuple(wire["preferred_concepts"]),
            interaction_style=wire["interaction_style"],
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the JSON of preferences: {error!r}") from error
