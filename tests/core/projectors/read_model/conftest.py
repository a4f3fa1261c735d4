"""The servers that the tests of the read model share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.core.projectors.read_model.servers import NEO4J, ArcadeDB, Server, arcadedb, neo4j_itself

SERVERS = ["arcadedb", *(["neo4j"] if NEO4J in os.environ else [])]


@pytest.fixture(scope="session")
def running_arcadedb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArcadeDB]:
    with arcadedb(tmp_path_factory.mktemp("arcadedb")) as running:
        yield running


@pytest.fixture(scope="session")
def shared_arcadedb(running_arcadedb: ArcadeDB) -> Server:
    return running_arcadedb.server


@pytest.fixture(scope="session")
def shared_neo4j() -> Server:
    return neo4j_itself()


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Server:
    """Each server that can be had, in turn."""
    found = request.getfixturevalue(f"shared_{request.param}")
    assert isinstance(found, Server)
    return found
