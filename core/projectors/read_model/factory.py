"""The read models that the environment names."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

from core.projectors.read_model.base import ReadModel
from core.projectors.read_model.sqlite import SQLiteReadModel

log = logging.getLogger(__name__)


def open_read_models(*, source: str, environ: Mapping[str, str] = os.environ) -> list[ReadModel]:
    """The embedded read model, and Neo4j where NEO4J_URI names one.

    Neo4j takes NEO4J_USER and NEO4J_PASSWORD, and NEO4J_DATABASE where it is not the server's
    default. Nothing is connected to yet, so nothing is raised; where the settings are wrong, the
    log says how, and Neo4j is left out.
    """
    models: list[ReadModel] = [SQLiteReadModel(source=source)]
    if uri := environ.get("NEO4J_URI"):
        lacking = [name for name in ("NEO4J_USER", "NEO4J_PASSWORD") if not environ.get(name)]
        if lacking:
            log.error("Neo4j is not written: NEO4J_URI is set, but not %s.", " and ".join(lacking))
        else:
            models += _neo4j(uri, source, environ)
    return models


def _neo4j(uri: str, source: str, environ: Mapping[str, str]) -> list[ReadModel]:
    # The driver takes long to import, and few programs need it.
    from core.projectors.read_model.neo4j import BadAddress, Neo4jReadModel

    try:
        model = Neo4jReadModel(
            uri,
            environ["NEO4J_USER"],
            environ["NEO4J_PASSWORD"],
            source=source,
            database=environ.get("NEO4J_DATABASE") or None,
        )
    except BadAddress as error:
        log.error("Neo4j is not written: %s", error)
        return []
    return [model]
