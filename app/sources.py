"""What a source is: a file, or a table in the cloud; and opening one by its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from app.privacy import guard
from core.events.errors import WrongLocation
from core.events.store.dynamodb.location import (
    DEFAULT_REGION,
    TableLocation,
    is_location,
    parse_location,
    table_location,
)
from core.mirror.cache import folder_of
from core.mirror.file import EVENTS
from core.mirror.store import MirroredEventStore
from core.replay.linked import Link, LinkedEventStore

__all__ = [
    "DEFAULT_REGION",
    "Place",
    "TableLocation",
    "absolute",
    "file_of",
    "is_location",
    "kind_of",
    "name_of",
    "open_store",
    "parse_location",
    "place_of",
    "shown_name",
    "table_location",
]

Place: TypeAlias = Path | TableLocation
"""Where a source is."""


def place_of(text: str) -> Place:
    """The source that a text names, as a person types it or a list keeps it.

    Raises WrongLocation for a `dynamodb://` that says no table; a file need not be there.
    """
    return parse_location(text) if is_location(text) else Path(text)


def absolute(place: Place) -> Place:
    """The same whatever folder the program is in; its text is what `place_of` reads."""
    return place.absolute() if isinstance(place, Path) else place


def name_of(place: Place) -> str:
    """What a source is called: the name of its file or table."""
    return place.table if isinstance(place, TableLocation) else place.name


def shown_name(text: str) -> tuple[str, str]:
    """What a source in a list is called, and where it is, from the text that is kept of it."""
    try:
        place = place_of(text)
    except WrongLocation:
        return text, "DynamoDB"
    if isinstance(place, Path):
        return place.name or text, str(place.parent)
    parts = ("DynamoDB", place.region, place.endpoint, place.profile)
    return place.table, " · ".join(part for part in parts if part)


def kind_of(place: Place) -> str:
    """What sort of source it is, for the status line."""
    return "DynamoDB" if isinstance(place, TableLocation) else "SQLite · read-only"


def file_of(place: Place) -> Path:
    """The file that is read: the source itself, or a table's mirror in the cache folder."""
    return place if isinstance(place, Path) else folder_of(place) / EVENTS


def open_store(place: Place, links: Iterable[Link] = ()) -> LinkedEventStore:
    """The store of a source, read-only; a table's is a `MirroredEventStore`. Raises StoreError.

    In private mode it gives out pseudonyms.
    """
    if isinstance(place, Path):
        return _guarded(LinkedEventStore(place, links=links))
    # Much to import for who opens a file.
    from core.mirror.table import TableRemote

    return _guarded(MirroredEventStore(place, TableRemote(place), links=links))


def _guarded(store: LinkedEventStore) -> LinkedEventStore:
    guard(store)
    return store
