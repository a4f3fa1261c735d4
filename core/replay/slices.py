"""Texts that lie in a larger one, told from each other and numbered without a loop over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.replay.columns import Bool, Int32, Int64
from core.replay.strings import Strings

Bytes = NDArray[np.uint8]

_QUOTE, _BACKSLASH, _NEWLINE = ord('"'), ord("\\"), ord("\n")
_GAP = 3
"""How far at most from one value's end to the next one's start: a comma or colon, and a space."""
_read_string = msgspec.json.Decoder(str).decode


class Slices(NamedTuple):
    """Slices of a text in UTF-8, ascending; `line` is the number of the line of each."""

    text: Bytes
    line: Int64
    starts: Int64
    ends: Int64

    @classmethod
    def of(cls, column: Strings, places: Int64) -> Slices:
        """Some strings of a column, by ascending places."""
        return cls(column.text, places, column.ends[places], column.ends[places + 1])

    def taken(self, places: Int64) -> Slices:
        """Those at these places, in that order."""
        return Slices(self.text, self.line[places], self.starts[places], self.ends[places])

    def text_of(self, place: int) -> str:
        """The text of one, by its place."""
        return self.text[self.starts[place] : self.ends[place]].tobytes().decode()

    def only(self, lines: Bool) -> Slices:
        """Those of the lines that are marked."""
        there = lines[self.line]
        return Slices(self.text, self.line[there], self.starts[there], self.ends[there])


class Lines(NamedTuple):
    """Lines of a text, and where in it each starts and ends."""

    text: Bytes
    starts: Int64
    ends: Int64

    @classmethod
    def of(cls, joined: bytes) -> Lines:
        """What newlines join; there is a line at least."""
        text = np.frombuffer(joined, dtype=np.uint8)
        breaks = np.flatnonzero(text == _NEWLINE)
        return cls(text, np.append(0, breaks + 1), np.append(breaks, len(text)))

    def begin_and_end(self, opening: str, closing: str) -> bool:
        """Whether every line does so; none may be empty."""
        return bool(
            np.all(self.text[self.starts] == ord(opening))
            and np.all(self.text[self.ends - 1] == ord(closing))
        )


def strings(lines: Lines) -> Slices | None:
    """The strings of lines of JSON that are a string each; None where they are not plainly that."""
    quotes = np.flatnonzero(lines.text == _QUOTE)
    if len(quotes) != 2 * len(lines.starts) or not lines.begin_and_end('"', '"'):
        return None
    return Slices(lines.text, np.arange(len(lines.starts)), lines.starts + 1, lines.ends - 1)


def string_lists(lines: Lines) -> Slices | None:
    """The items of lines of JSON that are a list of strings each; None where not plainly so."""
    quotes = _quotes(lines, 2)
    if quotes is None:
        return None
    opened, closed = quotes[:, 0], quotes[:, 1]
    of_line = _placed(lines, opened, closed)
    return None if of_line is None else Slices(lines.text, of_line, opened + 1, closed)


def object_lists(lines: Lines, first: bytes, second: bytes) -> tuple[Slices, Slices] | None:
    """The two members of the objects that lines of JSON are lists of; None where not plainly so.

    Plainly: each object has these two members and no other, in this order, and both are strings.
    """
    quotes = _quotes(lines, 8)
    if quotes is None:
        return None
    text = lines.text
    opened, closed = quotes[:, 0] - 1, quotes[:, 7] + 1
    if np.count_nonzero(text == ord("{")) != len(quotes):
        return None
    if not (np.all(text[opened] == ord("{")) and np.all(text[closed] == ord("}"))):
        return None
    if not (_are(text, quotes[:, :2], first) and _are(text, quotes[:, 4:6], second)):
        return None
    if np.any(quotes[:, [2, 6]] - quotes[:, [1, 5]] > _GAP):
        return None
    of_line = _placed(lines, opened, closed)
    if of_line is None:
        return None
    return (
        Slices(text, of_line, quotes[:, 2] + 1, quotes[:, 3]),
        Slices(text, of_line, quotes[:, 6] + 1, quotes[:, 7]),
    )


def _quotes(lines: Lines, each: int) -> Int64 | None:
    """Where the quotes are, a row for each item; None where some of them are no item's ends."""
    if not lines.begin_and_end("[", "]"):
        return None
    quotes = np.flatnonzero(lines.text == _QUOTE)
    if len(quotes) % each or np.any(lines.text[quotes - 1] == _BACKSLASH):
        return None
    return quotes.reshape(-1, each)


