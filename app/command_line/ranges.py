"""The commands that compare two moments of a session, and count what a range of it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from app.command_line.compare import ALIGN, compare_sessions
from app.command_line.log import known, opened
from app.command_line.rules_option import LeaveOutOption, RulesOption, leaving_out, rules_named
from app.command_line.running import FAULT, fail, faults
from app.command_line.source_argument import Source, parsed
from app.models.range_rows import ShiftRow, difference_rows, signed, statistic_rows
from app.sources import Place
from app.text import clock, count, date_and_clock, duration, plain
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.leaving_out import shortened
from core.replay.loader import load
from core.replay.moment import Moment
from core.replay.playback import Playhead
from core.replay.range_statistics import range_statistics
from core.replay.two_moments import TwoMoments
from core.replay.two_moments import compare as compare_moments

Session = Annotated[str, typer.Option("--session", help="The session's id.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
_MOMENT = "#214, 2026-11-12T10:04:40Z, 10:04:40 or +01:04:40"


def compare(
    source: Source,
    session: Session,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME|#N", help=f"A moment: {_MOMENT}.", show_default=False),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="TIME|#N",
            help="Another; it may be the earlier one.",
            show_default=False,
        ),
    ] = None,
    with_session: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="ID",
            help="Another session, instead of another moment.",
            show_default=False,
        ),
    ] = None,
    other: Annotated[
        Any,
        typer.Option(
            "--other",
            parser=parsed,
            metavar="SOURCE",
            help="The source of that, where it is another.",
            show_default=False,
        ),
    ] = None,
    align: Annotated[
        str, typer.Option(metavar="BY", help=f"What of two sessions falls together: {ALIGN}.")
    ] = "start",
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="TIME|#N",
            help="A moment of the first of two sessions; by default the end.",
            show_default=False,
        ),
    ] = None,
    rules: RulesOption = "Brain Web",
    as_json: AsJson = False,
) -> None:
    """Tell what changed from one moment to another, or what differs between two sessions.

    Of moments (--from, --to) it tells what of the change events did and what decay did. Of sessions
    (--with) it tells both contexts and where they part; the exit status is 0 where they part
    nowhere, 1 where they do.
    """
    chosen = rules_named(rules)
    if with_session is not None:
        _only(start is None and end is None, "--from and --to are moments of one session")
        compare_sessions(
            source,
            session,
            other=other or source,
            with_session=with_session,
            align=align,
            at=at,
            rules=chosen,
            as_json=as_json,
        )
        return
    _only(other is None and at is None, "--other and --at are for two sessions: name one by --with")
    _only(start is not None and end is not None, "Compare what? Give --from and --to, or --with")
    with _read(source, session) as log:
        ends = Moment(start or "").in_log(log), Moment(end or "").in_log(log)
        found = compare_moments(ContextIndex(log, chosen), *ends)
        if as_json:
            typer.echo(json.dumps(found.to_wire() | {"rules": chosen.name}, indent=2))
        else:
            typer.echo(_difference(found, *ends, rules=chosen.name))


def _only(fits: bool, otherwise: str) -> None:
    if not fits:
        fail(f"{otherwise}.", FAULT)


def stats(
    source: Source,
    session: Session,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME|#N", help="By default the start.", show_default=False),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME|#N", help="By default the end.", show_default=False),
    ] = None,
    leave_out: LeaveOutOption = None,
    as_json: AsJson = False,
) -> None:
    """Count what a range of a session holds: events, actors, concepts, objects, time and rate.

    With --leave-out positions are counted among the events that are left.
    """
    with _read(source, session, leave_out) as log:
        a = Moment(start or "#0").in_log(log)
        b = Moment(end or f"#{len(log)}").in_log(log)
        a, b = sorted((a, b), key=lambda each: (each.position, each.instant))
        found = range_statistics(log, a.position, b.position, since=a.instant, until=b.instant)
        if as_json:
            typer.echo(json.dumps({"session_id": log.session_id} | found.to_wire(), indent=2))
            return
        typer.echo(_head(log.session_id, a, b))
        for row in statistic_rows(found):
            indent = "" if row.is_heading else "  "
            typer.echo(f"{indent}{row.text:{36 - len(indent)}}  {row.amount}".rstrip())


@contextmanager
def _read(
    source: Place, session: str, leave_out: Sequence[str] | None = None
) -> Iterator[SessionLog]:
    with faults(), opened(source, session) as store:
        known(store, session)
        yield shortened(leaving_out(store, load(store, session), leave_out))


def _head(session_id: str, a: Playhead, b: Playhead) -> str:
    ends = [f"#{each.position:,} {date_and_clock(each.instant)}" for each in (a, b)]
    if a.instant // 86_400_000_000 == b.instant // 86_400_000_000:
        ends[1] = f"#{b.position:,} {clock(b.instant, decimals=0)}"
    events = count(abs(b.position - a.position), "event")
    length = duration(abs(b.instant - a.instant))
    return f"{plain(session_id)}  {ends[0]} → {ends[1]} UTC  {events}, {length}"


def _difference(found: TwoMoments, a: Playhead, b: Playhead, *, rules: str) -> str:
    return "\n".join(
        [
            f"{_head(found.a.session_id, a, b)}, rules {plain(rules)}",
            *map(_line, difference_rows(found)),
        ]
    )


def _line(row: ShiftRow) -> str:
    name = f"{row.text:36.36}"
    if not row.change:
        parts = ("change", "events", "decay") if row.before else ("", "", "")
    else:
        name = f"  {row.text:34.34}"
        parts = (row.change, signed(row.events), signed(row.decay))
    values = f"{row.before:>10}{row.after:>10}" + "".join(f"{part:>9}" for part in parts)
    return (name + values).rstrip()
