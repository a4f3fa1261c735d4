"""The command that prints why a concept, an object or the uncertainty is what it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from app.command_line.log import known, opened
from app.command_line.rules_option import RulesOption, rules_named
from app.command_line.running import FAULT, NO, fail, faults
from app.command_line.source_argument import Source
from app.nearest import no_such_concept, no_such_object
from app.text import count, date_and_clock, delta, plain, weight
from core.events.instants import format_instant, parse_instant
from core.replay.columns import SessionLog
from core.replay.explain import Share, explain_concept
from core.replay.explain_object import TouchShare, explain_object
from core.replay.explain_uncertainty import Fall, explain_uncertainty
from core.replay.index import ContextIndex
from core.replay.loader import load
from core.replay.moment import Moment
from core.replay.playback import Playhead
from core.replay.waterfall import Step, concept_waterfall

_TOLD = 40
"""Of more events than so many, the text has the latest; JSON has all."""


def why(
    source: Source,
    session: Annotated[str, typer.Option(help="The session's id.", show_default=False)],
    concept: Annotated[
        str | None, typer.Option(help="Why this concept (id) weighs what it does.")
    ] = None,
    an_object: Annotated[
        str | None,
        typer.Option("--object", metavar="TYPE/ID", help="Why this object is active, or not."),
    ] = None,
    uncertainty: Annotated[
        bool, typer.Option("--uncertainty", help="Why the uncertainty is what it is.")
    ] = False,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME|#N", help="A moment, as of `context`; by default the end."),
    ] = None,
    rules: RulesOption = "Brain Web",
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Print why a concept, an object or the uncertainty is what it is at a moment."""
    if [concept is not None, an_object is not None, uncertainty].count(True) != 1:
        fail("Ask for one of --concept ID, --object TYPE/ID and --uncertainty.", FAULT)
    with faults():
        with opened(source, session) as store:
            known(store, session)
            index = ContextIndex(load(store, session), rules_named(rules))
        log = index.log
        playhead = Playhead(len(log), log.end) if at is None else Moment(at).in_log(log)
        if concept is not None:
            found = _concept(index, concept, playhead)
        elif an_object is not None:
            found = _object(index, an_object, playhead)
        else:
            found = _uncertainty(index, playhead)
        context = {
            "session_id": log.session_id,
            "position": playhead.position,
            "at": format_instant(playhead.instant) if len(log) else None,
            "rules": index.rules.name,
        }
        if as_json:
            typer.echo(json.dumps(context | found, indent=2))
        else:
            typer.echo(_told(found))


def _concept(index: ContextIndex, concept_id: str, at: Playhead) -> dict[str, Any]:
    log = index.log
    code = log.concept_code(concept_id)
    if code is None:
        fail(no_such_concept(concept_id, list(log.contributions.concept_ids)), NO)
    shares = explain_concept(index, code, position=at.position, instant=at.instant)
    return {
        "concept_id": concept_id,
        "name": log.names.at(code, at.position),
        "value": float(shares.shares.sum()),
        "waterfall": _waterfall(concept_waterfall(shares)),
        "events": [_event(log, share, share.source.name.lower()) for share in shares],
    }


def _object(index: ContextIndex, name: str, at: Playhead) -> dict[str, Any]:
    log = index.log
    kind, slash, key = name.partition("/")
    if not (kind and slash and key):
        fail(f"“{plain(name)}” is no object: write TYPE/ID, such as claim/cl-14.", FAULT)
    code = log.object_keys.find((kind, key))
    if code is None:
        there = ["/".join(each) for each in log.object_keys[:]]
        fail(no_such_object(name, there), NO)
    found = explain_object(index, code, position=at.position, instant=at.instant)
    return {
        "object_type": kind,
        "object_id": key,
        "value": found.relevance,
        "standing": found.standing.value,
        "rule": found.rule,
        "place": found.place or None,
        "limit": found.limit,
        "waterfall": _waterfall(found.steps),
        "events": [_event(log, touch, touch.touch.name.lower()) for touch in found],
    }


def _uncertainty(index: ContextIndex, at: Playhead) -> dict[str, Any]:
    found = explain_uncertainty(index, position=at.position, instant=at.instant)
    log, following = index.log, found.following
    ahead = following and {"events": following.events, "value": following.value}
    return {
        "value": found.value,
        "formula": found.kind,
        "counted": found.counted,
        "attention": found.attention if found.kind == "fading" else None,
        "next_step": ahead,
        "waterfall": _waterfall(found.steps),
        "events": [_event(log, fall, log.kind_names[log.kinds[fall.event]]) for fall in found],
    }


def _event(log: SessionLog, part: Share | TouchShare | Fall, what: str) -> dict[str, Any]:
    amount = part.attention if isinstance(part, Fall) else part.amount
    return {
        "position": part.event + 1,
        "at": format_instant(part.instant),
        "what": what,
        "amount": amount,
        "share": part.share,
    }


def _waterfall(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [
        {"what": s.what, "from": s.start, "to": s.stop, "change": s.change, "events": s.count}
        for s in steps
    ]


def _told(found: dict[str, Any]) -> str:
    """The answer in lines of plain text."""
    name = found.get("name") or found.get("concept_id") or "uncertainty"
    if "object_id" in found:
        name = f"{found['object_type']} {found['object_id']}"
    standing = found.get("standing", "active")
    head = f"{plain(name)} is {weight(found['value'])}"
    if standing != "active":
        kept = f"number {found['place']} of at most {found['limit']}" if found["place"] else ""
        head = f"{plain(name)} is not active: {standing}{', ' + kept if kept else ''}"
    lines = [head]
    for step in found["waterfall"]:
        made = f"  ({count(step['events'], 'time')})" if step["events"] else ""
        lines.append(f"  {delta(step['change']):>6}  {plain(step['what'])}{made}")
    events = found["events"]
    if len(events) > _TOLD:
        lines.append(f"the latest {_TOLD} of {count(len(events), 'event')}:")
    lines += [
        f"  #{e['position']:<8} {_time(e['at'])}  {delta(e['share']):>6}  {plain(e['what'])}"
        for e in reversed(events[-_TOLD:])
    ]
    return "\n".join(lines)


def _time(at: str) -> str:
    return date_and_clock(parse_instant(at))
