"""Measures, and says what was wanted: `python -m benchmarks [CASE…]`, or `make bench`.

Each case is run several times, each run in a process of its own with folders of its own; the table
has the medians. Beside each figure stands a limit or a peer, measured in the same run where there
is one, so that a slow machine or a busy one can be told from a slow program.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import report
from benchmarks.figures import Figure, Result, merged
from benchmarks.logs import Logs

CASES = ("start", "window", "shuffled", "core", "append", "following", "clients", "growing")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 whatever was measured, 2 where something could not be."""
    options = _parser().parse_args(arguments)
    logs = Logs(options.events)
    if options.one:
        print(json.dumps(_figures(options.cases[0], logs)))
        return 0
    cases = options.cases or list(CASES)
    results: list[Result] = []
    loads = report.loads()
    peaks: dict[str, float] = {}
    for case in cases:
        runs = []
        for number in range(options.runs):
            print(f"{case}, run {number + 1} of {options.runs}", file=sys.stderr, flush=True)
            said = _run(case, options.events)
            runs.append([Figure(**each) for each in said["figures"]])
            peaks[case] = max(peaks.get(case, 0), said["peak"])
        found = merged(runs)
        results += found
        print(report.table(found), flush=True)
    measured = report.Report(results, peaks, logs.events, options.runs, [*loads, *report.loads()])
    if options.out is not None:
        measured.write(options.out)
        print(f"Wrote {options.out}")
    return 0


def _figures(case: str, logs: Logs) -> dict[str, object]:
    measure = importlib.import_module(f"benchmarks.cases.{case}").measure
    figures = [asdict(figure) for figure in measure(logs)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1e6 if sys.platform == "darwin" else 1e3
    )
    return {"figures": figures, "peak": peak}


def _run(case: str, events: int) -> dict[str, list[dict[str, object]]]:
    """One run of a case in a process of its own; its figures, and its peak of memory (MB)."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        folders = {f"XDG_{name}_HOME": folder for name in ("CACHE", "CONFIG", "DATA", "STATE")}
        command = [sys.executable, "-m", "benchmarks", case, "--events", str(events), "--one"]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ | folders,
            cwd=Path(__file__).resolve().parent.parent,
        )  # fmt: skip
    found: dict[str, list[dict[str, object]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure, beside limits and peers."
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"any of: {', '.join(CASES)}")
    parser.add_argument("--events", type=int, default=1_000_000, help="events of the big session")
    parser.add_argument("--runs", type=int, default=5, help="how often each case is run")
    parser.add_argument("--out", type=Path, help="a folder for the results as JSON and as a page")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
