"""Rows joined to a few texts by SQLite itself, so that Python meets no row of them."""

from __future__ import annotations

from typing import NamedTuple

import apsw

from core.events.store.index_walk import Rowids
from core.events.store.lane import Lane
from core.events.store.layout import TEXTS, Layout

SEPARATOR = b"\x1f"
"""What stands between rows, except between payloads: there it is a newline."""
WITHIN = b"\x1e"
"""What stands between the two values of a row that come together."""

_PAYLOAD_MOST = 8_192
"""How long (bytes) a payload may be: so many of them make a page that nobody waits for."""


class JoinedRows(NamedTuple):
    """Rows as three texts, in valid UTF-8.

    ``deeds`` has event type and actor, the second left out with what stands between them where
    there is none, and ``people`` is in how many rows there is one. ``objects`` has type and id,
    empty where they are missing. A value may hold a separator itself: that is to be looked out for.
    """

    rowids: Rowids
    deeds: bytes
    objects: bytes
    payloads: bytes
    people: int


class Joining:
    """Reads rows of a table `events` joined, where it is one that allows that."""

    def __init__(self, lane: Lane, layout: Layout) -> None:
        self._lane = lane
        self._layout = layout
        self._looked_up = layout.indexed.intersection(TEXTS)

    def rows(self, rowids: Rowids) -> JoinedRows | None:
        """The rows of ascending keys in one step; None where they are not all there and usual.

        Usual is what is not `odd` in `Scan.row_pages`, and not too long.
        """
        # In another encoding SQLite may read the separator as a part of text that is not valid.
        if not (self._layout.text and self._lane.encoding == "UTF-8"):
            return None
        try:
            row = self._lane.one(self._statement(), (apsw.carray(rowids),))
        except apsw.TooBigError:
            return None
        if row is None or row[0] != len(rowids):
            return None
        if row[1]:
            # Somewhere in the log: from now on each row is looked at.
            self._looked_up = frozenset()
            return None
        joined = JoinedRows(rowids, *row[2:])
        return joined if all(map(_is_valid, joined[1:4])) else None

    def _statement(self) -> str:
        """Count of the usual, whether the whole log may hold odd ones, and the columns."""
        # A condition is left at the first part that does not hold; computed as a value, and summed,
        # it takes half as long as all the rest.
        usual = ["e.version IS 1", f"octet_length(e.payload) <= {_PAYLOAD_MOST}"]
        usual += ["typeof(e.payload) IS 'text'", "e.event_type IS NOT NULL"]
        looked_at = [name for name in TEXTS if name not in self._looked_up]
        usual += [f"(e.{name} < x'' OR e.{name} IS NULL)" for name in looked_at]
        if "event_id" not in self._looked_up:
            usual.append("e.event_id IS NOT NULL")
        # An index tells of all rows in the time that a column takes for one.
        anywhere = [_found(f"{name} >= x''") for name in sorted(self._looked_up)]
        if "event_id" in self._looked_up:
            anywhere.append(_found("event_id IS NULL"))
        return (
            f"SELECT count(*), {' OR '.join(anywhere) or '0'}, {_JOINED}"
            " FROM carray(?) AS c CROSS JOIN events AS e ON e.rowid = c.value"
            f" WHERE {' AND '.join(usual)}"
        )


def _found(condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM events WHERE {condition})"


def _is_valid(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _joined(value: str, separator: bytes = SEPARATOR) -> str:
    # As bytes, which nobody has to make a text and bytes again.
    return f"CAST(ifnull(group_concat({value}, char({ord(separator)})), '') AS BLOB)"


_JOINED = ", ".join(
    [
        _joined(f"e.event_type || ifnull(char({ord(WITHIN)}) || e.actor_id, '')"),
        _joined(
            f"ifnull(e.object_ref_type, '') || char({ord(WITHIN)}) || ifnull(e.object_ref_id, '')"
        ),
        _joined("e.payload", b"\n"),
        "count(e.actor_id)",
    ]
)
