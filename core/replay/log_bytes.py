"""A session's columns as bytes, to be kept in a file and read again in no time."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from io import BytesIO
from mmap import mmap
from typing import Any, BinaryIO

import numpy as np

from core.events.problems import Problem
from core.replay.columns import ConceptNames, Contributions, SessionLog
from core.replay.strings import ObjectKeys, Strings

_MAGIC = b"brainweb columns 2\n"
_LENGTH = 8
_ALIGNED = 64
"""Each column begins at a multiple of this (bytes): numpy copies all of one that lies askew,
whatever is asked of it."""


class UnreadableLogError(Exception):
    """The bytes are damaged, or of another version."""


def write_log(file: BinaryIO, log: SessionLog, witness: str) -> None:
    """Write a complete log that leaves nothing out, and a text that says what it is of."""
    assert log.complete and log.left_out is None
    head = json.dumps({"witness": witness, **_plain(log)}).encode("ascii")
    head += b" " * _lacking(len(_MAGIC) + 2 * _LENGTH + len(head))
    body = BytesIO()
    for array in _arrays(log):
        np.lib.format.write_array(body, array, allow_pickle=False)
        body.write(bytes(_lacking(body.tell())))
    content = body.getbuffer()
    check = zlib.crc32(content, zlib.crc32(head))
    file.write(_MAGIC)
    for number in (len(head), check):
        file.write(number.to_bytes(_LENGTH, "big"))
    file.write(head)
    file.write(content)


def read_log(content: bytes | mmap, witness: str) -> SessionLog | None:
    """The log that was written with that witness; None where it was with another.

    Raises UnreadableLogError. The columns lie where the content does, and cannot be written to.
    """
    start = len(_MAGIC) + 2 * _LENGTH
    if content[: len(_MAGIC)] != _MAGIC or len(content) < start:
        raise UnreadableLogError("it is of another version")
    numbers = content[len(_MAGIC) : start]
    stop = start + int.from_bytes(numbers[:_LENGTH], "big")
    if zlib.crc32(memoryview(content)[start:]) != int.from_bytes(numbers[_LENGTH:], "big"):
        raise UnreadableLogError("it is damaged")
    plain = json.loads(content[start:stop])
    if plain.pop("witness") != witness:
        return None
    return _log(plain, _Arrays(memoryview(content)[stop:]))


def _lacking(size: int) -> int:
    """How many bytes after so many there are to the next place where a column may begin."""
    return -size % _ALIGNED


def _plain(log: SessionLog) -> dict[str, Any]:
    return {
        "session_id": log.session_id,
        "last_row": log.last_row,
        "kind_names": list(log.kind_names),
        "object_types": list(log.object_keys.type_names),
        "problems": [asdict(problem) for problem in log.problems],
    }


def _arrays(log: SessionLog) -> list[np.ndarray[Any, Any]]:
    made, names = log.contributions, log.names
    texts = (
        Strings.of(log.actor_names), log.object_keys.ids, made.concept_ids, Strings.of(names.names)
    )  # fmt: skip
    return [
        log.rows, log.times, log.kinds, log.actors, log.objects, log.object_keys.types,
        made.event, made.concept, made.source, made.named, names.starts, names.event,
        *(array for each in texts for array in (each.text[: each.ends[-1]], each.ends)),
    ]  # fmt: skip


class _Arrays:
    """The arrays one after the other, lying where the bytes lie."""

    def __init__(self, content: memoryview) -> None:
        self._content = content
        self._file = _Reader(content)

    def next(self) -> np.ndarray[Any, Any]:
        version = np.lib.format.read_magic(self._file)
        assert version == (1, 0)
        shape, _, dtype = np.lib.format.read_array_header_1_0(self._file)
        count = int(np.prod(shape))
        found = np.frombuffer(self._content, dtype, count, self._file.at)
        self._file.at += count * dtype.itemsize
        self._file.at += _lacking(self._file.at)
        return found

    def strings(self) -> Strings:
        return Strings(self.next(), self.next())


class _Reader:
    """As much of a file as reading a header asks for."""

    def __init__(self, content: memoryview) -> None:
        self._content = content
        self.at = 0

    def read(self, count: int = -1, /) -> bytes:
        start, self.at = self.at, self.at + count
        return bytes(self._content[start : self.at])


def _log(plain: dict[str, Any], arrays: _Arrays) -> SessionLog:
    rows, times, kinds, actors, objects, types, event, concept, source, named, starts, given = (
        arrays.next() for _ in range(12)
    )
    actor_names, object_ids, concept_ids, names = (arrays.strings() for _ in range(4))
    return SessionLog(
        session_id=plain["session_id"],
        rows=rows,
        times=times,
        kinds=kinds,
        actors=actors,
        objects=objects,
        kind_names=tuple(plain["kind_names"]),
        actor_names=tuple(actor_names),
        object_keys=ObjectKeys(types, plain["object_types"], object_ids),
        contributions=Contributions(event, concept, source, named, concept_ids),
        names=ConceptNames(starts, given, names),
        problems=tuple(Problem(**each) for each in plain["problems"]),
        last_row=plain["last_row"],
    )
