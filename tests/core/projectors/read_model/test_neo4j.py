"""The read model in Neo4j, on ArcadeDB by its Bolt, and on Neo4j itself where there is one."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from core.projectors.read_model import KeptContext, ReadModelDown
from core.projectors.read_model.base import PROJECTOR_VERSION
from core.projectors.read_model.neo4j import BadAddress, Neo4jReadModel
from core.projectors.session_context import ActiveConcept, ActiveObject, SessionContext
from tests.core.projectors.read_model.contract import (
    INSTANT,
    ReadModelContract,
    context,
    preferences,
)
from tests.core.projectors.read_model.servers import NEO4J, ArcadeDB, Server, free_ports

SOON = 60.0
"""Seconds on however busy a machine; the driver by itself would wait for two minutes."""


def model_of(server: Server, source: str = "log") -> Neo4jReadModel:
    return Neo4jReadModel(
        server.uri, server.user, server.password, source=source, database=server.database
    )


class TestNeo4jReadModel(ReadModelContract):
    """The contract, and what only a graph promises."""

    server: Server

    @pytest.fixture(autouse=True)
    def on_the_server(self, server: Server, token: str) -> Iterator[None]:
        self.server = server
        yield
        server.forget(token)

    def make_read_model(self, source: str = "log") -> Neo4jReadModel:
        return model_of(self.server, source)

    def node(self, session_id: str) -> dict[str, Any]:
        question = "MATCH (s:SessionContext {session_id: $id}) RETURN properties(s) AS node"
        [row] = self.server.ask(question, id=session_id)
        found = row["node"]
        assert isinstance(found, dict)
        return found

    def edges(self, session_id: str) -> list[tuple[Any, ...]]:
        """Type, other end, name, weight or relevance, and rank of each edge of a session."""
        rows = self.server.ask(
            "MATCH (:SessionContext {session_id: $id})-[e]->(n) "
            "RETURN type(e) AS type, coalesce(n.concept_id, n.object_id) AS end, "
            "coalesce(n.name, n.object_type) AS name, coalesce(e.weight, e.relevance) AS weight, "
            "e.rank AS rank ORDER BY type, rank, end, name",
            id=session_id,
        )
        return [tuple(row.values()) for row in rows]

    def test_the_backend_reads_its_five_properties(self, model: Neo4jReadModel, token: str) -> None:
        """The backend would find no context, or another one than the log gives."""
        made = SessionContext(
            token, 12, INSTANT,
            (ActiveConcept("node-raft", 0.1 + 0.2, "Raft"), ActiveConcept("node-x", 0.15)),
            (ActiveObject("document", "doc-1", 0.7),), 0.2,
        )  # fmt: skip
        model.keep_context(KeptContext(made, "event-12"))
        [row] = self.server.ask(
            "MATCH (sc:SessionContext {session_id: $session_id}) "
            "RETURN sc.session_id AS session_id, sc.active_concepts AS active_concepts, "
            "sc.active_objects AS active_objects, sc.uncertainty_score AS uncertainty_score, "
            "sc.last_updated AS last_updated",
            session_id=token,
        )
        assert row["session_id"] == token
        assert json.loads(row["active_concepts"]) == [
            {"concept_id": "node-raft", "weight": 0.1 + 0.2, "name": "Raft"},
            {"concept_id": "node-x", "weight": 0.15},
        ]
        assert json.loads(row["active_objects"]) == [
            {"object_type": "document", "object_id": "doc-1", "relevance_score": 0.7}
        ]
        assert (row["uncertainty_score"], type(row["uncertainty_score"])) == (0.2, float)
        assert row["last_updated"] == "2026-11-12T09:01:12.480123Z"

    def test_beside_them_lies_where_they_come_from(self, model: Neo4jReadModel, token: str) -> None:
        """Nobody could tell how far the node lags behind the log."""
        model.keep_context(context(token, 12))
        node = self.node(token)
        assert node["position"] == 12
        assert node["last_event_id"] == "event-12"
        assert node["source"] == "log"
        assert node["projector_version"] == PROJECTOR_VERSION

    def test_the_edges_are_those_of_the_last_context(
        self, model: Neo4jReadModel, token: str
    ) -> None:
        """An analyst would count sessions that have long turned to something else."""
        raft, paxos, doc = token + "raft", token + "paxos", token + "doc"
        model.keep_context(context(token, 1, token + "old", raft))
        made = SessionContext(
            token, 2, INSTANT,
            (ActiveConcept(raft, 1 / 3, "Raft"), ActiveConcept(paxos, 0.2)),
            (ActiveObject("document", doc, 0.7), ActiveObject("claim", doc, 0.8)),
        )  # fmt: skip
        model.keep_context(KeptContext(made, None))
        assert self.edges(token) == [
            ("ACTIVE", raft, "Raft", 1 / 3, 1),
            ("ACTIVE", paxos, None, 0.2, 2),
            ("TOUCHES", doc, "claim", 0.8, None),
            ("TOUCHES", doc, "document", 0.7, None),
        ]

    def test_a_write_that_is_late_leaves_the_edges_alone(
        self, model: Neo4jReadModel, token: str
    ) -> None:
        """The node would say one thing and its edges another."""
        model.keep_context(context(token, 2, token + "new"))
        model.keep_context(context(token, 1, token + "old"))
        assert [edge[1] for edge in self.edges(token)] == [token + "new"]

    def test_sessions_share_the_node_of_a_concept(self, model: Neo4jReadModel, token: str) -> None:
        """No question across sessions would find more than one; its name would be forgotten."""
        raft = token + "raft"
        named = SessionContext(token + "1", 1, INSTANT, (ActiveConcept(raft, 0.2, "Raft"),))
        unnamed = SessionContext(token + "2", 1, INSTANT, (ActiveConcept(raft, 0.4),))
        model.keep_context(KeptContext(named, None))
        model.keep_context(KeptContext(unnamed, None))
        assert self.edges(token + "2") == [("ACTIVE", raft, "Raft", 0.4, 1)]
        [row] = self.server.ask(
            "MATCH (c:Concept {concept_id: $id}) RETURN count(c) AS nodes", id=raft
        )
        assert row["nodes"] == 1

    def test_a_session_has_one_node_and_the_server_sees_to_it(
        self, model: Neo4jReadModel, token: str
    ) -> None:
        """Of two nodes the backend would read either."""
        model.keep_context(context(token, 1))
        rows = self.server.ask("SHOW CONSTRAINTS")
        assert ("SessionContext", "session_id") in [
            (label, name)
            for row in rows
            for label in row["labelsOrTypes"]
            for name in row["properties"]
        ]

    def test_another_source_takes_the_session_over(self, model: Neo4jReadModel, token: str) -> None:
        """A log that was moved could not be written any more; positions of two do not compare."""
        model.keep_context(context(token, 9, token + "old"))
        with self.make_read_model(source="another") as other:
            assert other.context(token) is None
            assert other.keep_context(context(token, 2, token + "new"))
            assert other.context(token) == context(token, 2, token + "new")
        assert model.context(token) is None

    def test_what_the_backend_wrote_is_overwritten_but_not_read(
        self, model: Neo4jReadModel, token: str
    ) -> None:
        """A context without a position would pass for one that is as far as the log."""
        self.server.ask(
            "CREATE (:SessionContext {session_id: $id, active_concepts: '[]', "
            "active_objects: '[]', uncertainty_score: 1.0, last_updated: '2026-01-01T00:00:00'})",
            id=token,
        )
        assert model.context(token) is None
        assert model.keep_context(context(token, 1))
        assert model.context(token) == context(token, 1)

    def test_what_a_newer_projector_wrote_stays(self, model: Neo4jReadModel, token: str) -> None:
        """An old program beside a new one would take turns with it in overwriting."""
        model.keep_context(context(token, 1))
        self.server.ask(
            "MATCH (s:SessionContext {session_id: $id}) SET s.projector_version = $version",
            id=token,
            version=PROJECTOR_VERSION + 1,
        )
        assert model.context(token) is None
        assert not model.keep_context(context(token, 2))
        assert self.node(token)["position"] == 1

    def test_a_node_that_cannot_be_read_is_none(
        self, model: Neo4jReadModel, token: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Somebody's slip in the graph would keep the server from answering at all."""
        model.keep_context(context(token, 1))
        model.keep_preferences(preferences(token, token), position=1)
        self.server.ask(
            "MATCH (s:SessionContext {session_id: $id}) SET s.active_concepts = '[1'", id=token
        )
        self.server.ask(
            "MATCH (p:UserPreferences {session_id: $id}) SET p.preferences = '3'", id=token
        )
        assert model.context(token) is None
        assert model.preferences_of(token) == []
        assert "without readable active_concepts" in caplog.text
        assert model.keep_context(context(token, 1))
        assert model.context(token) == context(token, 1)

    def test_preferences_can_be_asked_for(self, model: Neo4jReadModel, token: str) -> None:
        """An analyst would have to take JSON apart to count who prefers what."""
        model.keep_preferences(preferences(token, token + "ada", "explorer"), position=3)
        [row] = self.server.ask(
            "MATCH (p:UserPreferences {user_id: $user}) WHERE 'biology' IN p.preferred_domains "
            "RETURN p.session_id AS session, p.interaction_style AS style, p.position AS position",
            user=token + "ada",
        )
        assert row == {"session": token, "style": "explorer", "position": 3}

    def test_the_server_may_refuse_the_password(self, token: str) -> None:
        """A wrong password would crash the emitter, or be shown in a log."""
        if self.server.password == "any":
            pytest.skip("this server takes any password")
        wrong = Neo4jReadModel(
            self.server.uri, self.server.user, "not-the-pass", source="log",
            database=self.server.database,
        )  # fmt: skip
        with wrong, pytest.raises(ReadModelDown, match="NEO4J_PASSWORD") as caught:
            wrong.keep_context(context(token))
        assert "not-the-pass" not in str(caught.value)


