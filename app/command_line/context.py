"""The command that prints the context of a session at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from app.command_line.as_known import print_as_known
from app.command_line.context_text import print_context
from app.command_line.log import known, opened
from app.command_line.options import AsJson, At, Session
from app.command_line.rules_option import LeaveOutOption, RulesOption, leaving_out, rules_named
from app.command_line.running import faults, print_json
from app.command_line.source_argument import Source
from core.events.instants import format_instant
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.context import SessionContext
from core.projectors.rules import ProjectionRules
from core.replay.index import ContextIndex
from core.replay.loader import load
from core.replay.moment import Moment


def context(
    source: Source,
    session: Session,
    at: At = None,
    rules: RulesOption = "Brain Web",
    leave_out: LeaveOutOption = None,
    as_known: Annotated[
        bool,
        typer.Option(
            "--as-known",
            help="Of the events until then only those that had arrived when the last of them did.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the context of a session at a moment, by default after its last event."""
    with faults(), opened(source, session) as store:
        known(store, session)
        if as_known:
            print_as_known(load(store, session), at, rules_named(rules), as_json=as_json)
            return
        found = _found(store, session, at, rules_named(rules), leave_out)
        if as_json:
            print_json(
                found.to_wire()
                | {
                    "position": found.position,
                    "at": None if found.instant is None else format_instant(found.instant),
                    "rules": rules_named(rules).name,
                }
            )
        else:
            print_context(found)


def _found(
    store: SQLiteEventStore,
    session: str,
    at: str | None,
    rules: ProjectionRules,
    leave_out: Sequence[str] | None = None,
) -> SessionContext:
    log = leaving_out(store, load(store, session), leave_out)
    index = ContextIndex(log, rules)
    if at is None:
        return index.context_at(len(log))
    playhead = Moment(at).in_log(log)
    return index.context_at(playhead.position, playhead.instant)
