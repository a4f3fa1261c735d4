"""Objects of many batches of rows, in numbers of their own until all are there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.replay.codes import by_first
from core.replay.columns import NONE, Int32
from core.replay.slices import Slices, between, encoded, numbered
from core.replay.strings import ObjectKeys, Strings

_FIRST = 1 << 30
"""From here on numbers are those of a pool; below are those of who has one."""


class ObjectPool:
    """Objects that come in batches, the same ones in several of them."""

    def __init__(self) -> None:
        self._batches: list[ObjectKeys] = []
        self._count = _FIRST

    def add(self, keys: ObjectKeys, codes: Int32) -> Int32:
        """The numbers for now of objects, given by their place among these keys, or NONE."""
        first = self._count
        self._batches.append(keys)
        self._count += len(keys)
        return np.where(codes == NONE, NONE, codes + np.int32(first))

    def settled(self, others: ObjectKeys, codes: Int32) -> tuple[Int32, ObjectKeys]:
        """The objects by first appearance, and the codes by that; some may be those of others.

        So they are the same in whatever batches they came.
        """
        keys = others
        if self._batches:
            code, keys = _distinct([others, *self._batches])
            places = np.where(codes < _FIRST, codes, codes + np.int32(len(others) - _FIRST))
            codes = np.append(code, np.int32(NONE))[places]
        order, codes = by_first(codes, len(keys))
        if np.any(np.diff(order) < 0):
            keys = ObjectKeys(keys.types[order], keys.type_names, keys.ids.taken(order))
        return codes, keys


def object_batch(text: bytes, separator: str, within: str) -> tuple[ObjectKeys, Int32]:
    """The objects of rows, as pairs of type and id, and the place of each row's, NONE for none.

    See `slices.are_pairs` for what the text must be.
    """
    pairs = between(text, separator)
    codes, different = encoded(pairs)
    middle = np.flatnonzero(different.text == ord(within))
    types: list[str] = []

    def number(texts: list[str]) -> Int32:
        types.extend(texts)
        return np.arange(len(texts), dtype=np.int32)

    none = different.starts == middle
    of_type = numbered(different._replace(ends=middle), number)
    ids = _strings(different._replace(starts=middle + 1))
    there = np.flatnonzero(~none)
    keys = ObjectKeys(of_type[there], types, ids if len(there) == len(none) else ids.taken(there))
    places = np.where(none, NONE, np.cumsum(~none) - 1).astype(np.int32)
    return keys, places[codes]


def _strings(slices: Slices) -> Strings:
    """Slices as a column of their own."""
    lengths = slices.ends - slices.starts
    ends = np.append(0, np.cumsum(lengths))
    within = np.arange(int(ends[-1])) - np.repeat(ends[:-1], lengths)
    return Strings(slices.text[np.repeat(slices.starts, lengths) + within], ends)


def _distinct(batches: Sequence[ObjectKeys]) -> tuple[Int32, ObjectKeys]:
    """The code of each object of all batches, and the objects by code, each once."""
    names = list(dict.fromkeys(name for batch in batches for name in batch.type_names))
    types = np.concatenate(
        [
            np.array([names.index(name) for name in batch.type_names], dtype=np.int64)[batch.types]
            for batch in batches
        ]
    )
    text = np.concatenate([batch.ids.text[: batch.ids.ends[-1]] for batch in batches])
    lengths = np.concatenate([np.diff(batch.ids.ends) for batch in batches])
    ids = Strings(text, np.append(0, np.cumsum(lengths)))
    by_id, _ = encoded(Slices(text, np.zeros(0, np.int64), ids.ends[:-1], ids.ends[1:]))
    _, first, code = np.unique(types << 32 | by_id, return_index=True, return_inverse=True)
    return code.astype(np.int32), ObjectKeys(types[first].astype(np.int32), names, ids.taken(first))
