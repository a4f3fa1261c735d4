"""How far long work is, in a line of standard error where that is a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

_EVERY = 0.1


class ProgressLine:
    """Tells and overwrites itself a few times a second; wiped when the block ends."""

    def __init__(self) -> None:
        self._shown = 0
        self._next = 0.0
        self._on = sys.stderr.isatty()

    def tell(self, text: str) -> None:
        """Show this instead, unless something was shown just now."""
        now = time.monotonic()
        if self._on and now >= self._next:
            self._next = now + _EVERY
            self._write(text)

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text.ljust(self._shown)}")
        sys.stderr.flush()
        self._shown = len(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._shown:
            self._write("")
            sys.stderr.write("\r")
            sys.stderr.flush()
