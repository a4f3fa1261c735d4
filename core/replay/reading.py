"""Rows into columns: the inner loop of the loader."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import msgspec
import numpy as np

from core.events.contributions import Source, contributions
from core.events.rows import MAX_DEPTH
from core.events.schema import EventEnvelope, EventType
from core.replay.columns import (
    KINDS_MOST,
    KNOWN_KINDS,
    NONE,
    PENDING,
    ConceptNames,
    Contributions,
    Int32,
    Int64,
    group,
)
from core.replay.strings import ObjectKeys, Strings

RowTuple: TypeAlias = tuple[Any, ...]
"""rowid, event_type, actor_id, object_ref_type, object_ref_id, payload, odd.

``odd`` is 1 where a column is not stored as usual: no event id, a BLOB for a text, another version.
"""

_VIEWED = KNOWN_KINDS.index(EventType.USER_VIEWED)
_CHAT = KNOWN_KINDS.index(EventType.CHAT_MESSAGE_CREATED)
_CLAIM = KNOWN_KINDS.index(EventType.CLAIM_UPSERTED)
_SOURCES = np.zeros(KINDS_MOST, dtype=np.uint8)
_SOURCES[[_VIEWED, _CHAT, _CLAIM]] = Source.VIEWED, Source.MENTIONED, Source.CLAIMED
_UNKNOWN_EXPLAINED = 1_000
_LONG = 2 * MAX_DEPTH
"""A payload up to this long cannot nest too deep, nor hold too long an integer."""
_HUGE = re.compile(r"[0-9]{4301}")


class _Mention(msgspec.Struct, gc=False):
    # Absent is usual, null is not.
    concept_id: str | msgspec.UnsetType = msgspec.UNSET
    name: str | None = None


class _Payload(msgspec.Struct, gc=False):
    domain: str | None = None


class _Viewed(_Payload, gc=False):
    name: str | None = None


class _Chat(_Payload, gc=False):
    mentioned_concepts: list[_Mention] = []


class _Claim(_Payload, gc=False):
    concept_ids: list[str] = []


class _Codes(dict[Any, int]):
    """Numbers values in the order in which they are first asked for; None has no number."""

    def __init__(self, known: Sequence[Any] = ()) -> None:
        super().__init__({value: code for code, value in enumerate(known)})
        self.in_order: list[Any] = list(known)
        self[None] = NONE

    def __missing__(self, value: Any) -> int:
        code = self[value] = len(self.in_order)
        self.in_order.append(value)
        return code


class _KindCodes(_Codes):
    """Numbers event types, so many at most."""

    def __missing__(self, value: Any) -> int:
        if len(self.in_order) < KINDS_MOST:
            return super().__missing__(value)
        self[value] = KINDS_MOST - 1
        return KINDS_MOST - 1


class _ObjectCodes(_Codes):
    """Numbers pairs of type and id; there is no reference unless both are set."""

    def __missing__(self, pair: tuple[Any, Any]) -> int:
        if pair[0] and pair[1]:
            return super().__missing__(pair)
        self[pair] = NONE
        return NONE


class Reading:
    """The columns of a session while its rows come in.

    ``rows`` are the rows' keys in the order of events; ``rowids`` are the same, ascending, which is
    the order to read them in. ``unusual`` collects the keys of rows that only the careful way can
    read: give their envelopes to `take_envelope`.
    """

    def __init__(self, rows: Int64) -> None:
        self._order = None if bool(np.all(np.diff(rows) > 0)) else np.argsort(rows, kind="stable")
        self.rowids = rows if self._order is None else rows[self._order]
        self.kinds = np.full(len(rows), PENDING, dtype=np.uint16)
        self.actors = np.full(len(rows), NONE, dtype=np.int32)
        self.objects = np.full(len(rows), NONE, dtype=np.int32)
        self.unusual: list[int] = []
        self._kinds = _KindCodes(KNOWN_KINDS)
        self._actors = _Codes()
        self._objects = _ObjectCodes()
        self._concepts = _Codes()
        self._names = _Codes()
        self._names[""] = NONE
        self._event, self._concept, self._name = array("i"), array("i"), array("i")
        self._unknown = 0
        other = msgspec.json.Decoder(_Payload).decode
        self._decoders: list[Callable[[str], Any]] = [other] * len(KNOWN_KINDS)
        self._decoders[_VIEWED] = msgspec.json.Decoder(_Viewed).decode
        self._decoders[_CHAT] = msgspec.json.Decoder(_Chat).decode
        self._decoders[_CLAIM] = msgspec.json.Decoder(_Claim).decode

    @property
    def kind_names(self) -> tuple[str, ...]:
        """The event types so far, by code."""
        return tuple(self._kinds.in_order)

    @property
    def actor_names(self) -> tuple[str, ...]:
        """The actors so far, by code."""
        return tuple(self._actors.in_order)

    @property
    def object_keys(self) -> ObjectKeys:
        """Type and id of the objects so far, by code."""
        return ObjectKeys.of(self._objects.in_order)

    def take(self, page: list[RowTuple]) -> None:
        """Take in rows; their keys must be among those given."""
        if any(row[6] for row in page):
            self.unusual.extend(row[0] for row in page if row[6])
            page = [row for row in page if not row[6]]
        if not page:
            return
        rowids, types, actors, object_types, object_ids, payloads, _ = zip(*page, strict=True)
        events = self._events(np.array(rowids, dtype=np.int64))
        kinds = list(map(self._kinds.__getitem__, types))
        objects = list(map(self._objects.__getitem__, zip(object_types, object_ids, strict=True)))
        self.kinds[events] = kinds
        self.actors[events] = list(map(self._actors.__getitem__, actors))
        self.objects[events] = objects
        self._take_payloads(events.tolist(), kinds, objects, payloads, rowids)

    def take_envelope(self, rowid: int, envelope: EventEnvelope) -> None:
        """Take in an unusual row from its envelope."""
        event = int(self._events(np.array([rowid]))[0])
        ref = envelope.object_ref
        kind, key = (None, None) if ref is None else (ref.type, ref.id)
        self.kinds[event] = self._kinds[str(envelope.event_type)]
        self.actors[event] = self._actors[envelope.actor_id]
        self.objects[event] = self._objects[kind, key]
        for _, concept, name in contributions(envelope.event_type, kind, key, envelope.payload):
            self._add(event, concept, name)

    def _events(self, rowids: Int64) -> Int64:
        """The places of rows in the order of events."""
        places = np.searchsorted(self.rowids, rowids)
        return places if self._order is None else self._order[places]

    def _take_payloads(
        self,
        events: list[int],
        kinds: list[int],
        objects: list[int],
        payloads: tuple[str, ...],
        rowids: tuple[int, ...],
    ) -> None:
        """What the payloads contribute; one that is not as usual makes its row unusual.

        This says again, for payloads of the usual shape, what `contributions` says for all.
        """
        decoders, keys, known = self._decoders, self._objects.in_order, len(KNOWN_KINDS)
        add = self._add
        for event, kind, item, payload, rowid in zip(
            events, kinds, objects, payloads, rowids, strict=True
        ):
            if len(payload) > _LONG and _too_deep_or_huge(payload):
                self.unusual.append(rowid)
                continue
            try:
                decoded = (decoders[kind] if kind < known else decoders[-1])(payload)
            except (msgspec.DecodeError, RecursionError, UnicodeError):
                self.unusual.append(rowid)
                continue
            if kind == _CHAT:
                for mention in decoded.mentioned_concepts:
                    if concept := mention.concept_id:
                        add(event, concept, mention.name)
            elif kind == _VIEWED:
                if item >= 0 and keys[item][0] == "concept":
                    add(event, keys[item][1], decoded.name)
            elif kind == _CLAIM:
                if item >= 0 and keys[item][0] == "claim":
                    for concept in decoded.concept_ids:
                        if concept:
                            add(event, concept, None)
            elif kind >= known and self._unknown < _UNKNOWN_EXPLAINED:
                self._unknown += 1
                self.unusual.append(rowid)

    def _add(self, event: int, concept: str, name: str | None) -> None:
        self._event.append(event)
        self._concept.append(self._concepts[concept])
        self._name.append(self._names[name])

    def contributions(self) -> tuple[Contributions, ConceptNames]:
        """All that was taken in, in order of events, concepts numbered by first contribution."""
        event = np.array(self._event, dtype=np.int32)
        concept = np.array(self._concept, dtype=np.int32)
        source = _SOURCES[self.kinds[event]]
        name = np.array(self._name, dtype=np.int32)
        if np.any(np.diff(event) < 0):
            order = np.argsort(event, kind="stable")
            event, concept, source, name = event[order], concept[order], source[order], name[order]
        by_first, renumbered = _by_first(concept, len(self._concepts.in_order))
        ids = Strings.of(self._concepts.in_order[c] for c in by_first)
        made = Contributions(event, renumbered, source, name != NONE, ids)
        return made, self._name_changes(event, renumbered, name, len(ids))

    def _name_changes(
        self, event: Int32, concept: Int32, name: Int32, concepts: int
    ) -> ConceptNames:
        named = np.flatnonzero(name != NONE)
        order = named[group(concept[named], concepts)[0]]
        of_concept, of_name = concept[order], name[order]
        changed = np.ones(len(order), dtype=bool)
        changed[1:] = (np.diff(of_concept) != 0) | (np.diff(of_name) != 0)
        kept = order[changed]
        counts = np.bincount(concept[kept], minlength=concepts)
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        names = Strings.of(self._names.in_order[code] for code in name[kept].tolist())
        return ConceptNames(starts, event[kept], names)


def _too_deep_or_huge(payload: str) -> bool:
    """Whether a payload may hold what its decoder passes over and `decode_payload` does not."""
    # Counting takes ten times as long as looking for one; most payloads are flat.
    nests = "[" in payload or payload.find("{", 1) > 0
    if nests and payload.count("[") + payload.count("{") > MAX_DEPTH:
        return True
    return len(payload) > 4_300 and _HUGE.search(payload) is not None


def _by_first(concept: Int32, count: int) -> tuple[list[int], Int32]:
    """Codes in order of first appearance, and the column numbered by that order."""
    first = np.full(count, len(concept), dtype=np.int64)
    # Of repeated targets the last assignment stays, so from behind it is the first appearance.
    first[concept[::-1]] = np.arange(len(concept) - 1, -1, -1)
    order = np.argsort(first, kind="stable")
    rank = np.empty(count, dtype=np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    return order.tolist(), rank[concept]
