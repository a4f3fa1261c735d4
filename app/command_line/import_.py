"""The command that takes events of a file of JSON Lines into a log."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app.command_line.progress_line import ProgressLine
from app.command_line.running import NO, STOPPED, faults
from app.text import count, plain
from core.export.importing import ImportReport, check_import, import_events

Way = Callable[[Path, Path], Generator[ImportReport, None, None]]


def import_(
    source: Annotated[
        Path,
        typer.Argument(metavar="FILE.jsonl", help="Envelopes, one a line.", show_default=False),
    ],
    target: Annotated[
        Path,
        typer.Argument(
            metavar="TARGET.db", help="The log; made where there is none.", show_default=False
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would come of it, and write nothing.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Write nothing at all where any line is bad.")
    ] = False,
) -> None:
    """Add the events of a file of JSON Lines to a log; those that it has are left as they are.

    Exit status 1 where a line was refused.
    """
    with faults():
        if dry_run or strict:
            report = _run(check_import, source, target, "Checked")
            if dry_run or report.refused:
                _tell(report, target, "would be added", stopped=strict and not dry_run)
                raise typer.Exit(NO if report.refused else 0)
        report = _run(import_events, source, target, "Read")
        _tell(report, target, "added")
        raise typer.Exit(NO if report.refused else 0)


def _run(way: Way, source: Path, target: Path, verb: str) -> ImportReport:
    """Go through the file, telling how far; exits where Ctrl+C stops it."""
    report = ImportReport(0)
    steps = way(source, target)
    with ProgressLine() as line, closing(steps):
        try:
            for report in steps:
                share = report.read / max(report.size, 1)
                line.tell(
                    f"{verb} {share:.0%}: {report.added:,} new, {report.known:,} known, "
                    f"{report.refused:,} refused"
                )
        except KeyboardInterrupt:
            typer.echo(_stopped(report, way), err=True)
            raise typer.Exit(STOPPED) from None
    return report


def _stopped(report: ImportReport, way: Way) -> str:
    if way is check_import:
        return "Stopped: nothing was written."
    added = count(report.added, "event")
    return f"Stopped: {added} added so far. The same command goes on from there."


def _tell(report: ImportReport, target: Path, added: str, *, stopped: bool = False) -> None:
    for refusal in report.refusals:
        typer.echo(f"line {refusal.line}: {plain(refusal.reason)}")
    if more := report.refused - len(report.refusals):
        typer.echo(f"and {count(more, 'more line')} that cannot be taken")
    if report.ignored:
        names = ", ".join(plain(name, limit=40) for name in sorted(report.ignored))
        typer.echo(f"Keys that an envelope does not have were left out: {names}.", err=True)
    if stopped:
        typer.echo(f"{count(report.refused, 'line')} refused: nothing was written.", err=True)
        return
    typer.echo(
        f"{count(report.added, 'event')} {added} to {target}, {report.known:,} known before, "
        f"{report.refused:,} refused.",
        err=True,
    )
