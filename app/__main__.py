"""`python -m app` is the program."""

from __future__ import annotations

import builtins
import gc
import os
import sys

from core.replay.collector import collector_paused


def main() -> None:
    """Run the program."""
    # Threads for linear algebra, which nothing here needs, are a quarter of numpy's import.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Looking through all that is installed for plug-ins of pydantic takes longer than our models.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    with collector_paused():
        from app.command_line.program import main as run
        from app.command_line.program import shows_window

        if shows_window(sys.argv[1:]):
            _import_qt()
            import app.start  # noqa: F401
        # What imports make stays: looking through it for garbage would take a fifth of the start.
        gc.freeze()
    try:
        run()
    finally:
        # Nor is there a use in looking through what ends with the process.
        gc.freeze()


def _import_qt() -> None:
    """Import Qt, and have what is imported after it imported as Python does.

    PySide's own `__import__` reads the source of each module, to learn whether it may use the
    features of `from __feature__ import`, which nothing here does: a fifth of all importing.
    """
    import PySide6.QtCore  # noqa: F401

    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


if __name__ == "__main__":
    main()
