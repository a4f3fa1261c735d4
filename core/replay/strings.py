"""Columns of text: many strings in two arrays, so that they cost no object each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from core.late_dataclass import dataclass
from core.replay.room import appended


@dataclass(frozen=True, eq=False)
class Strings(Sequence[str]):
    """A sequence of text; string i is ``text[ends[i]:ends[i + 1]]`` in UTF-8.

    Lone surrogates, which a log may hold, are kept.
    """

    text: NDArray[np.uint8]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, values: Iterable[str]) -> Strings:
        """The column of these strings."""
        encoded = [value.encode("utf-8", "surrogatepass") for value in values]
        ends = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(each) for each in encoded], out=ends[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        raw = self.text[self.ends[place] : self.ends[place + 1]].tobytes()
        return raw.decode("utf-8", "surrogatepass")

    def followed_by(self, others: Strings) -> Strings:
        """These strings, and others after them."""
        size = self.ends[-1]
        text = self.text if len(self.text) == size else self.text[:size]
        theirs = others.text[: others.ends[-1]]
        return Strings(appended(text, theirs), appended(self.ends, others.ends[1:] + size))

    def first(self, count: int) -> Strings:
        """The first ``count`` of them, which are there."""
        return self if count == len(self) else Strings(self.text, self.ends[: count + 1])

    def taken(self, places: NDArray[np.int64]) -> Strings:
        """Those at these places, in this order."""
        starts = self.ends[places]
        lengths = self.ends[places + 1] - starts
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        within = np.arange(int(ends[-1])) - np.repeat(ends[:-1], lengths)
        return Strings(self.text[np.repeat(starts, lengths) + within], ends)

    def find(self, value: str) -> int | None:
        """The place of the first string that is this one, None where there is none."""
        places = self.places_of(value)
        return int(places[0]) if len(places) else None

    def places_of(self, value: str) -> NDArray[np.int64]:
        """The places of all strings that are this one, ascending."""
        sought = value.encode("utf-8", "surrogatepass")
        places = np.flatnonzero(np.diff(self.ends) == len(sought))
        # From behind: what was made by counting differs there.
        for offset in reversed(range(len(sought))):
            places = places[self.text[self.ends[places] + offset] == sought[offset]]
        return places


@dataclass(frozen=True, eq=False)
class ObjectKeys(Sequence[tuple[str, str]]):
    """Type and id of objects by code; ``types`` are codes into ``type_names``."""

    types: NDArray[np.int32]
    type_names: Sequence[str]
    ids: Strings

    @classmethod
    def of(cls, keys: Sequence[tuple[str, str]]) -> ObjectKeys:
        """The column of these pairs."""
        names = list(dict.fromkeys(kind for kind, _ in keys))
        codes = {kind: code for code, kind in enumerate(names)}
        types = np.fromiter((codes[kind] for kind, _ in keys), np.int32, len(keys))
        return cls(types, names, Strings.of(key for _, key in keys))

    def find(self, key: tuple[str, str]) -> int | None:
        """The code of an object, None where it is none of these."""
        kind, identity = key
        if kind not in self.type_names:
            return None
        places = self.ids.places_of(identity)
        found = places[self.types[places] == self.type_names.index(kind)]
        return int(found[0]) if len(found) else None

    def followed_by(self, others: ObjectKeys) -> ObjectKeys:
        """These objects, and others after them."""
        names = list(dict.fromkeys([*self.type_names, *others.type_names]))
        codes = np.array([names.index(name) for name in others.type_names], dtype=np.int32)
        fresh = codes[others.types] if len(codes) else others.types
        return ObjectKeys(appended(self.types, fresh), names, self.ids.followed_by(others.ids))

    def are(self, kind: str, codes: NDArray[np.int32] | None = None) -> NDArray[np.bool_]:
        """Which of those with these codes, by default of all, are of that type."""
        wanted = [code for code, name in enumerate(self.type_names) if name == kind]
        return np.isin(self.types if codes is None else self.types[codes], wanted)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> tuple[str, str]: ...

    @overload
    def __getitem__(self, index: slice) -> list[tuple[str, str]]: ...

    def __getitem__(self, index: int | slice) -> tuple[str, str] | list[tuple[str, str]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return self.type_names[self.types[index]], self.ids[index]
