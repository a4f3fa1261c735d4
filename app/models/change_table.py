"""What an event changed in the context, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.text import delta, plain, weight
from core.projectors.context import ConceptChange, ContextDifference, ObjectChange

_Row = tuple[Cell, Cell, Cell, Cell]


class ChangeTableModel(CellTableModel):
    """A row for the uncertainty, each concept and each object that came, went or moved."""

    columns = ("What", "Before", "After", "Change")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[_Row, ...] = ()

    def show_difference(
        self, difference: ContextDifference | None, below: Sequence[ConceptChange] = ()
    ) -> None:
        """Show what differs (None is nothing), then the concepts ``below`` the active ones."""
        self.beginResetModel()
        self._shown = () if difference is None else (*_rows(difference), *map(_below, below))
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell:
        return self._shown[row][column]

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown)


def _rows(difference: ContextDifference) -> tuple[_Row, ...]:
    return (
        *_uncertainty(difference),
        *(_concept(change) for change in difference.concepts),
        *(_object(change) for change in difference.objects),
    )


def _uncertainty(difference: ContextDifference) -> list[_Row]:
    before, after = difference.uncertainty_before, difference.uncertainty_after
    if before == after:
        return []
    # Less of it is the good direction.
    tone = Tone.GOOD if after < before else Tone.BAD
    change = Cell(_moved(after - before), tone)
    return [(Cell("Uncertainty"), _number(weight(before)), _number(weight(after)), change)]


def _concept(change: ConceptChange) -> _Row:
    return (
        Cell(plain(change.label, limit=120)),
        _number(_ranked(change.rank_before, change.before), Tone.MUTED),
        _number(_ranked(change.rank_after, change.after)),
        _concept_change(change),
    )


def _below(change: ConceptChange) -> _Row:
    name, before, after, _ = _concept(change)
    return name, before, after, Cell(f"{_moved(change.delta)}  not active", Tone.MUTED)


def _concept_change(change: ConceptChange) -> Cell:
    if change.before is None:
        return Cell(f"came  {delta(change.delta)}", Tone.GOOD)
    if change.after is None:
        return Cell(f"went  {delta(change.delta)}", Tone.BAD)
    places = _places(change)
    if not change.delta:
        return Cell(places, Tone.MUTED)
    told = _moved(change.delta) + (f"  {places}" if places else "")
    return Cell(told, Tone.GOOD if change.delta > 0 else Tone.BAD)


def _places(change: ConceptChange) -> str:
    """How many places of the ranking a concept went up or down."""
    if change.rank_before is None or change.rank_after is None:
        return ""
    up = change.rank_before - change.rank_after
    if not up:
        return ""
    return f"{'up' if up > 0 else 'down'} {abs(up)} place{'' if abs(up) == 1 else 's'}"


def _object(change: ObjectChange) -> _Row:
    name = plain(f"{change.object_type} {change.object_id}", limit=120)
    if change.before is None:
        told = Cell("came", Tone.GOOD)
    elif change.after is None:
        told = Cell("went", Tone.BAD)
    else:
        gained = change.after - change.before
        told = Cell(_moved(gained), Tone.GOOD if gained > 0 else Tone.BAD)
    values = _number(_value(change.before), Tone.MUTED), _number(_value(change.after))
    return Cell(name), *values, told


def _number(text: str, tone: Tone = Tone.NORMAL) -> Cell:
    return Cell(text, tone, tabular=True)


def _ranked(rank: int | None, value: float | None) -> str:
    return "—" if rank is None or value is None else f"{rank}.  {weight(value)}"


def _value(value: float | None) -> str:
    return "—" if value is None else weight(value)


def _moved(change: float) -> str:
    arrow = "▲" if change > 0 else "▼"
    return f"{arrow} {delta(change) if abs(change) >= 0.005 else weight(abs(change))}"
