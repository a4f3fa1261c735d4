"""What was measured as a table, as JSON, and as a page with a plot of how costs grow."""

from __future__ import annotations

import json
import math
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.figures import Result

_HEAD = ("what", "measured", "spread", "peer or limit", "its median", "ratio", "target", "met")


@dataclass(frozen=True, slots=True)
class Report:
    """All results, the peak of memory of each case (MB), and how they were measured."""

    results: Sequence[Result]
    peaks: dict[str, float]
    events: int
    runs: int

    def write(self, folder: Path) -> None:
        """Write `results.json`, `README.md` and the plots it shows into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        told = {
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "versions": dict(versions()),
            "events": self.events,
            "runs": self.runs,
            "peak_memory_mb": self.peaks,
            "results": [result.as_json() for result in self.results],
        }
        text = json.dumps(told, indent=2, ensure_ascii=False)
        (folder / "results.json").write_text(text + "\n", encoding="utf-8")
        (folder / "README.md").write_text(self._page(folder), encoding="utf-8")

    def _page(self, folder: Path) -> str:
        parts = [
            "# What it costs",
            f"Made by `make bench`: medians of {self.runs} runs, each in a process of its own, "
            f"on a session of {self.events:,} events. A target that is a ratio is to the peer or "
            "limit that was measured in the same run.",
            f"On {machine()}, {', '.join(f'{name} {v}' for name, v in versions())}.",
            table([result for result in self.results if result.size is None]),
            "Peak memory of the process: "
            + ", ".join(f"{case} {peak:,.0f} MB" for case, peak in self.peaks.items())
            + ".",
        ]
        for name, results in _by_size(self.results).items():
            plot = f"{name.removeprefix('growing: ').replace(', ', '-').replace(' ', '-')}.svg"
            (folder / plot).write_text(log_plot(name, results), encoding="utf-8")
            parts.append(f"![{name}]({plot})")
        return "\n\n".join(parts) + "\n"


def table(results: Iterable[Result]) -> str:
    """A table in Markdown, which is read as it is on a terminal, too."""
    rows = [_HEAD, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _row(result: Result) -> tuple[str, ...]:
    name = result.name if result.size is None else f"{result.name}, {result.size:,} events"
    target = result.target
    met = None if target is None else target.met(result)
    return (
        name,
        f"{result.value:,.3g} {result.unit}",
        f"{min(result.values):,.3g} to {max(result.values):,.3g}",
        result.peer,
        "" if result.peer_value is None else f"{result.peer_value:,.3g} {result.unit}",
        "" if result.ratio is None else f"{result.ratio:.2f}",
        "" if target is None else str(target),
        {None: "", True: "yes", False: "NO"}[met],
    )


def versions() -> list[tuple[str, str]]:
    """What was measured, and what it stands on."""
    names = ("brainweb-replay", "PySide6-Essentials", "numpy", "apsw", "msgspec", "uvicorn")
    return [("Python", sys.version.split()[0]), *((name, version(name)) for name in names)]


def machine() -> str:
    """The machine, as far as it matters."""
    name = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{os.cpu_count()} processors ({name}), {platform.system()}"


def _by_size(results: Iterable[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for result in results:
        if result.size is not None:
            found.setdefault(result.name, []).append(result)
    return found


_WIDTH, _HEIGHT, _MARGIN = 560, 300, 56


def log_plot(name: str, results: Sequence[Result]) -> str:
    """Medians over sizes on two logarithmic axes, as SVG: slope 1 is linear, 0 is flat."""
    xs = [math.log10(result.size or 1) for result in results]
    ys = [math.log10(max(result.value, 1e-9)) for result in results]
    left, right = math.floor(min(xs)), math.ceil(max(xs)) or 1
    low, high = math.floor(min(ys)), math.ceil(max(ys))
    right, high = max(right, left + 1), max(high, low + 1)

    def place(x: float, y: float) -> tuple[float, float]:
        across = _MARGIN + (x - left) / (right - left) * (_WIDTH - 2 * _MARGIN)
        up = _HEIGHT - _MARGIN - (y - low) / (high - low) * (_HEIGHT - 2 * _MARGIN)
        return round(across, 1), round(up, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_MARGIN}" y="24" font-weight="bold">{name} ({results[0].unit})</text>',
    ]
    for power in range(left, right + 1):
        x, y = place(power, low)
        parts.append(f'<path d="M{x} {y}V{_MARGIN}" stroke="#ddd"/>')
        parts.append(f'<text x="{x}" y="{y + 18}" text-anchor="middle">{10**power:,}</text>')
    for power in range(low, high + 1):
        x, y = place(left, power)
        parts.append(f'<path d="M{x} {y}H{_WIDTH - _MARGIN}" stroke="#ddd"/>')
        parts.append(f'<text x="{x - 6}" y="{y + 4}" text-anchor="end">{10.0**power:g}</text>')
    points = [place(x, y) for x, y in zip(xs, ys, strict=True)]
    line = " ".join(f"{x},{y}" for x, y in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#0b62c4" stroke-width="2"/>')
    parts += [f'<circle cx="{x}" cy="{y}" r="4" fill="#0b62c4"/>' for x, y in points]
    return "\n".join([*parts, "</svg>"]) + "\n"
