"""How every command ends: its exit status, and what it says of known faults."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from core.events.errors import StoreError
from core.replay.moment import MomentError

NO = 1
"""Exit status: the answer is no."""
FAULT = 2
"""Exit status: something is wrong, and a message says what to do."""
STOPPED = 130
"""Exit status: stopped by Ctrl+C, as shells have it."""


@contextmanager
def faults() -> Iterator[None]:
    """Turn known faults into a sentence on standard error and exit status 2."""
    try:
        yield
    except (StoreError, MomentError) as error:
        fail(str(error), FAULT)
    except BrokenPipeError:
        raise typer.Exit(0) from None


def fail(message: str, status: int) -> NoReturn:
    """End with a message on standard error."""
    print(f"brainweb-replay: {message}", file=sys.stderr)
    raise typer.Exit(status)


def print_json(value: object) -> None:
    """Print a whole answer in JSON."""
    print(json.dumps(value, indent=2))
