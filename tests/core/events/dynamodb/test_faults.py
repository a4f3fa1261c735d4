"""Every fault of the cloud says what to do, soon, and tells no secret."""

from __future__ import annotations

import json
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.events.errors import (
    AccessDenied,
    CredentialsExpired,
    NoCredentials,
    NotAnEventLog,
    SourceDamaged,
    SourceNotFound,
    SourceThrottled,
    SourceUnreachable,
    StoreError,
    WrongLocation,
)
from core.events.store.dynamodb import client as client_module
from core.events.store.dynamodb.client import Client, make_boto
from core.events.store.dynamodb.location import parse_location
from core.events.store.dynamodb.store import DynamoDBEventStore
from tests.core.events.dynamodb.tables import opened
from tests.core.events.dynamodb_server import CREDENTIALS, Table, ministack
from tests.core.events.store_contract import event

JSON_1_0 = "application/x-amz-json-1.0"


@dataclass
class Answering:
    """A server that refuses everything as AWS would, and counts."""

    status: int = 400
    code: str = ""
    message: str = ""
    asked: list[str] = field(default_factory=list)
    endpoint: str = ""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    answer = Answering()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer.asked.append(self.headers["X-Amz-Target"].rpartition(".")[2])
            kind = f"com.amazonaws.dynamodb.v20120810#{answer.code}"
            body = json.dumps({"__type": kind, "message": answer.message}).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", JSON_1_0)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with serving(Handler) as endpoint:
        answer.endpoint = endpoint
        yield answer


def location(endpoint: str, table: str = "events") -> str:
    return f"dynamodb://{table}?region=us-east-1&endpoint={endpoint}"


@pytest.mark.parametrize(
    ("code", "kind", "advice"),
    [
        ("ExpiredTokenException", CredentialsExpired, "Sign in anew, such as with `aws sso login`"),
        ("UnrecognizedClientException", CredentialsExpired, "check the clock"),
        ("InvalidSignatureException", CredentialsExpired, "check the clock"),
        ("AccessDeniedException", AccessDenied, "Ask for the policy that the README gives"),
        ("ResourceNotFoundException", SourceNotFound, "brainweb-replay table create"),
        ("ProvisionedThroughputExceededException", SourceThrottled, "Try again in a while"),
        ("ThrottlingException", SourceThrottled, "on-demand capacity"),
    ],
)
def test_a_refusal_says_what_to_do(
    answering: Answering, code: str, kind: type[StoreError], advice: str
) -> None:
    answering.code, answering.message = code, "User is not authorized"
    with pytest.raises(kind, match=advice) as caught:
        DynamoDBEventStore(location(answering.endpoint), attempts=1)
    assert "events" in str(caught.value)
    assert type(caught.value) is kind


def test_a_server_that_fails_is_asked_again_and_then_called_unreachable(
    answering: Answering,
) -> None:
    answering.status, answering.code = 500, "InternalServerError"
    with pytest.raises(SourceUnreachable, match="Try again in a while"):
        DynamoDBEventStore(location(answering.endpoint), attempts=2)
    assert answering.asked == ["DescribeTable"] * 2


def test_where_nobody_listens_is_unreachable(answering: Answering) -> None:
    with serving(BaseHTTPRequestHandler) as gone:
        pass
    started = time.monotonic()
    with pytest.raises(SourceUnreachable, match=r"cannot be reached.*Check the network"):
        DynamoDBEventStore(location(gone), attempts=1)
    assert time.monotonic() - started < 10 * client_module.CONNECT_SECONDS


def test_a_server_that_stopped_answering_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the network goes while a log is open, the connection stays and nothing comes."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with ministack(tmp_path) as server:
        client = Client(parse_location(location(server.endpoint)), attempts=1, read_seconds=0.2)
        with server.frozen(), pytest.raises(SourceUnreachable, match="in time"):
            client.call("DescribeTable")
        client.close()


def test_a_person_is_not_kept_waiting(answering: Answering) -> None:
    """2 s for a connection and 3 s for an answer, a few times with jitter between."""
    boto = make_boto("dynamodb", parse_location(location(answering.endpoint)))
    config = boto.meta.config
    assert (config.connect_timeout, config.read_timeout) == (2.0, 3.0)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
    boto.close()


