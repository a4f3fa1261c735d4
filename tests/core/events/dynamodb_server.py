"""A real DynamoDB server for the tests: ministack, or the one that DYNAMODB_TEST_ENDPOINT names.

`moto` there is the server of that package, started by the tests as well: what holds on two that
know nothing of each other is not a habit of one. `aws` means AWS itself, by your own credentials.
Amazon's DynamoDB Local is not fetched, for its licence is not an open-source one: start it yourself
and give its address.
"""

from __future__ import annotations

import os
import platform
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.server_process import ServerProcess, free_ports

ENDPOINT = "DYNAMODB_TEST_ENDPOINT"
MOTO, AWS = "moto", "aws"
REGION = "us-east-1"
START_SECONDS = 60.0
MUST_START = bool(os.environ.get("CI")) and platform.system() == "Linux"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test-secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
"""What lets a client in where the server is our own; nobody checks it."""

# Ends with the tests, however these end.
_RUN = """
import os, runpy, sys, threading
def end():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=end, daemon=True).start()
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__")
"""

_said: list[str] = []


@dataclass(frozen=True, slots=True)
class Table:
    """A table on a server, that is deleted after the test."""

    name: str
    endpoint: str | None
    region: str = REGION

    @property
    def location(self) -> str:
        """How the program is told of it."""
        endpoint = "" if self.endpoint is None else f"&endpoint={quote(self.endpoint, safe='')}"
        return f"dynamodb://{self.name}?region={self.region}{endpoint}"

    def client(self) -> Any:
        """boto3's own client, past the code that is tested."""
        return _client(self.endpoint, self.region)

    def delete(self) -> None:
        """Take it away."""
        self.client().delete_table(TableName=self.name)

    def put(self, **item: Any) -> None:
        """Write an item as it is, of attribute values as DynamoDB spells them."""
        self.client().put_item(TableName=self.name, Item=item)

    def items(self) -> list[dict[str, Any]]:
        """Every item, by its keys."""
        pages = self.client().get_paginator("scan").paginate(TableName=self.name)
        found = [item for page in pages for item in page["Items"]]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


class Server(ServerProcess):
    """A server of our own; what it holds is gone when it is killed."""

    def __init__(self, folder: Path, module: str, health: str, *options: str, **more: str) -> None:
        (port,) = free_ports(1)
        self.endpoint = f"http://127.0.0.1:{port}"
        self._health = self.endpoint + health
        super().__init__(
            module,
            folder,
            [sys.executable, "-c", _RUN, module, *(each.format(port=port) for each in options)],
            environment={name: value.format(port=port) for name, value in more.items()},
            start_seconds=START_SECONDS,
            must_start=MUST_START,
        )

    def answers(self) -> bool:
        """Whether it says that it is well."""
        with suppress(OSError), urllib.request.urlopen(self._health, timeout=1) as answer:
            return bool(answer.status == 200)
        return False


@contextmanager
def ministack(folder: Path) -> Iterator[Server]:
    """A server that runs until the end of the block."""
    made = Server(
        folder, "ministack", "/_ministack/health", GATEWAY_PORT="{port}",
        SERVICES="dynamodb,dynamodbstreams", BIND_HOST="127.0.0.1",
    )  # fmt: skip
    with made.running() as server:
        yield server


@contextmanager
def moto(folder: Path) -> Iterator[Server]:
    """The second server, which runs until the end of the block."""
    made = Server(folder, "moto.server", "/moto-api/", "-H", "127.0.0.1", "-p", "{port}")
    with made.running() as server:
        yield server


@pytest.fixture(scope="session")
def dynamodb_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """Where the server of this run is; None for AWS itself. It is started once a run."""
    named = os.environ.get(ENDPOINT)
    if named and named != MOTO:
        _said.append(f"the server that {ENDPOINT} names, {named}")
        yield None if named == AWS else named
        return
    package, started = (MOTO, moto) if named else ("ministack", ministack)
    with started(tmp_path_factory.mktemp(package)) as server:
        _said.append(f"{package} {version(package)}; {ENDPOINT} names another server")
        yield server.endpoint


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that a server of our own takes; those of a developer for another server."""
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    if os.environ.get(ENDPOINT) in (None, MOTO):
        for name, value in CREDENTIALS.items():
            monkeypatch.setenv(name, value)


@pytest.fixture
def dynamodb_table(dynamodb_endpoint: str | None, aws_environment: None) -> Iterator[Table]:
    """A fresh table as the backend makes it: the keys pk and sk, and no more."""
    yield from _made(dynamodb_endpoint)


@pytest.fixture
def dynamodb_stream_table(dynamodb_endpoint: str | None, aws_environment: None) -> Iterator[Table]:
    """The same with a stream of new images."""
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    yield from _made(dynamodb_endpoint, StreamSpecification=stream)


def _made(endpoint: str | None, **more: Any) -> Iterator[Table]:
    table = Table(f"events-{uuid4().hex[:12]}", endpoint)
    create_backend_table(table, **more)
    try:
        yield table
    finally:
        table.delete()


@cache
def _client(endpoint: str | None, region: str) -> Any:
    import boto3
    from botocore.config import Config

    patient = Config(read_timeout=60)
    return boto3.client("dynamodb", region_name=region, endpoint_url=endpoint, config=patient)


def create_backend_table(table: Table, *, names: Sequence[str] = (), **more: Any) -> None:
    """A table of the keys pk and sk; `names` are the attributes that more indexes are keyed by."""
    client = table.client()
    client.create_table(
        TableName=table.name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", *names)
        ],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    client.get_waiter("table_exists").wait(TableName=table.name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which server the DynamoDB tests ran on."""
    for server in _said:
        terminalreporter.write_line(f"== the DynamoDB store was tested on {server}")
