"""Tables as files, a page of rows at a time: CSV and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

from core.events.instants import format_instant
from core.late_dataclass import dataclass

Row = Sequence[Any]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ROW_GROUP = 16_384


class Kind(StrEnum):
    """What a column holds; an instant is given in µs since 1970, UTC."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and kind; any value may be None."""

    name: str
    kind: Kind = Kind.TEXT


class Sink(Protocol):
    """Takes rows, a page at a time; `close` writes what is still to be written."""

    def write(self, rows: Sequence[Row]) -> None:
        """Take a page."""
        ...

    def close(self) -> None:
        """Write the rest; the file stays open."""
        ...

    def abandon(self) -> None:
        """Be done with it, for the file goes."""
        ...


@contextmanager
def filled(sink: Sink) -> Iterator[Sink]:
    """A sink that is closed when the block ends well, and else abandoned."""
    try:
        yield sink
        sink.close()
    except BaseException:
        sink.abandon()
        raise


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: `'` goes before = + - @, tab and CR."""
    return f"'{text}" if text.startswith(_FORMULA) else text


class CsvSink:
    """RFC 4180: a line of names, CRLF, cells in quotes where need be; UTF-8, with BOM if asked.

    None is an empty cell. Texts go through `safe_cell`; numbers are written as they are, instants
    as UTC text with `Z`.
    """

    def __init__(self, file: BinaryIO, columns: Sequence[Column], *, bom: bool = False) -> None:
        self._file = file
        self._kinds = [column.kind for column in columns]
        self._file.write(b"\xef\xbb\xbf" if bom else b"")
        self._put([[column.name for column in columns]])

    def write(self, rows: Sequence[Row]) -> None:
        """See `Sink`."""
        self._put([[self._cell(*each) for each in zip(self._kinds, row)] for row in rows])  # noqa: B905

    def close(self) -> None:
        """See `Sink`."""

    def abandon(self) -> None:
        """See `Sink`."""

    def _put(self, rows: Sequence[Row]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        self._file.write(text.getvalue().encode("utf-8", "backslashreplace"))

    def _cell(self, kind: Kind, value: Any) -> Any:
        if value is None:
            return ""
        if kind is Kind.INSTANT:
            return format_instant(value)
        return safe_cell(value) if kind is Kind.TEXT else value


class ParquetSink:
    """Typed columns in row groups of some thousand rows; instants are timestamps in UTC, µs."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column]) -> None:
        # Much to import for a program that writes none.
        import pyarrow  # type: ignore[import-untyped]
        import pyarrow.parquet  # type: ignore[import-untyped]

        types = {
            Kind.TEXT: pyarrow.string(),
            Kind.INTEGER: pyarrow.int64(),
            Kind.NUMBER: pyarrow.float64(),
            Kind.INSTANT: pyarrow.timestamp("us", tz="UTC"),
        }
        self._arrow = pyarrow
        self._schema = pyarrow.schema([(c.name, types[c.kind]) for c in columns])
        self._texts = [place for place, c in enumerate(columns) if c.kind is Kind.TEXT]
        self._writer = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._waiting: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        """See `Sink`."""
        self._waiting.extend(rows)
        if len(self._waiting) >= _ROW_GROUP:
            self._put()

    def close(self) -> None:
        """See `Sink`."""
        if self._waiting:
            self._put()
        self._writer.close()

    def abandon(self) -> None:
        """See `Sink`; else its end would be written into a file that is closed by then."""
        with suppress(OSError, ValueError):
            self._writer.close()
        self._writer.is_open = False

    def _put(self) -> None:
        columns = list(zip(*self._waiting, strict=True))
        for place in self._texts:
            columns[place] = tuple(map(_encodable, columns[place]))
        arrays = [
            self._arrow.array(values, field.type)
            for values, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._waiting = []


def _encodable(text: str | None) -> str | None:
    """Lone surrogates, which UTF-8 cannot hold, as escapes."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
