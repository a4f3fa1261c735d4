"""The bookmarks of what is open: where they are in it, and how they are made and changed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import field, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app import privacy
from app.background import Background, Latest
from app.models.bookmark_drafts import Draft
from app.models.opening import Opening
from app.models.source import Source
from app.sources import name_of
from app.text import count, plain
from core.events.errors import StoreError
from core.events.store.base import Arrival, SessionSummary
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass
from core.notes.bookmark import Bookmark, Colour
from core.notes.bookmark_file import BookmarkFile, export_to
from core.notes.places import Placed, event_ids, place, place_in
from core.replay.columns import SessionLog
from core.replay.linked import link_of
from core.replay.playback import Playhead


@dataclass(frozen=True, slots=True)
class BookmarkState:
    """What there is to show: ``here`` are the bookmarks of the session on screen.

    ``rows`` are the same, or those of all sessions of the file where it is ``everywhere``.
    ``deleted`` are those that were deleted last and can come back.
    """

    session_id: str | None = None
    here: tuple[Placed, ...] = ()
    rows: tuple[Placed, ...] = ()
    everywhere: bool = False
    deleted: tuple[Bookmark, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read, so that it need not be again: of the file of bookmarks and of the log.

    ``revision`` says as of which wish to read the file of bookmarks again.
    """

    revision: int = -1
    bookmarks: Sequence[Bookmark] = ()
    events: dict[str, Arrival] = field(default_factory=dict)
    elsewhere: dict[Bookmark, Placed] = field(default_factory=dict)


