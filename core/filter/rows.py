"""The second phase of a search: what a row as it is stored tells of a filter, decoded or not."""

from __future__ import annotations

from collections.abc import Callable

from core.events.rows import RawRow, decode_row
from core.events.upcasting import UPCASTERS
from core.filter.needs import AS_STORED, is_number
from core.filter.patterns import Pattern
from core.filter.predicate import says, verdict
from core.filter.query import Field, Has, PayloadCompares, PayloadIs, Query, Term, Word

_COLUMNS = {
    Field.CORRELATION: "correlation_id",
    Field.TRACE: "trace_id",
    Field.ID: "event_id",
    Field.SESSION: "session_id",
}
# NaN and Infinity among them.
_DIGITS = "0123456789ny"


def row_matches(query: Query, row: RawRow, known: Callable[[Term], bool | None]) -> bool:
    """Whether the event of a row is meant; ``known`` has what the columns told, None otherwise.

    Most payloads do not hold what is looked for: they are told by their text, undecoded. A row
    without event is not meant.
    """
    text = _plain_payload(row)

    def at_sight(term: Term) -> bool | None:
        found = known(term)
        return _at_sight(term, row, text) if found is None else found

    found = verdict(query, at_sight)
    if found is not None:
        return found
    envelope, _ = decode_row(row)
    if envelope is None:
        return False

    def decoded(term: Term) -> bool | None:
        found = at_sight(term)
        return says(term, envelope) if found is None else found

    return bool(verdict(query, decoded))


def _plain_payload(row: RawRow) -> str | None:
    """The payload in small letters where it stands in the row as it is read, None elsewhere."""
    payload = row.payload
    if type(payload) is not str or not payload.isascii() or "\\u" in payload:
        return None
    return None if UPCASTERS else payload.lower()


def _at_sight(term: Term, row: RawRow, payload: str | None) -> bool | None:
    """What the columns of a row tell without reading its payload; None is not known."""
    if isinstance(term, Has):
        text = getattr(row, _COLUMNS[term.field])
        if text is None and term.field is not Field.ID:
            return False
        return term.pattern.matches(text) if type(text) is str else None
    if payload is None:
        return None
    if isinstance(term, PayloadCompares):
        return None if _holds_keys(term.path, payload) else False
    if isinstance(term, PayloadIs):
        if not _holds_keys(term.path, payload):
            return False
        return None if is_number(term.pattern) or _may_hold(term.pattern, payload) else False
    assert isinstance(term, Word)
    return _word(term.pattern, row, payload)


def _word(pattern: Pattern, row: RawRow, payload: str) -> bool | None:
    for text in (
        row.event_id, row.event_type, row.session_id, row.actor_id, row.correlation_id,
        row.trace_id, row.idempotency_key,
    ):  # fmt: skip
        if text is not None and type(text) is not str:
            return None
        if text is not None and pattern.within(text):
            return True
    kind, key = row.object_ref_type, row.object_ref_id
    if kind and key:
        if type(kind) is not str or type(key) is not str:
            return None
        if pattern.within(kind) or pattern.within(key):
            return True
    if row.event_id is None:
        return None
    if is_number(pattern):
        return None if any(digit in payload for digit in _DIGITS) else False
    return None if _may_hold(pattern, payload) else False


def _may_hold(pattern: Pattern, payload: str) -> bool:
    """Whether a text in a payload could be what is looked for."""
    return all(part in payload for part in pattern.folded if AS_STORED.fullmatch(part))


def _holds_keys(path: tuple[str, ...], payload: str) -> bool:
    return all(key.lower() in payload for key in path if AS_STORED.fullmatch(key))
