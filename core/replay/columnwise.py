"""Rows into columns, thousands of them at once: the fast way for rows that are as usual."""

from __future__ import annotations

from itertools import compress
from typing import NamedTuple

import numpy as np

from core.events.store.joined import SEPARATOR, WITHIN, JoinedRows
from core.replay.columns import KNOWN_KINDS, NONE, Bool, Int32, Int64
from core.replay.object_pool import Objects, object_batch
from core.replay.reading import Reading
from core.replay.slices import (
    Lines,
    are_pairs,
    numbered,
    object_lists,
    string_lists,
    string_of,
    strings,
)
from core.replay.usual_payloads import CHAT, CLAIM, FIELDS, UNUSUAL, VIEWED, raw_payloads

_AT_ONCE = 262_144
"""So many rows wait for what is cheap for many at once, and not for what a processor keeps."""


class _Waiting(NamedTuple):
    """Joined rows whose kinds and actors are taken in already.

    ``fields`` has, by kind, those of the payloads that count, a line each.
    """

    rowids: Int64
    events: Int64
    kinds: Int64
    objects: bytes
    fields: dict[int, bytes]


class _Fields(NamedTuple):
    """The fields of one kind's payloads as they stand there, with key and object of their rows."""

    lines: Lines
    rowids: Int64
    objects: Int32
    keys: Objects

    def about(self, kind: str) -> Bool:
        """Which of the rows have an object of a type."""
        return np.append(self.keys.are(kind), False)[self.objects]


class _Entries(NamedTuple):
    """What fields contribute: the place of the row's field among them, concept and name."""

    field: Int64
    concept: Int32
    name: Int32


class ColumnReading(Reading):
    """A reading that takes in joined rows, too; `settle` it when there are no more."""

    def __init__(self, rows: Int64) -> None:
        super().__init__(rows)
        self._by_deed: dict[bytes, int] = {}
        self._waiting: list[_Waiting] = []
        self._wait = 0

    def take_joined(self, rows: JoinedRows) -> bool:
        """Take in rows at once, to the same end as one by one; their keys are among those given.

        False, and nothing is taken in, where one of them is not as usual.
        """
        count = len(rows.rowids)
        deeds = rows.deeds.split(SEPARATOR)
        # As many as there are to be: then none is within a value.
        if len(deeds) != count or rows.deeds.count(WITHIN) != rows.people:
            return False
        if not are_pairs(rows.objects, count, separator=SEPARATOR, within=WITHIN):
            return False
        payloads = raw_payloads(rows.payloads, count)
        if payloads is None:
            return False
        self.read += count
        events, packed = self._events(rows.rowids), self._deeds(deeds)
        kinds = packed >> 32
        self.kinds[events] = kinds
        self.actors[events] = (packed & 0xFFFFFFFF) + NONE
        self._take_unknown(rows.rowids[kinds >= len(KNOWN_KINDS)].tolist())
        fields = {
            kind: b"\n".join(map(field.get, compress(payloads, (kinds == kind).tolist())))
            for kind, field in FIELDS.items()
        }
        self._waiting.append(_Waiting(rows.rowids, events, kinds, rows.objects, fields))
        self._wait += count
        if self._wait >= _AT_ONCE:
            self.settle()
        return True

    def _deeds(self, deeds: list[bytes]) -> Int64:
        """The kind (from bit 32 on) and the actor, less NONE, of each."""
        for deed in dict.fromkeys(deeds):
            if deed not in self._by_deed:
                kind, within, actor = deed.partition(WITHIN)
                code = self._actors[actor.decode() if within else None]
                self._by_deed[deed] = self._kinds[kind.decode()] << 32 | code - NONE
        return np.fromiter(map(self._by_deed.__getitem__, deeds), np.int64, len(deeds))

    def settle(self) -> None:
        """Take in what of the joined rows still waits: their objects and contributions."""
        waiting, self._waiting, self._wait = self._waiting, [], 0
        if not waiting:
            return
        columns = zip(*(page[:3] for page in waiting), strict=True)
        rowids, events, kinds = map(np.concatenate, columns)
        joined = SEPARATOR.join(page.objects for page in waiting)
        keys, objects = object_batch(joined, SEPARATOR, WITHIN)
        self.objects[events] = self._pool.add(keys, objects)
        found = []
        for kind, read in ((VIEWED, self._viewed), (CHAT, self._chats), (CLAIM, self._claims)):
            rows = np.flatnonzero(kinds == kind)
            if len(rows):
                fields = b"\n".join(page.fields[kind] for page in waiting if page.fields[kind])
                entries = read(_Fields(Lines.of(fields), rowids[rows], objects[rows], keys))
                found.append((rows[entries.field], entries.concept, entries.name))
        if found:
            row, concept, name = map(np.concatenate, zip(*found, strict=True))
            order = np.flatnonzero(concept != NONE)
            order = order[np.argsort(row[order], kind="stable")]
            self._add_all(events[row[order]].astype(np.int32), concept[order], name[order])

    def _viewed(self, fields: _Fields) -> _Entries:
        """What views contribute: what they refer to, if that is a concept."""
        count = fields.about("concept")
        found = strings(fields.lines)
        if found is None:
            return self._one_by_one(VIEWED, fields, count)
        found = found.only(count)
        viewed = fields.objects[count]
        there = np.zeros(len(fields.keys.types), dtype=bool)
        there[viewed] = True
        concepts = numbered(fields.keys.ids.taken(np.flatnonzero(there)), self._concepts.of_all)
        concept = concepts[(np.cumsum(there) - 1)[viewed]]
        return _Entries(found.line, concept, numbered(found, self._of_names))

    def _chats(self, fields: _Fields) -> _Entries:
        """What messages contribute: the concepts that they mention."""
        found = object_lists(fields.lines, b"concept_id", b"name")
        if found is None:
            return self._one_by_one(CHAT, fields, np.ones(len(fields.rowids), dtype=bool))
        ids, names = found
        return _Entries(ids.line, numbered(ids, self._of_concepts), numbered(names, self._of_names))

    def _claims(self, fields: _Fields) -> _Entries:
        """What claims contribute: the concepts that they are about."""
        count = fields.about("claim")
        found = string_lists(fields.lines)
        if found is None:
            return self._one_by_one(CLAIM, fields, count)
        found = found.only(count)
        nameless = np.full(len(found.line), NONE, dtype=np.int32)
        return _Entries(found.line, numbered(found, self._of_concepts), nameless)

    def _one_by_one(self, kind: int, fields: _Fields, count: Bool) -> _Entries:
        """The entries of fields of which some are not plain; one of another type is unusual."""
        found: list[tuple[int, int, int]] = []
        for place, field in enumerate(fields.lines.text.tobytes().split(b"\n")):
            try:
                entries = FIELDS[kind].entries(field)
            except UNUSUAL:
                self._unusual.append(int(fields.rowids[place]))
                continue
            for concept, name in entries if count[place] else ():
                if kind == VIEWED:
                    concept = fields.keys.ids.text_of(fields.objects[place])
                if concept:
                    found.append((place, self._concepts[concept], self._names[name]))
        places, concepts, names = np.array(found, dtype=np.int64).reshape(-1, 3).T
        return _Entries(places, concepts.astype(np.int32), names.astype(np.int32))

    def _of_concepts(self, ids: list[str]) -> Int32:
        read = map(string_of, ids)
        return np.array([self._concepts[each] if each else NONE for each in read], dtype=np.int32)

    def _of_names(self, names: list[str]) -> Int32:
        return np.array([self._names[name] for name in map(string_of, names)], dtype=np.int32)
