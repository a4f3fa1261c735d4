"""Two sessions laid upon each other: what falls together, and the axis that both share."""

from __future__ import annotations

from core.late_dataclass import dataclass
from core.replay.alignment import AlignBy, Alignment, aligned
from core.replay.axis import Axis, AxisMode
from core.replay.columns import SessionLog

Picks = tuple[int | None, int | None]
"""The event (index) that is chosen in each to align by, None where none is."""


@dataclass(frozen=True, eq=False, slots=True)
class Laid:
    """An alignment, the axis of the shared playhead, and one for each session upon it."""

    alignment: Alignment
    axis: Axis
    axes: tuple[Axis, Axis]

    @classmethod
    def upon(
        cls, a: SessionLog, b: SessionLog, by: AlignBy, mode: AxisMode, *, events: Picks | None
    ) -> Laid:
        """Lay these upon each other; ``events`` are chosen in both, to align by them.

        Raises ValueError where an event is not within its log.
        """
        alignment = aligned(a, b, by, events)  # type: ignore[arg-type]
        shared = alignment.axis(mode)
        axes = alignment.axes(shared)
        # Asked for here, so that the first paint does not have to.
        assert all(each.gaps is not None for each in axes)
        return cls(alignment, shared, axes)
