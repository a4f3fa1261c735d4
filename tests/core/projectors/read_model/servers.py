"""Real servers that speak Bolt, for the tests of the read model."""

from __future__ import annotations

import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neo4j
import pytest
from neo4j.exceptions import DriverError, Neo4jError

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


class ArcadeDB:
    """A server of our own, that can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port, self._http_port = free_ports(2)
        self._process: subprocess.Popen[bytes] | None = None
        self.server = Server(f"bolt://127.0.0.1:{self._port}", "root", "played-back", "replay")

    def start(self) -> None:
        """Start it and wait until it answers; where it cannot be had, the test is skipped."""
        self._folder.mkdir(exist_ok=True)
        command = [
            sys.executable, str(SCRIPT), str(self._folder), str(self._port), str(self._http_port),
            str(self.server.database), self.server.password,
        ]  # fmt: skip
        with (self._folder / "output.txt").open("ab") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=self._folder
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                self._give_up()
            time.sleep(0.1)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It neither answers nor closes a connection, as when its machine has gone."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        # Its port is open before it answers.
        try:
            return self.server.ask("RETURN 1 AS one") == [{"one": 1}]
        except (DriverError, Neo4jError):
            return False

    def _give_up(self) -> None:
        said = (self._folder / "output.txt").read_text("utf-8", "replace")[-2_000:]
        reason = f"arcadedb-embedded does not start here: {said}"
        if MUST_START:
            pytest.fail(reason)
        pytest.skip(reason)


@contextmanager
def arcadedb(folder: Path) -> Iterator[ArcadeDB]:
    """A server that runs until the end of the block."""
    server = ArcadeDB(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def neo4j_itself() -> Server:
    """The server that the environment names."""
    user = os.environ.get("NEO4J_TEST_USER", "neo4j")
    return Server(os.environ[NEO4J], user, os.environ.get("NEO4J_TEST_PASSWORD", "neo4j"))


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
