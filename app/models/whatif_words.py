"""What differs from the base, in a sentence and as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.text import clock, count, plain, weight
from core.projectors.context import ObjectChange
from core.replay.waterfall import LEAST
from core.replay.whatif import Standing, WhatIfDifference

WHAT, BASE, NOW, RANK = range(4)
_NAME = 60


def sentence(found: WhatIfDifference, base: str, *, start: int | None = None) -> str:
    """What differs at a playhead from the rules of that name, or from all of the events.

    `At 10:04:40: 3 of the 10 active concepts change, Raft rises from rank 5 to 2; uncertainty
    0.20 → 0.47.` The session's ``start`` (µs) is for times that are told since then.
    """
    at = "Before the first event" if not found.position else _at(found, start)
    if found.is_none:
        return f"{at}: nothing differs from {base}."
    parts = [_concepts(found), _uncertainty(found), _objects(found.objects)]
    return f"{at}: {'; '.join(filter(None, parts))}."


def _at(found: WhatIfDifference, start: int | None) -> str:
    told = clock(found.instant or 0, decimals=0, start=start, position=found.position)
    return f"At {told}"


def _concepts(found: WhatIfDifference) -> str:
    changed = len(found.changed)
    if not changed:
        return "no active concept changes" if found.concepts else ""
    gone = len(found.concepts) - found.active
    of = f"{changed} of the {count(len(found.concepts), 'concept')} active then or now"
    if not gone:
        of = f"{changed} of the {count(found.active, 'active concept')}"
    verb = "changes" if changed == 1 else "change"
    moved = _moved(found.changed)
    return f"{of} {verb}" + (f", {moved}" if moved else "")


def _moved(changed: Sequence[Standing]) -> str:
    """The one that moves furthest among the ranks, else the one that comes or goes."""
    furthest = max(changed, key=lambda each: abs(each.places))
    name = plain(furthest.label, limit=_NAME)
    if furthest.places:
        verb = "rises" if furthest.places > 0 else "falls"
        return f"{name} {verb} from rank {furthest.rank_base} to {furthest.rank_now}"
    for each in changed:
        name = plain(each.label, limit=_NAME)
        if each.rank_base is None and each.rank_now is not None:
            return f"{name} comes in at rank {each.rank_now}"
        if each.rank_now is None:
            return f"{name} is gone"
    heaviest = max(changed, key=lambda each: abs(each.now - each.base))
    name = plain(heaviest.label, limit=_NAME)
    return f"{name} {weight(heaviest.base)} → {weight(heaviest.now)}"


def _uncertainty(found: WhatIfDifference) -> str:
    was, now = found.uncertainty_base, found.uncertainty_now
    if abs(was - now) <= LEAST:
        return ""
    return f"uncertainty {weight(was)} → {weight(now)}"


def _objects(changes: Sequence[ObjectChange]) -> str:
    came = sum(change.before is None for change in changes)
    went = sum(change.after is None for change in changes)
    told = (
        (came, "object comes", "objects come"),
        (went, "object goes", "objects go"),
        (len(changes) - came - went, "object changes", "objects change"),
    )
    return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in told if n)


_Row = tuple[Cell, Cell, Cell, Cell]


class WhatIfTableModel(CellTableModel):
    """A row for the uncertainty, for each concept active then or now, for each object that differs.

    What differs stands before what does not.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = ("What", "Base", "Now", "Rank")
        self._rows: tuple[_Row, ...] = ()
        self._ids: tuple[str | None, ...] = ()

    def show_difference(self, found: WhatIfDifference | None) -> None:
        """Show what differs; None is nothing."""
        rows: list[tuple[str | None, _Row]] = []
        if found is not None:
            ranked = sorted(found.concepts, key=lambda each: not each.differs)
            rows = [
                (None, _uncertainty_row(found)),
                *((each.concept_id, _concept_row(each)) for each in ranked),
                *((None, _object_row(each)) for each in found.objects),
            ]
        same_length = len(rows) == len(self._rows)
        if not same_length:
            self.beginResetModel()
        self._ids, self._rows = tuple(r[0] for r in rows), tuple(r[1] for r in rows)
        if not same_length:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, RANK))

    def concept_at(self, row: int) -> str | None:
        """The concept's id, None for what is no concept."""
        return self._ids[row]

    def cell(self, row: int, column: int) -> Cell:
        return self._rows[row][column]

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)


def _uncertainty_row(found: WhatIfDifference) -> _Row:
    was, now = found.uncertainty_base, found.uncertainty_now
    return (
        Cell("Uncertainty"),
        _number(weight(was), Tone.MUTED),
        # Less of it is the good direction.
        _moved_to(was, now, good=now < was),
        Cell(""),
    )


def _concept_row(each: Standing) -> _Row:
    return (
        Cell(plain(each.label, limit=120), Tone.NORMAL if each.differs else Tone.MUTED),
        _number(_value(each.base, each.was_active), Tone.MUTED),
        _moved_to(each.base, each.now, good=each.now > each.base),
        _rank(each),
    )


def _rank(each: Standing) -> Cell:
    was, now = (str(r) if r is not None else "—" for r in (each.rank_base, each.rank_now))
    if was == now:
        return _number(was, Tone.MUTED)
    higher = each.rank_base is None or each.places > 0
    tone = Tone.GOOD if higher and each.rank_now is not None else Tone.BAD
    came = " · came" if each.is_active and not each.was_active else ""
    went = " · went" if each.was_active and not each.is_active else ""
    return Cell(f"{was} → {now}{came}{went}", tone, tabular=True)


def _object_row(each: ObjectChange) -> _Row:
    told = "came" if each.before is None else "went" if each.after is None else ""
    was, now = each.before or 0.0, each.after or 0.0
    return (
        Cell(plain(f"{each.object_type} {each.object_id}", limit=120)),
        _number(_value(was, each.before is not None), Tone.MUTED),
        _moved_to(was, now, good=now > was),
        Cell(told, Tone.GOOD if each.before is None else Tone.BAD),
    )


def _value(value: float, active: bool = False) -> str:
    return weight(value) if active or value else "—"


def _moved_to(was: float, now: float, *, good: bool) -> Cell:
    """The value now, and whether that is more or less than it was."""
    if abs(now - was) <= LEAST:
        return _number(_value(now, active=True), Tone.MUTED)
    arrow = "▲" if now > was else "▼"
    return _number(f"{arrow} {weight(now)}", Tone.GOOD if good else Tone.BAD)


def _number(text: str, tone: Tone = Tone.NORMAL) -> Cell:
    return Cell(text, tone, tabular=True)
