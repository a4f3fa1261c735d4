"""Two computations at once: both are done by the end, and a fault of either is heard."""

from __future__ import annotations

import threading

import pytest

from core.replay.beside import beside


def test_it_is_done_by_the_end() -> None:
    """The first picture would wait for what it was promised."""
    done: list[str] = []
    with beside(lambda: done.append(threading.current_thread().name)):
        pass
    assert done == ["beside"]


def test_what_it_raises_is_raised_here() -> None:
    """Half an answer would pass for a whole one."""
    with pytest.raises(ZeroDivisionError), beside(lambda: 1 // 0):
        pass


def test_a_fault_of_ones_own_waits_for_the_other() -> None:
    """A thread would go on working on columns that are let go."""
    ended = threading.Event()
    with pytest.raises(ValueError, match="mine"), beside(ended.set):
        raise ValueError("mine")
    assert ended.is_set()
