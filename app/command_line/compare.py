"""The part of `compare` that sets two sessions against each other."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack

import typer

from app.command_line.log import known, opened
from app.command_line.running import NO, faults
from app.models.pair_rows import object_pairs, pair_rows
from app.sources import Place
from app.text import count, date_and_clock, offset, plain, weight
from core.projectors.rules import ProjectionRules
from core.replay.alignment import A, AlignBy, Alignment, aligned
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.loader import load
from core.replay.moment import Moment, MomentError
from core.replay.parting import END, Parting, parting
from core.replay.two_contexts import TwoContexts, compare_contexts

ALIGN = "start, clock, event or EVENT_A:EVENT_B"

_EVENTS = re.compile(r"#?([0-9]{1,12}):#?([0-9]{1,12})")
_BY = {"start": AlignBy.START, "clock": AlignBy.CLOCK, "event": AlignBy.NUMBER}


def compare_sessions(
    source: Place,
    session: str,
    *,
    other: Place,
    with_session: str,
    align: str,
    at: str | None,
    rules: ProjectionRules,
    as_json: bool,
) -> None:
    """Print both contexts at a moment of A, by default at the end, and where the sessions part.

    Exit status 0 where they part nowhere, 1 where they do.
    """
    with faults(), ExitStack() as stack:
        if other == source:
            a = b = stack.enter_context(opened(source, session, with_session))
        else:
            a = stack.enter_context(opened(source, session))
            b = stack.enter_context(opened(other, with_session))
        known(a, session)
        known(b, with_session)
        logs = load(a, session), load(b, with_session)
        alignment = _alignment(align, *logs)
        of_a, of_b = (ContextIndex(log, rules) for log in logs)
        shared = alignment.at_step(len(alignment))
        if at is not None:
            shared = alignment.shared(A, Moment(at).in_log(logs[A]))
        at_a, at_b = alignment.playheads(shared)
        found = compare_contexts(of_a, at_a, of_b, at_b)
        parted = parting(of_a, of_b, alignment)
        if as_json:
            told = {"rules": rules.name, "align": align, "parting": parted.to_wire()}
            typer.echo(json.dumps(found.to_wire() | told, indent=2))
        else:
            typer.echo(_told(found, parted, alignment, rules=rules.name))
    if parted.event is not None or parted.context is not None:
        raise typer.Exit(NO)


def _alignment(text: str, a: SessionLog, b: SessionLog) -> Alignment:
    by, chosen = _BY.get(text.strip().lower()), _EVENTS.fullmatch(text.strip())
    if by is None and chosen is None:
        raise MomentError(f"“{text}” is nothing to align by: write {ALIGN}, such as 41:30")
    if by is not None:
        return aligned(a, b, by)
    assert chosen is not None
    try:
        return aligned(a, b, AlignBy.EVENT, (int(chosen[1]) - 1, int(chosen[2]) - 1))
    except ValueError as error:
        raise MomentError(str(error)) from error


def _told(found: TwoContexts, parted: Parting, alignment: Alignment, *, rules: str) -> str:
    lines = [
        _head("A", found.a.session_id, found.a.position, found.a.instant),
        _head("B", found.b.session_id, found.b.position, found.b.instant)
        + f", rules {plain(rules)}",
        f"{'DIFFERENCE':36}{'A':>10}{'B':>10}{'B − A':>10}",
        _line("Uncertainty", found.a.uncertainty_score, found.b.uncertainty_score),
    ]
    lines += [_line(row.text, row.a, row.b) for row in pair_rows(found)]
    lines += [f"{row.where:4}{row.text:32.32}{row.values:>20}" for row in object_pairs(found)]
    return "\n".join([*lines, *_parted(parted, alignment)])


def _head(letter: str, session_id: str, position: int, instant: int | None) -> str:
    at = "the start" if instant is None else date_and_clock(instant)
    return f"{letter}  {plain(session_id)}  after {count(position, 'event')}, {at} UTC"


def _line(text: str, a: float, b: float) -> str:
    difference = b - a
    said = "—" if abs(difference) <= 1e-9 else f"{difference:+.2f}".replace("-", "−")
    return f"{text:36.36}{weight(a):>10}{weight(b):>10}{said:>10}"


def _parted(parted: Parting, alignment: Alignment) -> list[str]:
    event, context = parted.event, parted.context
    if event is None:
        lines = ["The same happened in both."]
    elif END in event.by:
        longer = "A" if parted.labels[0] else "B"
        lines = [f"They part at event {event.number:,}, which {longer} alone has."]
    else:
        labels = " against ".join(plain(label) for label in parted.labels)
        by = ", ".join(event.by)
        lines = [f"They part first at event {event.number:,} ({by}): {labels}"]
    if context is None:
        return [*lines, "Their contexts never differ."]
    shared = alignment.at_step(context.step)
    at_a, at_b = alignment.playheads(shared)
    roughly = "" if context.exact else ", or before"
    since = (
        "" if alignment.by in (AlignBy.CLOCK, AlignBy.NUMBER) else f" ({offset(shared.instant)})"
    )
    return [
        *lines,
        f"Their contexts differ from event {at_a.position:,} of A and event {at_b.position:,} of B"
        f" on{since}{roughly}.",
    ]
