"""Two computations at once: numpy lets the interpreter go while it works on long columns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beside(job: Callable[[], object]) -> Iterator[None]:
    """Run a job on a thread of its own meanwhile; what it raises is raised at the end."""
    faults: list[Exception] = []

    def work() -> None:
        try:
            job()
        except Exception as fault:  # noqa: BLE001 - it is raised at the end
            faults.append(fault)

    thread = threading.Thread(target=work, name="beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    if faults:
        raise faults[0]
