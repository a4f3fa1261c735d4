"""The fields of an envelope, a row each."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.text import clock, date, plain, times, zone
from core.events.instants import format_instant, from_datetime
from core.events.schema import EventEnvelope

NAME, VALUE = range(2)


class FieldListModel(CellTableModel):
    """Names and values of all that an envelope has but its payload."""

    columns = ("Field", "Value")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fields: tuple[tuple[str, str | None], ...] = ()
        self._type = ""

    def show_envelope(self, envelope: EventEnvelope, position: int) -> None:
        """Show this envelope, which leads to that position."""
        self.beginResetModel()
        self._type = envelope.event_type
        self._fields = _fields(envelope, position)
        self.endResetModel()

    def value(self, row: int) -> str:
        """A row's value as it is, empty where there is none."""
        return self._fields[row][VALUE] or ""

    def cell(self, row: int, column: int) -> Cell:
        name, value = self._fields[row]
        if column == NAME:
            return Cell(name, Tone.MUTED)
        if not value:
            return Cell("—", Tone.MUTED)
        return Cell(plain(value), swatch=self._type if row == 0 else None)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._fields)


def _fields(envelope: EventEnvelope, position: int) -> tuple[tuple[str, str | None], ...]:
    instant = from_datetime(envelope.occurred_at)
    ref = envelope.object_ref
    return (
        ("Type", envelope.event_type),
        *_times(instant),
        ("Position", f"{position:,}"),
        ("Actor", envelope.actor_id),
        ("Object", None if ref is None else f"{ref.type} {ref.id}"),
        ("Version", _version(envelope)),
        ("Event id", envelope.event_id),
        ("Session", envelope.session_id),
        ("Correlation id", envelope.correlation_id),
        ("Trace id", envelope.trace_id),
        ("Idempotency", envelope.idempotency_key),
    )


def _times(instant: int) -> tuple[tuple[str, str], ...]:
    """When it happened by the clock of the zone, and as it is stored where that is another."""
    told = f"{date(instant)} {clock(instant, decimals=6)}"
    if times().is_utc:
        return (("Time (UTC)", told),)
    return ("Time", f"{told}{zone(instant)}"), ("Time (UTC)", format_instant(instant))


def _version(envelope: EventEnvelope) -> str:
    if envelope.version == envelope.stored_version:
        return str(envelope.version)
    return f"{envelope.version}, stored as version {envelope.stored_version}"
