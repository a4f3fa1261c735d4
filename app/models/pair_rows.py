"""The difference of two contexts as rows to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.text import clock, plain, weight
from core.late_dataclass import dataclass
from core.replay.columns import SessionLog
from core.replay.two_contexts import TwoContexts

if TYPE_CHECKING:
    # The command line shows these rows, too, and knows no Qt.
    from app.models.comparing import CompareMoment

_ID = 120


@dataclass(frozen=True, slots=True)
class PairRow:
    """A value in A beside the same in B; ``shares`` are how long their bars are (0 to 1).

    ``is_missing`` says in which of the two it is not active.
    """

    text: str
    tip: str
    a: float
    b: float
    shares: tuple[float, float]
    is_missing: tuple[bool, bool] = (False, False)

    @property
    def values(self) -> str:
        """`1.00 · 0.40`; a dash where it is not there at all."""
        return f"{_value(self.a, self.is_missing[0])} · {_value(self.b, self.is_missing[1])}"

    @property
    def told(self) -> str:
        """See `Row`."""
        return (
            f"{self.text}, A {_value(self.a, self.is_missing[0])},"
            f" B {_value(self.b, self.is_missing[1])}"
        )


@dataclass(frozen=True, slots=True)
class ObjectPairRow:
    """An object; ``where`` says in whose context it is: `A`, `B` or `A B`."""

    where: str
    object_type: str
    object_id: str
    values: str

    @property
    def text(self) -> str:
        """See `Row`."""
        return f"{self.object_type} {self.object_id}"

    @property
    def told(self) -> str:
        """See `Row`."""
        return f"{self.text}, {_WHERE[self.where]}, {self.values}"

    @property
    def tip(self) -> str:
        """See `Row`."""
        return f"{self.text} · {_WHERE[self.where]} · relevance {self.values}"


_WHERE = {"A": "only in A", "B": "only in B", "A B": "in both"}


@dataclass(frozen=True, slots=True)
class LastEventRow:
    """What happened last in a session: its letter, the time, and what."""

    letter: str
    time: str
    what: str

    @property
    def text(self) -> str:
        """See `Row`."""
        return f"{self.letter} {self.time} {self.what}"

    @property
    def told(self) -> str:
        """See `Row`."""
        return f"Last in {self.letter}: {self.time} {self.what}"

    @property
    def tip(self) -> str:
        """See `Row`."""
        return self.told


def pair_rows(contexts: TwoContexts) -> list[PairRow]:
    """The concepts of either context, the furthest apart first."""
    full = max([1.0, *(max(p.a, p.b) for p in contexts.concepts)])
    return [
        PairRow(
            plain(pair.label),
            f"{plain(pair.label)} · {plain(pair.concept_id, limit=_ID)}"
            f" · A {_ranked(pair.a, pair.rank_a)} · B {_ranked(pair.b, pair.rank_b)}",
            pair.a,
            pair.b,
            (pair.a / full, pair.b / full),
        )
        for pair in contexts.concepts
    ]


def uncertainty_pair(contexts: TwoContexts) -> PairRow:
    """The uncertainty of both."""
    a, b = contexts.a.uncertainty_score, contexts.b.uncertainty_score
    return PairRow("Uncertainty", f"Uncertainty · A {a:.6g} · B {b:.6g}", a, b, (a, b))


def object_pairs(contexts: TwoContexts) -> list[ObjectPairRow]:
    """The objects of either context: those of A alone, of B alone, of both."""
    return [
        ObjectPairRow(
            "A B" if pair.a is not None and pair.b is not None else "A" if pair.b is None else "B",
            plain(pair.object_type, limit=_ID),
            plain(pair.object_id, limit=_ID),
            f"{_value(pair.a or 0.0, pair.a is None)} · {_value(pair.b or 0.0, pair.b is None)}",
        )
        for pair in contexts.objects
    ]


def last_events(
    moment: CompareMoment, logs: tuple[SessionLog, SessionLog], said: tuple[str, str]
) -> list[LastEventRow]:
    """What happened last in each; ``said`` is what that is called."""
    rows = []
    for letter, at, log, what in zip("AB", moment.playheads, logs, said, strict=True):
        if at.position:
            happened = int(log.times[at.position - 1])
            time = clock(happened, decimals=0, start=log.start, position=at.position)
            rows.append(LastEventRow(letter, time, f"#{at.position:,}  {what}"))
        else:
            rows.append(LastEventRow(letter, "—", "nothing has happened yet"))
    return rows


def _value(value: float, missing: bool) -> str:
    return "—" if missing else weight(value)


def _ranked(value: float, rank: int | None) -> str:
    return f"{value:.6g}" + (f", rank {rank}" if rank else ", not active")
