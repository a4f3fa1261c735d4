"""What keeps a table from being read is said, with what to do, by the commands and the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from app.command_line.program import app
from app.sources import place_of
from app.window import Window
from tests.app.gate import Gate, gate
from tests.app.tables import append, padded, put
from tests.app.windows import PATIENCE, texts
from tests.core.events.dynamodb_server import Table

REFUSALS = {
    "ExpiredTokenException": "have expired (ExpiredTokenException). Sign in anew",
    "AccessDeniedException": "Ask for the policy that the README gives",
    "ThrottlingException": "takes no more requests just now",
    "UnrecognizedClientException": "check the clock",
    "ResourceNotFoundException": "There is no table “events-",
}


@pytest.fixture
def way(dynamodb_table: Table) -> Iterator[tuple[Gate, Table]]:
    """A table of a session, and what may stand between."""
    append(dynamodb_table, [padded(n) for n in range(3)])
    assert dynamodb_table.endpoint is not None
    with gate(dynamodb_table.endpoint) as between:
        between.open()
        yield between, replace(dynamodb_table, endpoint=between.endpoint)


@pytest.mark.parametrize("code", REFUSALS)
def test_a_command_says_what_to_do(way: tuple[Gate, Table], code: str) -> None:
    """A traceback tells nobody to sign in anew."""
    between, table = way
    between.refusal = (code, "said by the server")
    for command in (("table", "describe", table.location), ("sessions", table.location)):
        result = CliRunner().invoke(app, list(command))
        assert result.exit_code == 2
        assert result.stderr.startswith("brainweb-replay: ")
        assert REFUSALS[code] in result.stderr
        assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "There are no AWS credentials for “events”. Sign in"),
        ("?profile=nobody", "There is no AWS profile “nobody” here"),
    ],
)
def test_who_has_no_credentials_is_told_where_they_come_from(
    aws_environment: None, monkeypatch: pytest.MonkeyPatch, query: str, told: str
) -> None:
    """The first thing that happens to anybody on a new machine."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    result = CliRunner().invoke(app, ["sessions", f"dynamodb://events{query}"])
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_table_of_other_keys_is_no_log(dynamodb_table: Table) -> None:
    """Any table can be named by mistake."""
    other = replace(dynamodb_table, name=f"{dynamodb_table.name}-other")
    other.client().create_table(
        TableName=other.name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    try:
        for command in (["table", "verify", other.location], ["sessions", other.location]):
            result = CliRunner().invoke(app, command)
            assert result.exit_code == 2
            assert "is not keyed by the texts pk and sk (its keys are id (N))" in result.stderr
    finally:
        other.delete()


def test_the_window_says_it_and_goes_on_once_it_is_mended(
    window: Window, qtbot: QtBot, settled: Callable[[], None], way: tuple[Gate, Table]
) -> None:
    """Credentials expire while a session is watched: who signs in anew misses nothing."""
    between, table = way

    def length() -> int:
        return -1 if window.opening.log is None else len(window.opening.log)

    between.refusal = ("AccessDeniedException", "ada is not authorized")
    window.open(place_of(table.location))
    qtbot.wait_until(lambda: "ada is not authorized" in texts(window.banner), timeout=PATIENCE)
    between.refusal = None
    # Nothing is open: it is opened again.
    window.open(place_of(table.location))
    qtbot.wait_until(lambda: length() == 3, timeout=PATIENCE)
    settled()
    for code in ("ExpiredTokenException", "ResourceNotFoundException"):
        between.refusal = (code, "said by the server")
        qtbot.wait_until(lambda c=code: REFUSALS[c] in texts(window.banner), timeout=PATIENCE)  # type: ignore[misc]
        assert "It is tried again by itself" in texts(window.banner)
        assert "not answering" in texts(window.status_line)
    before = replace(table, endpoint=between.target)
    put(before, [padded(n) for n in range(3, 5)])
    between.refusal = None
    qtbot.wait_until(lambda: length() == 5, timeout=PATIENCE)
    qtbot.wait_until(lambda: not window.banner.isVisible(), timeout=PATIENCE)
    store = window.source.store
    assert store is not None
    assert [each.event_id for each in store.replay("s")] == [f"s-{n:06}" for n in range(5)]
