"""The command line; it imports Qt only for the commands that show a window."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from app.as_known_command import print_as_known
from app.filtered_events import arrival_to_wire, arrived, filtered
from app.later_commands import LATER, LaterGroup
from app.private_option import PrivateOption, hide_if
from app.rules_option import LeaveOutOption, RulesOption, chosen_rules, leaving_out
from app.source_argument import Source, as_file, listed
from app.sources import Place, place_of
from app.text import count, date_and_clock, duration, plain, weight
from app.versions import versions_text
from core.events.errors import StoreError
from core.events.instants import format_instant
from core.events.store.factory import named_table
from core.events.store.sqlite import SQLiteEventStore
from core.fault import FaultFormatter
from core.filter.parsing import FilterError, parse
from core.projectors.context import SessionContext
from core.projectors.rule_files import RuleError
from core.projectors.rules import ProjectionRules
from core.replay.collector import collector_paused
from core.replay.index import ContextIndex
from core.replay.link_file import LinkFile
from core.replay.linked import LinkedEventStore
from core.replay.loader import load
from core.replay.moment import Moment, MomentError
from core.replay.moment_link import MomentLinkError, is_link, parse_link

logger = logging.getLogger(__name__)

NO = 1
"""Exit status: the answer is no."""
FAULT = 2
"""Exit status: something is wrong, and a message says what to do."""


class ThemeName(StrEnum):
    """The themes that a picture can have."""

    DARK = "dark"
    LIGHT = "light"


class _Group(LaterGroup):
    """Takes what is no command as the source to open in the window."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args[:1] == ["--version"]:
            print(versions_text())
            raise typer.Exit(0)
        if not args or (args[0] not in self.list_commands(ctx) and args[0] not in _GROUP_OPTIONS):
            args = ["window", *args]
        return super().parse_args(ctx, args)


_GROUP_OPTIONS = ("--help", "--install-completion", "--show-completion")

app = typer.Typer(
    cls=_Group,
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help"], "max_content_width": 100},
    help="Replay a Brain Web session: open its event log and scrub through it. "
    "`brainweb-replay [SOURCE]` opens the window.",
)

Session = Annotated[str, typer.Option("--session", help="The session's id.", show_default=False)]
AnySession = Annotated[
    str | None,
    typer.Option(
        "--session", help="The session's id; by default the latest of several events.",
        show_default=False,
    ),
]  # fmt: skip
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME|#N",
        help="A moment: #214 (after 214 events), 2026-11-12T10:04:40Z, 10:04:40 or +01:04:40.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command()
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
            with _open(path) as store:
                _known(store, session)
        if without_display is not None and not start.has_display():
            print("There is no display here: playing the session through the window offscreen.")
            context = start.play_offscreen(path, session, at, out=without_display)
            print(f"Wrote {without_display}. The context at the end:")
            _print_context(context)
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
        _fail("A link says which session and moment: leave out --session and --at.", FAULT)
    try:
        link = parse_link(text)
    except MomentLinkError as error:
        _fail(f"{error}.", FAULT)
    with faults():
        return start.show_window(None, None, None, link=link)


