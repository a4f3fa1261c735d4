"""The read model in Neo4j: what the backend reads of a session, and a graph to ask across them."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any, Self

import neo4j

from core.projectors.read_model.base import PROJECTOR_VERSION, KeptContext
from core.projectors.read_model.bolt import BadAddress, Bolt
from core.projectors.read_model.neo4j_shape import (
    concept_edges,
    context_of,
    context_properties,
    key_text,
    object_edges,
    preferences_of,
    preferences_properties,
    text,
)
from core.projectors.user_preferences import UserPreferences

__all__ = ["BadAddress", "Neo4jReadModel"]

log = logging.getLogger(__name__)

_SCHEMA = (
    "CREATE CONSTRAINT brainweb_session_context IF NOT EXISTS "
    "FOR (s:SessionContext) REQUIRE s.session_id IS UNIQUE",
    "CREATE CONSTRAINT brainweb_user_preferences IF NOT EXISTS "
    "FOR (p:UserPreferences) REQUIRE p.session_id IS UNIQUE",
    "CREATE CONSTRAINT brainweb_concept IF NOT EXISTS "
    "FOR (c:Concept) REQUIRE c.concept_id IS UNIQUE",
    "CREATE CONSTRAINT brainweb_object IF NOT EXISTS "
    "FOR (o:Object) REQUIRE (o.object_type, o.object_id) IS UNIQUE",
    "CREATE INDEX brainweb_user IF NOT EXISTS FOR (p:UserPreferences) ON (p.user_id)",
)

# Setting what is there already locks the node: of two writers, the second reads what the first
# has written.
_TAKE_CONTEXT = """
MERGE (s:SessionContext {session_id: $key}) SET s.session_id = $key RETURN properties(s) AS kept
"""
_KEEP_CONTEXT = "MATCH (s:SessionContext {session_id: $key}) SET s += $properties"
# Edges that stay are changed in place, and a name only where it is another: making them anew would
# lock the concepts, and of two sessions with one concept in mind one would have to wait.
_DROP_CONCEPTS = """
MATCH (:SessionContext {session_id: $key})-[gone:ACTIVE]->(c)
WHERE NOT c.concept_id IN [concept IN $concepts | concept.concept_id]
DELETE gone
"""
_KEEP_CONCEPTS = """
MATCH (s:SessionContext {session_id: $key})
UNWIND $concepts AS concept
MERGE (c:Concept {concept_id: concept.concept_id})
MERGE (s)-[active:ACTIVE]->(c)
SET active.weight = concept.weight, active.rank = concept.rank
WITH c, concept WHERE concept.name <> coalesce(c.name, '') SET c.name = concept.name
"""
_DROP_OBJECTS = """
MATCH (:SessionContext {session_id: $key})-[gone:TOUCHES]->(o)
WHERE NOT [o.object_type, o.object_id] IN [each IN $objects | [each.object_type, each.object_id]]
DELETE gone
"""
_KEEP_OBJECTS = """
MATCH (s:SessionContext {session_id: $key})
UNWIND $objects AS each
MERGE (o:Object {object_type: each.object_type, object_id: each.object_id})
MERGE (s)-[touches:TOUCHES]->(o)
SET touches.relevance = each.relevance
"""
_CONTEXT = "MATCH (s:SessionContext {session_id: $key}) RETURN properties(s) AS kept"
_TAKE_PREFERENCES = """
MERGE (p:UserPreferences {session_id: $key}) SET p.session_id = $key RETURN properties(p) AS kept
"""
_KEEP_PREFERENCES = "MATCH (p:UserPreferences {session_id: $key}) SET p += $properties"
_PREFERENCES = "MATCH (p:UserPreferences {user_id: $key}) RETURN properties(p) AS kept"


class Neo4jReadModel:
    """Keeps contexts and preferences as nodes; the server is connected to at the first call.

    A session has one node, as the backend expects. Within a source it only moves forward; another
    source of the same session takes it over, and no projector overwrites what a newer version of
    it has written. Raises BadAddress at once where ``uri`` cannot be the address of a server.
    """

    def __init__(
        self, uri: str, user: str, password: str, *, source: str, database: str | None = None
    ) -> None:
        self._bolt = Bolt(uri, user, password, database=database, schema=_SCHEMA)
        self._source = text(source)

    @property
    def name(self) -> str:
        """Where the server is."""
        return self._bolt.name

    def keep_context(self, kept: KeptContext) -> bool:
        """Keep a context; False where one of a later position is kept already."""
        context = kept.context
        key = key_text(context.session_id)
        properties = context_properties(kept) | self._marks(context.position)
        concepts, objects = concept_edges(context), object_edges(context)

        def work(transaction: neo4j.Transaction) -> bool:
            if not self._take(transaction, _TAKE_CONTEXT, key, context.position):
                return False
            transaction.run(_KEEP_CONTEXT, key=key, properties=properties).consume()
            for statement in (_DROP_CONCEPTS, _KEEP_CONCEPTS):
                transaction.run(statement, key=key, concepts=concepts).consume()
            for statement in (_DROP_OBJECTS, _KEEP_OBJECTS):
                transaction.run(statement, key=key, objects=objects).consume()
            return True

        return self._bolt.run(work)

    def context(self, session_id: str) -> KeptContext | None:
        """The context that is kept of a session."""
        for kept in self._kept(_CONTEXT, session_id):
            try:
                return context_of(session_id, kept)
            except ValueError as error:
                log.warning("A session of %s is taken for none: it is %s", self.name, error)
        return None

    def keep_preferences(self, preferences: UserPreferences, *, position: int) -> bool:
        """Keep preferences as of a position; False where later ones are kept already."""
        key = key_text(preferences.session_id)
        properties = preferences_properties(preferences) | self._marks(position)

        def work(transaction: neo4j.Transaction) -> bool:
            if not self._take(transaction, _TAKE_PREFERENCES, key, position):
                return False
            transaction.run(_KEEP_PREFERENCES, key=key, properties=properties).consume()
            return True

        return self._bolt.run(work)

    def preferences_of(self, user_id: str) -> list[UserPreferences]:
        """The preferences that are kept of a user's sessions, by session id."""
        found = []
        for kept in self._kept(_PREFERENCES, user_id):
            try:
                found.append(preferences_of(kept))
            except ValueError as error:
                log.warning("Preferences of %s are taken for none: %s", self.name, error)
        return sorted(found, key=lambda preferences: preferences.session_id)

    def close(self) -> None:
        """Let go of the server; what is called later raises ReadModelDown."""
        self._bolt.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _take(
        self, transaction: neo4j.Transaction, statement: str, key: str, position: int
    ) -> bool:
        """Lock the node, which is made where there is none; whether it may be overwritten."""
        record = transaction.run(statement, key=key).single()
        kept = {} if record is None else record["kept"]
        version = kept.get("projector_version", 0)
        if version != PROJECTOR_VERSION or kept.get("source") != self._source:
            return bool(version <= PROJECTOR_VERSION)
        return bool(kept.get("position", -1) <= position)

    def _marks(self, position: int) -> dict[str, Any]:
        return {
            "position": position,
            "source": self._source,
            "projector_version": PROJECTOR_VERSION,
        }

    def _kept(self, statement: str, identity: str) -> list[dict[str, Any]]:
        """The properties of what this source and this projector have written."""
        key = key_text(identity)
        found = self._bolt.run(lambda transaction: transaction.run(statement, key=key).data("kept"))
        ours = (self._source, PROJECTOR_VERSION)
        return [
            row["kept"]
            for row in found
            if (row["kept"].get("source"), row["kept"].get("projector_version")) == ours
        ]
