"""Rows into columns: the inner loop of the loader."""

from __future__ import annotations

from array import array
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from core.events.contributions import Source, contributions
from core.events.schema import EventEnvelope
from core.replay.codes import Codes, KindCodes, ObjectCodes, by_first
from core.replay.columns import (
    KINDS_MOST,
    KNOWN_KINDS,
    NONE,
    PENDING,
    ConceptNames,
    Contributions,
    Int32,
    Int64,
    UInt16,
    group,
)
from core.replay.object_pool import ObjectPool, Objects
from core.replay.strings import ObjectKeys, Strings
from core.replay.usual_payloads import CHAT, CLAIM, UNUSUAL, VIEWED, decoders, may_be_unusual

RowTuple: TypeAlias = tuple[Any, ...]
"""rowid, event_type, actor_id, object_ref_type, object_ref_id, payload, odd.

``odd`` is 1 where a column is not stored as usual: no event id, a BLOB for a text, another version.
"""

_SOURCES = np.zeros(KINDS_MOST, dtype=np.uint8)
_SOURCES[[VIEWED, CHAT, CLAIM]] = Source.VIEWED, Source.MENTIONED, Source.CLAIMED
_UNKNOWN_EXPLAINED = 1_000


class Part(NamedTuple):
    """What a reading took in of some rows, in codes of its own: see `Reading.take_part`.

    ``event`` has the places of rows among the ``rowids``, which are ascending.
    """

    rowids: Int64
    read: int
    kinds: UInt16
    actors: Int32
    objects: Int32
    kind_names: list[str]
    actor_names: list[str]
    object_keys: Objects
    event: Int32
    concept: Int32
    name: Int32
    concept_ids: list[str]
    names: list[str]
    unusual: list[int]
    unknown: list[int]


