"""What can be typed next: fields, and the types, actors, concepts and objects of a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from core.filter.parsing import FIELDS, FilterError
from core.filter.query import value
from core.late_dataclass import dataclass
from core.replay.columns import SessionLog

if TYPE_CHECKING:
    from lark import Token

OFFERED = 50
"""How many completions are offered at most."""
_KEPT = 5_000
"""How many names of a kind are kept to be offered."""
_ACTIVE = ("concept", "changed")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a session holds, by field: the values that can be offered, the likeliest first."""

    values: dict[str, tuple[str, ...]]


EMPTY = Vocabulary({"is": ("late", "problem")})


@dataclass(frozen=True, slots=True)
class Completion:
    """What can stand in the place of a text from ``start`` to ``end``."""

    start: int
    end: int
    options: tuple[str, ...] = ()


def vocabulary(log: SessionLog) -> Vocabulary:
    """The words of a log: types and actors, concepts by their last names, types of objects."""
    made = log.contributions
    used = np.bincount(made.concept, minlength=len(made.concept_ids))
    commonest = np.argsort(-used, kind="stable")[:_KEPT].tolist()
    concepts = tuple(dict.fromkeys(log.concept_label(code) for code in commonest))
    kinds = np.bincount(log.kinds, minlength=len(log.kind_names))
    types = [name for code, name in enumerate(log.kind_names) if kinds[code] and name]
    return Vocabulary(
        {
            **EMPTY.values,
            "type": tuple(types[:_KEPT]),
            "actor": tuple(islice(log.actor_names, _KEPT)),
            "object": tuple(islice(log.object_keys.type_names, _KEPT)),
            **dict.fromkeys(_ACTIVE, concepts),
        }
    )


def complete(text: str, cursor: int, words: Vocabulary) -> Completion:
    """What can stand at the cursor (a place between characters), instead of what is begun there.

    Values are offered in quotation marks where they need them.
    """
    tokens, rest = _tokens(text[:cursor])
    if tokens and tokens[-1].type == "OP":
        return _values(tokens, rest, cursor, words)
    if tokens and not rest and tokens[-1].end_pos == cursor and len(tokens) > 1:
        last = tokens[-1]
        if tokens[-2].type == "OP" and last.type in ("VALUE", "STRING"):
            return _values(tokens[:-1], str(last), cursor, words)
    if tokens and tokens[-1].end_pos == cursor and tokens[-1].type == "WORD" and not rest:
        return _fields(str(tokens[-1]), cursor)
    begun = rest if rest.isalpha() else ""
    return _fields(begun, cursor)


def _tokens(text: str) -> tuple[list[Token], str]:
    """The tokens of a text as far as it can be read, and what comes after them."""
    from lark.exceptions import UnexpectedInput

    from core.filter.grammar import grammar

    parser = grammar().parse_interactive(text)
    tokens: list[Token] = []
    # A field that is none is one only once its value is there.
    with suppress(UnexpectedInput, FilterError):
        tokens.extend(parser.iter_parse())
    end = tokens[-1].end_pos or 0 if tokens else 0
    return tokens, text[end:].strip()


def _fields(begun: str, cursor: int) -> Completion:
    """The fields that begin so; nothing is offered before a letter is typed."""
    names = [f"{name}." if name == "payload" else f"{name}:" for name in FIELDS]
    found = [name for name in names if begun and name.startswith(begun.lower())]
    return Completion(cursor - len(begun), cursor, tuple(found))


def _values(tokens: Sequence[Token], begun: str, cursor: int, words: Vocabulary) -> Completion:
    name = str(tokens[-2]).lower() if len(tokens) > 1 else ""
    wanted = begun.strip('"').casefold()
    known = words.values.get(name, ())
    found = _likeliest(known, wanted)
    options = tuple(value(option) for option in found)
    if options in ((begun,), (f'"{begun}"',)):
        options = ()
    return Completion(cursor - len(begun), cursor, options)


def _likeliest(known: Iterable[str], wanted: str) -> list[str]:
    """Those that begin with what is typed, then those that hold it."""
    first: list[str] = []
    later: list[str] = []
    for name in known:
        folded = name.casefold()
        if folded.startswith(wanted):
            first.append(name)
        elif wanted in folded:
            later.append(name)
    return [*first, *later][:OFFERED]
