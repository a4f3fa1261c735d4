"""Objects of many batches of rows, in numbers of their own until all are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.replay.codes import by_first
from core.replay.columns import NONE, Bool, Int32, Int64
from core.replay.slices import Slices, between, encoded, numbered
from core.replay.strings import ObjectKeys, Strings

_FIRST = 1 << 30
"""From here on numbers are those of a pool; below are those of who has one."""


class Objects(NamedTuple):
    """Type and id of objects; ``types`` are codes into ``type_names``."""

    types: Int32
    type_names: Sequence[str]
    ids: Slices

    @classmethod
    def of(cls, keys: ObjectKeys) -> Objects:
        """Those of a column."""
        places = np.arange(len(keys))
        return cls(keys.types, keys.type_names, Slices.of(keys.ids, places))

    def are(self, kind: str) -> Bool:
        """Which of them are of a type."""
        return np.isin(self.types, [c for c, name in enumerate(self.type_names) if name == kind])


class ObjectPool:
    """Objects that come in batches, the same ones in several of them."""

    def __init__(self) -> None:
        self._batches: list[Objects] = []
        self._count = _FIRST

    def add(self, objects: Objects, codes: Int32) -> Int32:
        """The numbers for now of objects, given by their place among these, or NONE."""
        first = self._count
        self._batches.append(objects)
        self._count += len(objects.types)
        return np.where(codes == NONE, NONE, codes + np.int32(first))

    def settled(self, others: ObjectKeys, codes: Int32) -> tuple[Int32, ObjectKeys]:
        """The objects by first appearance, and the codes by that; some may be those of others.

        So they are the same in whatever batches they came.
        """
        if not self._batches:
            order, codes = by_first(codes, len(others))
            return codes, _taken(Objects.of(others), order)
        places, every = self.gathered(others, codes)
        code, first = _distinct(every)
        objects = every._replace(types=every.types[first], ids=every.ids.taken(first))
        order, codes = by_first(np.append(code, np.int32(NONE))[places], len(first))
        return codes, _taken(objects, order)

    def gathered(self, others: ObjectKeys, codes: Int32) -> tuple[Int32, Objects]:
        """The objects of all batches, those of several as often, and the codes by that."""
        places = np.where(codes < _FIRST, codes, codes + np.int32(len(others) - _FIRST))
        return places, _together([Objects.of(others), *self._batches])


def object_batch(text: bytes, separator: bytes, within: bytes) -> tuple[Objects, Int32]:
    """The objects of rows, as pairs of type and id, and the place of each row's, NONE for none.

    See `slices.are_pairs` for what the text must be.
    """
    codes, different = encoded(between(text, separator))
    middle = np.flatnonzero(different.text == ord(within))
    types: list[str] = []

    def number(texts: list[str]) -> Int32:
        types.extend(texts)
        return np.arange(len(texts), dtype=np.int32)

    none = different.starts == middle
    of_type = numbered(different._replace(ends=middle), number)
    there = np.flatnonzero(~none)
    ids = different._replace(starts=middle + 1)
    places = np.where(none, NONE, np.cumsum(~none) - 1).astype(np.int32)
    return Objects(of_type[there], types, ids.taken(there)), places[codes]


def _taken(objects: Objects, order: Int64) -> ObjectKeys:
    return ObjectKeys(objects.types[order], objects.type_names, _strings(objects.ids.taken(order)))


def _strings(slices: Slices) -> Strings:
    """Slices, in whatever order, as a column of their own."""
    lengths = slices.ends - slices.starts
    ends = np.append(0, np.cumsum(lengths))
    within = np.arange(int(ends[-1])) - np.repeat(ends[:-1] - slices.starts, lengths)
    return Strings(slices.text[within], ends)


def _together(batches: Sequence[Objects]) -> Objects:
    """The objects of all batches, one after the other."""
    names = list(dict.fromkeys(name for batch in batches for name in batch.type_names))
    codes = {name: code for code, name in enumerate(names)}
    types = np.concatenate(
        [
            np.array([codes[name] for name in batch.type_names], dtype=np.int32)[batch.types]
            for batch in batches
        ]
    )
    ids = _joined([batch.ids for batch in batches])
    return Objects(types, names, ids)


def _distinct(objects: Objects) -> tuple[Int32, Int64]:
    """Which of the different objects each is, and a place of each of them."""
    by_id, _ = encoded(objects.ids)
    pair = objects.types.astype(np.int64) << 32 | by_id
    order = np.argsort(pair)
    new = np.ones(len(pair), dtype=np.bool_)
    np.not_equal(pair[order[1:]], pair[order[:-1]], out=new[1:])
    code = np.empty(len(pair), dtype=np.int32)
    code[order] = np.cumsum(new, dtype=np.int32) - 1
    return code, order[new]


def _joined(parts: Sequence[Slices]) -> Slices:
    """Slices of several texts as slices of one, in their order."""
    before = np.cumsum([0, *(len(part.text) for part in parts)])
    return Slices(
        np.concatenate([part.text for part in parts]),
        np.arange(sum(len(part.starts) for part in parts)),
        np.concatenate([part.starts + at for part, at in zip(parts, before[:-1], strict=True)]),
        np.concatenate([part.ends + at for part, at in zip(parts, before[:-1], strict=True)]),
    )
