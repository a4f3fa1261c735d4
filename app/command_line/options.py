"""The options that several commands have: which session, at which moment, and how to answer."""

from __future__ import annotations

from typing import Annotated

import typer

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
