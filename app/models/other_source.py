"""A second source beside the one that is open, to compare with: opened and listed, then read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.background import Background, Task
from app.models.following import Following
from app.sources import Place, name_of, open_store
from core.events.store.base import SessionSummary
from core.late_dataclass import dataclass
from core.replay.linked import LinkedEventStore
from core.replay.tail import Tail


@dataclass(frozen=True, eq=False, slots=True)
class Listed:
    """An open source: what it is called, its store, and its sessions, the latest first."""

    name: str
    store: LinkedEventStore
    sessions: Sequence[SessionSummary]


class OtherSource(QObject):
    """Holds one source at a time, read-only; ``listed`` brings it, ``failed`` why it cannot.

    ``grown`` carries its store, and the ids of its sessions that rows arrived for.
    """

    grown = Signal(object, object)
    listed = Signal(object)
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._task: Task | None = None
        self._open: list[LinkedEventStore] = []
        self._kept: Listed | None = None
        self._following = Following(self)
        self._following.grown.connect(self._tell_grown)
        self._following.failed.connect(self.failed)

    @property
    def busy(self) -> bool:
        """Whether a source is being opened."""
        return self._task is not None

    def open(self, place: Place) -> None:
        """Open a source; the one before is closed once this one is there."""
        if self._task is not None:
            self._task.cancel()

        def opened() -> tuple[Listed, Tail]:
            store = open_store(place)
            # Known before anybody hears of it, so that it is closed even where nobody does.
            self._open.append(store)
            return Listed(name_of(place), store, store.listed()), Tail(store)

        self._task = self._background.run(opened, then=self._take, error=self._fail)

    def _take(self, opened: tuple[Listed, Tail]) -> None:
        self._task = None
        listed, tail = opened
        self._following.stop()
        self._following.start(tail)
        self._close_all(but=listed.store)
        self._kept = listed
        self.listed.emit(listed)

    def _tell_grown(self, session_ids: set[str]) -> None:
        if self._kept is not None:
            store = self._kept.store
            self.grown.emit(store, session_ids | store.linked_with(session_ids))

    def _fail(self, error: Exception) -> None:
        self._task = None
        self._close_all(but=None if self._kept is None else self._kept.store)
        self.failed.emit(error)

    def let_go(self) -> None:
        """Close it."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._kept = None
        self._following.stop()
        self._close_all(but=None)

    def _close_all(self, *, but: LinkedEventStore | None) -> None:
        stores = [store for store in self._open if store is not but]
        self._open[:] = [store for store in self._open if store is but]
        for store in stores:
            self._background.run(store.close, then=lambda _: None, lasting=True)

    def close(self) -> None:
        """The program ends: close it here and now."""
        self._following.stop()
        for store in self._open:
            store.close()
        self._open.clear()
