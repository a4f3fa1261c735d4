"""The document that describes the API: it is true of every request that it allows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.builders import chat, viewed
from tests.builders_files import in_session, write_log
from tests.core.server.serving import BEARER, Serving, serving

OPERATIONS = (
    ("GET", "/api/sessions"),
    ("GET", "/api/sessions/{session_id}/events"),
    ("POST", "/api/sessions/{session_id}/events"),
    ("GET", "/api/sessions/{session_id}/context"),
    ("GET", "/api/users/{user_id}/preferences"),
    ("GET", "/healthz"),
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Serving]:
    events = in_session("study", [viewed("raft"), chat("raft", "paxos", seconds=10)])
    with serving(write_log(tmp_path / "events.db", events), writable=True) as found:
        yield found


def test_it_tells_of_every_route_and_its_answers(served: Serving) -> None:
    """A program that is generated from it would lack a route, or an answer."""
    document = served.get("/openapi.json").json()
    described = {
        (method.upper(), path) for path, each in document["paths"].items() for method in each
    }
    assert described == set(OPERATIONS)
    assert document["security"] == [{"token": []}]
    for path, each in document["paths"].items():
        for method, operation in each.items():
            statuses = set(operation["responses"])
            assert {"401", "403", "422", "429", "503"} <= statuses, (method, path)
            assert operation["summary"]


def test_its_examples_are_answered_as_it_says(served: Serving) -> None:
    """Who copies the example would be refused."""
    document = served.get("/openapi.json").json()
    operation = document["paths"]["/api/sessions/{session_id}/events"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]["examples"][0]
    answer = served.http.post("/api/sessions/study/events", json=body)
    assert answer.status_code == 201
    shapes = document["components"]["schemas"]
    for name, answered in (
        ("EnvelopeShape", answer.json()),
        ("ContextShape", served.get("/api/sessions/study/context", at="#1").json()),
        ("SessionShape", served.get("/api/sessions").json()[0]),
        ("PreferencesShape", served.get("/api/users/user-ada/preferences").json()[0]),
    ):
        assert set(shapes[name]["examples"][0]) | {"at"} == set(answered) | {"at"}, name


def test_nothing_of_it_is_loaded_from_elsewhere(served: Serving) -> None:
    """A page of documentation that loads scripts from a stranger's server tells them who reads."""
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert served.get(path).status_code == 404
    assert "cdn" not in json.dumps(served.get("/openapi.json").json())


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_it_allows_is_answered_as_it_says(served: Serving, method: str, path: str) -> None:
    """Some request that nobody thought of would be answered by a failure."""
    schema = schemathesis.openapi.from_dict(served.get("/openapi.json").json())
    base = served.server.address.rstrip("/")
    checks = [
        not_a_server_error, status_code_conformance, content_type_conformance,
        response_schema_conformance,
    ]  # fmt: skip

    @settings(
        max_examples=25,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method].as_strategy())
    def answered(case: Any) -> None:
        response = case.call(base_url=base, headers=BEARER)
        case.validate_response(response, checks=checks)

    answered()
