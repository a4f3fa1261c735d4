"""The command that opens the window, which is the one that needs no name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.command_line.log import known, opened
from app.command_line.options import AnySession, At
from app.command_line.running import FAULT, fail, faults
from app.sources import Place, place_of
from core.events.store.factory import named_table
from core.replay.collector import collector_paused
from core.replay.moment_link import MomentLinkError, is_link, parse_link


def window(
    source: Annotated[
        str | None,
        typer.Argument(
            help="An events.db file, dynamodb://TABLE?region=REGION, or a link to a moment; by "
            "default the table that EVENTS_DDB_TABLE names.",
            show_default=False,
        ),
    ] = None,
    session: AnySession = None,
    at: At = None,
    without_display: Annotated[
        Path | None,
        typer.Option(
            "--without-display",
            metavar="PNG",
            help="Where there is no display: play the session through the window all the same, "
            "and write this picture.",
            show_default=False,
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start with nothing open, whatever was open before.")
    ] = False,
) -> None:
    """Open the window (the default command)."""
    with collector_paused():
        from app import start

    if source is not None and is_link(source):
        raise typer.Exit(_show_link(source, session, at))
    with faults():
        path = _place(source)
        if isinstance(path, Path) and session is not None:
            with opened(path) as store:
                known(store, session)
        if without_display is not None and not start.has_display():
            from app.command_line.context_text import print_context

            print("There is no display here: playing the session through the window offscreen.")
            context = start.play_offscreen(path, session, at, out=without_display)
            print(f"Wrote {without_display}. The context at the end:")
            print_context(context)
            return
        raise typer.Exit(start.show_window(path, session, at, fresh=fresh))


def _place(source: str | None) -> Place | None:
    """What to open: what was named, else the table that the environment names."""
    return named_table() if source is None else place_of(source)


def _show_link(text: str, session: str | None, at: str | None) -> int:
    """Open the window where a link leads; answers the exit status."""
    with collector_paused():
        from app import start

    if session is not None or at is not None:
        fail("A link says which session and moment: leave out --session and --at.", FAULT)
    try:
        link = parse_link(text)
    except MomentLinkError as error:
        fail(f"{error}.", FAULT)
    with faults():
        return start.show_window(None, None, None, link=link)