class Reading:
    """The columns of a session while its rows come in.

    ``rows`` are the rows' keys in the order of events; ``rowids`` are the same, ascending, which is
    the order to read them in, and ``read`` counts those that were taken in.
    """

    def __init__(self, rows: Int64) -> None:
        self._order = None if bool(np.all(np.diff(rows) > 0)) else np.argsort(rows, kind="stable")
        self.rowids = rows if self._order is None else rows[self._order]
        self.kinds = np.full(len(rows), PENDING, dtype=np.uint16)
        self.actors = np.full(len(rows), NONE, dtype=np.int32)
        self.objects = np.full(len(rows), NONE, dtype=np.int32)
        self.read = 0
        self._unusual: list[int] = []
        self._unknown: list[int] = []
        self._kinds = KindCodes(KNOWN_KINDS)
        self._actors = Codes()
        self._objects = ObjectCodes()
        self._pool = ObjectPool()
        self._concepts = Codes()
        self._names = Codes()
        self._names[""] = NONE
        self._event, self._concept, self._name = array("i"), array("i"), array("i")
        self._decoders = decoders()

    @property
    def unusual(self) -> set[int]:
        """The keys of rows to be read the careful way: give their envelopes to `take_envelope`.

        These are what only it can read, and some of the unknown types, whose problems it tells.
        """
        return {*self._unusual, *sorted(self._unknown)[:_UNKNOWN_EXPLAINED]}

    @property
    def kind_names(self) -> tuple[str, ...]:
        """The event types so far, by code."""
        return tuple(self._kinds.in_order)

    @property
    def actor_names(self) -> tuple[str, ...]:
        """The actors so far, by code."""
        return tuple(self._actors.in_order)

    def settled_objects(self) -> tuple[Int32, ObjectKeys]:
        """The objects of the events so far, by code, and their types and ids."""
        return self._pool.settled(ObjectKeys.of(self._objects.in_order), self.objects)

    def take(self, page: list[RowTuple]) -> None:
        """Take in rows; their keys must be among those given."""
        self.read += len(page)
        if any(row[6] for row in page):
            self._unusual.extend(row[0] for row in page if row[6])
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

    def as_part(self) -> Part:
        """What was taken in, for another reading; its rows' keys must have been ascending."""
        # What is in several batches is found once, by who has all of them.
        others = ObjectKeys.of(self._objects.in_order)
        objects, object_keys = self._pool.gathered(others, self.objects)
        return Part(
            rowids=self.rowids,
            read=self.read,
            kinds=self.kinds,
            actors=self.actors,
            objects=objects,
            kind_names=self._kinds.in_order,
            actor_names=self._actors.in_order,
            object_keys=object_keys,
            event=np.array(self._event, dtype=np.int32),
            concept=np.array(self._concept, dtype=np.int32),
            name=np.array(self._name, dtype=np.int32),
            concept_ids=self._concepts.in_order,
            names=self._names.in_order,
            unusual=self._unusual,
            unknown=self._unknown,
        )

    def progress(self, first: int, last: int) -> Part:
        """The kinds alone of some of the rows, for another reading; what is theirs else is none."""
        nothing = Reading(self.rowids[first:last]).as_part()
        kinds, names = self.kinds[first:last], self._kinds.in_order
        return nothing._replace(read=last - first, kinds=kinds, kind_names=names)

    def take_part(self, part: Part) -> None:
        """Take in what another reading did; the keys of its rows must be among those given."""
        self.read += part.read
        self._unusual.extend(part.unusual)
        self._unknown.extend(part.unknown)
        events = self._events(part.rowids)
        known = part.kinds != PENDING
        self.kinds[events[known]] = self._kinds.of(part.kind_names)[part.kinds[known]]
        self.actors[events] = self._actors.of(part.actor_names)[part.actors]
        self.objects[events] = self._pool.add(part.object_keys, part.objects)
        self._add_all(
            events.astype(np.int32)[part.event],
            self._concepts.of(part.concept_ids)[part.concept],
            self._names.of(part.names)[part.name],
        )

    def _events(self, rowids: Int64) -> Int64:
        """The places of rows in the order of events."""
        first = np.searchsorted(self.rowids, rowids[:1])
        places = np.arange(len(rowids)) + first
        # Most often they come one after the other.
        if not np.array_equal(self.rowids[places[:1].sum() :][: len(rowids)], rowids):
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
            if may_be_unusual(payload):
                self._unusual.append(rowid)
                continue
            try:
                decoded = (decoders[kind] if kind < known else decoders[-1])(payload)
            except UNUSUAL:
                self._unusual.append(rowid)
                continue
            if kind == CHAT:
                for mention in decoded.mentioned_concepts:
                    if concept := mention.concept_id:
                        add(event, concept, mention.name)
            elif kind == VIEWED:
                if item >= 0 and keys[item][0] == "concept":
                    add(event, keys[item][1], decoded.name)
            elif kind == CLAIM:
                if item >= 0 and keys[item][0] == "claim":
                    for concept in decoded.concept_ids:
                        if concept:
                            add(event, concept, None)
            elif kind >= known:
                self._take_unknown([rowid])

    def _take_unknown(self, rowids: list[int]) -> None:
        self._unknown.extend(rowids[: max(0, _UNKNOWN_EXPLAINED - len(self._unknown))])

    def _add(self, event: int, concept: str, name: str | None) -> None:
        self._event.append(event)
        self._concept.append(self._concepts[concept])
        self._name.append(self._names[name])

    def _add_all(self, event: Int32, concept: Int32, name: Int32) -> None:
        self._event.frombytes(event.tobytes())
        self._concept.frombytes(concept.tobytes())
        self._name.frombytes(name.tobytes())

    def contributions(self) -> tuple[Contributions, ConceptNames]:
        """All that was taken in, in order of events, concepts numbered by first contribution."""
        event = np.array(self._event, dtype=np.int32)
        concept = np.array(self._concept, dtype=np.int32)
        source = _SOURCES[self.kinds[event]]
        name = np.array(self._name, dtype=np.int32)
        if np.any(np.diff(event) < 0):
            order = np.argsort(event, kind="stable")
            event, concept, source, name = event[order], concept[order], source[order], name[order]
        places, renumbered = by_first(concept, len(self._concepts.in_order))
        ids = Strings.of(self._concepts.in_order[c] for c in places.tolist())
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
