"""A source that was opened, and what there is to say of it."""

from __future__ import annotations

from pathlib import Path

from app.sources import Place, file_of, open_store
from core.late_dataclass import dataclass
from core.replay.link_file import LinkFile
from core.replay.linked import Link, LinkedEventStore, LinkError
from core.replay.tail import Tail


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that was opened: where it is, and what there is to say of it (or nothing)."""

    place: Place
    notice: str | None

    @property
    def path(self) -> Path:
        """Its file; that of a table is its mirror."""
        return file_of(self.place)


def opened(place: Place) -> tuple[LinkedEventStore, Tail, str | None]:
    """A store, a tail of what arrives from now on, and what there is to say of it (or nothing)."""
    links, notice = _links()
    store = open_store(place, links)
    try:
        return store, Tail(store), store.notice or notice
    except BaseException:
        store.close()
        raise


def _links() -> tuple[tuple[Link, ...], str | None]:
    """The links that are kept; what is wrong with them keeps no log from being opened."""
    file = LinkFile()
    try:
        return file.read(), file.notice
    except LinkError as error:
        return (), str(error)
