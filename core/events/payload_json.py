"""Reading a stored payload as far as it can be read, and saying what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.events.schema import EventType

MAX_DEPTH = 200
"""How deep a payload may nest; a limit of our own, the same on every thread and Python."""


class RepairedText(str):
    """Text that was not valid in its encoding; what could not be read is U+FFFD."""

    __slots__ = ()


def decode_payload(raw: object) -> tuple[dict[str, Any], str | None]:
    """The payload as stored, and what is wrong with it, to be read after the word “payload”.

    NaN, Infinity, lone surrogates and integers of any size are read. What is no JSON object gives
    an empty payload.
    """
    if raw is None:
        return {}, "is missing"
    if not isinstance(raw, str | bytes):
        return {}, "is stored as a number, not TEXT"
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    value, reason = _decode_json(text)
    if reason is None and isinstance(raw, bytes):
        reason = "is stored as BLOB, not TEXT"
    elif reason is None and isinstance(raw, RepairedText):
        reason = "is not valid text: unreadable bytes are shown as \ufffd"
    if not isinstance(value, dict):
        return {}, reason or f"is no JSON object but {_json_kind(value)}"
    return value, reason


def _decode_json(text: str) -> tuple[Any, str | None]:
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        return {}, f"nests deeper than {MAX_DEPTH} levels"
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        return {}, f"is not JSON: {error}"
    except RecursionError:
        return {}, "nests too deep to be read"
    except ValueError:
        return _decode_with_huge_integers(text)
    return value, _not_json(text)


def _decode_with_huge_integers(text: str) -> tuple[Any, str | None]:
    """Python refuses integers of over 4,300 digits; those are kept as their text."""

    def integer(digits: str) -> int | str:
        return int(digits) if len(digits) <= 4_300 else digits

    return json.loads(text, parse_int=integer), "holds an integer too long to be read as a number"


def _not_json(text: str) -> str | None:
    """What Python reads although it is no JSON: the constants NaN, Infinity and -Infinity."""
    if "NaN" not in text and "Infinity" not in text:
        return None
    found: list[str] = []
    json.loads(text, parse_constant=found.append)
    return f"holds {found[0]}, which is not JSON" if found else None


def _depth(text: str) -> int:
    """The deepest nesting of brackets outside strings."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _json_kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return "a text" if isinstance(value, str) else "a number"


def payload_problems(event_type: str, payload: Mapping[str, Any]) -> list[str]:
    """What the rules cannot use in a payload, each to be read after the word “payload”.

    An absent field is no problem, one of the wrong shape is.
    """
    found = list(_not_text(payload, "domain"))
    if event_type == EventType.USER_VIEWED:
        found += _not_text(payload, "name")
    elif event_type == EventType.CHAT_MESSAGE_CREATED:
        found += _mention_problems(payload.get("mentioned_concepts"))
    elif event_type == EventType.CLAIM_UPSERTED:
        found += _id_problems(payload.get("concept_ids"))
    return found


def _not_text(fields: Mapping[str, Any], name: str, where: str = "") -> Iterator[str]:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        yield f"has a {name} that is no text{where}: {_json_kind(value)}"


def _mention_problems(entries: object) -> Iterator[str]:
    if entries is None:
        return
    if not isinstance(entries, list):
        yield f"has mentioned_concepts that are no list: {_json_kind(entries)}"
        return
    for number, entry in enumerate(entries, 1):
        where = f" in mentioned_concepts, entry {number}"
        if not isinstance(entry, dict):
            yield f"has no object{where}: {_json_kind(entry)}"
            continue
        yield from _not_text(entry, "concept_id", where)
        yield from _not_text(entry, "name", where)


def _id_problems(ids: object) -> Iterator[str]:
    if ids is None:
        return
    if not isinstance(ids, list):
        yield f"has concept_ids that are no list: {_json_kind(ids)}"
        return
    for number, concept_id in enumerate(ids, 1):
        if not isinstance(concept_id, str):
            yield f"has no text in concept_ids, entry {number}: {_json_kind(concept_id)}"
