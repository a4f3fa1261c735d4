"""The questions of the README, put to real servers as they stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from core.projectors.read_model import KeptContext
from core.projectors.read_model.neo4j import Neo4jReadModel
from core.projectors.session_context import ActiveConcept, ActiveObject, SessionContext
from tests.core.projectors.read_model.contract import INSTANT
from tests.core.projectors.read_model.servers import Server

README = Path(__file__).parents[4] / "README.md"


def questions() -> list[str]:
    [section] = re.findall(r"^## Read models\n(.*?)^## ", README.read_text("utf-8"), re.M | re.S)
    return re.findall(r"^```cypher\n(.*?)^```", section, re.M | re.S)


class Graph:
    """A few sessions on a server, whose names all begin with a token."""

    def __init__(self, server: Server, token: str) -> None:
        self.server = server
        self.token = token

    def keep(
        self, session: str, active: dict[str, float], *touched: str, uncertainty: float = 0.5
    ) -> None:
        concepts = [ActiveConcept(self.token + c, weight) for c, weight in active.items()]
        objects = [ActiveObject("document", self.token + each, 0.7) for each in touched]
        made = SessionContext(
            self.token + session, 1, INSTANT, tuple(concepts), tuple(objects), uncertainty
        )
        at = self.server
        with Neo4jReadModel(
            at.uri, at.user, at.password, source="log", database=at.database
        ) as model:
            model.keep_context(KeptContext(made, "event"))

    def ask(self, question: str, **parameters: str) -> list[tuple[object, ...]]:
        """The rows of the answer that are of this graph, without the token."""
        rows = [list(row.values()) for row in self.server.ask(question, **parameters)]
        return [
            tuple(str(v).removeprefix(self.token) if isinstance(v, str) else v for v in row)
            for row in rows
            if any(str(value).startswith(self.token) for value in row)
        ]


@pytest.fixture
def graph(server: Server) -> Iterator[Graph]:
    graph = Graph(server, f"q-{uuid4().hex}-")
    graph.keep("s1", {"raft": 0.9, "paxos": 0.4}, "d1", "d2", uncertainty=0.2)
    graph.keep("s2", {"raft": 0.3, "paxos": 0.3, "clocks": 0.2}, "d2")
    graph.keep("s3", {"clocks": 0.7, "paxos": 0.1}, "d3", uncertainty=0.8)
    graph.keep("s4", {"paxos": 0.2})
    yield graph
    server.forget(graph.token)


def test_which_sessions_have_a_concept_in_mind(graph: Graph) -> None:
    """An analyst who copies the question would get an error, or other sessions."""
    which, _, _ = questions()
    assert graph.ask(which, concept=graph.token + "raft") == [
        ("s1", 0.9, 1, 0.2),
        ("s2", 0.3, 1, 0.5),
    ]


def test_which_concepts_are_in_mind_together(graph: Graph) -> None:
    """Pairs would be counted twice, or with themselves."""
    _, together, _ = questions()
    assert graph.ask(together) == [
        ("clocks", "paxos", 2),
        ("paxos", "raft", 2),
        ("clocks", "raft", 1),
    ]


def test_what_is_in_play_where_a_concept_is_in_mind(graph: Graph) -> None:
    """Objects of sessions with other things in mind would be named."""
    _, _, in_play = questions()
    assert graph.ask(in_play, concept=graph.token + "raft") == [
        ("document", "d2", 2, 0.9 + 0.3),
        ("document", "d1", 1, 0.9),
    ]
