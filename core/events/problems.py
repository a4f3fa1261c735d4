"""What a log holds that cannot be read as it should be."""

from __future__ import annotations

from core.late_dataclass import dataclass

RAW_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one row; the row is shown as far as it can be read.

    `row` is the row's key in its store, `reason` a sentence for a person, `raw` what is stored
    there, made printable and cut to 200 characters.
    """

    row: int | None
    session_id: str | None
    event_id: str | None
    reason: str
    raw: str


def printable(value: object, *, limit: int = RAW_LIMIT) -> str:
    """A stored value as text of at most `limit` characters that is safe on a terminal.

    Control, formatting and surrogate characters are shown as escapes.
    """
    text = value[: limit + 1] if isinstance(value, str) else _described(value, limit)
    safe = "".join(c if c.isprintable() else _escaped(c) for c in text)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def _described(value: object, limit: int) -> str:
    return repr(value[: limit + 1]) if isinstance(value, bytes) else repr(value)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
