"""The options of the command line that say under which rules, and without which events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import typer

from app.command_line.running import FAULT, fail
from app.text import plain
from core.events.store.sqlite import SQLiteEventStore
from core.export.errors import ExportError
from core.filter.parsing import FilterError, parse
from core.filter.search import search
from core.projectors.rule_files import RuleError, rules_named_or_in
from core.projectors.rules import PRESETS, ProjectionRules
from core.projectors.saved_rules import RuleFolder
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.leaving_out import without

RulesOption = Annotated[
    str,
    typer.Option(
        "--rules",
        metavar="NAME|FILE",
        help=f"Rules: {', '.join(r.name for r in PRESETS)}, the name of a set that you saved, or "
        "a .toml file.",
    ),
]
LeaveOutOption = Annotated[
    list[str] | None,
    typer.Option(
        "--leave-out",
        metavar="FILTER",
        help="As if the events that this filter finds said nothing; may be given again.",
        show_default=False,
    ),
]


def chosen_rules(text: str) -> ProjectionRules:
    """The rules that were asked for, by name or by file. Raises RuleError."""
    saved = RuleFolder().read()
    if saved.notice:
        typer.echo(saved.notice, err=True)
    return rules_named_or_in(text, saved.rules)


def rules_named(text: str) -> ProjectionRules:
    """The same; exit status 2 where there are none of that name."""
    try:
        return chosen_rules(text)
    except RuleError as error:
        fail(plain(str(error)), FAULT)


def leaving_out(
    store: SQLiteEventStore, log: SessionLog, filters: Sequence[str] | None
) -> SessionLog:
    """The log without the events that any of these filters finds; how many is told aside.

    Raises ExportError where a filter is none.
    """
    if not filters:
        return log
    mask = np.zeros(len(log), dtype=np.bool_)
    for text in filters:
        if not text.strip():
            raise ExportError("--leave-out is empty: expected a filter, such as type:UserViewed")
        try:
            for step in search(store, ContextIndex(log), parse(text)):
                mask[step.events] = True
        except FilterError as error:
            raise ExportError(f"--leave-out, character {error.position + 1}: {error}") from error
    typer.echo(f"Left out: {int(mask.sum()):,} of {len(log):,} events.", err=True)
    return without(log, mask)
