"""Turns at what takes long: who waits for one takes none of the few threads, and no place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """One at a time works on the same thing, and so many on any; for one loop.

    What is folded for the first is kept, so that those who waited for it are answered at once.
    """

    def __init__(self, at_once: int) -> None:
        self._any = asyncio.Semaphore(at_once)
        self._of: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def at(self, thing: Hashable) -> AsyncIterator[None]:
        """Have the turn at a thing."""
        lock = self._of.get(thing)
        if lock is None:
            lock = self._of[thing] = asyncio.Lock()
        async with lock, self._any:
            yield
