from __future__ import annotations

import logging

import pytest

from core.events.errors import StoreError
from core.fault import FaultFormatter, Faults, trace_of


def _raised(message: str = "canary") -> Exception:
    try:
        try:
            {}[message]
        except KeyError as error:
            raise ValueError(message) from error
    except ValueError as error:
        return error


def test_it_tells_what_and_where_and_no_message() -> None:
    """What a learner wrote would stand in a report that is published."""
    trace = trace_of(_raised())

    assert "canary" not in trace
    assert "KeyError" in trace
    assert trace.endswith("ValueError")
    assert "tests/core/test_fault.py, line " in trace
    assert str(__file__) not in trace


def test_the_same_fault_only_counts() -> None:
    """A fault in each frame would fill the memory, and the report."""
    faults = Faults()
    errors = [_raised(f"canary {n}") for n in range(3)]

    assert [faults.add(error) for error in errors] == [True, False, False]
    assert [each.times for each in faults.all] == [3]
    assert faults.report("Python: 3").startswith("Python: 3\n\n3 times:\n")


def test_no_more_kinds_are_kept_than_anyone_reads() -> None:
    """A fault that differs each time would fill the memory."""
    faults = Faults()
    for number in range(80):
        try:
            exec(compile("\n" * number + "raise ValueError", "x.py", "exec"))
        except ValueError as error:
            faults.add(error)

    assert len(faults.all) == 50


def test_a_circle_of_causes_comes_to_an_end() -> None:
    """Telling of a fault would hang the window."""
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one

    assert trace_of(one).count("Error") == 2


@pytest.mark.parametrize(
    ("message", "args"),
    [("it failed", ()), ("it failed: %s", (ValueError("canary"),)), ("%r", (KeyError("canary"),))],
)
def test_what_is_logged_of_an_error_says_nothing_of_the_log(
    message: str, args: tuple[object, ...]
) -> None:
    """A log of ours would keep what a log of theirs says."""
    error = _raised()
    record = logging.LogRecord(
        "x", 40, "x.py", 1, message, args, (type(error), error, error.__traceback__)
    )
    logging.Formatter().format(record)

    written = FaultFormatter().format(record)

    assert "canary" not in written
    assert "ValueError" in written


def test_what_is_written_for_people_is_logged() -> None:
    """Nobody would know why a file was not opened."""
    record = logging.LogRecord("x", 40, "x.py", 1, "%s", (StoreError("It is locked."),), None)

    assert FaultFormatter().format(record) == "It is locked."
