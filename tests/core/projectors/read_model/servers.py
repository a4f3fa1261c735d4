"""Real servers that speak Bolt, for the tests of the read model."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from tests.server_process import ServerProcess, free_ports

NEO4J = "NEO4J_TEST_URI"
"""The variable that names a Neo4j to test on, beside NEO4J_TEST_USER and NEO4J_TEST_PASSWORD."""

SCRIPT = Path(__file__).with_name("arcade_server.py")
START_SECONDS = 180.0
MUST_START = bool(os.environ.get("CI")) and (platform.system(), platform.machine()) == (
    "Linux",
    "x86_64",
)


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, and how it is entered."""

    uri: str
    user: str
    password: str
    database: str | None = None

    def ask(self, question: str, /, **parameters: Any) -> list[dict[str, Any]]:
        """What the server answers to Cypher, past the code that is tested; tried once."""
        with neo4j.GraphDatabase.driver(
            self.uri,
            auth=(self.user, self.password),
            connection_timeout=2,
            max_transaction_retry_time=0,
        ) as driver:
            answer = driver.execute_query(question, parameters, database_=self.database)
            return [record.data() for record in answer.records]

    def forget(self, token: str) -> None:
        """Delete what is named by a token."""
        self.ask(
            "MATCH (n) WHERE n.session_id STARTS WITH $token OR n.concept_id STARTS WITH $token "
            "OR n.object_id STARTS WITH $token DETACH DELETE n",
            token=token,
        )


class ArcadeDB(ServerProcess):
    """A server of our own."""

    def __init__(self, folder: Path) -> None:
        port, http_port = free_ports(2)
        self.server = Server(f"bolt://127.0.0.1:{port}", "root", "played-back", "replay")
        words = (SCRIPT, folder, port, http_port, self.server.database, self.server.password)
        super().__init__(
            "arcadedb-embedded",
            folder,
            [sys.executable, *map(str, words)],
            start_seconds=START_SECONDS,
            must_start=MUST_START,
        )

    def answers(self) -> bool:
        """Whether it answers to Cypher: its port is open before it does."""
        try:
            return self.server.ask("RETURN 1 AS one") == [{"one": 1}]
        except (DriverError, Neo4jError):
            return False


@contextmanager
def arcadedb(folder: Path) -> Iterator[ArcadeDB]:
    """A server that runs until the end of the block."""
    with ArcadeDB(folder).running() as server:
        yield server


def neo4j_itself() -> Server:
    """The server that the environment names."""
    user = os.environ.get("NEO4J_TEST_USER", "neo4j")
    return Server(os.environ[NEO4J], user, os.environ.get("NEO4J_TEST_PASSWORD", "neo4j"))
