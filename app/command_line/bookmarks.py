"""The command that lists the bookmarks of a log, and hands them on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.command_line.running import NO, fail, faults
from app.command_line.source_argument import Source, as_file
from app.text import count, date_and_clock, duration, plain
from core.events.instants import format_instant
from core.events.store.sqlite import SQLiteEventStore
from core.notes.bookmark_file import BookmarkFile, export_to
from core.notes.places import Placed, place_in
from core.notes.wire import to_wire


def bookmarks(
    source: Source,
    session: Annotated[
        str | None,
        typer.Option("--session", help="One session's; by default all.", show_default=False),
    ] = None,
    import_: Annotated[
        Path | None,
        typer.Option("--import", help="First take in this file of bookmarks.", show_default=False),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Write them to this file.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """List your bookmarks in the sessions of a log; exit status 1 for an unknown session."""
    file = BookmarkFile()
    with faults(), as_file(source, session) as path, SQLiteEventStore(path) as store:
        if store.notice:
            typer.echo(store.notice, err=True)
        if import_ is not None:
            _, merged = file.import_from(import_)
            typer.echo(
                f"{merged.added:,} added, {merged.updated:,} updated, {merged.skipped:,} skipped.",
                err=True,
            )
        placed = _placed(store, file, session)
        if file.notice:
            typer.echo(file.notice, err=True)
        if export is not None:
            export_to(export, [each.bookmark for each in placed])
            typer.echo(
                f"{count(len(placed), 'bookmark')} written to {plain(str(export))}.", err=True
            )
        elif as_json:
            typer.echo(json.dumps(list(map(_wire, placed)), indent=2))
        elif placed:
            typer.echo("\n".join(map(_told, placed)))
        else:
            typer.echo("No bookmarks.", err=True)


def _placed(store: SQLiteEventStore, file: BookmarkFile, session: str | None) -> list[Placed]:
    """The bookmarks of a session, or of all that the log has, by session and place."""
    if session is not None:
        _check_known(store, session)
        return place_in(store, file.of_session(session))
    known = {summary.session_id for summary in store.sessions()}
    return place_in(store, [each for each in file.all() if each.session_id in known])


def _check_known(store: SQLiteEventStore, session: str) -> None:
    """Exit 1 with the nearest names where there is no such session."""
    from app.nearest import no_such_session

    if store.list_events(session, limit=1):
        return
    known = [summary.session_id for summary in store.sessions()]
    if session not in known:
        fail(no_such_session(session, known), NO)


def _wire(placed: Placed) -> dict[str, Any]:
    """A bookmark as it is exported, and where it is in this log."""
    at, end = placed.playhead, placed.end
    return to_wire(placed.bookmark) | {
        "found": at is not None,
        "position": None if at is None else at.position,
        "at": format_instant(placed.instant),
        "end_position": None if end is None else end.position,
        "end_at": None if end is None else format_instant(end.instant),
    }


def _told(placed: Placed) -> str:
    bookmark, at, end = placed.bookmark, placed.playhead, placed.end
    position = "not found" if at is None else f"#{at.position}"
    length = "" if at is None or end is None else f" · {duration(end.instant - at.instant)}"
    line = (
        f"{plain(bookmark.session_id):32}  {date_and_clock(placed.instant)}  {position:>9}  "
        f"{bookmark.colour:6}  {plain(bookmark.name)}{length}"
    )
    note = "".join(f"\n      {plain(text)}" for text in bookmark.note.splitlines())
    return f"{line}{note}"
