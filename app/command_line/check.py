"""The command that lists what is wrong in a log."""

from __future__ import annotations

import json
import sys

import typer

from app.command_line.log import opened
from app.command_line.options import AsJson
from app.command_line.running import NO, faults
from app.command_line.source_argument import Source
from app.text import count, plain


def check(source: Source, as_json: AsJson = False) -> None:
    """List every problem in a log; exit status 1 if there is any."""
    found = 0
    with faults(), opened(source) as store:
        for problem in store.problems():
            found += 1
            if as_json:
                print(
                    json.dumps(
                        {
                            "row": problem.row,
                            "session_id": problem.session_id,
                            "event_id": problem.event_id,
                            "reason": problem.reason,
                            "raw": problem.raw,
                        }
                    )
                )
            else:
                where = f"row {problem.row}  {plain(problem.event_id or '—')}"
                print(f"{where}  {plain(problem.reason)}: {plain(problem.raw)}")
    if not as_json:
        print("No problems." if not found else f"{count(found, 'problem')}.", file=sys.stderr)
    raise typer.Exit(NO if found else 0)
