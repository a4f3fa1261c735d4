"""Work in a process of its own: what it yields comes back, and its death is told."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from core.events.errors import SourceLocked
from core.replay.process import Helper, ReadHereError, items_apart, warm_up

MUCH = np.arange(1_000_000)
"""More than a pipe holds."""


def doubled(values: np.ndarray) -> Iterator[object]:
    yield len(values)
    yield values * 2


def with_sum(values: np.ndarray) -> Iterator[object]:
    yield values[:0], values, values[1:], int(values.sum())


def dying(_: np.ndarray) -> Iterator[object]:
    os.kill(os.getpid(), signal.SIGKILL)
    yield None


def helped(
    helper: Helper, work: Callable[..., Iterator[object]], value: object
) -> Iterator[object]:
    yield from helper.items(work, value)


def failing() -> Iterator[object]:
    yield 1
    raise SourceLocked("try again")


class Unreadable:
    """A value that nobody can read at the other end."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.kill, (Here(), signal.SIGKILL)


class Here:
    """The process that reads it."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.getpid, ()


def test_arrays_go_and_come(tmp_path: object) -> None:
    """A long session has more than a pipe holds at once."""
    count, twice = items_apart(doubled, MUCH)
    assert count == len(MUCH)
    assert np.array_equal(twice, MUCH * 2)
    assert not multiprocessing.active_children()


def test_an_array_that_comes_back_is_the_one_that_went() -> None:
    """A long session would lie in memory twice: as it was sent to be read, and as it came back."""
    for work, values in ((with_sum, (MUCH,)), (helped, (with_sum, MUCH))):
        nothing, back, part, total = next(items_apart(work, *values, helped=work is helped))
        assert (len(nothing), total) == (0, MUCH.sum())
        assert np.array_equal(back, MUCH)
        assert np.array_equal(part, MUCH[1:])
        assert np.shares_memory(back, MUCH)


@pytest.mark.parametrize("values", [(MUCH,), (Unreadable(), MUCH)])
def test_a_process_that_dies_is_told(values: tuple[object, ...]) -> None:
    """Who waits for it would wait for ever."""
    with pytest.raises(ReadHereError):
        list(items_apart(dying, *values))
    assert not multiprocessing.active_children()


def test_a_fault_comes_after_what_was_read() -> None:
    """What is wrong and what to do would be lost on the way."""
    items = items_apart(failing)
    assert next(items) == 1
    with pytest.raises(SourceLocked, match="try again"):
        next(items)


def test_a_helper_works_beside_it() -> None:
    """A long session would be read by one processor, while the other has nothing to do."""
    count, twice = items_apart(helped, doubled, MUCH, helped=True)
    assert count == len(MUCH)
    assert np.array_equal(twice, MUCH * 2)
    assert not multiprocessing.active_children()


def test_a_helper_that_dies_is_told() -> None:
    """Who waits for its half would wait for ever."""
    with pytest.raises(ReadHereError):
        list(items_apart(helped, dying, MUCH, helped=True))
    assert not multiprocessing.active_children()


def test_processes_start_once_they_are_warm() -> None:
    """The first session that is opened would wait for what was to make it faster."""
    warm_up()
    assert [count for count, *_ in [items_apart(doubled, MUCH)]] == [len(MUCH)]
