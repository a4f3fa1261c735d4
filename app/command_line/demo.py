"""The demonstration: a simulated learner at work in a process of its own, whose log is followed."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.command_line.running import faults
from app.sample import DEMO_FOLDER
from core.events.errors import StoreError
from core.events.store.sqlite import SQLiteEventStore

logger = logging.getLogger(__name__)

_PATIENCE = 10.0
"""Seconds that the learner has to store its last event and end."""


def demo(
    rate: Annotated[
        float, typer.Option(help="Acts a second, on average.", min=0.01, max=1_000)
    ] = 0.5,
    port: Annotated[
        int, typer.Option(help="The server's port; 0 takes any free one.", min=0, max=65_535)
    ] = 0,
) -> None:
    """Watch a simulated learner at work, live, with the server on."""
    from app import start
    from app.command_line.serve import serve

    with faults(), ended_as_by_interrupt(), learner_at_work(rate) as path:
        if start.has_display():
            raise typer.Exit(start.show_window(path, None, None, serve=port))
        typer.echo("There is no display here: the session that runs is served, without a window.")
        serve(path, port=port)


@contextmanager
def ended_as_by_interrupt() -> Iterator[None]:
    """Meanwhile who is asked to end (SIGTERM) tidies up, as after Ctrl+C."""
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def learner_at_work(rate: float) -> Iterator[Path]:
    """A log that a learner writes to, so many acts a second; gone with the learner at the end.

    Raises StoreError where it cannot be made.
    """
    folder = Path(tempfile.mkdtemp(prefix=DEMO_FOLDER))
    try:
        path = folder / "events.db"
        SQLiteEventStore(path, writable=True, create=True).close()
        process = _started(path, rate)
        try:
            yield path
        finally:
            _end(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(path: Path, rate: float) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "resources.simulated_learner", str(path), "--rate", str(rate)]
    # What it does is nobody's history: nothing of it is kept in the user's read model.
    environ = os.environ | {"BRAINWEB_PROJECTION": "off"}
    environ.pop("EVENTS_DDB_TABLE", None)
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environ)
    except OSError as error:
        raise StoreError(f"The simulated learner cannot be started: {error}.") from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """The learner ends when its standard input does."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        logger.warning("the simulated learner did not end by itself")
        process.kill()
        process.wait()
