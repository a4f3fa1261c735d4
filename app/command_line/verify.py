"""The command that holds the contexts that a log recorded against what the rules give."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from app.command_line.log import known, opened
from app.command_line.progress_line import ProgressLine
from app.command_line.rules_option import rules_named
from app.command_line.running import NO, faults
from app.command_line.source_argument import Source
from app.models.recorded_words import discrepancies
from app.text import count, date_and_clock, plain
from core.events.instants import format_instant
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.context import ContextDifference
from core.projectors.rules import PRESETS, ProjectionRules
from core.replay.index import ContextIndex
from core.replay.loader import load
from core.replay.recorded import Finding, Verdict
from core.replay.verifying import recording_events, verify

NOTHING = "No context was recorded here: there is nothing to verify."


def verify_(
    source: Source,
    session: Annotated[
        str | None,
        typer.Option("--session", help="The session's id; by default all.", show_default=False),
    ] = None,
    rules: Annotated[
        str, typer.Option(help=f"Rules: {', '.join(r.name for r in PRESETS)}.")
    ] = "Brain Web",
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer in JSON, a line for each recorded context.")
    ] = False,
) -> None:
    """Check the contexts that a log recorded; exit status 1 if any is not what the rules give."""
    verdicts: Counter[Verdict] = Counter()
    with faults(), opened(source, session) as store, ProgressLine() as progress:
        chosen = rules_named(rules)
        if session is not None:
            known(store, session)
        for session_id, position, finding in _findings(store, session, chosen, progress):
            verdicts[finding.verdict] += 1
            if as_json:
                if finding.verdict is not Verdict.SILENT:
                    typer.echo(json.dumps(_to_wire(session_id, position, finding)))
            else:
                for line in _lines(session_id, position, finding):
                    typer.echo(line)
    typer.echo(_summary(verdicts, chosen.name), err=True)
    raise typer.Exit(NO if verdicts[Verdict.DIFFERS] or verdicts[Verdict.UNREADABLE] else 0)


def _findings(
    store: SQLiteEventStore,
    session: str | None,
    rules: ProjectionRules,
    progress: ProgressLine,
) -> Iterator[tuple[str, int, Finding]]:
    """Session and position of each recorded context, and what came of it."""
    ids = [session] if session is not None else [s.session_id for s in store.sessions()]
    for number, session_id in enumerate(ids, 1):
        progress.tell(f"session {number:,} of {len(ids):,}")
        log = load(store, session_id)
        events = recording_events(log)
        if not len(events):
            continue
        positions = dict(zip(log.rows[events].tolist(), (events + 1).tolist(), strict=True))
        for step in verify(store, ContextIndex(log, rules)):
            progress.tell(f"session {number:,} of {len(ids):,}: {step.done:,} of {step.total:,}")
            for finding in step.found:
                yield session_id, positions[finding.row], finding


def _lines(session_id: str, position: int, finding: Finding) -> list[str]:
    where = f"{plain(session_id)}  #{position}  {date_and_clock(finding.instant)}"
    if finding.verdict is Verdict.UNREADABLE:
        return [f"{where}  is no context: {plain(finding.problem)}"]
    if finding.difference is None:
        return []
    return [f"{where}  {each.words}" for each in discrepancies(finding.difference)]


def _to_wire(session_id: str, position: int, finding: Finding) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "position": position,
        "at": format_instant(finding.instant),
        "verdict": finding.verdict.value,
        "known": finding.known,
        "problem": finding.problem or None,
        "differences": [] if finding.difference is None else _differences(finding.difference),
    }


def _differences(difference: ContextDifference) -> list[dict[str, Any]]:
    before, after = difference.uncertainty_before, difference.uncertainty_after
    found: list[dict[str, Any]] = []
    if before != after:
        found.append({"what": "uncertainty", "recorded": before, "given": after})
    found += [
        {
            "what": "concept",
            "concept_id": change.concept_id,
            "recorded": change.before,
            "given": change.after,
            "recorded_rank": change.rank_before,
            "given_rank": change.rank_after,
        }
        for change in difference.concepts
    ]
    found += [
        {
            "what": "object",
            "object_type": item.object_type,
            "object_id": item.object_id,
            "recorded": item.before,
            "given": item.after,
            "recorded_rank": item.rank_before,
            "given_rank": item.rank_after,
        }
        for item in difference.objects
    ]
    return found


def _summary(verdicts: Counter[Verdict], rules: str) -> str:
    agree, differ = verdicts[Verdict.AGREES], verdicts[Verdict.DIFFERS]
    unreadable = verdicts[Verdict.UNREADABLE]
    if not agree + differ + unreadable:
        return NOTHING
    total = count(agree + differ + unreadable, "recorded context")
    words = f"{total} under the rules “{rules}”: {agree:,} as they give it, {differ:,} not"
    return f"{words}{f', {unreadable:,} that cannot be read' if unreadable else ''}."
