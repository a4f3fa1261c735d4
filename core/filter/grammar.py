"""The grammar of the filter language, and what makes a query of what it reads."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import (
    UnexpectedInput,
    UnexpectedToken,
)

from core.filter.parsing import FIELDS, FilterError
from core.filter.patterns import Pattern
from core.filter.query import (
    EVERYTHING,
    And,
    Field,
    Flag,
    Has,
    Is,
    Not,
    Or,
    PayloadCompares,
    PayloadIs,
    Query,
    Sign,
    When,
    Word,
)
from core.replay.moment import is_moment

_TERM = "a word, a field such as type:, “-” or “(”"
_WORDS = {
    "WORD": _TERM, "STRING": _TERM, "FIELD": _TERM, "PATH": _TERM, "_NOT": _TERM, "_MINUS": _TERM,
    "LPAR": _TERM, "VALUE": "a value", "OP": "“:”", "RPAR": "“)”", "_OR": "“or”", "_AND": "“and”",
    "$END": "the end",
}  # fmt: skip
_MOMENTS = "#214, 10:04:40, +01:04:40 or 2026-11-12T10:04:40Z"
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_KEY = re.compile(r'"((?:[^"\\]|\\.)*)"|([^.]+)', re.DOTALL)


def read(text: str) -> Query:
    """What a text says, however deep it nests. Raises FilterError."""
    try:
        return cast("Query", grammar().parse(text))
    except UnexpectedInput as error:
        raise _told(error, text) from error


@cache
def grammar() -> Lark:
    """The parser of the language, made when it is first asked for."""
    text = files("core.filter").joinpath("filter.lark").read_text(encoding="utf-8")
    # The tree is made while it is parsed: walking one that nests deep would be too much for Python.
    return Lark(text, parser="lalr", transformer=_Reading(), maybe_placeholders=False)


def in_words(terminals: Collection[str]) -> str:
    """What the parser expects, as a person says it."""
    for only in ("VALUE", "OP"):
        if only in terminals:
            return _WORDS[only]
    known = dict.fromkeys(_WORDS[name] for name in _WORDS if name in terminals)
    if _TERM in known:
        # Where a term may stand, what joins terms goes without saying.
        for joint in ("“or”", "“and”", "the end"):
            known.pop(joint, None)
    *most, last = known or {_TERM: None}
    return f"{', '.join(most)} or {last}" if most else last


@v_args(inline=True)
class _Reading(Transformer[Token, Query]):
    """Makes the tree of a query from that of the grammar."""

    def start(self, query: Query = EVERYTHING) -> Query:
        return query

    def either(self, *parts: Query) -> Query:
        return Or(parts)

    def both(self, *parts: Query) -> Query:
        return And(parts)

    def negation(self, part: Query) -> Query:
        return Not(part)

    def word(self, token: Token) -> Query:
        return Word(Pattern.of(token))

    def phrase(self, token: Token) -> Query:
        return Word(Pattern.quoted(token[1:-1]))

    def field(self, name: Token, sign: Token, value: Token) -> Query:
        known = name.lower()
        if known not in FIELDS or known == "payload":
            raise _no_field(name)
        if sign.strip() != ":":
            raise _at(sign, f"{known}: compares no numbers", "“:” and a value")
        if known in ("after", "before"):
            return When(known == "after", _moment(value))
        if known == "is":
            return Is(_flag(value))
        start = name.start_pos or 0
        place = (start, value.end_pos or start + 1)
        return Has(Field(known), _pattern(value), place)

    def payload(self, path: Token, operator: Token, value: Token) -> Query:
        keys = tuple(
            plain or re.sub(r'\\(["\\*])', r"\1", quoted)
            for quoted, plain in _KEY.findall(path[len("payload.") :])
        )
        sign = operator.removeprefix(":").strip()
        if not sign:
            return PayloadIs(keys, _pattern(value))
        return PayloadCompares(keys, Sign(sign), _number(value))


def _pattern(value: Token) -> Pattern:
    return Pattern.quoted(value[1:-1]) if value.type == "STRING" else Pattern.of(value)


def _literal(value: Token) -> str:
    literal = _pattern(value).literal
    return str(value) if literal is None else literal


def _moment(value: Token) -> str:
    moment = _literal(value).strip()
    if not is_moment(moment):
        raise _at(value, f"“{moment}” is no moment", _MOMENTS)
    return moment


def _flag(value: Token) -> Flag:
    try:
        return Flag(_literal(value).lower())
    except ValueError:
        raise _at(value, f"no event is “{_literal(value)}”", "late or problem") from None


def _number(value: Token) -> int | float:
    text = _literal(value)
    if _NUMBER.fullmatch(text) and len(text) < 400:
        number = int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
        if math.isfinite(number):
            return number
    raise _at(value, f"“{text}” is no number", "a number such as 0.8")


def _no_field(name: Token) -> FilterError:
    if name.lower() == "payload":
        return _at(name, "payload: stands without a path", "payload.intent: or another path")
    nearest = get_close_matches(name.lower(), FIELDS, 1, 0.6)
    shown = "payload.PATH" if nearest == ["payload"] else f"{nearest[0]}:" if nearest else ""
    others = "type:, actor:, concept:, object:, payload.PATH: … or quotation marks"
    return _at(name, f"“{name}:” is no field", f"{shown}" if shown else others)


def _at(token: Token, problem: str, expected: str) -> FilterError:
    position = token.start_pos or 0
    return FilterError(problem, position=position, length=len(token), expected=expected)


def _told(error: UnexpectedInput, text: str) -> FilterError:
    """What the parser could not take, in words."""
    token = error.token if isinstance(error, UnexpectedToken) else None
    if token is not None and token.type == "$END":
        missing = accepted(text)
        return FilterError(
            "the filter is not complete", position=len(text.rstrip()), length=1,
            expected=in_words({"RPAR"} & missing or missing),
        )  # fmt: skip
    position = int(error.pos_in_stream or 0)  # type: ignore[redundant-expr]
    found = text[position] if token is None else str(token)
    if text[position] == '"' and not found.endswith('"', 1):
        return FilterError(
            "the quotation mark is not closed", position=position,
            length=len(text) - position, expected="another “\"”",
        )  # fmt: skip
    allowed = accepted(text)
    expected = "what is not meant" if found == "-" else in_words(allowed)
    if found == ")" and "$END" in allowed:
        expected = "a “(” before it"
    return FilterError(
        f"“{found}” cannot stand here", position=position, length=len(found), expected=expected
    )


def accepted(text: str) -> set[str]:
    """The terminals that can come after a text, or at the first place where it is wrong.

    It is read to there, not cut off there: a minus is one by what follows it.
    """
    parser = grammar().parse_interactive(text)
    with suppress(UnexpectedInput):
        for _ in parser.iter_parse():
            pass
    return set(parser.accepts())  # type: ignore[no-untyped-call]
