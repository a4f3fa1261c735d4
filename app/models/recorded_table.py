"""The recorded contexts that are not what the rules give, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.models.recorded import RecordedState
from app.models.recorded_words import Discrepancy, count_of, discrepancies
from app.text import clock, crosses_days, dated, is_in_session, plain
from core.late_dataclass import dataclass
from core.replay.recorded import Finding

NUMBER, TIME, WHAT, RECORDED, GIVEN, KNOWN = range(6)
MOST = 1_000
"""So many recorded contexts are listed at the most, the first ones."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One thing that differs, by its place; only the first tells which recorded context it is."""

    event: int
    finding: Finding
    place: int

    @property
    def differs(self) -> Discrepancy | None:
        """What differs, None where there is no context at all."""
        difference = self.finding.difference
        return None if difference is None else discrepancies(difference)[self.place]


class RecordedTableModel(CellTableModel):
    """A row for each thing that differs, by time."""

    columns = ("#", "Time (UTC)", "What differs", "Recorded", "By the rules", "Events known")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[_Line] = []
        self._listed: tuple[tuple[Finding, ...], list[int]] = ((), [])
        self._start: int | None = None
        self._dated = False

    def show_start(self, start: int | None) -> None:
        """When the session began (µs), by which moments may be told; they are told anew."""
        self._start = start
        self._tell_times()

    def show_state(self, state: RecordedState) -> None:
        """List what differs; where that is what is listed, the rows stay."""
        listed = state.findings[:MOST], state.differing[:MOST].tolist()
        if listed == self._listed:
            return
        lines, self._listed = _lines(*listed), listed
        self.beginResetModel()
        self._lines = lines
        self._tell_times()
        self.endResetModel()

    def _tell_times(self) -> None:
        instants = [line.finding.instant for line in self._lines]
        several = bool(instants) and crosses_days(instants[0], instants[-1])
        self._dated = several and not is_in_session(start=self._start, position=0)

    @property
    def is_dated(self) -> bool:
        """Whether the times have their day, since there are several."""
        return self._dated

    def event_at(self, row: int) -> int:
        """The event (index) of a row."""
        return self._lines[row].event

    def row_of(self, event: int) -> int | None:
        """The first row of an event, None where it is not listed."""
        rows = (row for row, line in enumerate(self._lines) if line.event == event)
        return next(rows, None)

    def cell(self, row: int, column: int) -> Cell:
        line = self._lines[row]
        differs, finding = line.differs, line.finding
        if column == WHAT:
            return Cell("not a context" if differs is None else differs.name)
        if column == RECORDED:
            if differs is None:
                return Cell(plain(finding.problem, limit=200), Tone.BAD)
            return Cell(differs.recorded, Tone.BAD, tabular=True)
        if column == GIVEN:
            return Cell("" if differs is None else differs.given, tabular=True)
        return Cell(self._first(line, column), Tone.MUTED, tabular=True)

    def _first(self, line: _Line, column: int) -> str:
        """What only the first row of a recorded context tells."""
        if line.place:
            return ""
        if column == NUMBER:
            return f"{line.event + 1:,}"
        if column == TIME:
            show = dated if self._dated else clock
            return show(line.finding.instant, start=self._start, position=line.event + 1)
        return "" if line.finding.known is None else f"{line.finding.known:,}"

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._lines)


def _lines(findings: Sequence[Finding], events: Sequence[int]) -> list[_Line]:
    lines: list[_Line] = []
    for event, finding in zip(events, findings, strict=True):
        count = 1 if finding.difference is None else count_of(finding.difference)
        lines += [_Line(event, finding, place) for place in range(count)]
    return lines
