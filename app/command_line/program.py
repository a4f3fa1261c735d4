"""The program: its commands by name, of which the first opens the window.

It imports Qt only for what shows a window.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

import typer

from app.command_line.commands import COMMANDS, CommandGroup
from app.command_line.running import FAULT
from app.versions import versions_text
from core.fault import FaultFormatter

logger = logging.getLogger(__name__)


class _Group(CommandGroup):
    """Takes what is no command as the source to open in the window."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args[:1] == [_VERSION]:
            print(versions_text())
            raise typer.Exit(0)
        if not args or (args[0] not in COMMANDS and args[0] not in _GROUP_OPTIONS):
            args = [_WINDOW, *args]
        return super().parse_args(ctx, args)


_WINDOW, _VERSION = "window", "--version"
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


@app.callback()
def _program() -> None:
    """Told by `help` above: the commands are in modules of their own."""


def shows_window(arguments: Sequence[str]) -> bool:
    """Whether these ask for the window, to be shown or drawn."""
    first = next(iter(arguments), _WINDOW)
    return first in (_WINDOW, "render") or first not in {*COMMANDS, *_GROUP_OPTIONS, _VERSION}


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


__all__ = ["app", "main"]
