"""The command that serves a log to browsers and programs, without a window."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer

from app.command_line.private_option import PrivateOption
from app.command_line.rules_option import RulesOption, chosen_rules
from app.command_line.running import FAULT, fail, faults
from app.command_line.source_argument import Source, followed_file
from app.sources import TableLocation
from core.privacy.key_file import pseudonyms_of_user
from core.server import PORT


def serve(
    source: Source,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="The port; 0 takes any free one.", min=0, max=65_535)
    ] = PORT,
    rules: RulesOption = "Brain Web",
    writable: Annotated[
        bool, typer.Option("--writable", help="Take events, and keep contexts up to date.")
    ] = False,
    private: PrivateOption = False,
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
    # Much to import for a command that does not serve.
    from core.server.context_server import ContextServer
    from core.server.errors import ServerError
    from core.server.opened import opened_to_read, opened_to_write
    from core.server.token import read_or_make_token, token_path

    if writable and isinstance(source, TableLocation):
        fail("A table is only read here: leave out --writable.", FAULT)
    if record_contexts and not writable:
        fail("--record-contexts writes to the log: add --writable.", FAULT)
    if private and writable:
        fail("Pseudonyms are never written: leave out --writable or --private.", FAULT)
    with faults(), ExitStack() as stack:
        try:
            chosen = chosen_rules(rules)
            token = read_or_make_token()
            followed = stack.enter_context(followed_file(source))
            opening = (
                opened_to_write(
                    followed.path,
                    record_contexts=record_contexts,
                    on_left=_tell_left,
                    rules=chosen,
                )
                if writable
                else opened_to_read(
                    followed.path,
                    rules=chosen,
                    pseudonyms=pseudonyms_of_user() if private else None,
                    asked=followed.asked,
                )
            )
            opened = stack.enter_context(opening)
            if opened.notice:
                typer.echo(opened.notice, err=True)
            server = ContextServer(
                opened.service, host=host, port=port, token=token, allow_remote=allow_remote
            )
            stopped = stack.enter_context(_signals())
            stack.callback(server.stop)
            server.start()
        except ServerError as error:
            fail(str(error), FAULT)
        typer.echo(f"Serving {source} at {server.address}")
        for address in _elsewhere(host, server.port):
            typer.echo(f"For other machines: {address}", err=True)
        typer.echo(f"The token that it asks for is in {token_path()}. Ctrl+C ends it.", err=True)
        # A wait without end could not be interrupted on every system.
        while not stopped.wait(0.5):
            if not server.is_running:
                fail("The server ended by itself; what is written above says why.", FAULT)


def _elsewhere(host: str, port: int) -> list[str]:
    """Where other machines find a server that listens on all addresses of this one."""
    if host not in ("", "0.0.0.0", "::"):
        return []
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way_out:
            # Nothing is sent: it tells by which address this machine would.
            way_out.connect(("192.0.2.1", port))
            address = way_out.getsockname()[0]
    except OSError:
        return []
    return [] if address.startswith("127.") else [f"http://{address}:{port}/"]


def _tell_left() -> None:
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
