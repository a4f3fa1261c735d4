"""Has each step of a write fail in turn, on whatever disk can be told to."""

from __future__ import annotations

from typing import Protocol

from tests.torture.writers import Writer

MOST = 500


class Disk(Protocol):
    """Fails at the nth step from now on, and at each later one: so disks break."""

    @property
    def failed(self) -> int: ...

    def fail_at(self, nth: int) -> None: ...

    def be_well(self) -> None: ...


def attempted(writer: Writer, n: int) -> bool:
    """Whether a write was acknowledged; a fault that it may have is a sentence."""
    try:
        return writer.write(n)
    except writer.faults as fault:
        assert str(fault).strip()
        assert len(str(fault).splitlines()) == 1
        return False


def with_(writer: Writer, known: frozenset[int], n: int) -> frozenset[int]:
    """What is there once one more is written."""
    return known | {n} if writer.keeps_all else frozenset({n})


def every_step_failed(disk: Disk, writer: Writer, *, every: int) -> int:
    """Fail at the first step, at others after it, until a write needs no more; how many failed."""
    assert writer.write(1)
    expected, n = writer.there(), 1
    for refused, nth in enumerate(range(1, MOST, every)):
        n += 1
        disk.fail_at(nth)
        acknowledged = attempted(writer, n)
        failed = disk.failed
        disk.be_well()
        assert acknowledged == (not failed), f"step {nth}"
        if acknowledged:
            expected = with_(writer, expected, n)
        found = writer.there()
        if writer.may_be_there and failed and found == with_(writer, expected, n):
            expected = found
        assert found == expected, f"after a fault at step {nth}"
        n += 1
        assert writer.write(n), f"after a fault at step {nth}"
        expected = with_(writer, expected, n)
        assert writer.there() == expected, f"after a fault at step {nth}"
        if acknowledged:
            return refused
    raise AssertionError("a write has no end")
