"""The argument SOURCE of the commands: a file, or a table that is read into its mirror first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from app.command_line.progress_line import ProgressLine
from app.command_line.running import NO, fail
from app.mirror_text import listing_text, megabytes, spent_text
from app.nearest import no_such_session
from app.sources import Place, TableLocation, place_of
from app.text import count, plain
from core.events.errors import AnswerLate, WrongLocation
from core.late_dataclass import dataclass
from core.mirror.following import FollowAll
from core.mirror.keeping import Keeper
from core.mirror.remote import ListingStep
from core.mirror.store import MirroredEventStore
from core.replay.link_file import LinkFile
from core.replay.moment_link import is_link


def parsed(text: str) -> Place:
    """The source that a text names; typer.BadParameter where it is none."""
    if is_link(text):
        raise typer.BadParameter(
            "a link to a moment opens in the window; expected an events.db file or "
            "dynamodb://TABLE?region=REGION."
        )
    try:
        return place_of(text)
    except WrongLocation as error:
        raise typer.BadParameter(str(error)) from error


_TRIES = 3

Source = Annotated[
    Any,
    typer.Argument(
        metavar="SOURCE",
        parser=parsed,
        help="An events.db file, or dynamodb://TABLE?region=REGION.",
        show_default=False,
    ),
]
"""A `Place`; typer knows no unions."""


@contextmanager
def as_file(source: Place, *sessions: str | None) -> Iterator[Path]:
    """The file to read: a file itself; a table's mirror, once these sessions were read into it.

    None stands for all sessions. What is read is told on standard error. Raises StoreError.
    """
    if isinstance(source, Path):
        yield source
        return
    with _opened(source) as store:
        with ProgressLine() as line:
            for session in _parts(store, sessions, line):
                _bring(store, session, line)
        typer.echo(f"{plain(source.table)}: {spent_text(store.remote.spent())}.", err=True)
        yield store.path


@contextmanager
def listed(source: Place) -> Iterator[MirroredEventStore | None]:
    """A table with its list of sessions, none of which is read; None for a file."""
    if isinstance(source, Path):
        yield None
        return
    with _opened(source) as store:
        with ProgressLine() as line:
            _list(store, line)
        yield store


@dataclass(frozen=True, slots=True)
class Followed:
    """A file to serve; ``asked`` is to be called for each session before it is read."""

    path: Path
    asked: Callable[[str], object] = lambda _: None


@contextmanager
def followed_file(source: Place) -> Iterator[Followed]:
    """As `as_file` with all sessions; what comes into a table then comes into its mirror."""
    if isinstance(source, Path):
        yield Followed(source)
        return
    with _opened(source, follow=True) as store:
        with ProgressLine() as line:
            for session in _parts(store, (None,), line):
                _bring(store, session, line)
        following = FollowAll(store)
        following.start()
        try:
            yield Followed(store.path, following.asked)
        finally:
            following.stop()


@contextmanager
def _opened(source: TableLocation, *, follow: bool = False) -> Iterator[MirroredEventStore]:
    # boto3 behind it is much to import for who reads a file.
    from core.mirror.table import TableRemote

    remote = TableRemote(source, attempts=3)
    with MirroredEventStore(source, remote, links=LinkFile().read(), follow=follow) as store:
        yield store


def _parts(
    store: MirroredEventStore, sessions: Sequence[str | None], line: ProgressLine
) -> list[str]:
    """The sessions of the table to read."""
    if None in sessions:
        _list(store, line)
        return [each.session_id for each in store.sessions()]
    links = {link.id: link for link in LinkFile().read()}
    named = (name for name in sessions if name is not None)
    return [part for name in named
            for part in (links[name].sessions if name in links else (name,))]  # fmt: skip


def _list(store: MirroredEventStore, line: ProgressLine) -> None:
    def told(step: ListingStep) -> None:
        line.tell(listing_text(step, store.remote.spent()))

    how = store.list_sessions(told)
    if how.kept:
        typer.echo("The table cannot be reached: the sessions of an earlier time.", err=True)
    elif not how.heads:
        typer.echo(
            "The table has no list of its sessions: all of it was read. Open it in the window to "
            "have one written.",
            err=True,
        )


def _bring(store: MirroredEventStore, session: str, line: ProgressLine) -> None:
    keeper = Keeper(store.remote, store.mirror)
    for left in reversed(range(_TRIES)):
        try:
            for step in keeper.steps(session):
                read = f"{count(step.read, 'event')}, {megabytes(step.size)}"
                line.tell(f"Reading {plain(session)}: {read}")
            break
        except AnswerLate:
            # The next answer is waited for longer, and what was read is not read again.
            if not left:
                raise
    if not store.mirror.count(session):
        _list(store, line)
        known = [each.session_id for each in store.sessions()]
        if session not in known:
            fail(no_such_session(session, known), NO)
