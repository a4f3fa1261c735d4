"""What the nodes and edges in Neo4j hold, and back from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from core.projectors.context import SessionContext
from core.projectors.read_model.base import KeptContext
from core.projectors.read_model.wire import context_from_wire, preferences_from_wire
from core.projectors.user_preferences import UserPreferences

_LONGEST_KEY = 3_900
"""Bytes; two of them fit what Neo4j puts into an index."""


def context_properties(kept: KeptContext) -> dict[str, Any]:
    """The properties that the backend reads, beside the session's id, and the last event's id."""
    wire = kept.context.to_wire()
    return {
        "active_concepts": json.dumps(wire["active_concepts"]),
        "active_objects": json.dumps(wire["active_objects"]),
        "uncertainty_score": wire["uncertainty_score"],
        "last_updated": wire["last_updated"],
        "last_event_id": None if kept.last_event_id is None else text(kept.last_event_id),
    }


def context_of(session_id: str, properties: Mapping[str, Any]) -> KeptContext:
    """The context that such properties are of; ValueError where they are of none."""
    wire = {
        "session_id": session_id,
        "active_concepts": _json(properties, "active_concepts"),
        "active_objects": _json(properties, "active_objects"),
        "uncertainty_score": properties.get("uncertainty_score"),
        "last_updated": properties.get("last_updated"),
    }
    context = context_from_wire(wire, position=properties["position"])
    return KeptContext(context, properties.get("last_event_id"))


def preferences_properties(preferences: UserPreferences) -> dict[str, Any]:
    """Lists to ask for in Cypher; `preferences` is the JSON of all, to the letter."""
    return {
        "user_id": key_text(preferences.user_id),
        "preferred_domains": [text(domain) for domain in preferences.preferred_domains],
        "preferred_concepts": [text(concept) for concept in preferences.preferred_concepts],
        "interaction_style": preferences.interaction_style,
        "preferences": json.dumps(preferences.to_wire()),
    }


def preferences_of(properties: Mapping[str, Any]) -> UserPreferences:
    """The preferences that such properties are of; ValueError where they are of none."""
    return preferences_from_wire(_json(properties, "preferences"))


def concept_edges(context: SessionContext) -> list[dict[str, Any]]:
    """What the edges to the concepts hold, and their other ends, in order of these.

    In one order for all, so that of two writers none waits for the other.
    """
    edges = [
        {
            "concept_id": key_text(concept.concept_id),
            "name": None if concept.name is None else text(concept.name),
            "weight": concept.weight,
            "rank": rank,
        }
        for rank, concept in enumerate(context.active_concepts, 1)
    ]
    return sorted(edges, key=lambda edge: edge["concept_id"])


def object_edges(context: SessionContext) -> list[dict[str, Any]]:
    """The same of the objects."""
    edges = [
        {
            "object_type": key_text(each.object_type),
            "object_id": key_text(each.object_id),
            "relevance": each.relevance_score,
        }
        for each in context.active_objects
    ]
    return sorted(edges, key=lambda edge: (edge["object_type"], edge["object_id"]))


def text(raw: str) -> str:
    """As text that Neo4j takes: half a surrogate pair becomes its escape."""
    return raw.encode("utf-8", "backslashreplace").decode("utf-8")


def key_text(raw: str) -> str:
    """As text that Neo4j can index: of a very long one the end becomes a digest of all."""
    encoded = text(raw).encode("utf-8")
    if len(encoded) <= _LONGEST_KEY:
        return encoded.decode("utf-8")
    digest = f"…{sha256(encoded).hexdigest()}"
    return encoded[: _LONGEST_KEY - len(digest.encode())].decode("utf-8", "ignore") + digest


def _json(properties: Mapping[str, Any], name: str) -> Any:
    try:
        return json.loads(properties[name])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"without readable {name}: {error!r}") from error
