"""The plots of the page, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from benchmarks.figures import Result, Target

_WIDTH, _HEIGHT, _MARGIN = 560, 300, 56
_NAMES, _BARS, _ROW, _TOP = 270, 420, 22, 64
_GOOD, _BAD, _LINE, _TEXT, _MUTED = "#1a7f4b", "#c4320a", "#dddddd", "#1f2328", "#59636e"


def growth_plot(name: str, results: Sequence[Result]) -> str:
    """Medians over sizes on two logarithmic axes: slope 1 is linear, 0 is flat."""
    xs = [math.log10(result.size or 1) for result in results]
    ys = [math.log10(max(result.value, 1e-9)) for result in results]
    left, low = math.floor(min(xs)), math.floor(min(ys))
    right, high = max(math.ceil(max(xs)), left + 1), max(math.ceil(max(ys)), low + 1)

    def place(x: float, y: float) -> tuple[float, float]:
        across = _MARGIN + (x - left) / (right - left) * (_WIDTH - 2 * _MARGIN)
        up = _HEIGHT - _MARGIN - (y - low) / (high - low) * (_HEIGHT - 2 * _MARGIN)
        return round(across, 1), round(up, 1)

    parts = [_text(_MARGIN, 24, f"{name.removeprefix('growing: ')} ({results[0].unit})", bold=True)]
    for power in range(left, right + 1):
        x, y = place(power, low)
        parts.append(f'<path d="M{x} {y}V{_MARGIN}" stroke="{_LINE}"/>')
        parts.append(_text(x, y + 18, f"{10**power:,}", anchor="middle", colour=_MUTED))
    for power in range(low, high + 1):
        x, y = place(left, power)
        parts.append(f'<path d="M{x} {y}H{_WIDTH - _MARGIN}" stroke="{_LINE}"/>')
        parts.append(_text(x - 6, y + 4, f"{10.0**power:g}", anchor="end", colour=_MUTED))
    parts.append(_text(_WIDTH / 2, _HEIGHT - 12, "events", anchor="middle", colour=_MUTED))
    points = [place(x, y) for x, y in zip(xs, ys, strict=True)]
    line = " ".join(f"{x},{y}" for x, y in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#0b62c4" stroke-width="2"/>')
    for (x, y), result in zip(points, results, strict=True):
        parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="#0b62c4"/>')
        # The first stands beside the axis, whose words it must not cross.
        where = (x + 8, "start") if (x, y) == points[0] else (x, "middle")
        parts.append(_text(where[0], y - 10, f"{result.value:,.3g}", anchor=where[1]))
    return _svg(_WIDTH, _HEIGHT, parts)


def targets_plot(results: Sequence[Result]) -> str:
    """Each figure that has a target as a share of what is allowed, on a logarithmic axis.

    What is met ends to the left of the line at 1, what is not to the right of it.
    """
    shares = [(each, _share(each, each.target)) for each in results if each.target is not None]
    found = [(each, share) for each, share in shares if share is not None]
    reach = max([1, *(math.ceil(abs(math.log10(share))) for _, share in found)])
    middle, unit = _NAMES + _BARS / 2, _BARS / 2 / reach
    width, height = _NAMES + _BARS + 120, _TOP + _ROW * len(found) + 16
    parts = [_text(16, 24, "Of what is allowed: 1 is the target, less is better", bold=True)]
    for power in range(-reach, reach + 1):
        x = round(middle + power * unit, 1)
        colour = _MUTED if power == 0 else _LINE
        parts.append(f'<path d="M{x} {_TOP - 8}V{height - 12}" stroke="{colour}"/>')
        parts.append(_text(x, _TOP - 14, f"{10.0**power:g}", anchor="middle", colour=_MUTED))
    for row, (each, share) in enumerate(found):
        top, end = _TOP + row * _ROW, middle + math.log10(share) * unit
        colour, met = (_GOOD, "met") if share <= 1 else (_BAD, "NOT met")
        start, length = round(min(middle, end), 1), round(max(1, abs(end - middle)), 1)
        parts.append(_text(_NAMES - 8, top + 12, each.name, anchor="end"))
        parts.append(
            f'<rect x="{start}" y="{top + 2}" width="{length}" height="13" fill="{colour}"/>'
        )
        parts.append(_text(_NAMES + _BARS + 12, top + 12, f"{share:.2g}  {met}", colour=colour))
    return _svg(width, height, parts)


def _share(result: Result, target: Target) -> float | None:
    """What was measured as a share of what is allowed; None where that cannot be told."""
    value = result.value if target.of == "value" else result.ratio
    if not value:
        return None
    return value / target.most if target.most is not None else (target.least or 0) / value


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", colour: str = _TEXT, bold: bool = False
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    place = f'x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place}{weight}>{escape(text)}</text>"


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="12">'
        f'\n<rect width="{width}" height="{height}" fill="#fff"/>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"
