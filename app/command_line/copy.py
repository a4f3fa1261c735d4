"""The command that copies sessions between files and tables, in either direction."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from app.command_line.consumption import consumption
from app.command_line.progress_line import ProgressLine
from app.command_line.running import NO, STOPPED, fail, faults
from app.sources import Place, place_of
from app.text import count, plain
from core.events.errors import StoreError
from core.events.store.sqlite import SQLiteEventStore
from core.export.copying import CopyReport, Log, copy_sessions


def copy(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="An events.db, or dynamodb://TABLE?region=….",
            show_default=False,
        ),
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="The same; a file is made where there is none, a table is not.",
            show_default=False,
        ),
    ],
    session: Annotated[
        list[str] | None,
        typer.Option(
            "--session",
            help="A session to copy, as often as wished; by default all.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Copy sessions to another log: those that it has are left as they are.

    A copy that was stopped goes on where it was by the same command. Exit status 1 where an event
    was not taken, or a session is not there.
    """
    with faults(), ExitStack() as stack:
        from_, to = place_of(source), place_of(target)
        if _same(from_, to):
            raise StoreError(f"“{source}” is both source and target. Name another target.")
        log = _opened(from_, writable=False)
        stack.callback(log.close)
        wanted = _wanted(log, session or ())
        into = _opened(to, writable=True)
        stack.callback(into.close)
        report = _run(log, into, wanted)
        _tell(report, target)
        for each in (log, into):
            if said := consumption(each):
                typer.echo(said, err=True)
        raise typer.Exit(NO if report.refused else 0)


def _opened(place: Place, *, writable: bool) -> Log:
    if isinstance(place, Path):
        return SQLiteEventStore(place, writable=writable, create=writable)
    # Much to import for who copies files.
    from core.events.store.dynamodb.store import DynamoDBEventStore

    return DynamoDBEventStore(place, writable=writable)


def _same(one: Place, other: Place) -> bool:
    if isinstance(one, Path) and isinstance(other, Path):
        return one.resolve() == other.resolve()
    return one == other


def _wanted(log: Log, named: Sequence[str]) -> list[str]:
    """The sessions to copy; exits where one that was named is not there."""
    from app.nearest import no_such_session

    if not named:
        return _all_of(log)
    missing = [name for name in named if not log.list_events(name, limit=1)]
    if missing:
        fail(no_such_session(missing[0], _all_of(log)), NO)
    return list(dict.fromkeys(named))


def _all_of(log: Log) -> list[str]:
    """Every session, the earliest first. A table is read whole: it may have some without a head."""
    if isinstance(log, SQLiteEventStore):
        found = log.sessions()
    else:
        with ProgressLine() as line:
            found = log.survey(
                lambda so_far: line.tell(
                    f"Looking for sessions: {so_far.sessions:,} in {so_far.items:,} items"
                )
            )
    return [each.session_id for each in reversed(found)]


def _run(log: Log, into: Log, wanted: Sequence[str]) -> CopyReport:
    report = CopyReport()
    with ProgressLine() as line:
        try:
            for report in copy_sessions(log, into, wanted):
                line.tell(
                    f"Copied {report.sessions:,} of {count(len(wanted), 'session')}: "
                    f"{report.added:,} new, {report.known:,} known, {report.refused:,} refused"
                )
        except KeyboardInterrupt:
            typer.echo(
                f"Stopped: {count(report.added, 'event')} copied so far. The same command goes "
                "on from there.",
                err=True,
            )
            raise typer.Exit(STOPPED) from None
    return report


def _tell(report: CopyReport, target: str) -> None:
    for finding in report.findings:
        where = f"{plain(finding.session_id)}  {plain(finding.event_id or '—')}"
        typer.echo(f"{where}  {plain(finding.reason)}")
    if more := report.found - len(report.findings):
        typer.echo(f"and {count(more, 'more finding')}")
    typer.echo(
        f"{count(report.added, 'event')} of {count(report.sessions, 'session')} copied to "
        f"{target}, {report.known:,} known before, {report.refused:,} refused.",
        err=True,
    )
