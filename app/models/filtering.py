"""The filter of the window: what is typed, what it says, and which events it means."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.background import Background, Latest, Task
from app.models.source import Source
from core.events.errors import StoreError
from core.filter.apart import matches_apart
from core.filter.completion import EMPTY, Vocabulary, vocabulary
from core.filter.parsing import FilterError, parse
from core.filter.query import EVERYTHING, Query
from core.filter.search import Found, Search
from core.late_dataclass import dataclass
from core.replay.columns import Bool, Int32, SessionLog
from core.replay.index import ContextIndex
from core.replay.room import continues

_NONE = np.zeros(0, np.int32)
_OFTEN = 0.1
"""How long (s) hits are collected before they are told."""


@dataclass(frozen=True, eq=False, slots=True)
class FilterState:
    """What is known of the filter.

    ``hits`` are the events (indexes into ``log``, ascending) found so far, None without a filter;
    ``searched`` of ``total`` events are told by now. ``error`` says what is wrong with the text,
    ``fault`` why the search ended before its end.
    """

    text: str = ""
    error: FilterError | None = None
    fault: str = ""
    log: SessionLog | None = None
    hits: Int32 | None = None
    searched: int = 0
    total: int = 0

    @property
    def searching(self) -> bool:
        """Whether there is more to come."""
        return self.hits is not None and not self.fault and self.searched < self.total


class FilterModel(QObject):
    """Searches the log on screen for what the text says, anew when either changes.

    ``changed`` carries a `FilterState`, ``words_changed`` the `Vocabulary` of the log.
    """

    changed = Signal(object)
    words_changed = Signal(object)

    def __init__(
        self, source: Source, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._background = background
        self._index: ContextIndex | None = None
        self._query: Query = EVERYTHING
        self._running: Task | None = None
        self._stopped = threading.Event()
        self._search: Search | None = None
        self._told_words: SessionLog | None = None
        self._words = Latest(background)
        self._state = FilterState()

    @property
    def state(self) -> FilterState:
        """What is known now."""
        return self._state

    def show_text(self, text: str) -> None:
        """Look for what this says; an empty text, or one that says nothing, finds nothing."""
        try:
            query = parse(text)
        except FilterError as error:
            self._stop()
            self._query, self._search = EVERYTHING, None
            self._tell(FilterState(text, error))
            return
        if query == self._query and self._state.error is None and not self._state.fault:
            self._state = replace(self._state, text=text)
            return
        self._query, self._search = query, None
        self._begin(FilterState(text))

    def show_index(self, index: ContextIndex | None) -> None:
        """Look in this log under these rules; None while there is no log that is complete."""
        before, self._index = self._index, index
        if index is None or before is None or index.log.session_id != before.log.session_id:
            self._search = None
        self._begin(replace(self._state, fault=""))
        self._read_words()

    def _begin(self, state: FilterState) -> None:
        self._stop()
        index, store = self._index, self._source.store
        nothing = replace(state, log=None, hits=None, searched=0, total=0)
        if state.error is not None or self._query == EVERYTHING or index is None or store is None:
            self._tell(nothing)
            return
        search = Search(index, self._query, before=self._search)
        self._search = search
        # What was found before stays on screen until the first of the new is there.
        kept = state if _goes_on(state.log, index.log) else replace(nothing, hits=_NONE)
        self._tell(replace(kept, log=index.log, total=len(index.log), searched=0))
        self._stopped = stopped = threading.Event()
        read = partial(matches_apart, session_id=index.log.session_id, stopped=stopped.is_set)
        self._running = self._background.stream(
            lambda: _collected(search.steps(store, read=read)),
            each=self._take,
            then=self._done,
            error=self._fail,
        )

    def _take(self, found: Found) -> None:
        state = replace(self._state, hits=found.events, searched=found.searched)
        self._tell(replace(state, total=found.total))

    def _stop(self) -> None:
        if self._running is not None:
            self._stopped.set()
            self._running.cancel()
            self._running = None

    def _done(self) -> None:
        self._running = None

    def _fail(self, error: Exception) -> None:
        self._running = self._search = None
        if isinstance(error, FilterError):
            self._tell(replace(self._state, error=error, hits=None))
        elif isinstance(error, StoreError):
            self._tell(replace(self._state, fault=str(error)))
        else:
            self._tell(replace(self._state, fault="The search failed. It was logged in full."))
            self._background.failed.emit(error)

    def _read_words(self) -> None:
        """What can be offered to type; of a log that only grows the first words will do."""
        log = None if self._index is None else self._index.log
        known = self._told_words
        if log is None:
            self._told_words = None
            self.words_changed.emit(EMPTY)
        elif known is None or known.session_id != log.session_id or len(known) * 2 < len(log):
            self._told_words = log
            self._words.run(lambda: vocabulary(log), then=self._take_words)

    def _take_words(self, words: Vocabulary) -> None:
        self.words_changed.emit(words)

    def _tell(self, state: FilterState) -> None:
        self._state = state
        self.changed.emit(state)


def _collected(steps: Iterator[Found]) -> Iterator[Found]:
    """All that was found so far: after the first step, then a few times a second."""
    found: Bool | None = None
    told, untold = 0.0, None
    with closing(steps):  # type: ignore[type-var]
        for step in steps:
            if found is None:
                found = np.zeros(step.total, dtype=np.bool_)
            found[step.events] = True
            untold = step
            if time.monotonic() - told > _OFTEN:
                told, untold = time.monotonic(), None
                yield _all(found, step)
    if found is not None and untold is not None:
        yield _all(found, untold)


def _all(found: Bool, step: Found) -> Found:
    return Found(np.flatnonzero(found).astype(np.int32), step.searched, step.total)


def _goes_on(known: SessionLog | None, log: SessionLog) -> bool:
    """Whether the events of one log have the same places in another."""
    if known is None or known.session_id != log.session_id or len(log) < len(known):
        return False
    begins = continues(log.rows, known.rows)
    return begins or bool(np.array_equal(log.rows[: len(known)], known.rows))