@pytest.mark.skipif(NEO4J not in os.environ, reason=f"{NEO4J} names no Neo4j to test on")
def test_neo4j_itself_is_among_the_servers(shared_neo4j: Server) -> None:
    """What another server takes for Cypher, Neo4j may not."""
    [row] = shared_neo4j.ask("CALL dbms.components() YIELD name RETURN name")
    assert row["name"] == "Neo4j Kernel"


def test_a_server_that_is_down_is_down_at_once_and_back_when_it_is(
    running_arcadedb: ArcadeDB,
) -> None:
    """A server that is started anew would stay lost until the program is; or hold it up."""
    at = running_arcadedb.server
    with model_of(at) as model, model_of(at) as idle:
        kept = context("down-s", 1, "down-raft")
        assert model.keep_context(kept)
        assert idle.context("down-s") == kept
        running_arcadedb.kill()
        started = time.monotonic()
        with pytest.raises(ReadModelDown, match=r"at 127\.0\.0\.1:\d+ cannot be reached"):
            model.keep_context(context("down-s", 2))
        with pytest.raises(ReadModelDown, match=r"at 127\.0\.0\.1:\d+ cannot be reached"):
            model.context("down-s")
        assert time.monotonic() - started < SOON
        running_arcadedb.start()
        assert idle.context("down-s") == kept
        assert model.context("down-s") == kept
        assert model.keep_context(context("down-s", 2, "down-paxos"))
        assert model.context("down-s") == context("down-s", 2, "down-paxos")
    at.forget("down-")


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process as Unix does")
def test_a_server_that_freezes_is_down_until_it_goes_on(running_arcadedb: ArcadeDB) -> None:
    """The projection would wait for two minutes, and the program that ends would wait with it."""
    with model_of(running_arcadedb.server) as model:
        assert model.keep_context(context("frozen-s", 1, "frozen-raft"))
        with running_arcadedb.frozen():
            started = time.monotonic()
            with pytest.raises(ReadModelDown, match="cannot be reached"):
                model.keep_context(context("frozen-s", 2, "frozen-raft"))
            with pytest.raises(ReadModelDown, match="cannot be reached"):
                model.context("frozen-s")
            assert time.monotonic() - started < SOON
        assert model.keep_context(context("frozen-s", 3, "frozen-paxos"))
        assert model.context("frozen-s") == context("frozen-s", 3, "frozen-paxos")
    running_arcadedb.server.forget("frozen-")


