"""The links that the user made, kept in a small file in the user's data folder."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from core.files.whole import set_aside, write_whole
from core.replay.linked import Link, LinkError

logger = logging.getLogger(__name__)


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    sessions: tuple[str, ...]


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    links: tuple[_Kept, ...] = ()


def default_path() -> Path:
    """Where the links are kept."""
    return platformdirs.user_data_path("brainweb-replay", appauthor=False) / "links.json"


class LinkFile:
    """Reads and changes the links of all logs; which are of a log its sessions tell.

    A file that cannot be read as links is set aside, and ``notice`` says so. Readable by its owner
    alone. Changing them raises LinkError where the file cannot be read or written; where it cannot
    be read there are none to be seen, and ``notice`` says why: no log is harder to open for that.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self.notice: str | None = None
        self._changing = threading.Lock()

    def read(self) -> tuple[Link, ...]:
        """The links, the oldest first."""
        try:
            return self._read()
        except LinkError as error:
            self.notice = str(error)
            logger.warning("%s", self.notice)
            return ()

    def _read(self) -> tuple[Link, ...]:
        try:
            kept = _Content.model_validate_json(self.path.read_bytes()).links
            return tuple(Link(each.name, each.sessions) for each in kept)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise LinkError(f"The links in “{self.path}” cannot be read: {error}") from error
        except (ValidationError, RecursionError, LinkError):
            self._set_aside()
            return ()

    def add(self, link: Link) -> None:
        """Keep one more."""
        self._change(lambda links: (*links, link))

    def remove(self, link: Link) -> None:
        """Keep it no more; one that is not there is no fault."""
        self._change(lambda links: (each for each in links if each != link))

    def _change(self, how: Callable[[tuple[Link, ...]], Iterable[Link]]) -> None:
        with self._changing:
            links = how(self._read())
            kept = tuple(_Kept(name=each.name, sessions=each.sessions) for each in links)
            self._write(_Content(links=kept).model_dump_json(indent=2).encode())

    def _write(self, content: bytes) -> None:
        try:
            write_whole(self.path, content)
        except OSError as error:
            raise LinkError(f"The links cannot be kept in “{self.path}”: {error}") from error

    def _set_aside(self) -> None:
        try:
            aside = set_aside(self.path)
        except OSError as error:
            raise LinkError(f"The links in “{self.path}” cannot be set aside: {error}") from error
        self.notice = f"The links could not be read, and were set aside as “{aside}”."
        logger.warning("%s", self.notice)


def free_name(links: Iterable[Link], wished: str) -> str:
    """The name, or the next one after it that none of these links has: `chat`, `chat 2`, …"""
    taken = {link.name for link in links}
    tries = (wished if number == 1 else f"{wished} {number}" for number in range(1, 10_000))
    return next(name for name in tries if name not in taken)
