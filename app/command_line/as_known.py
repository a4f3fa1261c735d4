"""What `context --as-known` prints: what the system knew at a moment, and what came after it."""

from __future__ import annotations

import json
from typing import Any

import typer

from app.command_line.context_text import print_context
from app.models.impact_words import words_of
from app.text import count
from core.events.instants import format_instant
from core.projectors.context import difference
from core.projectors.rules import ProjectionRules
from core.replay.arrival import ArrivalOrder
from core.replay.as_known import known_context
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.moment import Moment


def print_as_known(
    log: SessionLog, at: str | None, rules: ProjectionRules, *, as_json: bool
) -> None:
    """Print the context of a moment as it was known. Raises MomentError.

    In JSON it is that of `context`, with ``missing``: the positions of the events that came late.
    """
    position, instant = len(log), None
    if at is not None:
        playhead = Moment(at).in_log(log)
        position, instant = playhead.position, playhead.instant
    index, order = ContextIndex(log, rules), ArrivalOrder(log)
    known = known_context(index, order, position, instant)
    missing = order.missing_at(position)
    if as_json:
        typer.echo(json.dumps(known.to_wire() | _more(position, known.instant, rules, missing),
                              indent=2))  # fmt: skip
        return
    print_context(known)
    if not len(missing):
        typer.echo("All that is known of that moment now was known then.")
        return
    changed = words_of(difference(known, index.context_at(position, instant)))
    typer.echo(f"{count(len(missing), 'event')} came later: {changed or 'they changed nothing'}")


def _more(position: int, at: int | None, rules: ProjectionRules, missing: Any) -> dict[str, Any]:
    return {
        "position": position,
        "at": None if at is None else format_instant(at),
        "rules": rules.name,
        "missing": [event + 1 for event in missing.tolist()],
    }
