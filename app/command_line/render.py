"""The command that writes a picture of the window."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.command_line.log import known, opened
from app.command_line.options import AnySession, At
from app.command_line.private_option import PrivateOption
from app.command_line.rules_option import RulesOption, rules_named
from app.command_line.running import FAULT, fail, faults
from app.command_line.source_argument import Source
from core.replay.collector import collector_paused


class ThemeName(StrEnum):
    """The themes that a picture can have."""

    DARK = "dark"
    LIGHT = "light"


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
            with opened(source) as store:
                known(store, session)
        width, height = _size(size)
        start.render(
            source, session, at, out=out, theme=theme.value, size=(width, height), scale=scale,
            bookmarks=bookmarks, rules=rules_named(rules), private=private,
        )  # fmt: skip


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if width.isdecimal() and height.isdecimal():
        size = int(width), int(height)
        if 900 <= size[0] <= 8_000 and 600 <= size[1] <= 8_000:
            return size
    fail(f"“{text}” is no size of a window: write 1600x1000, from 900x600 to 8000x8000.", FAULT)
