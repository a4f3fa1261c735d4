"""Linking and unlinking sessions of the open log, kept in the user's file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.background import Background, Latest
from app.models.source import Source
from core.events.store.base import SessionSummary
from core.replay.link_file import LinkFile
from core.replay.link_suggestions import suggested_links
from core.replay.linked import Link


class Linking(QObject):
    """``linked`` and ``unlinked`` carry the link once it is kept, or no more, and listed so.

    ``suggested`` carries a session's id and its suggestions; ``failed`` what cannot be done.
    """

    linked = Signal(object)
    unlinked = Signal(object)
    suggested = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        source: Source,
        background: Background,
        parent: QObject | None = None,
        *,
        file: LinkFile | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._background = background
        self._file = file or LinkFile()
        self._suggesting = Latest(background)
        self._told: Callable[[], None] | None = None
        source.links_changed.connect(self._listed)
        source.closed.connect(self._suggesting.cancel)

    def link_of(self, session_id: str | None) -> Link | None:
        """The link whose session this is."""
        store = self._source.store
        return None if store is None or session_id is None else store.links.get(session_id)

    def link(self, link: Link) -> None:
        """Keep a link, and offer its session."""
        self._change(lambda: self._file.add(link), lambda: self.linked.emit(link))

    def unlink(self, link: Link) -> None:
        """Keep a link no more; its sessions stay."""
        self._change(lambda: self._file.remove(link), lambda: self.unlinked.emit(link))

    def suggest(self, session_id: str, sessions: Sequence[SessionSummary]) -> None:
        """Look for what may belong to a session."""
        store = self._source.store
        if store is not None:
            self._suggesting.run(
                lambda: (session_id, suggested_links(store, session_id, sessions)),
                then=self.suggested.emit,
                error=self.failed.emit,
            )

    def _change(self, change: Callable[[], None], told: Callable[[], None]) -> None:
        def job() -> tuple[Link, ...]:
            change()
            return self._file.read()

        def then(links: tuple[Link, ...]) -> None:
            self._told = told
            self._source.show_links(links)

        self._background.run(job, then=then, error=self.failed.emit, lasting=True)

    def _listed(self) -> None:
        told, self._told = self._told, None
        if told is not None:
            told()
