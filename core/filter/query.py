"""What a filter says: a tree of conditions on an event, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import TypeAlias

from core.filter.patterns import Pattern
from core.late_dataclass import dataclass


class Field(StrEnum):
    """What a text is held against."""

    TYPE = "type"
    ACTOR = "actor"
    CONCEPT = "concept"
    OBJECT = "object"
    CORRELATION = "correlation"
    TRACE = "trace"
    ID = "id"
    SESSION = "session"
    CHANGED = "changed"


class Flag(StrEnum):
    """What an event is or is not."""

    LATE = "late"
    PROBLEM = "problem"


class Sign(StrEnum):
    """How a number compares with another."""

    ABOVE = ">"
    BELOW = "<"
    AT_LEAST = ">="
    AT_MOST = "<="


@dataclass(frozen=True, slots=True)
class Has:
    """The field is (or, of several, one is) what the pattern says.

    ``place`` has where it stands in the text that was parsed, from one character to before another.
    """

    field: Field
    pattern: Pattern
    place: tuple[int, int] = dataclass_field(default=(0, 1), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PayloadIs:
    """What the payload holds at a path is what the pattern says."""

    path: tuple[str, ...]
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class PayloadCompares:
    """The payload holds a number at a path that compares so."""

    path: tuple[str, ...]
    sign: Sign
    number: int | float


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase that stands anywhere in the event's texts."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class When:
    """The event is after a moment (`core.replay.moment.Moment`), or before it."""

    after: bool
    moment: str


@dataclass(frozen=True, slots=True)
class Is:
    """The event is late, or has a problem."""

    flag: Flag


@dataclass(frozen=True, slots=True)
class Not:
    """What does not hold."""

    part: Query


@dataclass(frozen=True, slots=True)
class And:
    """All of it holds; of no part at all, every event."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of it holds."""

    parts: tuple[Query, ...]


Term: TypeAlias = Has | PayloadIs | PayloadCompares | Word | When | Is
Query: TypeAlias = Term | Not | And | Or

EVERYTHING = And(())


def terms(query: Query) -> Iterator[Term]:
    """The conditions in it that are no combination of others, from left to right."""
    waiting = [query]
    while waiting:
        part = waiting.pop()
        if isinstance(part, And | Or):
            waiting.extend(reversed(part.parts))
        elif isinstance(part, Not):
            waiting.append(part.part)
        else:
            yield part


def written(query: Query) -> str:
    """The query as `core.filter.parsing.parse` reads it back to the same tree."""
    if isinstance(query, And):
        return " ".join(_within(part) for part in query.parts)
    if isinstance(query, Or):
        return " or ".join(_within(part) for part in query.parts)
    if isinstance(query, Not):
        return f"-{_within(query.part)}"
    return _term(query)


def _within(query: Query) -> str:
    return f"({written(query)})" if isinstance(query, And | Or) else written(query)


_PLAIN_WORD = re.compile(r"(?!(?:and|or|not)\Z)[\w.*]+", re.IGNORECASE)
_PLAIN_VALUE = re.compile(r"[\w.*/#+@:-]+")
_PLAIN_KEY = re.compile(r"[\w-]+")


def _term(term: Term) -> str:
    if isinstance(term, Word):
        return _pattern(term.pattern, _PLAIN_WORD)
    if isinstance(term, Has):
        return f"{term.field}:{_pattern(term.pattern, _PLAIN_VALUE)}"
    if isinstance(term, PayloadIs):
        return f"{_path(term.path)}:{_pattern(term.pattern, _PLAIN_VALUE)}"
    if isinstance(term, PayloadCompares):
        return f"{_path(term.path)}:{term.sign}{term.number!r}"
    if isinstance(term, When):
        return f"{'after' if term.after else 'before'}:{value(term.moment)}"
    return f"is:{term.flag}"


def _path(path: tuple[str, ...]) -> str:
    keys = (key if _PLAIN_KEY.fullmatch(key) else _quoted(key) for key in path)
    return ".".join(["payload", *keys])


def _quoted(text: str) -> str:
    return '"' + Pattern((text,)).written() + '"'


def value(text: str) -> str:
    """A text as the value of a field, in quotation marks where it needs them."""
    return text if _PLAIN_VALUE.fullmatch(text) and "*" not in text else _quoted(text)


def _pattern(pattern: Pattern, plain: re.Pattern[str]) -> str:
    bare = "*".join(pattern.parts)
    if plain.fullmatch(bare) and not any("*" in part for part in pattern.parts):
        return bare
    return f'"{pattern.written()}"'
