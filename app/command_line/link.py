"""The commands that link sessions of a log, list what is linked, and unlink."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from app.command_line.running import NO, fail, faults
from app.command_line.source_argument import Source, as_file
from app.nearest import no_such_session
from app.sources import Place
from app.text import count, date_and_clock, plain
from core.replay.link_file import LinkFile
from core.replay.link_suggestions import suggested_links
from core.replay.linked import PREFIX, Link, LinkedEventStore

Name = Annotated[
    str, typer.Option("--name", help="The link's name; its id is linked:NAME.", show_default=False)
]


def link(
    source: Source,
    sessions: Annotated[list[str], typer.Argument(help="Sessions, at least two.")],
    name: Name,
) -> None:
    """Link sessions of a log, to be replayed as one; the log itself is not touched."""
    with _opened(source) as (store, file):
        made = Link(name, tuple(sessions))
        known = {session.session_id for session in store.sessions()}
        for session in sessions:
            if session not in known:
                fail(no_such_session(session, list(known)), NO)
        if made.id in store.links or made.id in known:
            fail(f"There is “{plain(made.id)}” in this log already. Choose another name.", NO)
        file.add(made)
        store.show_links([*store.links.values(), made])
        typer.echo(_told(store, made))


def unlink(source: Source, name: Name) -> None:
    """Unlink what was linked under a name; the sessions stay as they are."""
    with _opened(source) as (store, file):
        found = store.links.get(PREFIX + name.removeprefix(PREFIX))
        if found is None:
            fail(no_such_session(PREFIX + name.removeprefix(PREFIX), list(store.links)), NO)
        file.remove(found)
        typer.echo(f"Unlinked {plain(found.id)}.")


def links(
    source: Source,
    suggest: Annotated[
        str | None,
        typer.Option(
            "--suggest", metavar="SESSION", help="List what may belong to a session instead.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:  # fmt: skip
    """List the linked sessions of a log, or what may be linked with a session."""
    with _opened(source) as (store, _):
        if suggest is not None:
            _print_suggestions(store, suggest, as_json=as_json)
        elif as_json:
            made = [
                {"id": each.id, "name": each.name, "sessions": list(each.sessions)}
                for each in store.links.values()
            ]
            typer.echo(json.dumps(made, indent=2))
        else:
            for each in store.links.values():
                typer.echo(_told(store, each))


def _print_suggestions(store: LinkedEventStore, session: str, *, as_json: bool) -> None:
    known = store.sessions()
    if session not in {each.session_id for each in known}:
        fail(no_such_session(session, [each.session_id for each in known]), NO)
    found = suggested_links(store, session, known)
    if as_json:
        shown = [
            {"session_id": each.session_id, "reason": each.reason, "seconds_apart": each.gap / 1e6}
            for each in found
        ]
        typer.echo(json.dumps(shown, indent=2))
    for each in found if not as_json else ():
        typer.echo(f"{plain(each.session_id):32}  {each.reason}")


def _told(store: LinkedEventStore, link: Link) -> str:
    summary = store.summary(link.id)
    assert summary is not None
    began = date_and_clock(summary.first)
    events = count(summary.count or 0, "event")
    parts = "".join(f"\n    {plain(name)}" for name in link.sessions)
    return f"{plain(link.id):32}  {began}  {len(link.sessions)} parts  {events}{parts}"


@contextmanager
def _opened(source: Place) -> Iterator[tuple[LinkedEventStore, LinkFile]]:
    file = LinkFile()
    with faults():
        kept = file.read()
        if file.notice:
            typer.echo(file.notice, err=True)
        with as_file(source, None) as path, LinkedEventStore(path, links=kept) as store:
            yield store, file
