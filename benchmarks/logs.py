"""The logs that are measured on, made by the sample's script and kept between runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from resources.make_events import write_big

SESSION = "session-big"
FOLDER = Path(__file__).resolve().parent.parent / "build" / "benchmarks"


@dataclass(frozen=True, slots=True)
class Logs:
    """Big logs: a session of so many ``events`` among as many, a million at most, of small ones."""

    events: int = 1_000_000

    @property
    def big(self) -> Path:
        """Rows in order of time, 5,000 concepts."""
        return self.of(self.events)

    @property
    def shuffled(self) -> Path:
        """Rows in random order."""
        return self._made(f"shuffled-{self.events}", lambda p: self._write(p, shuffled=True))

    @property
    def concepts(self) -> Path:
        """100,000 concepts, the big session alone."""
        return self._made(
            f"concepts-{self.events}",
            lambda p: write_big(p, events=self.events, others=0, sessions=0, concepts=100_000),
        )

    def of(self, events: int) -> Path:
        """As `big`, of another size."""
        return self._made(f"big-{events}", lambda p: Logs(events)._write(p))

    def _write(self, path: Path, *, shuffled: bool = False) -> None:
        sessions, others = min(10_000, self.events), min(1_000_000, self.events)
        write_big(path, events=self.events, others=others, sessions=sessions, shuffled=shuffled)

    def _made(self, name: str, write: Callable[[Path], None]) -> Path:
        path = FOLDER / f"{name}.db"
        if not path.exists():
            FOLDER.mkdir(parents=True, exist_ok=True)
            print(f"making {path.name}, once", file=sys.stderr, flush=True)
            draft = path.with_suffix(".part")
            draft.unlink(missing_ok=True)
            write(draft)
            draft.rename(path)
        return path
