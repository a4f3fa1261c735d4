"""The charts of a report: curves over the session as SVG, drawn from an index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.export.report_text import clock, safe
from core.late_dataclass import dataclass
from core.replay.axis import Axis, AxisMode, axis_of
from core.replay.columns import Float64, Int64
from core.replay.index import ContextIndex

COLOURS = 8
_WIDTH, _HEIGHT = 600, 150
_LEFT, _TOP, _RIGHT, _BOTTOM = 36, 8, 12, 22
_TICKS = 6
_LEVELS = 4


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """The session by pixel: an axis with idle gaps folded, and the playhead of each column."""

    axis: Axis
    positions: Int64
    instants: Int64

    @property
    def span(self) -> int:
        """From the first to the last instant, in µs."""
        return int(self.instants[-1] - self.instants[0])


def grid_of(index: ContextIndex) -> Grid:
    """A grid of so many columns as a chart is wide; the last is the session's end."""
    axis = axis_of(index.log, AxisMode.FOLDED)
    x = np.linspace(0.0, axis.length, _WIDTH + 1)
    positions, instants = axis.positions_at(x), axis.instants_at(x)
    # Rounding of a long axis must not leave out the last event.
    positions[-1], instants[-1] = len(index.log), index.log.end
    return Grid(axis, positions, instants)


def concept_chart(index: ContextIndex, grid: Grid, concepts: Sequence[int]) -> str:
    """The weights of concepts (codes) over the session; the n-th has the class `c`n."""
    names = ", ".join(index.log.concept_label(code) for code in concepts)
    curves = "".join(
        f'<path class="curve c{place}" d="{_path(_share(index, grid, code))}"><title>'
        f"{safe(index.log.concept_label(code))}</title></path>"
        for place, code in enumerate(concepts)
    )
    return _chart(
        "concepts",
        grid,
        title="Weights of the heaviest concepts over time",
        told=f"Stepped curves from 0 to {index.rules.cap:g} of {names}.",
        cap=index.rules.cap,
        inside=curves,
    )


def uncertainty_chart(index: ContextIndex, grid: Grid) -> str:
    """The uncertainty over the session."""
    values = index.uncertainty.over(grid.positions, grid.instants)
    path = _path(values)
    area = f"{path}V{_TOP + _HEIGHT}H{_LEFT}Z"
    return _chart(
        "uncertainty",
        grid,
        title="Uncertainty over time",
        told=f"From {values[0]:.2f} at the start to {values[-1]:.2f} at the end; "
        f"at least {values.min():.2f}, at most {values.max():.2f}.",
        cap=1.0,
        inside=f'<path class="area" d="{area}"/><path class="curve u" d="{path}"/>',
    )


def _share(index: ContextIndex, grid: Grid, concept: int) -> Float64:
    return index.curve(concept, grid.positions, grid.instants) / index.rules.cap


def _path(shares: Float64) -> str:
    """Steps through values from 0 to 1, one a column; columns that change nothing are left out."""
    heights = np.round(_TOP + (1.0 - shares) * _HEIGHT, 1)
    steps = np.flatnonzero(np.diff(heights)) + 1
    moves = "".join(f"H{_LEFT + x}V{heights[x]:g}" for x in steps.tolist())
    return f"M{_LEFT} {heights[0]:g}{moves}H{_LEFT + _WIDTH}"


def _chart(name: str, grid: Grid, *, title: str, told: str, cap: float, inside: str) -> str:
    width, height = _LEFT + _WIDTH + _RIGHT, _TOP + _HEIGHT + _BOTTOM
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{title}</title><desc id="{name}-desc">{safe(told)}</desc>'
        f"{_gaps(grid)}{_levels(cap)}{_times(grid)}{inside}</svg>"
    )


def _gaps(grid: Grid) -> str:
    """The idle gaps that are folded, as bands; those that could not be seen are left out."""
    scale = _WIDTH / grid.axis.length
    bands = ((gap.x0 * scale, (gap.x1 - gap.x0) * scale) for gap in grid.axis.gaps)
    return "".join(
        f'<rect class="gap" x="{_LEFT + x:.1f}" y="{_TOP}" width="{width:.1f}" height="{_HEIGHT}"/>'
        for x, width in bands
        if width >= 1
    )


def _levels(cap: float) -> str:
    lines = []
    for step in range(_LEVELS + 1):
        y = _TOP + _HEIGHT - step * _HEIGHT / _LEVELS
        lines.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _WIDTH}" y1="{y:g}" y2="{y:g}"/>'
            f'<text class="tick" x="{_LEFT - 6}" y="{y + 3.5:g}" text-anchor="end">'
            f"{cap * step / _LEVELS:.2f}</text>"
        )
    return "".join(lines)


def _times(grid: Grid) -> str:
    labels = []
    for tick in range(_TICKS + 1):
        column = tick * _WIDTH // _TICKS
        anchor = {0: "start", _TICKS: "end"}.get(tick, "middle")
        labels.append(
            f'<text class="tick" x="{_LEFT + column}" y="{_TOP + _HEIGHT + 15}" '
            f'text-anchor="{anchor}">{clock(int(grid.instants[column]), grid.span)}</text>'
        )
    return "".join(labels)
