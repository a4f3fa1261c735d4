"""How long to wait before something that failed is tried again."""

from __future__ import annotations

import random

from core.late_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first` to `longest` seconds."""

    first: float = 0.1
    longest: float = 30.0

    def delay(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row (at least one).

        Between half of the doubled wait and all of it, so that programs that failed together do
        not come back together.
        """
        full = min(self.first * 2.0 ** min(failures - 1, 60), self.longest)
        return full * random.uniform(0.5, 1.0)
