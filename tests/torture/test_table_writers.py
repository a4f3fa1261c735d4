"""Many write to one table at once, send twice and lose answers: each event is there once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from core.events.store.dynamodb.client import Client
from core.events.store.dynamodb.location import parse_location
from core.events.store.dynamodb.verifying import verify
from tests.core.events.dynamodb.tables import opened
from tests.core.events.dynamodb_server import Table, create_backend_table
from tests.torture.conftest import Figure, amount
from tests.torture.table_writers import EVENTS, LOST, SENT_TWICE, SESSIONS, WRITERS

ROOT = Path(__file__).parents[2]
SEEDS = amount(1, 200)
"""How many times all write."""
PROCESSES = 2
AT_ONCE = 5
"""So many seeds are one test."""


@pytest.fixture
def processes(aws_environment: None) -> Iterator[list[subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "tests.torture.table_writers"]
    running = [
        subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(PROCESSES)
    ]
    yield running
    for process in running:
        process.communicate()
    assert [process.returncode for process in running] == [0] * PROCESSES


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_each_event_is_stored_once_and_none_is_lost(
    dynamodb_endpoint: str | None,
    processes: list[subprocess.Popen[str]],
    first: int,
    figure: Figure,
) -> None:
    """A learner's act that counts twice, or not at all, after the network failed once."""
    for seed in range(first, min(first + AT_ONCE, SEEDS)):
        # One for each seed: ministack copies a table with every transaction.
        table = Table(f"events-{uuid4().hex[:12]}", dynamodb_endpoint)
        create_backend_table(table)
        for number, process in enumerate(processes):
            assert process.stdin is not None
            process.stdin.write(f"{table.location} {seed} {number}\n")
            process.stdin.flush()
        sent: list[str] = []
        for process in processes:
            assert process.stdout is not None
            sent += process.stdout.readline().split()
        check(table, sent, seed)
        table.delete()
    if first + AT_ONCE >= SEEDS:
        figure(
            f"{PROCESSES * WRITERS} writers in {PROCESSES} processes, {SENT_TWICE:.0%} of appends "
            f"sent twice, {LOST:.0%} of answers lost: seeds after which each event was there once",
            SEEDS,
        )


def check(table: Table, sent: list[str], seed: int) -> None:
    assert len(sent) >= PROCESSES * WRITERS * EVENTS, f"a writer failed at seed {seed}"
    with opened(table) as store:
        stored = {name: list(store.session_pages(name)) for name in SESSIONS}
        rows = [row for pages in stored.values() for page in pages for row in page.rows]
        assert sorted(str(row.event_id) for row in rows) == sorted(sent), f"seed {seed}"
        for name, pages in stored.items():
            arrivals = sorted(row.rowid for page in pages for row in page.rows)
            assert arrivals == list(range(1, len(arrivals) + 1)), f"seed {seed}, session {name}"
    client = Client(parse_location(table.location), read_seconds=60)
    found = verify(client)
    client.close()
    assert found.good, f"seed {seed}: {found}"
    assert (found.events, found.duplicates) == (len(sent), 0), f"seed {seed}"
