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


def what_holds(
    writer: Writer, known: frozenset[int], n: int, *, acknowledged: bool
) -> frozenset[int]:
    """What is there after a write: what was acknowledged, and of the others nothing."""
    found, new = writer.there(), with_(writer, known, n)
    if acknowledged or (writer.may_be_there and found == new):
        assert found == new, f"after write {n}"
    else:
        assert found == known, f"after write {n}"
    return found


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
        expected = what_holds(writer, expected, n, acknowledged=acknowledged)
        n += 1
        assert writer.write(n), f"after a fault at step {nth}"
        expected = what_holds(writer, expected, n, acknowledged=True)
        if acknowledged:
            return refused
    raise AssertionError("a write has no end")
