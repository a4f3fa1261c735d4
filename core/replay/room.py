"""Columns with room behind them: appending costs what is appended, not what was there."""

from __future__ import annotations

import threading
from typing import TypeVar
from weakref import ref

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)

_SPARE = 8
"""A column that is moved gets an eighth of its length as room, so it is moved ever more seldom."""
_LEAST = 1024

_lock = threading.Lock()


class _Room(np.ndarray):
    """What columns lie in, each the beginning of the next; ``used`` is how long the longest is.

    ``moved`` is the column that was copied into it at first, as long as anybody has that.
    """

    used: int
    moved: ref[np.ndarray]


def appended(column: NDArray[T], more: NDArray[T]) -> NDArray[T]:
    """A column and others of its type behind it, as a new value that cannot be written to.

    The columns that were handed out before stay what they are: the longest of them lends its room,
    where others lie beyond a shorter one that is copied, as one without room is.
    """
    size = len(column) + len(more)
    if not len(more):
        return column
    with _lock:
        room = column.base
        fits = isinstance(room, _Room) and room.used == len(column) and size <= len(room)
        if not fits or not isinstance(room, _Room):
            room = _Room(shape=(size + max(_LEAST, size // _SPARE),), dtype=column.dtype)
            room[: len(column)] = column
            room.moved = ref(column)
        room.used = size
        room[len(column) : size] = more
    grown: NDArray[T] = np.ndarray(size, column.dtype, buffer=room)
    grown.flags.writeable = False
    return grown


def continues(column: NDArray[T], known: NDArray[T]) -> bool:
    """Whether a column is another one, or came of it by `appended`.

    False where it cannot be told without comparing them.
    """
    if column is known:
        return True
    room = column.base
    if not isinstance(room, _Room):
        return False
    return room.moved() is known or (room is known.base and len(known) <= len(column))
