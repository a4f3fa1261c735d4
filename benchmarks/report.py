"""What was measured as a table, as JSON, and as a page with a plot of how costs grow."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.figures import Result
from benchmarks.plots import growth_plot, targets_plot

WHY = "targets.md"
"""Written by hand, beside what is measured."""
_HEAD = ("what", "measured", "spread", "peer or limit", "its median", "ratio", "target", "met")


@dataclass(frozen=True, slots=True)
class Report:
    """All results, the peak of memory of each case (MB), and how they were measured.

    ``loads`` is how many processes wanted a processor before and after, on average of a quarter of
    an hour; empty where the system does not tell.
    """

    results: Sequence[Result]
    peaks: dict[str, float]
    events: int
    runs: int
    loads: Sequence[float] = ()

    def write(self, folder: Path) -> None:
        """Write `results.json`, `README.md` and the plots it shows into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        told = {
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "versions": dict(versions()),
            "events": self.events,
            "runs": self.runs,
            "loads": list(self.loads),
            "peak_memory_mb": self.peaks,
            "results": [result.as_json() for result in self.results],
        }
        text = json.dumps(told, indent=2, ensure_ascii=False)
        (folder / "results.json").write_text(text + "\n", encoding="utf-8")
        (folder / "README.md").write_text(self._page(folder), encoding="utf-8")

    def _page(self, folder: Path) -> str:
        one = [result for result in self.results if result.size is None]
        (folder / "targets.svg").write_text(targets_plot(one), encoding="utf-8")
        parts = [
            "# What it costs",
            f"Made by `make bench`: medians of {self.runs} runs, each in a process of its own, "
            f"on a session of {self.events:,} events. A target that is a ratio is to the peer or "
            "limit that was measured in the same run.",
            f"On {machine()}, {', '.join(f'{name} {v}' for name, v in versions())}."
            + _busy(self.loads),
            "![How far each figure is from its target](targets.svg)",
            table(one),
            "Peak memory of the process: "
            + ", ".join(f"{case} {peak:,.0f} MB" for case, peak in self.peaks.items())
            + ".",
        ]
        if (folder / WHY).exists():
            parts.append(f"What is not met, why, and what was tried: [{WHY}]({WHY}).")
        by_size = _by_size(self.results)
        if by_size:
            parts.append("## As a session grows")
        for name, results in by_size.items():
            plot = f"{name.removeprefix('growing: ').replace(', ', '-').replace(' ', '-')}.svg"
            (folder / plot).write_text(growth_plot(name, results), encoding="utf-8")
            parts.append(f"![{name}]({plot})")
        return "\n\n".join(parts) + "\n"


def _busy(loads: Sequence[float]) -> str:
    """How busy the machine was; most of a figure may be waiting where it was."""
    told = " and ".join(f"{load:.1f}" for load in loads)
    return f" Processes that wanted a processor, before and after: {told}." if told else ""


def loads() -> list[float]:
    """How many processes want a processor, on average of a quarter of an hour, if it is told."""
    return [os.getloadavg()[2]] if hasattr(os, "getloadavg") else []


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
