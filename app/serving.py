"""The command that serves a log to browsers and programs, without a window."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from core.events.store.sqlite import SQLiteEventStore

if TYPE_CHECKING:
    from core.events.emitter import EventEmitter
    from core.server.service import LogService

_FAULT = 2
_AT_END = 5.0
"""Seconds that the end waits for what is to be stored, and again for what is to be projected."""


def serve(
    source: Annotated[Path, typer.Argument(help="An events.db file.", show_default=False)],
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes any free one.")] = 8765,
    writable: Annotated[
        bool, typer.Option("--writable", help="Take events, and keep contexts up to date.")
    ] = False,
    allow_remote: Annotated[
        bool,
        typer.Option(
            "--allow-remote", help="Let other machines in, without encryption, with --host."
        ),
    ] = False,
    record_contexts: Annotated[
        bool,
        typer.Option(
            "--record-contexts",
            help="With --writable: append each new context to the log, as the system's own event.",
        ),
    ] = False,
) -> None:
    """Serve a log over HTTP and WebSocket, with a page for browsers, until Ctrl+C."""
    from app.cli import faults

    # Much to import for a command that does not serve.
    from core.server.errors import ServerError
    from core.server.thread import ContextServer
    from core.server.token import read_or_make_token, token_path

    if record_contexts and not writable:
        _fail("--record-contexts writes to the log: add --writable.")
    with faults(), ExitStack() as stack:
        try:
            token = read_or_make_token()
            open_service = _writing(source, record_contexts) if writable else _reading(source)
            service = stack.enter_context(open_service)
            server = ContextServer(
                service, host=host, port=port, token=token, allow_remote=allow_remote
            )
            stopped = stack.enter_context(_signals())
            stack.callback(server.stop)
            server.start()
        except ServerError as error:
            _fail(str(error))
        typer.echo(f"Serving {source} at {server.address}")
        typer.echo(f"The token that it asks for is in {token_path()}. Ctrl+C ends it.", err=True)
        # A wait without end could not be interrupted on every system.
        while not stopped.wait(0.5):
            if not server.is_running:
                _fail("The server ended by itself; what is written above says why.")


@contextmanager
def _reading(source: Path) -> Iterator[LogService]:
    """A service that only looks at the log, and writes nothing anywhere."""
    from core.server.service import LogService

    with SQLiteEventStore(source) as store:
        if store.notice:
            typer.echo(store.notice, err=True)
        yield LogService(store)


@contextmanager
def _writing(source: Path, record_contexts: bool) -> Iterator[LogService]:
    """A service that takes events and has sessions that grow projected."""
    from core.events.emitter import EventEmitter
    from core.events.spool import Spool
    from core.projectors.projection import Projection
    from core.projectors.read_model.factory import open_read_models
    from core.server.service import LogService

    path = source.resolve()

    def open_store() -> SQLiteEventStore:
        return SQLiteEventStore(path, writable=True)

    with ExitStack() as stack:
        store = stack.enter_context(open_store())
        read_models = [stack.enter_context(model) for model in open_read_models(source=str(path))]
        spool = Spool()
        stack.callback(spool.close)
        emitter = EventEmitter(open_store, target=str(path), spool=spool)
        projection = Projection(open_store, read_models, record_contexts=record_contexts)
        stack.callback(projection.close, _AT_END)
        stack.callback(_close_emitter, emitter)
        yield LogService(store, emitter=emitter, read_model=read_models[0], projection=projection)


def _close_emitter(emitter: EventEmitter) -> None:
    if not emitter.close(_AT_END):
        typer.echo(
            "Some events could not be stored. They are kept on disk, and stored when this log is "
            "served again with --writable.",
            err=True,
        )


@contextmanager
def _signals() -> Iterator[threading.Event]:
    """An event that Ctrl+C or SIGTERM sets; a second one ends the program as usual."""
    stopped = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(*_: object) -> None:
        stopped.set()
        restore()

    for number in before:
        signal.signal(number, stop)
    try:
        yield stopped
    finally:
        restore()


def _fail(message: str) -> NoReturn:
    typer.echo(f"brainweb-replay: {message}", err=True)
    raise typer.Exit(_FAULT)
