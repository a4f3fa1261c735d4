"""A fault of our own, told without anything that a log says: what it was, and where in the code."""

from __future__ import annotations

import logging
import threading
import traceback
from pathlib import Path

from core.events.errors import StoreError
from core.late_dataclass import dataclass

_ROOT = Path(__file__).resolve().parent.parent
_FRAMES = 40
"""So many frames of a traceback are told, the innermost."""
_KINDS_MOST = 50


def trace_of(error: BaseException) -> str:
    """The types of an error and of what caused it, and where each was raised.

    Their messages are left out: Python's own quote what was worked on, which may be what a log
    says. Files are told from the package on, never where the program lies.
    """
    parts, seen = [], set[int]()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        lines = [
            f"  {_place(frame.filename)}, line {frame.lineno}, in {frame.name}"
            for frame in traceback.extract_tb(each.__traceback__)[-_FRAMES:]
        ]
        parts.append("\n".join([*lines, _type(each)]))
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return "\n\nThis came of it:\n".join(reversed(parts))


def _type(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _place(name: str) -> str:
    """A file's name from its package on."""
    path = Path(name)
    if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
        return path.relative_to(_ROOT).as_posix()
    parts = path.parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    return path.name


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, how often it was met, and in one line what and where it was."""

    trace: str
    times: int

    @property
    def line(self) -> str:
        """Its type, and the place in our code that is nearest to it."""
        lines = self.trace.splitlines()
        ours = [line.strip() for line in lines if line.startswith(("  app/", "  core/"))]
        return f"{lines[-1]} in {ours[-1]}" if ours else lines[-1]


class Faults:
    """The faults met so far; of the same one, by type and place, only the number grows.

    Any thread may add one.
    """

    def __init__(self) -> None:
        self._times: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, error: BaseException) -> bool:
        """Note an error; whether it is the first of its kind."""
        trace = trace_of(error)
        with self._lock:
            known = self._times.get(trace, 0)
            if known or len(self._times) < _KINDS_MOST:
                self._times[trace] = known + 1
            return not known and trace in self._times

    @property
    def all(self) -> tuple[Fault, ...]:
        """The faults, the first one first."""
        with self._lock:
            return tuple(Fault(trace, times) for trace, times in self._times.items())

    def report(self, versions: str) -> str:
        """All of them as one copies them into a report, after what runs here."""
        told = [f"{_counted(each.times)}:\n{each.trace}" for each in self.all]
        return "\n\n".join([versions, *(told or ["No fault was met."])])


def _counted(times: int) -> str:
    return "Once" if times == 1 else f"{times:,} times"


class FaultFormatter(logging.Formatter):
    """Writes what is logged, errors without their messages, but for those that are written for
    people: a `StoreError` says what it is about, not what an event says."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        if isinstance(record.args, tuple):
            record = logging.makeLogRecord(record.__dict__)
            record.args = tuple(map(_without_message, record.args or ()))
        # What another handler has formatted is kept in the record, message and all.
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: object) -> str:  # noqa: N802 - as it is named there
        """See `logging.Formatter`."""
        error = ei[1] if isinstance(ei, tuple) else None
        return trace_of(error) if isinstance(error, BaseException) else ""


def _without_message(value: object) -> object:
    is_ours = isinstance(value, StoreError | OSError)
    return _type(value) if isinstance(value, BaseException) and not is_ours else value