def test_without_credentials_it_says_where_to_get_them(
    answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(NoCredentials, match=r"aws sso login.*AWS_PROFILE"):
        DynamoDBEventStore(location(answering.endpoint))
    assert answering.asked == []


def test_a_profile_that_is_not_there_is_named(answering: Answering) -> None:
    with pytest.raises(NoCredentials, match="no AWS profile “nobody”"):
        DynamoDBEventStore(location(answering.endpoint) + "&profile=nobody")


def test_a_profile_is_used(
    answering: Answering, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    credentials = tmp_path / "credentials"
    credentials.write_text("[lab]\naws_access_key_id = A\naws_secret_access_key = B\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    answering.code = "ResourceNotFoundException"
    with pytest.raises(SourceNotFound):
        DynamoDBEventStore(location(answering.endpoint) + "&profile=lab")


def test_a_table_with_other_keys_is_no_log(
    dynamodb_endpoint: str | None, aws_environment: None
) -> None:
    table = Table("other-keys", dynamodb_endpoint)
    table.client().create_table(
        TableName=table.name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    try:
        with pytest.raises(NotAnEventLog, match=r"its keys are id \(S\).*table create"):
            DynamoDBEventStore(table.location)
    finally:
        table.delete()


def test_a_damaged_head_is_not_written_over(dynamodb_table: Table) -> None:
    """The count of the session would begin at one."""
    dynamodb_table.put(pk={"S": "replay#head#s"}, sk={"S": "-"}, count={"S": "many"})
    with opened(dynamodb_table) as store:
        with pytest.raises(SourceDamaged, match="verify --write-heads"):
            store.append(event())
        assert list(store.replay("s")) == []


@pytest.mark.parametrize("code", ["AccessDeniedException", "ExpiredTokenException"])
def test_no_log_and_no_message_holds_credentials(
    answering: Answering,
    dynamodb_table: Table,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    code: str,
) -> None:
    """A log is sent to others when something goes wrong."""
    secrets = {
        "AWS_ACCESS_KEY_ID": "AKIDNOBODY1234567890",
        "AWS_SECRET_ACCESS_KEY": "verysecretindeed",
        "AWS_SESSION_TOKEN": "tokenofasession",
    }
    answering.code = code
    with caplog.at_level(logging.DEBUG):
        with opened(dynamodb_table) as store:
            store.append(event())
        for name, value in secrets.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(StoreError) as caught:
            DynamoDBEventStore(location(answering.endpoint))
    shown = caplog.text + str(caught.value) + repr(caught.value)
    for secret in secrets.values():
        assert secret not in shown


def test_credentials_in_an_endpoint_are_refused_and_not_repeated() -> None:
    with pytest.raises(WrongLocation, match="name or a password") as caught:
        parse_location("dynamodb://events?endpoint=http://me:hush@localhost:8000")
    assert "hush" not in str(caught.value)


def test_a_lost_answer_is_asked_for_again_and_counts_once(dynamodb_table: Table) -> None:
    """What botocore sends again by itself is the same transaction."""
    lost = []

    class Losing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {
                name: value for name, value in self.headers.items() if name.lower() != "host"
            }
            asked = urllib.request.Request(dynamodb_table.endpoint or "", body, headers)
            try:
                answer = urllib.request.urlopen(asked)
            except urllib.error.HTTPError as refused:
                # Who does not know the same transaction again says that it is stored by now.
                answer = refused
            with answer:
                status, found = answer.status, answer.read()
            if self.headers["X-Amz-Target"].endswith("TransactWriteItems") and not lost:
                lost.append(body)
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", JSON_1_0)
            self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.wfile.write(found)

        def log_message(self, format: str, *args: object) -> None:
            pass

    if dynamodb_table.endpoint is None:
        pytest.skip("AWS itself signs for its own name")
    made = event(idempotency_key="k")
    with (
        serving(Losing) as endpoint,
        DynamoDBEventStore(
            location(endpoint, dynamodb_table.name), writable=True, read_seconds=60
        ) as store,
    ):
        assert store.append(made).event == made
        assert lost
        assert list(store.replay("s")) == [made]
        head = store.head("s")
        assert head is not None
        assert head.count == 1
