"""Bookmarks as JSON: one as it is kept, and the document in which they are handed on.

A document is ``{"format": "brainweb-replay-bookmarks", "version": 1, "exported": TIME,
"bookmarks": [BOOKMARK, …]}``. Keys that nobody knows are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from core.events.instants import InstantError, format_instant, parse_instant
from core.notes.bookmark import NAME_MOST, NOTE_MOST, Anchor, Bookmark, Colour, now
from core.notes.errors import BookmarkError

FORMAT = "brainweb-replay-bookmarks"
VERSION = 1
_OFFSET_MOST = 2**62
_ID_MOST = 1_000


def to_wire(bookmark: Bookmark) -> dict[str, Any]:
    """A bookmark as JSON has it; times are UTC with `Z`, offsets in µs."""
    return {
        "id": bookmark.id,
        "session_id": bookmark.session_id,
        "source": bookmark.source,
        "anchor": _anchor_to_wire(bookmark.anchor),
        "end": None if bookmark.end is None else _anchor_to_wire(bookmark.end),
        "name": bookmark.name,
        "note": bookmark.note,
        "colour": bookmark.colour.value,
        "created": format_instant(bookmark.created),
        "changed": format_instant(bookmark.changed),
    }


def from_wire(value: object) -> Bookmark:
    """The bookmark that JSON holds; raises BookmarkError, which names the key that is wrong."""
    if not isinstance(value, dict):
        raise BookmarkError("it is not an object")
    end = value.get("end")
    return Bookmark(
        id=_id(value),
        session_id=_text(value, "session_id", most=_ID_MOST, least=1),
        source=_text(value, "source", most=_ID_MOST, default=""),
        anchor=_anchor(value.get("anchor"), "anchor"),
        end=None if end is None else _anchor(end, "end"),
        name=_text(value, "name", most=NAME_MOST),
        note=_text(value, "note", most=NOTE_MOST, default=""),
        colour=_colour(value.get("colour", Colour.BLUE.value)),
        created=_instant(value, "created"),
        changed=_instant(value, "changed"),
    )


def dumps(bookmarks: Iterable[Bookmark]) -> str:
    """The document of these bookmarks."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "exported": format_instant(now()),
        "bookmarks": [to_wire(bookmark) for bookmark in bookmarks],
    }
    return json.dumps(document, indent=2) + "\n"


def loads(text: str | bytes) -> list[Bookmark]:
    """The bookmarks of a document; raises BookmarkError, which says what is wrong and where."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BookmarkError(f"It is not JSON: {error}.") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BookmarkError(f"It holds no bookmarks: expected an object with “format”: “{FORMAT}”.")
    if document.get("version") != VERSION:
        raise BookmarkError(
            f"It is of version {document.get('version')!r}; expected {VERSION}. "
            "Is it from a newer program?"
        )
    entries = document.get("bookmarks")
    if not isinstance(entries, list):
        raise BookmarkError("Its “bookmarks” are not a list.")
    return [_entry(number, entry) for number, entry in enumerate(entries, 1)]


def _entry(number: int, value: object) -> Bookmark:
    try:
        return from_wire(value)
    except BookmarkError as error:
        raise BookmarkError(f"Bookmark {number} cannot be read: {error}.") from error


def _anchor_to_wire(anchor: Anchor) -> dict[str, Any]:
    return {
        "event_id": anchor.event_id,
        "offset_us": anchor.offset,
        "at": format_instant(anchor.at),
    }


def _anchor(value: object, key: str) -> Anchor:
    if not isinstance(value, dict):
        raise BookmarkError(f"“{key}” is not an object with event_id, offset_us and at")
    event_id = value.get("event_id")
    if event_id is not None:
        event_id = _text(value, "event_id", most=_ID_MOST, least=1)
    offset = value.get("offset_us", 0)
    if not isinstance(offset, int) or isinstance(offset, bool) or not 0 <= offset < _OFFSET_MOST:
        raise BookmarkError(
            f"“offset_us” of “{key}” is {offset!r}; expected microseconds from 0 on"
        )
    return Anchor(event_id, offset, _instant(value, "at"))


def _id(value: Mapping[str, Any]) -> str:
    text = _text(value, "id", most=_ID_MOST)
    try:
        return str(UUID(text))
    except ValueError as error:
        raise BookmarkError(f"“id” is {_told(text)}; expected a UUID") from error


def _text(
    value: Mapping[str, Any], key: str, *, most: int, least: int = 0, default: str | None = None
) -> str:
    text = value.get(key, default)
    if not isinstance(text, str):
        raise BookmarkError(f"“{key}” is {_told(text)}; expected a text")
    if not least <= len(text) <= most:
        raise BookmarkError(f"“{key}” has {len(text):,} characters; expected {least} to {most:,}")
    return text


def _instant(value: Mapping[str, Any], key: str) -> int:
    try:
        return parse_instant(value.get(key))
    except InstantError as error:
        raise BookmarkError(
            f"“{key}”: {error}; expected a time like 2026-11-12T10:04:40Z"
        ) from error


def _colour(value: object) -> Colour:
    try:
        return Colour(str(value))
    except ValueError as error:
        known = ", ".join(Colour)
        raise BookmarkError(f"“colour” is {_told(value)}; expected one of {known}") from error


def _told(value: object) -> str:
    if value is None:
        return "missing"
    text = json.dumps(value) if not isinstance(value, str) else f"“{value}”"
    return text if len(text) <= 40 else f"{text[:39]}…"
