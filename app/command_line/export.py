"""The command that writes events, contexts or a report of a session to a file."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app.command_line.log import known, opened
from app.command_line.private_option import PrivateOption, hide_if
from app.command_line.progress_line import ProgressLine
from app.command_line.rules_option import LeaveOutOption, RulesOption, chosen_rules, leaving_out
from app.command_line.running import STOPPED, faults
from app.command_line.source_argument import Source
from app.text import count
from core.events.store.sqlite import SQLiteEventStore
from core.export.errors import ExportError
from core.export.events import Progress
from core.export.order import ExportFormat, Order, carry_out, format_of
from core.export.target import check_target
from core.filter.parsing import FilterError, parse
from core.filter.query import Query
from core.filter.search import search
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.loader import load, log_of_instants, readable_instants
from core.replay.moment import Moment


def export(
    source: Source,
    session: Annotated[str, typer.Option(help="The session's id.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The file to write.", show_default=False)],
    form: Annotated[
        ExportFormat | None,
        typer.Option("--format", help="By default from the suffix of the file."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME|#N", help="Only events from here on, it included."),
    ] = None,
    stop: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME|#N", help="Only events up to here, it included."),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(
            "--filter",
            metavar="FILTER",
            help="Only events that this filter finds.",
        ),
    ] = None,
    every: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="With context-csv and context-parquet: a moment each so many seconds, instead of "
            "one after each event.",
        ),
    ] = None,
    rules: RulesOption = "Brain Web",
    leave_out: LeaveOutOption = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV with a byte order mark, for spreadsheets.")
    ] = False,
    private: PrivateOption = False,
) -> None:
    """Write events, the context over time or a report of a session to a file."""
    with faults():
        form = form or format_of(out)
        if form is ExportFormat.HTML and (start or stop or where):
            raise ExportError(
                "A report is of the whole session: leave out --from, --to and --filter."
            )
        chosen = chosen_rules(rules)
        query = None if where is None else _query(where)
        with opened(source, session) as store, ProgressLine() as line:
            known(store, session)
            hide_if(private, store)
            check_target(out, [store.path])
            done = Progress(0, 0)
            try:
                line.tell("Reading the session…")
                whole = query is not None or bool(leave_out) or not form.is_events
                log = _log(store, session, whole=whole)
                index = ContextIndex(leaving_out(store, log, leave_out), chosen)
                events: Iterable[int] = _range(log, start, stop)
                gone = index.log.left_out
                if gone is not None:
                    events = [each for each in events if not gone[each]]
                if query is not None:
                    line.tell("Searching…")
                    events = _found(store, index, query, events)
                order = Order(out, form, events, every=every, bom=bom)
                steps = carry_out(order, store, log, lambda: index)
                with closing(steps):
                    for done in steps:
                        line.tell(f"{done.done:,} of {done.total:,}")
            except KeyboardInterrupt:
                typer.echo("Stopped: nothing was written.", err=True)
                raise typer.Exit(STOPPED) from None
        _tell(done, form, out)


def _tell(done: Progress, form: ExportFormat, out: Path) -> None:
    noun = "moment" if form.is_contexts else "event"
    typer.echo(f"Wrote {count(done.done, noun)} to {out}.", err=True)
    if done.mended:
        typer.echo(
            f"{count(done.mended, 'event')} could not be read whole, and came out as far as it "
            "could: `brainweb-replay check` lists what is wrong.",
            err=True,
        )


def _log(store: SQLiteEventStore, session: str, *, whole: bool) -> SessionLog:
    """The log, or for what needs no more its instants alone."""
    if whole:
        return load(store, session)
    newest = store.last_rowid()
    rows, times, _ = readable_instants(store.instant_pages(session), newest)
    return log_of_instants(session, rows, times, newest)


def _range(log: SessionLog, start: str | None, stop: str | None) -> range:
    """The events (indexes) from one moment to another, both included."""
    first = 0 if start is None else _first(log, start)
    last = len(log) if stop is None else Moment(stop).in_log(log).position
    if first > last:
        raise ExportError(f"--from {start} is after --to {stop}: there is nothing between them.")
    return range(first, last)


def _query(text: str) -> Query:
    try:
        return parse(text)
    except FilterError as error:
        raise ExportError(f"--filter, character {error.position + 1}: {error}") from error


def _found(
    store: SQLiteEventStore, index: ContextIndex, query: Query, among: Iterable[int]
) -> list[int]:
    """The events (indexes) among these that the filter finds."""
    wanted = set(among)
    try:
        steps = search(store, index, query)
        return sorted(each for step in steps for each in step.events.tolist() if each in wanted)
    except FilterError as error:
        raise ExportError(f"--filter: {error}") from error


def _first(log: SessionLog, text: str) -> int:
    playhead = Moment(text).in_log(log)
    if text.strip().lstrip("#").isdecimal():
        return max(playhead.position - 1, 0)
    return log.position_at(playhead.instant - 1)
