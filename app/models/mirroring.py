"""The table that is open, told to the window: its mirror, its answers, and what they cost."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background, Latest
from app.models.opening import Opening
from app.models.source import Source
from core.events.errors import SourceUnreachable, StoreError
from core.mirror.feeder import Fed
from core.mirror.remote import ListingStep, Spent
from core.mirror.store import HowListed, MirroredEventStore

_LOOK = 100
SLOW = 1.5
"""An answer that is awaited for so many seconds is said to be slow."""
_SURE = 100
"""So many looks after the last page it is given up that all of its rows come on screen."""
_QUICK = 30
"""After so many looks without a slow answer the table is said to be slow no more."""


class Answering(StrEnum):
    """How the table answers."""

    WELL = "well"
    SLOW = "slow"
    UNREACHABLE = "unreachable"
    FAILING = "failing"


class Mirroring(QObject):
    """Looks a few times a second how the table that is open is doing; asks it nothing itself.

    ``filling_changed`` carries a `Fed` while a session is read, None once it is there;
    ``listing_changed`` a `ListingStep` or None; ``listed`` how the sessions were listed;
    ``answering_changed`` an `Answering` and what is wrong (or None); ``spent_changed`` a `Spent`;
    ``noted`` the problems of the session's items that its rows do not show, whenever they change;
    ``mixed`` says once that a backend writes past the list of the table's sessions.
    """

    filling_changed = Signal(object)
    listing_changed = Signal(object)
    listed = Signal(object)
    answering_changed = Signal(object, object)
    spent_changed = Signal(object)
    noted = Signal(object)
    mixed = Signal()
    heads_written = Signal(int)
    failed = Signal(object)

    def __init__(
        self, source: Source, opening: Opening, background: Background, parent: QObject | None
    ) -> None:
        super().__init__(parent)
        self._source, self._opening, self._background = source, opening, background
        self._reading_notes = Latest(background)
        self._reading_end = Latest(background)
        self._end: int | None = None
        self._timer = QTimer(self, interval=_LOOK)
        self._timer.timeout.connect(self._look)
        self._store: MirroredEventStore | None = None
        self._quiet = 0
        self._writing: ListingStep | None = None
        self._notes_seen: tuple[str, int] | None = None
        self._forget()
        source.opened.connect(self._take_source)
        source.closed.connect(self._leave)
        source.sessions_changed.connect(self._tell_listed)
        opening.session_changed.connect(self._begin)

    def _forget(self) -> None:
        self._fed: Fed | None = None
        self._listing: ListingStep | None = None
        self._answering = Answering.WELL
        self._told_mixed = False
        self._fault: str | None = None
        self._slow_for = 0
        self._spent = Spent(0.0, 0.0)

    @property
    def store(self) -> MirroredEventStore | None:
        """The mirror of the table that is open, None where a file is."""
        return self._store

    @property
    def busy(self) -> bool:
        """Whether more of the session is still to come, as far as can be told."""
        store = self._store
        return store is not None and self._source.filling and store.feeder.fed.fault is None

    def look_now(self) -> None:
        """Ask the table again at once."""
        if self._store is not None:
            self._store.feeder.look()

    def stop_filling(self) -> bool:
        """Read no more of the session; whether there was something to stop and something is there.

        What was read stays.
        """
        if self._store is None or not self._source.filling or self._opening.log is None:
            return False
        self._store.feeder.want(())
        self._end_filling()
        return True

    def fill_on(self) -> None:
        """Read on where that was stopped."""
        session_id = self._opening.session_id
        if self._store is not None and session_id is not None:
            self._begin(session_id)
            self._store.feeder.want(self._store.parts(session_id))

    def stop_listing(self) -> bool:
        """Look for no more sessions; whether they were being looked for."""
        if self._store is None or self._store.listing is None:
            return False
        self._store.stop_listing()
        return True

    def list_anew(self) -> None:
        """Ask the table for its sessions again."""
        store = self._store
        if store is not None:
            self._background.run(
                lambda: store.ask_again(anew=True), then=lambda _: self._source.list_again()
            )

    def write_heads(self) -> None:
        """Write a list of the sessions into the table; ``heads_written`` says how many."""
        store = self._store
        if store is None or self._writing is not None:
            return

        def told(step: ListingStep) -> None:
            self._writing = step

        def written(number: int) -> None:
            self._writing = None
            self.heads_written.emit(number)
            self._source.list_again()

        def failed(error: Exception) -> None:
            self._writing = None
            self.failed.emit(error)

        told(ListingStep(0, 0, 0, scan=True))
        self._background.run(lambda: store.write_heads(told), then=written, error=failed)

    # -- what happens -----------------------------------------------------------------------------

    def _take_source(self) -> None:
        store = self._source.store
        self._forget()
        self._store = store if isinstance(store, MirroredEventStore) else None
        if self._store is not None:
            self._timer.start()
            if self._opening.session_id is not None:
                # It is read anew from the store that was opened anew.
                self._begin(self._opening.session_id)

    def _leave(self) -> None:
        self._timer.stop()
        self._forget_notes()
        self._store = None
        self._forget()

    def _begin(self, session_id: str | None) -> None:
        self._forget_notes()
        if self._store is not None and session_id is not None:
            self._quiet, self._end = 0, None
            self._reading_end.cancel()
            self._source.filling = True

    def _forget_notes(self) -> None:
        """What was noted is not of the session that is open now."""
        self._reading_notes.cancel()
        if self._notes_seen is not None:
            self._notes_seen = None
            self.noted.emit(())

    def _tell_listed(self) -> None:
        if self._store is not None and self._store.listed_how is not None:
            self.listed.emit(self._store.listed_how)

    def _look(self) -> None:
        store = self._store
        if store is None:
            return
        changed = store.feeder.take_changed()
        if changed:
            self._source.summarise_later(changed)
        self._look_at_filling(store)
        self._look_at_answers(store)
        self._look_at_notes(store)
        how = store.listed_how
        if store.mirror.backend and how is not None and how.heads and not self._told_mixed:
            self._told_mixed = True
            self.mixed.emit()
        listing = self._writing or store.listing
        if listing != self._listing:
            self._listing = listing
            self.listing_changed.emit(listing)
        spent = store.remote.spent()
        if spent != self._spent:
            self._spent = spent
            self.spent_changed.emit(spent)

    def _look_at_filling(self, store: MirroredEventStore) -> None:
        session_id = self._opening.session_id
        if not self._source.filling or session_id is None:
            return
        fed = store.feeder.fed
        if fed.sessions != store.parts(session_id):
            return
        if fed.filling and fed != self._fed:
            self._fed = fed
            self.filling_changed.emit(fed)
        log = self._opening.log
        if fed.filling or log is None or not log.complete:
            self._quiet, self._end = 0, None
            return
        self._quiet += 1
        if self._quiet == 1:
            parts = store.parts(session_id)
            self._reading_end.run(
                lambda: store.mirror.last_row(parts), then=self._take_end, error=self.failed.emit
            )
        there = self._end is not None and log.last_row >= self._end
        if there or self._quiet >= _SURE:
            self._end_filling()

    def _take_end(self, row: int) -> None:
        """The newest row of what is filled: with it on screen, all is."""
        self._end = row

    def _look_at_notes(self, store: MirroredEventStore) -> None:
        session_id = self._opening.session_id
        if session_id is None:
            return
        seen = session_id, store.mirror.side.notes
        if seen != self._notes_seen:
            self._notes_seen = seen
            self._reading_notes.run(
                lambda: store.noted(session_id), then=self.noted.emit, error=self.failed.emit
            )

    def _end_filling(self) -> None:
        self._source.filling = False
        self._fed = None
        self.filling_changed.emit(None)
        self._opening.filled()

    def _look_at_answers(self, store: MirroredEventStore) -> None:
        fault = store.feeder.fed.fault
        answering = _answering(fault, store.waits)
        self._slow_for = _QUICK if answering is Answering.SLOW else max(self._slow_for - 1, 0)
        if answering is Answering.WELL and self._slow_for and self._answering is Answering.SLOW:
            # Else it would come and go with each page of a table that is slow.
            return
        told = None if fault is None else str(fault)
        if answering is not self._answering or told != self._fault:
            self._answering, self._fault = answering, told
            self.answering_changed.emit(answering, fault)


def _answering(fault: StoreError | None, waits: float) -> Answering:
    if isinstance(fault, SourceUnreachable):
        return Answering.UNREACHABLE
    if fault is not None:
        return Answering.FAILING
    return Answering.SLOW if waits > SLOW else Answering.WELL


__all__ = ["SLOW", "Answering", "HowListed", "Mirroring"]