def _placed(lines: Lines, opened: Int64, closed: Int64) -> Int64 | None:
    """The line of each item; None where a line holds anything else, or is not written plainly.

    An item's first and last places are given.
    """
    of_line = np.searchsorted(lines.starts, opened, side="right") - 1
    counts = np.bincount(of_line, minlength=len(lines.starts))
    lengths = lines.ends - lines.starts
    if np.any(lengths[counts == 0] != 2):
        return None
    new = np.diff(of_line, prepend=-1) != 0
    last = np.append(new[1:], True) if len(new) else new
    if np.any(opened[new] != lines.starts[of_line[new]] + 1):
        return None
    if np.any(closed[last] != lines.ends[of_line[last]] - 2):
        return None
    return None if np.any((opened[1:] - closed[:-1])[~new[1:]] > _GAP) else of_line


def _are(text: Bytes, quotes: Int64, name: bytes) -> bool:
    """Whether what is between these pairs of quotes is that name, each time."""
    opened, closed = quotes.T
    if np.any(closed - opened != len(name) + 1):
        return False
    return all(np.all(text[opened + 1 + at] == byte) for at, byte in enumerate(name))


def are_pairs(text: bytes, count: int, *, separator: bytes, within: bytes) -> bool:
    """Whether there are so many pairs in a text, each of two values, or of two empty ones."""
    pairs = between(text, separator)
    middle = np.flatnonzero(pairs.text == ord(within))
    if not len(pairs.starts) == len(middle) == count:
        return False
    if np.any(middle < pairs.starts) or np.any(middle >= pairs.ends):
        return False
    return bool(np.all((middle == pairs.starts) == (middle + 1 == pairs.ends)))


def between(text: bytes, separator: bytes) -> Slices:
    """What is between the separators of a text."""
    found = np.frombuffer(text, dtype=np.uint8)
    breaks = np.flatnonzero(found == ord(separator))
    line = np.arange(len(breaks) + 1)
    return Slices(found, line, np.append(0, breaks + 1), np.append(breaks, len(found)))


def string_of(within: str) -> str:
    """The string of JSON that has this within its quotes."""
    return _read_string(f'"{within}"') if "\\" in within else within


def encoded(slices: Slices) -> tuple[Int32, Slices]:
    """The different texts among slices, in the order in which they come, and which each one is."""
    # It takes as long to import as some thousand rows to be read.
    import pyarrow as pa  # type: ignore[import-untyped]

    count = len(slices.starts)
    if not count:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing.astype(np.int32), Slices(slices.text[:0], nothing, nothing, nothing)
    # The slices and what lies between them, in turn: then none must be copied.
    bounds = np.empty(2 * count, dtype=np.int64)
    bounds[0::2], bounds[1::2] = slices.starts, slices.ends
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(slices.text)]
    array = pa.Array.from_buffers(pa.large_binary(), 2 * count - 1, buffers).dictionary_encode()
    codes = array.indices.to_numpy()[::2]
    there = np.zeros(len(array.dictionary), dtype=bool)
    there[codes] = True
    _, ends, text = array.dictionary.buffers()
    bounds = np.frombuffer(ends, dtype=np.int64, count=len(there) + 1)
    data = np.frombuffer(text, dtype=np.uint8) if text is not None else slices.text[:0]
    found = np.flatnonzero(there)
    which: Int32 = (np.cumsum(there, dtype=np.int32) - 1)[codes]
    return which, Slices(data, found, bounds[found], bounds[found + 1])


def numbered(slices: Slices, number: Callable[[list[str]], Int32]) -> Int32:
    """The number of each slice by its text; `number` gives those of texts that all differ."""
    which, different = encoded(slices)
    text = different.text.tobytes()
    bounds = zip(different.starts.tolist(), different.ends.tolist(), strict=True)
    return number([text[start:end].decode() for start, end in bounds])[which]
