"""The command that prints events, one a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from app.command_line.filtered_events import arrival_to_wire, arrived, filtered
from app.command_line.log import known, opened
from app.command_line.options import AsJson
from app.command_line.private_option import PrivateOption, hide_if
from app.command_line.running import FAULT, fail, faults
from app.command_line.source_argument import Source
from app.text import plain
from core.filter.parsing import FilterError, parse


def events(
    source: Source,
    session: Annotated[
        str | None,
        typer.Option(
            "--session",
            help="The session's id; by default all, the latest first.",
            show_default=False,
        ),
    ] = None,
    filter_text: Annotated[
        str,
        typer.Option(
            "--filter",
            help="Which events, such as 'type:ChatMessageCreated concept:Raft \"write skew\"'.",
            show_default=False,
        ),
    ] = "",
    by_arrival: Annotated[
        bool,
        typer.Option("--by-arrival", help="In the order in which they came, late ones marked."),
    ] = False,
    private: PrivateOption = False,
    as_json: AsJson = False,
) -> None:
    """Print the events of a session, or of all, in order, one a line."""
    with faults(), opened(source, session) as store, _filter_faults(filter_text):
        hide_if(private, store)
        query = parse(filter_text)
        if session is not None:
            known(store, session)
        found = (
            arrived(store, query, session)
            if by_arrival
            else ((*each, None) for each in filtered(store, query, session))
        )
        for of_session, position, event, late in found:
            if as_json:
                extra = arrival_to_wire(position, late) if by_arrival else {}
                print(json.dumps(event.to_wire() | extra))
                continue
            ref = event.object_ref
            about = f"{plain(ref.type)} {plain(ref.id)}" if ref else "—"
            at = event.to_wire()["occurred_at"]
            print(
                f"#{position:<6} {at:27} {plain(event.event_type):24} "
                f"{plain(event.actor_id or '—'):16} {about}"
                + ("" if session is not None else f"  {plain(of_session)}")
                + ("" if late is None else f"  ↶ {late.words}")
            )


@contextmanager
def _filter_faults(text: str) -> Iterator[None]:
    """Show where a filter is wrong, and what was expected there."""
    try:
        yield
    except FilterError as error:
        print(error.underlined(text), file=sys.stderr)
        fail(f"{error.problem}. Expected {error.expected}.", FAULT)
