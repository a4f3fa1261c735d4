"""What a long session took while it was read is free for other programs afterwards."""

from __future__ import annotations

import platform

import psutil
import pytest

from core.memory import give_back


def held() -> float:
    """What the process holds (MB)."""
    return float(psutil.Process().memory_info().rss / 1e6)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc alone it is known")
def test_what_was_freed_is_given_back() -> None:
    """Of each session that was ever open some would be held until the program ends."""
    pieces = [bytes(2_000) for _ in range(40_000)]
    # In between some stay, so that the C library finds no end to cut off.
    kept = pieces[::100]
    del pieces
    before = held()
    give_back()
    assert held() < before - 40
    assert len(kept) == 400


def test_where_there_is_nothing_to_give_back_nothing_happens() -> None:
    """On another system the program would end with an error about a missing function."""
    give_back()
