"""The environment names the read models: what is wrong there must stop nobody."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from core.projectors.read_model import ReadModelDown
from core.projectors.read_model.factory import open_read_models
from core.projectors.read_model.sqlite import default_path
from tests.core.projectors.read_model.contract import context
from tests.core.projectors.read_model.servers import Server, free_ports


def environment(**changes: str) -> dict[str, str]:
    named = {"NEO4J_URI": "bolt://localhost", "NEO4J_USER": "neo4j", "NEO4J_PASSWORD": "secret"}
    return named | changes


def names(environ: dict[str, str]) -> list[str]:
    models = open_read_models(source="log", environ=environ)
    for model in models:
        model.close()
    return [model.name for model in models]


@pytest.mark.parametrize("environ", [{}, {"NEO4J_URI": ""}, {"NEO4J_PASSWORD": "secret"}])
def test_without_an_address_there_is_the_embedded_one(environ: dict[str, str]) -> None:
    """Who has no Neo4j would have to set one up."""
    assert names(environ) == ["embedded"]


def test_with_an_address_there_is_neo4j_beside_it() -> None:
    """The backend would read no context of a session."""
    assert names(environment()) == ["embedded", "Neo4j at localhost:7687"]


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (environment(NEO4J_USER=""), "but not NEO4J_USER."),
        ({"NEO4J_URI": "bolt://localhost"}, "but not NEO4J_USER and NEO4J_PASSWORD."),
        (environment(NEO4J_URI="localhost"), "no address of Neo4j"),
        (environment(NEO4J_URI="bolt://neo4j:secret@localhost"), "holds a user or a password"),
    ],
)
def test_what_is_set_wrongly_is_told_and_left_out(
    environ: dict[str, str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A slip in a setting would stop the emitter, or nobody would learn of it."""
    assert names(environ) == ["embedded"]
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert said in record.getMessage()
    assert "secret" not in record.getMessage()


def test_a_server_that_is_down_stops_nobody() -> None:
    """The emitter would not start while Neo4j is down."""
    [port] = free_ports(1)
    environ = environment(NEO4J_URI=f"bolt://127.0.0.1:{port}")
    embedded, server = open_read_models(source="log", environ=environ)
    with embedded, server:
        assert embedded.keep_context(context("s"))
        with pytest.raises(ReadModelDown):
            server.keep_context(context("s"))
    assert default_path().exists()


def test_the_server_that_is_named_is_written(server: Server) -> None:
    """The names of the settings would not be those that are documented."""
    environ = {
        "NEO4J_URI": server.uri,
        "NEO4J_USER": server.user,
        "NEO4J_PASSWORD": server.password,
        "NEO4J_DATABASE": server.database or "",
    }
    embedded, named = open_read_models(source="log", environ=environ)
    with embedded, named:
        assert named.keep_context(context("factory-s"))
        assert named.context("factory-s") == context("factory-s")
    server.forget("factory-")


def test_without_neo4j_its_driver_is_not_imported() -> None:
    """The window would open later for what few people use."""
    program = (
        "import sys; from core.projectors.read_model.factory import open_read_models; "
        "open_read_models(source='log', environ={}); sys.exit('neo4j' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[4])
    assert done.returncode == 0
