"""What a field of a payload holds: known to be harmless, or else to be replaced, and by what."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from core.events.instants import InstantError, parse_instant
from core.events.schema import EventType
from core.privacy.pseudonyms import Pseudonyms

Replace = Callable[[str], str]


def _of(words: str) -> frozenset[str]:
    return frozenset(words.split())


OBJECT_TYPES = _of(
    "concept claim source document artifact resource highlight chat_message message "
    "session event user recommendation"
)
"""The types of objects that say nothing of anybody."""

_CHOICES: dict[str, frozenset[str]] = {
    "event_type": frozenset(map(str, EventType)),
    "intent": _of("question compare explain define summarise summarize explore"),
    "role": _of("user assistant system"),
}
"""The fields that are one of a few words, and these words."""

_NUMBERS = _of(
    "page start end evidence_count confidence score weight relevance_score "
    "uncertainty_score position rank version dwell_ms"
)
_TIMES = _of("occurred_at created_at updated_at last_updated captured_at")
_NAMES = _of("name label title domain topic tag tags category")
_PERSONS = _of("actor_id user_id author_id owner_id actor user author owner")
_KINDS = _of("object_type object_ref_type")
_KEYS = _of("session_id event_id")
_LISTS = _of("mentioned_concepts active_concepts active_objects concept_ids context")
_TEXTS = _of("text message answer_summary url reason surface content query note")
_IDS = _of("id ids concept_id claim_id object_id source_id object_ref")

KNOWN = frozenset().union(
    _CHOICES, _NUMBERS, _TIMES, _NAMES, _PERSONS, _KINDS, _KEYS, _LISTS, _TEXTS, _IDS
)  # fmt: skip
"""The names of fields that say nothing themselves; another one may be somebody's name."""


def masked(value: Any, pseudonyms: Pseudonyms, field: str = "") -> Any:
    """A value of JSON that a field holds, all replaced in it that is not known to be harmless.

    Truth values and null stay, other numbers than the known ones become 0. Lists are replaced item
    by item, under the field's name; objects field by field, unknown names of fields too.
    """
    if isinstance(value, str):
        return replacement(field, pseudonyms)(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if field in _NUMBERS else 0
    if isinstance(value, dict):
        return {
            name if name in KNOWN else pseudonyms.field(name): masked(each, pseudonyms, name)
            for name, each in value.items()
        }
    return [masked(each, pseudonyms, field) for each in value]


@lru_cache(1_000)
def replacement(field: str, pseudonyms: Pseudonyms) -> Replace:
    """What replaces a text in a field of this name."""
    if field in _KEYS:
        return str
    if field in _PERSONS:
        return pseudonyms.person
    if field in _NAMES:
        return pseudonyms.name
    if field in _KINDS:
        return lambda text: text if text in OBJECT_TYPES else pseudonyms.kind(text)
    if field in _CHOICES:
        words = _CHOICES[field]
        return lambda text: text if text in words else pseudonyms.kind(text)
    if field in _TIMES:
        return lambda text: text if _is_instant(text) else pseudonyms.text(text)
    if field in _IDS or field.endswith(("_id", "_ids")):
        return pseudonyms.identity
    return pseudonyms.text


def _is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except InstantError:
        return False
    return True
