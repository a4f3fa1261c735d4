"""What a row must hold for its event to be meant, so that most rows need not be read."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.events.store.likely import AllOf, AnyOf, Holds, Need
from core.events.upcasting import UPCASTERS
from core.filter.patterns import Pattern
from core.filter.predicate import number_of
from core.filter.query import (
    And,
    Field,
    Has,
    Not,
    Or,
    PayloadCompares,
    PayloadIs,
    Query,
    Term,
    Word,
)

AS_STORED = re.compile(r"[ !#-.0-\[\]-~]*")
"""What JSON may not write in another way than as it is, escapes by number left aside."""

_ALWAYS, _NEVER = AllOf(()), AnyOf(())
_IN_ROWS = (Field.CORRELATION, Field.TRACE, Field.ID)
_MOST = 40
"""Of how many texts a need is made at most; it must be quick to ask for."""


def needs(query: Query, told: Callable[[Term], bool | None]) -> Need | None:
    """What every row must hold whose event is meant; None where nothing can be asked for.

    ``told`` says of a condition whether it is known to hold, or not to hold, for all of the rows.
    """
    if UPCASTERS:
        return None
    need = _need(query, told, wanted=True)
    return None if need == _ALWAYS or _size(need) > _MOST else need


def _need(query: Query, told: Callable[[Term], bool | None], *, wanted: bool) -> Need:
    """What must be held for a query to hold, or (not ``wanted``) not to hold."""
    if isinstance(query, Not):
        return _need(query.part, told, wanted=not wanted)
    if isinstance(query, And | Or):
        parts = [_need(part, told, wanted=wanted) for part in query.parts]
        return _all(parts) if isinstance(query, And) is wanted else _any(parts)
    known = told(query)
    if known is not None:
        return _ALWAYS if known is wanted else _NEVER
    return _of_term(query) if wanted else _ALWAYS


def _all(parts: list[Need]) -> Need:
    if _NEVER in parts:
        return _NEVER
    kept = tuple(part for part in parts if part != _ALWAYS)
    return kept[0] if len(kept) == 1 else AllOf(kept)


def _any(parts: list[Need]) -> Need:
    if _ALWAYS in parts:
        return _ALWAYS
    kept = tuple(part for part in parts if part != _NEVER)
    return kept[0] if len(kept) == 1 else AnyOf(kept)


def _of_term(term: Term) -> Need:
    if isinstance(term, Word):
        return _ALWAYS if is_number(term.pattern) else _holds(term.pattern, anywhere=True)
    if isinstance(term, Has) and term.field in _IN_ROWS:
        return _holds(term.pattern, anywhere=True)
    if isinstance(term, PayloadCompares):
        return _keys(term.path)
    if isinstance(term, PayloadIs):
        number = is_number(term.pattern)
        value = _ALWAYS if number else _holds(term.pattern, anywhere=False)
        return _all([_keys(term.path), value])
    return _ALWAYS


def is_number(pattern: Pattern) -> bool:
    """Whether it is a number, which can be written in many ways."""
    return number_of(pattern.literal or "") is not None


def _holds(pattern: Pattern, *, anywhere: bool) -> Need:
    texts = tuple(part for part in pattern.folded if part and AS_STORED.fullmatch(part))
    return Holds(texts, anywhere) if texts else _ALWAYS


def _keys(path: tuple[str, ...]) -> Need:
    return _all([Holds((f'"{key}"',)) for key in path if AS_STORED.fullmatch(key)])


def _size(need: Need) -> int:
    return 1 if isinstance(need, Holds) else sum(map(_size, need.parts))
