"""The option of the command line that reads a log with pseudonyms."""

from __future__ import annotations

from typing import Annotated

import typer

from core.events.store.sqlite import SQLiteEventStore
from core.privacy.key_file import pseudonyms_of_user
from core.privacy.store import hide

PrivateOption = Annotated[
    bool,
    typer.Option(
        "--private",
        "--pseudonyms",
        help="With pseudonyms for people, names, ids and texts, always the same for this user.",
    ),
]


def hide_if(private: bool, store: SQLiteEventStore) -> None:
    """Have a store give out pseudonyms where that is asked for. Raises StoreError."""
    if private:
        hide(store, pseudonyms_of_user())
