"""Memory that nothing needs any more, given back to the system."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give back what was freed, where the system's C library keeps that for the next time.

    glibc does, in pieces between others that are still in use: 40 MB after a long session is read.
    """
    if sys.platform == "linux":
        # Other C libraries than glibc have no such function.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
