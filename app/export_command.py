"""The command that writes events, contexts or a report of a session to a file."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from app.nearest import no_such_session
from app.progress_line import ProgressLine
from app.text import count
from core.events.errors import StoreError
from core.events.store.sqlite import SQLiteEventStore
from core.export.contexts import ContextFormat, export_contexts, moments_of
from core.export.errors import ExportError
from core.export.events import EventFormat, Progress, export_events
from core.export.report import export_report
from core.export.target import check_target
from core.projectors.rules import PRESETS, ProjectionRules, preset
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.loader import load, log_of_instants, readable_instants
from core.replay.moment import Moment

_NO, _FAULT, _STOPPED = 1, 2, 130


class ExportFormat(StrEnum):
    """What can be written."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    HTML = "html"
    CONTEXT_CSV = "context-csv"
    CONTEXT_PARQUET = "context-parquet"


_SUFFIXES = {".ndjson": "jsonl", ".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet"} | {
    ".html": "html",
    ".htm": "html",
}
_WITHOUT_ROWS = (ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.PARQUET)


def export(
    source: Annotated[Path, typer.Argument(help="An events.db file.", show_default=False)],
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
    every: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="With context-csv and context-parquet: a moment each so many seconds, instead of "
            "one after each event.",
        ),
    ] = None,
    rules: Annotated[
        str, typer.Option(help=f"Rules: {', '.join(r.name for r in PRESETS)}.")
    ] = "Brain Web",
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV with a byte order mark, for spreadsheets.")
    ] = False,
) -> None:
    """Write events, the context over time or a report of a session to a file."""
    from app.cli import faults

    with faults():
        form = form or _by_suffix(out)
        if form is ExportFormat.HTML and (start or stop):
            raise ExportError("A report is of the whole session: leave out --from and --to.")
        chosen = _rules(rules)
        with SQLiteEventStore(source) as store, ProgressLine() as line:
            if store.notice:
                typer.echo(store.notice, err=True)
            check_target(out, [source])
            try:
                line.tell("Reading the session…")
                log = _log(store, session, whole=form not in _WITHOUT_ROWS)
                events = _range(log, start, stop)
                done = Progress(0, 0)
                steps = _steps(
                    store, log, events, out, form=form, every=every, rules=chosen, bom=bom
                )
                with closing(steps):
                    for done in steps:
                        line.tell(f"{done.done:,} of {done.total:,}")
            except KeyboardInterrupt:
                typer.echo("Stopped: nothing was written.", err=True)
                raise typer.Exit(_STOPPED) from None
        _tell(done, form, out)


def _steps(
    store: SQLiteEventStore,
    log: SessionLog,
    events: range,
    out: Path,
    *,
    form: ExportFormat,
    every: float | None,
    rules: ProjectionRules,
    bom: bool,
) -> Generator[Progress, None, None]:
    if form in _WITHOUT_ROWS:
        yield from export_events(store, log, out, EventFormat(form), events=events, bom=bom)
        return
    index = ContextIndex(log, rules)
    if form is ExportFormat.HTML:
        export_report(index, out, log_file=store.path)
        yield Progress(len(log), len(log))
        return
    moments = moments_of(log, events.start, events.stop, every=every)
    kind = ContextFormat(form.removeprefix("context-"))
    yield from export_contexts(index, out, kind, moments, protect=store.path, bom=bom)


def _tell(done: Progress, form: ExportFormat, out: Path) -> None:
    noun = "event" if form in (*_WITHOUT_ROWS, ExportFormat.HTML) else "moment"
    typer.echo(f"Wrote {count(done.done, noun)} to {out}.", err=True)
    if done.mended:
        typer.echo(
            f"{count(done.mended, 'event')} could not be read whole, and came out as far as it "
            "could: `brainweb-replay check` lists what is wrong.",
            err=True,
        )


def _by_suffix(out: Path) -> ExportFormat:
    try:
        return ExportFormat(_SUFFIXES[out.suffix.lower()])
    except KeyError:
        raise ExportError(
            f"The name “{out.name}” does not tell the format: let it end in .jsonl, .csv, .parquet "
            "or .html, or give --format."
        ) from None


def _log(store: SQLiteEventStore, session: str, *, whole: bool) -> SessionLog:
    """The log, or for what needs no more its instants alone; exit 1 where there is no session."""
    newest = store.last_rowid()
    rows, times, _ = readable_instants(store.instant_pages(session), newest)
    if not len(rows):
        known = [each.session_id for each in store.sessions()]
        if session not in known:
            _fail(no_such_session(session, known), _NO)
    return load(store, session) if whole else log_of_instants(session, rows, times, newest)


def _range(log: SessionLog, start: str | None, stop: str | None) -> range:
    """The events (indexes) from one moment to another, both included."""
    first = 0 if start is None else _first(log, start)
    last = len(log) if stop is None else Moment(stop).in_log(log).position
    if first > last:
        raise ExportError(f"--from {start} is after --to {stop}: there is nothing between them.")
    return range(first, last)


def _first(log: SessionLog, text: str) -> int:
    playhead = Moment(text).in_log(log)
    if text.strip().lstrip("#").isdecimal():
        return max(playhead.position - 1, 0)
    return log.position_at(playhead.instant - 1)


def _rules(name: str) -> ProjectionRules:
    try:
        return preset(name)
    except KeyError:
        known = ", ".join(f"“{rules.name}”" for rules in PRESETS)
        raise StoreError(f"There are no rules named “{name}”. There are {known}.") from None


def _fail(message: str, status: int) -> NoReturn:
    typer.echo(f"brainweb-replay: {message}", err=True)
    raise typer.Exit(status)
