"""The command that lists the sessions of a log."""

from __future__ import annotations

from contextlib import ExitStack

from app.command_line.log import opened
from app.command_line.options import AsJson
from app.command_line.running import faults, print_json
from app.command_line.source_argument import Source, listed
from app.text import count, date_and_clock, duration, plain
from core.events.instants import format_instant


def sessions(source: Source, as_json: AsJson = False) -> None:
    """List the sessions of a log, the latest first."""
    with faults(), listed(source) as table, ExitStack() as stack:
        store = table or stack.enter_context(opened(source))
        found = store.sessions(counts=True)
        if as_json:
            print_json(
                [
                    {
                        "session_id": s.session_id,
                        "first": format_instant(s.first),
                        "last": format_instant(s.last),
                        "count": s.count,
                        "actor_id": s.actor_id,
                    }
                    for s in found
                ]
            )
            return
        for s in found:
            length = duration(s.last - s.first)
            print(
                f"{plain(s.session_id):32}  {date_and_clock(s.first)}  {length:>10}  "
                f"{count(s.count or 0, 'event'):>14}  {plain(s.actor_id or '—')}"
            )