@app.command()
def sessions(source: Source, as_json: AsJson = False) -> None:
    """List the sessions of a log, the latest first."""
    with faults(), listed(source) as table, ExitStack() as stack:
        store = table or stack.enter_context(_open(source))
        found = store.sessions(counts=True)
        if as_json:
            _print_json(
                [
                    {
                        "session_id": s.session_id,
                        "first": _iso(s.first),
                        "last": _iso(s.last),
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


@app.command()
def events(
    source: Source,
    session: Annotated[
        str | None,
        typer.Option(
            "--session",
            help="The session's id; by default all, the latest first.",
            show_default=False,
        ),
    ] = None,
    filter_text: Annotated[
        str,
        typer.Option(
            "--filter",
            help="Which events, such as 'type:ChatMessageCreated concept:Raft \"write skew\"'.",
            show_default=False,
        ),
    ] = "",
    by_arrival: Annotated[
        bool,
        typer.Option("--by-arrival", help="In the order in which they came, late ones marked."),
    ] = False,
    private: PrivateOption = False,
    as_json: AsJson = False,
) -> None:
    """Print the events of a session, or of all, in order, one a line."""
    with faults(), _open(source, session) as store, _filter_faults(filter_text):
        hide_if(private, store)
        query = parse(filter_text)
        if session is not None:
            _known(store, session)
        found = (
            arrived(store, query, session)
            if by_arrival
            else ((*each, None) for each in filtered(store, query, session))
        )
        for of_session, position, event, late in found:
            if as_json:
                extra = arrival_to_wire(position, late) if by_arrival else {}
                print(json.dumps(event.to_wire() | extra))
                continue
            ref = event.object_ref
            about = f"{plain(ref.type)} {plain(ref.id)}" if ref else "—"
            at = event.to_wire()["occurred_at"]
            print(
                f"#{position:<6} {at:27} {plain(event.event_type):24} "
                f"{plain(event.actor_id or '—'):16} {about}"
                + ("" if session is not None else f"  {plain(of_session)}")
                + ("" if late is None else f"  ↶ {late.words}")
            )


@contextmanager
def _filter_faults(text: str) -> Iterator[None]:
    """Show where a filter is wrong, and what was expected there."""
    try:
        yield
    except FilterError as error:
        print(error.underlined(text), file=sys.stderr)
        _fail(f"{error.problem}. Expected {error.expected}.", FAULT)


@app.command()
def context(
    source: Source,
    session: Session,
    at: At = None,
    rules: RulesOption = "Brain Web",
    leave_out: LeaveOutOption = None,
    as_known: Annotated[
        bool,
        typer.Option(
            "--as-known",
            help="Of the events until then only those that had arrived when the last of them did.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the context of a session at a moment, by default after its last event."""
    with faults(), _open(source, session) as store:
        _known(store, session)
        if as_known:
            print_as_known(load(store, session), at, _rules(rules), as_json=as_json)
            return
        found = _context(store, session, at, _rules(rules), leave_out)
        if as_json:
            _print_json(
                found.to_wire()
                | {
                    "position": found.position,
                    "at": None if found.instant is None else _iso(found.instant),
                    "rules": _rules(rules).name,
                }
            )
        else:
            _print_context(found)


@app.command()
def render(
    source: Source,
    out: Annotated[Path, typer.Option(help="The PNG to write.", show_default=False)],
    session: AnySession = None,
    at: At = None,
    rules: RulesOption = "Brain Web",
    theme: Annotated[ThemeName, typer.Option(help="The theme.")] = ThemeName.DARK,
    size: Annotated[str, typer.Option(help="Width and height in pixels.")] = "1600x1000",
    scale: Annotated[float, typer.Option(help="Pixels drawn for each of them.", min=1, max=4)] = 1,
    bookmarks: Annotated[
        bool, typer.Option("--bookmarks", help="Your own bookmarks are in it, too.")
    ] = False,
    private: PrivateOption = False,
) -> None:
    """Write a picture of the window."""
    with collector_paused():
        from app import start

    with faults():
        if isinstance(source, Path) and session is not None:
            with _open(source) as store:
                _known(store, session)
        width, height = _size(size)
        start.render(
            source, session, at, out=out, theme=theme.value, size=(width, height), scale=scale,
            bookmarks=bookmarks, rules=_rules(rules), private=private,
        )  # fmt: skip


@app.command()
def check(source: Source, as_json: AsJson = False) -> None:
    """List every problem in a log; exit status 1 if there is any."""
    found = 0
    with faults(), _open(source) as store:
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


def shows_window(arguments: Sequence[str]) -> bool:
    """Whether these ask for the window, to be shown or drawn."""
    others = {str(each.callback.__name__) for each in app.registered_commands if each.callback}
    others |= {*LATER, *_GROUP_OPTIONS, "--version"}
    return next(iter(arguments), "window") not in others - {"window", "render"}


def main() -> None:
    """Run the program with the arguments of the process."""
    handler = logging.StreamHandler()
    handler.setFormatter(FaultFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that the terminal's encoding lacks is shown escaped.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="brainweb-replay")
    except Exception:
        # Else the status would be 1, which says that the answer is no.
        logger.exception("This should not have happened; please report it")
        sys.exit(FAULT)
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody reads on, as in `| head`: what is left goes nowhere, and Python is silent.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def faults() -> Iterator[None]:
    """Turn known faults into a sentence on standard error and exit status 2."""
    try:
        yield
    except (StoreError, MomentError) as error:
        _fail(str(error), FAULT)
    except BrokenPipeError:
        raise typer.Exit(0) from None


@contextmanager
def _open(source: Place, *sessions: str | None) -> Iterator[LinkedEventStore]:
    """The store of a source; of a table with these sessions alone, by default with all."""
    links = LinkFile()
    kept = links.read()
    wanted = sessions or (None,)
    with as_file(source, *wanted) as path, LinkedEventStore(path, links=kept) as store:
        if links.notice:
            print(links.notice, file=sys.stderr)
        if store.notice:
            print(store.notice, file=sys.stderr)
        yield store


def _known(store: LinkedEventStore, session: str) -> None:
    """Exit 1 with the nearest names where there is no such session."""
    from app.nearest import no_such_session

    if not store.list_events(session, limit=1):
        known = [*(s.session_id for s in store.sessions()), *store.links]
        if session not in known:
            _fail(no_such_session(session, known), NO)


def _context(
    store: SQLiteEventStore,
    session: str,
    at: str | None,
    rules: ProjectionRules,
    leave_out: Sequence[str] | None = None,
) -> SessionContext:
    log = leaving_out(store, load(store, session), leave_out)
    index = ContextIndex(log, rules)
    if at is None:
        return index.context_at(len(log))
    playhead = Moment(at).in_log(log)
    return index.context_at(playhead.position, playhead.instant)


def _rules(name: str) -> ProjectionRules:
    try:
        return chosen_rules(name)
    except RuleError as error:
        _fail(str(error), FAULT)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if width.isdecimal() and height.isdecimal():
        size = int(width), int(height)
        if 900 <= size[0] <= 8_000 and 600 <= size[1] <= 8_000:
            return size
    _fail(f"“{text}” is no size of a window: write 1600x1000, from 900x600 to 8000x8000.", FAULT)


def _print_context(found: SessionContext) -> None:
    at = "the start" if found.instant is None else f"{date_and_clock(found.instant)} UTC"
    print(f"{plain(found.session_id)} after {count(found.position, 'event')}, at {at}")
    print(f"uncertainty {weight(found.uncertainty_score)}")
    for rank, c in enumerate(found.active_concepts, 1):
        print(f"{rank:4}  {weight(c.weight):>5}  {plain(c.label)}")
    for o in found.active_objects:
        print(f"      {weight(o.relevance_score):>5}  {plain(o.object_type)} {plain(o.object_id)}")


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2))


def _iso(instant: int) -> str:
    return format_instant(instant)


def _fail(message: str, status: int) -> NoReturn:
    print(f"brainweb-replay: {message}", file=sys.stderr)
    raise typer.Exit(status)


__all__ = ["app", "main"]
