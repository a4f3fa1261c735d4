"""The commands that make, describe and verify a table of DynamoDB."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from app.command_line.consumption import described
from app.command_line.progress_line import ProgressLine
from app.command_line.running import NO, faults
from app.text import count, date_and_clock, plain
from core.events.store.dynamodb.client import Client
from core.events.store.dynamodb.heads import Head
from core.events.store.dynamodb.location import parse_location
from core.events.store.dynamodb.survey import ScanProgress
from core.events.store.dynamodb.table import TableDescription
from core.events.store.dynamodb.table import create as create_table
from core.events.store.dynamodb.table import describe as describe_table
from core.events.store.dynamodb.verifying import Verification
from core.events.store.dynamodb.verifying import verify as verify_table
from core.events.store.dynamodb.verifying import write_heads as write_all_heads

table_commands = typer.Typer(
    help="Make, describe and verify a table of DynamoDB.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Location = Annotated[
    str,
    typer.Argument(
        metavar="LOCATION", help="dynamodb://TABLE?region=…&endpoint=…&profile=…",
        show_default=False,
    ),
]  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@table_commands.command()
def create(
    location: Location,
    idempotency_index: Annotated[
        bool,
        typer.Option(help="Make the index on idempotency keys that a Brain Web backend asks."),
    ] = True,
) -> None:
    """Make a table: on demand, with its indexes, a stream, and recovery to a point in time."""
    with _client(location) as client:
        made = create_table(client, idempotency_index=idempotency_index)
        _print_description(client, made)


@table_commands.command()
def describe(location: Location, as_json: AsJson = False) -> None:
    """Tell what a table is like."""
    with _client(location) as client:
        found = describe_table(client, with_recovery=True)
        if as_json:
            typer.echo(json.dumps({"location": str(client.location)} | asdict(found), indent=2))
        else:
            _print_description(client, found)


@table_commands.command()
def verify(
    location: Location,
    write_heads: Annotated[
        bool,
        typer.Option("--write-heads", help="Write the heads and markers that are wrong or lack."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hold heads and markers against the events, by reading the whole table.

    Exit status 1 where they differ.
    """
    with _client(location) as client:
        # A table of other keys is no log that lacks its events.
        describe_table(client)
        if write_heads:
            with _progress("Writing") as tell:
                written = write_all_heads(client, tell)
            typer.echo(f"{written:,} heads and markers written.")
        with _progress("Verifying") as tell:
            found = verify_table(client, tell)
        if as_json:
            typer.echo(json.dumps(asdict(found) | {"good": found.good}, indent=2))
        else:
            _print_verification(found)
        typer.echo(described(client.capacity.now()), err=True)
        raise typer.Exit(0 if found.good else NO)


@contextmanager
def _client(location: str) -> Iterator[Client]:
    with faults():
        client = Client(parse_location(location))
        try:
            yield client
        finally:
            client.close()


class _Tell:
    """Shows how far a scan is."""

    def __init__(self, verb: str, line: ProgressLine) -> None:
        self._verb, self._line = verb, line

    def __call__(self, so_far: ScanProgress) -> None:
        self._line.tell(
            f"{self._verb}: {so_far.items:,} items on {so_far.pages:,} pages, "
            f"{so_far.read_units:,.0f} read units, {so_far.sessions:,} sessions"
        )


@contextmanager
def _progress(verb: str) -> Iterator[_Tell]:
    with ProgressLine() as line:
        yield _Tell(verb, line)


def _print_description(client: Client, found: TableDescription) -> None:
    recovery = {True: "on", False: "off: turn it on", None: "not allowed to know"}
    _print_rows(
        {
            "table": str(client.location),
            "status": found.status.lower(),
            "items": f"about {found.items:,}, {found.bytes:,} bytes, as DynamoDB last counted",
            "capacity": "on demand" if found.on_demand else "provisioned",
            "index on heads": "there" if found.heads_index else "none: sessions need a scan",
            "index on idempotency keys": "there" if found.idempotency_index else "none",
            "stream": found.stream or "none",
            "recovery to a point in time": recovery[found.recovery],
        }
    )


def _print_verification(found: Verification) -> None:
    for wrong in found.wrong_heads:
        told = "no head" if wrong.told is None else f"its head says {_in_words(wrong.told)}"
        typer.echo(f"{plain(wrong.found.session_id)}  {told}; found {_in_words(wrong.found)}")
    lacking = f"{count(found.ids, 'event')} and {count(found.keys, 'idempotency key')} have none"
    _print_rows(
        {
            "events": f"{found.events:,} of {count(found.sessions, 'session')}",
            "heads": f"{len(found.wrong_heads):,} wrong" if found.wrong_heads else "right",
            "markers": lacking if found.ids or found.keys else "all there",
            "events of a key of another": f"{found.duplicates:,}",
            "foreign items": f"{found.foreign:,}",
        }
    )
    if not found.good:
        typer.echo("`brainweb-replay table verify LOCATION --write-heads` mends heads and markers.")


def _print_rows(rows: dict[str, str]) -> None:
    for name, value in rows.items():
        typer.echo(f"{name + ':':30}{plain(value, limit=200)}")


def _in_words(head: Head) -> str:
    if not head.count:
        return "no event"
    span = f"{date_and_clock(head.first)} to {date_and_clock(head.last)}"
    return f"{count(head.count, 'event')} from {span}"
