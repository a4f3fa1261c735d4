"""From the line that a user types to what it says, or to what was expected where."""

from __future__ import annotations

import re

from core.filter.query import EVERYTHING, And, Field, Not, Or, Query

MOST = 4_000
"""How long a filter may be (characters)."""
DEEPEST = 50
"""How deep parentheses and negations may nest."""

FIELDS = (*Field, "payload", "after", "before", "is")
"""What may stand before a colon; `payload` goes on with a path."""


class FilterError(ValueError):
    """A filter that says nothing: what is wrong, from which character on, and what was expected.

    ``position`` and ``length`` are in characters of the text; the length is 1 at least, also at
    the end of the text.
    """

    def __init__(self, problem: str, *, position: int, length: int, expected: str) -> None:
        super().__init__(f"{problem}: expected {expected}")
        self.problem = problem
        self.position = position
        self.length = max(1, length)
        self.expected = expected

    def underlined(self, text: str) -> str:
        """The text, and below it a line with carets under what is wrong."""
        line = re.sub(r"\s", " ", text)
        return f"{line}\n{' ' * self.position}{'^' * self.length}"


def parse(text: str) -> Query:
    """What a filter says; an empty one is every event. Raises FilterError."""
    if len(text) > MOST:
        raise FilterError(
            "the filter is too long", position=MOST, length=len(text) - MOST,
            expected=f"at most {MOST:,} characters",
        )  # fmt: skip
    if not text.strip():
        return EVERYTHING
    # Here, for who has no filter need not wait for the grammar and what reads it.
    from core.filter.grammar import read

    query = read(text)
    _check_depth(query, text)
    return query


def _check_depth(query: Query, text: str) -> None:
    """Raises where what is asked could not be answered without asking too deep."""
    level: list[Query] = [query]
    for _ in range(DEEPEST):
        level = [
            inner
            for part in level
            if isinstance(part, And | Or | Not)
            for inner in ((part.part,) if isinstance(part, Not) else part.parts)
        ]
        if not level:
            return
    raise FilterError(
        "the filter nests too deep", position=0, length=len(text),
        expected=f"at most {DEEPEST} levels of parentheses and negations",
    )  # fmt: skip
