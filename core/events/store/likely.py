"""Which rows may hold some texts, told by SQLite from what is stored, without reading them here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from core.events.store.lane import Select
from core.late_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Holds:
    """These texts stand one after the other in the payload as it is stored, in any letter case.

    With ``anywhere`` in the payload or another text of the row. Each is of printable ASCII
    characters, none of them one that JSON can write in a shorter way than by its number.
    """

    texts: tuple[str, ...]
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of it holds; of no part at all, always."""

    parts: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of it holds; of no part at all, never."""

    parts: tuple[Need, ...]


Need: TypeAlias = Holds | AllOf | AnyOf

_TEXTS = (
    "concat_ws(' ', coalesce(e.event_id, 'row:' || e.rowid), e.event_type, e.session_id,"
    " e.actor_id, e.idempotency_key, e.correlation_id, e.trace_id, e.object_ref_type,"
    " e.object_ref_id)"
)
_TICK = 8

ESCAPES = (
    r"\u00[0-7dD]", r"\u01[347fF]", r"\u1[eE]9", r"\u212[aA]", r"\u[fF][bB]0",
)  # fmt: skip
"""Escapes by number of all that is ASCII, or that becomes it (as ß, the kelvin sign or ﬁ do) where
letter case is left aside; as `GLOB` reads them."""


def question(need: Need) -> tuple[Select, list[str]]:
    """Which rows of ascending keys may hold what is needed: key, and whether.

    With the values to be bound after the keys. Some that do not are among the answers too, so that
    the clock is looked at. True of rows, too, that hold other characters than ASCII, those that
    become it among them, or a NUL, where SQLite stops to look; of a payload with an escape of such;
    and of one that is a BLOB.
    """
    values: list[str] = []
    tests = [_sql(need, values)]
    anywhere = any(leaf.anywhere for leaf in _leaves(need))
    tests += [f"length({each}) <> octet_length({each})" for each in ("p", "t")[: 1 + anywhere]]
    escaped = " OR ".join(f"p GLOB '*{each}*'" for each in ESCAPES)
    tests += ["p >= x''", f"(p LIKE '%\\u%' AND ({escaped}))"]
    may = f"({' OR '.join(tests)})"
    # The limit keeps SQLite from putting the texts together anew in each place that names them.
    rows = (
        f"SELECT c.rowid AS n, e.rowid AS k, e.payload AS p, {_TEXTS if anywhere else 'NULL'} AS t"
        " FROM carray(?1) AS c CROSS JOIN events AS e ON e.rowid = c.value LIMIT -1"
    )
    return Select(("k", may), f"FROM ({rows}) WHERE n % {_TICK} = 0 OR {may}"), values


def _sql(need: Need, values: list[str]) -> str:
    if isinstance(need, Holds):
        values.append(f"%{'%'.join(map(_literal, need.texts))}%")
        like = f"LIKE ?{len(values) + 1} ESCAPE '!'"
        return f"(t {like} OR p {like})" if need.anywhere else f"p {like}"
    every = isinstance(need, AllOf)
    parts = [_sql(part, values) for part in need.parts] or [str(int(every))]
    return f"({' AND '.join(parts)})" if every else f"({' OR '.join(parts)})"


def _literal(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _leaves(need: Need) -> Iterator[Holds]:
    waiting = [need]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Holds):
            yield part
        else:
            waiting.extend(part.parts)