class BookmarksModel(QObject):
    """Follows the session on screen; ``changed`` carries a `BookmarkState`.

    ``failed`` carries a fault, ``told`` a sentence about what was done. What is written is written
    in the order in which it was asked for, and read again then.
    """

    changed = Signal(object)
    failed = Signal(object)
    told = Signal(str)

    def __init__(
        self,
        source: Source,
        opening: Opening,
        background: Background,
        parent: QObject | None = None,
        *,
        file: BookmarkFile | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._opening = opening
        self._background = background
        self.file = file or BookmarkFile()
        self._notice: str | None = None
        self._state = BookmarkState()
        self._known = _Known()
        self._revision = 0
        self._opened = 0
        self._sessions: set[str] = set()
        self._looking = Latest(background)
        self._writes: deque[Callable[[], object]] = deque()
        self._writing = threading.Lock()
        opening.session_changed.connect(self._begin)
        opening.log_changed.connect(lambda _: self._look())
        source.opened.connect(self._forget_file)
        source.closed.connect(self._forget_file)
        source.sessions_changed.connect(self._take_sessions)
        source.summaries_changed.connect(lambda summaries: self._sessions.update(summaries))

    @property
    def state(self) -> BookmarkState:
        """What there is to show now."""
        return self._state

    @property
    def busy(self) -> bool:
        """Whether something is still being read."""
        return self._looking.busy

    def refresh(self) -> None:
        """Read the file of bookmarks again: another window may have written it."""
        self._revision += 1
        self._look()

    def show_everywhere(self, everywhere: bool) -> None:
        """List those of all sessions of the file, or of the one on screen."""
        self._tell(replace(self._state, everywhere=everywhere))
        self.refresh()

    def begin(self, log: SessionLog, playhead: Playhead, end: Playhead | None) -> Draft | None:
        """A draft whose anchors are read from now on; None where nothing is open.

        A fault in that is told by `save`.
        """
        store = self._source.store
        if store is None:
            return None
        draft = Draft(store, log, playhead, end)
        self._background.run(draft.anchors, then=lambda _: None, error=lambda _: None, lasting=True)
        return draft

    def save(self, draft: Draft, *, name: str, note: str, colour: Colour) -> None:
        """Keep what was marked."""
        place = self._source.place
        source = "" if place is None else name_of(place)
        self._write(
            lambda: self.file.put(
                [draft.bookmark(name=name, note=note, colour=colour, source=source)]
            )
        )

    def change(self, bookmark: Bookmark) -> None:
        """Keep a bookmark that was edited."""
        self._write(lambda: self.file.put([bookmark]))

    def delete(self, bookmarks: Collection[Bookmark]) -> None:
        """Delete these; `undo` brings them back."""
        ids = [bookmark.id for bookmark in bookmarks]
        self._write(lambda: self.file.remove(ids))
        self._tell(replace(self._state, deleted=tuple(bookmarks)))

    def undo(self) -> None:
        """Bring back what was deleted last."""
        back = [bookmark.restored() for bookmark in self._state.deleted]
        if back:
            self._write(lambda: self.file.put(back))
            self._tell(replace(self._state, deleted=()))

    def forget_deleted(self) -> None:
        """What was deleted is not to be offered any more."""
        self._tell(replace(self._state, deleted=()))

    def export(self, path: Path) -> None:
        """Write a document of those that are listed."""
        rows = [row.bookmark for row in self._state.rows]
        done = f"{count(len(rows), 'bookmark')} written to {plain(path.name)}."
        self._write(lambda: export_to(path, rows), told=lambda _: done)

    def import_(self, path: Path) -> None:
        """Take in a document of bookmarks, and tell what became of them."""
        store = self._source.store
        self._write(lambda: _import(self.file, path, store), told=str)

    # -- reading ----------------------------------------------------------------------------------

    def _begin(self, session_id: str | None) -> None:
        self._tell(BookmarkState(session_id, everywhere=self._state.everywhere))
        self.refresh()

    def _forget_file(self, *_: object) -> None:
        """Keys of rows hold for one opening of a file."""
        self._looking.cancel()
        self._opened += 1
        self._known = _Known()

    def _take_sessions(self, sessions: Sequence[SessionSummary]) -> None:
        self._sessions = {session.session_id for session in sessions}
        if self._state.everywhere:
            self.refresh()

    def _look(self) -> None:
        store, log, known = self._source.store, self._opening.log, self._known
        session_id, everywhere = self._opening.session_id, self._state.everywhere
        if store is None or session_id is None or log is None or log.session_id != session_id:
            self._looking.cancel()
            return
        link = link_of(store, session_id)
        own = {session_id, *(() if link is None else link.sessions)}
        sessions = self._sessions | own if everywhere else own
        opened, revision = self._opened, self._revision

        def look() -> tuple[_Known, SessionLog, tuple[Placed, ...], tuple[Placed, ...]]:
            is_known = known.revision == revision
            bookmarks = known.bookmarks if is_known else _read(self.file, sessions)
            here = [b for b in bookmarks if _is_of(b, session_id, own)]
            events = known.events | store.whereabouts(event_ids(here) - known.events.keys())
            shown = set(here)
            others = [b for b in bookmarks if b not in shown] if everywhere else []
            new = [b for b in others if b not in known.elsewhere]
            elsewhere = known.elsewhere | {p.bookmark: p for p in place_in(store, new)}
            placed = tuple(place(here, log, events))
            rest = tuple(sorted((elsewhere[b] for b in others), key=lambda p: p.instant))
            new_known = _Known(revision, bookmarks, events, elsewhere)
            return new_known, log, placed, (*placed, *rest)

        self._looking.run(
            look,
            then=lambda found: self._take(opened, *found),
            error=self.failed.emit,
        )

    def _take(
        self,
        opened: int,
        known: _Known,
        log: SessionLog,
        here: tuple[Placed, ...],
        rows: tuple[Placed, ...],
    ) -> None:
        if opened != self._opened or log.session_id != self._opening.session_id:
            return
        self._known = known
        self._tell(replace(self._state, here=here, rows=rows))
        self._tell_notice()

    def _tell(self, state: BookmarkState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit(state)

    def _tell_notice(self) -> None:
        if self.file.notice != self._notice:
            self._notice = self.file.notice
            self.failed.emit(StoreError(self._notice))

    # -- writing ----------------------------------------------------------------------------------

    def _write(
        self, job: Callable[[], object], *, told: Callable[[object], str] = lambda _: ""
    ) -> None:
        """Run a job after those that were given before; jobs of a pool would overtake each other.

        Whichever thread comes first does what waits, so that nothing is lost as the window closes.
        """
        answers: list[object] = []
        self._writes.append(lambda: answers.append(job()))

        def write() -> None:
            with self._writing:
                while self._writes:
                    self._writes.popleft()()

        def written(_: None) -> None:
            self.refresh()
            if answers and (sentence := told(answers[0])):
                self.told.emit(sentence)

        self._background.run(write, then=written, error=self._fail, lasting=True)

    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)
        self.refresh()


def _is_of(bookmark: Bookmark, session_id: str, own: Collection[str]) -> bool:
    """Whether it is shown with a session or, where that is of linked ones, with one of them."""
    if bookmark.session_id == session_id:
        return True
    # The moment before the first event of one of them is no moment of all of them.
    return bookmark.session_id in own and bookmark.anchor.event_id is not None


def _read(file: BookmarkFile, sessions: Collection[str]) -> list[Bookmark]:
    if privacy.pseudonyms() is not None:
        # Their names quote what they mark.
        return []
    if len(sessions) == 1:
        return file.of_session(next(iter(sessions)))
    return [bookmark for bookmark in file.all() if bookmark.session_id in sessions]


def _import(file: BookmarkFile, path: Path, store: SQLiteEventStore | None) -> str:
    found, merged = file.import_from(path)
    told = (
        f"{plain(path.name)}: {merged.added:,} added, {merged.updated:,} updated, "
        f"{merged.skipped:,} skipped"
    )
    if store is None:
        return f"{told}."
    missing = sum(placed.playhead is None for placed in place_in(store, found))
    return f"{told}; the events of {missing:,} are not in this log." if missing else f"{told}."