def test_constructing_needs_no_server() -> None:
    """The program would not start while its read model is down."""
    [port] = free_ports(1)
    with Neo4jReadModel(f"neo4j://127.0.0.1:{port}", "neo4j", "secret", source="log") as model:
        assert model.name == f"Neo4j at 127.0.0.1:{port}"
        with pytest.raises(ReadModelDown, match="Start it, or check NEO4J_URI") as caught:
            model.context("s")
        assert "secret" not in str(caught.value)


def test_a_port_where_something_else_listens_is_no_neo4j() -> None:
    """A wrong port would hang the projection, or crash it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"bolt://127.0.0.1:{silent.getsockname()[1]}"
        with Neo4jReadModel(uri, "neo4j", "secret", source="log") as model:
            started = time.monotonic()
            with pytest.raises(ReadModelDown, match="cannot be reached"):
                model.context("s")
            assert time.monotonic() - started < SOON


def test_a_host_without_an_address_is_down() -> None:
    """A slip in a host's name would crash the emitter."""
    with (
        Neo4jReadModel("bolt://no-such-host.invalid", "neo4j", "secret", source="log") as model,
        pytest.raises(ReadModelDown, match=r"no-such-host\.invalid:7687 cannot be reached"),
    ):
        model.context("s")


@pytest.mark.parametrize(
    "uri",
    ["localhost:7687", "http://localhost:7474", "bolt://", "bolt://h:port", "bolt://[::1", "",
     "bolt://h:0", "bolt://h:99999", "bolt://h?x=1"],
)  # fmt: skip
def test_what_is_no_address_is_told_at_once(uri: str) -> None:
    """It would be tried for ever."""
    with pytest.raises(BadAddress, match="NEO4J_URI"):
        Neo4jReadModel(uri, "neo4j", "secret", source="log")


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    """It would be in every log that names the server."""
    with pytest.raises(BadAddress, match="NEO4J_PASSWORD") as caught:
        Neo4jReadModel("bolt://neo4j:secret@localhost", "neo4j", "x", source="log")
    assert "secret" not in str(caught.value)


def test_the_driver_does_not_tell_of_labels_that_nobody_used_yet() -> None:
    """Each start on an empty server would warn of what is as it should be."""
    assert not logging.getLogger("neo4j.notifications").isEnabledFor(logging.WARNING)
