"""What the program remembers of its user, in one small file."""

from __future__ import annotations

import json
import logging
import stat
import threading
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

# Whole before PySide6, which looks into every module loaded after it and trips over a half of it.
import pydantic.fields  # noqa: F401
from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict, ValidationError

from app.kept import Layout, OpenWindow, Placement
from app.sources import Place
from app.text import is_encodable
from app.theme import ThemeChoice
from app.time_format import Shown
from core.files.whole import set_aside, write_whole
from core.replay.axis import AxisMode

logger = logging.getLogger(__name__)

RECENT = 10

_MOST_BYTES = 4_000_000
"""Ours are a few kilobytes: a larger file is none of ours, and is not read."""


class Motion(StrEnum):
    """Whether things glide to their place: as the system has it, not at all, or always."""

    SYSTEM = "system"
    REDUCED = "reduced"
    FULL = "full"


class Settings(BaseModel):
    """A frozen value; keys of newer versions are dropped, broken files set aside."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: ThemeChoice = ThemeChoice.SYSTEM
    axis: AxisMode = AxisMode.FOLDED
    skip_idle: bool = False
    times: Shown = Shown.ZONE
    zone: str = "UTC"
    reduced_motion: Motion = Motion.SYSTEM
    recent: tuple[str, ...] = ()
    mirrors_at_most: int = 10 * 10**9
    """How many bytes the cache of tables may have."""
    recent_commands: tuple[str, ...] = ()
    placement: Placement | None = None
    layout: Layout | None = None
    layouts: dict[str, Layout] = {}
    """The user's own, by name."""
    locked: bool = False
    reopen: bool = True
    """Whether a start without a source shows what was open at the end of the one before."""
    private: bool = False
    """Whether logs are read with pseudonyms."""
    windows: tuple[OpenWindow, ...] = ()
    """What was open then."""

    def with_recent(self, place: Place) -> Settings:
        """The same with this file or table at the head of the recent ones.

        A name that is not valid text cannot be kept in JSON and is left out.
        """
        name = str(place)
        if not is_encodable(name):
            return self
        others = tuple(known for known in self.recent if known != name)
        return self.model_copy(update={"recent": (name, *others)[:RECENT]})


class SettingsFile:
    """Reads and writes the settings; neither ever fails its caller.

    All windows of the program share one, and other programs may write the same file: what is
    written is the fields that were changed here, over what the file says then. ``notice`` is a
    sentence about what was wrong with the file, or empty.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or user_config_path("brainweb-replay", appauthor=False) / "settings.json"
        self.notice = ""
        self._known = Settings()
        self._changed: dict[str, object] = {}
        self._writing = threading.Lock()

    @property
    def settings(self) -> Settings:
        """The settings as this program has them now."""
        return self._known

    def read(self) -> Settings:
        """The settings; the defaults where there are none. A broken file is set aside.

        What can be understood of it is kept.
        """
        settings, self.notice = self._read()
        self._known = settings
        return settings

    def keeping(self, settings: Settings) -> Callable[[], None]:
        """A job that writes what these settings change, on any thread.

        Newer changes of a field win, by the order of the calls of this.
        """
        with self._writing:
            for name in Settings.model_fields:
                value = getattr(settings, name)
                if value != getattr(self._known, name):
                    self._changed[name] = value
            self._known = settings

        def keep() -> None:
            with self._writing:
                # What does not reach the disk goes with the next change.
                if self._changed and self._merge(self._changed):
                    self._changed = {}

        return keep

    def write(self, settings: Settings) -> bool:
        """Keep the settings, the old file or the new one; False where the disk does not take it."""
        try:
            write_whole(self.path, settings.model_dump_json(indent=2).encode("utf-8"))
        except (OSError, ValueError) as error:
            logger.warning("the settings cannot be kept: %s", error)
            # What is no text would not be one the next time either.
            return isinstance(error, ValueError)
        return True

    def _merge(self, changed: dict[str, object]) -> bool:
        found, notice = self._read()
        if notice and self._is_there():
            logger.warning("the settings are not kept: %s", notice)
            return False
        return self.write(found.model_copy(update=changed))

    def _is_there(self) -> bool:
        """Whether there is a file, or may be one that this user is not let see."""
        try:
            self.path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return True

    def _read(self) -> tuple[Settings, str]:
        try:
            status = self.path.stat()
            if not stat.S_ISREG(status.st_mode):
                return Settings(), "The settings cannot be read: something else has their place."
            if status.st_size > _MOST_BYTES:
                return Settings(), self._set_aside("is too large to be ours")
            found = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return Settings(), ""
        except OSError as error:
            return Settings(), f"The settings cannot be read: {error.strerror}."
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            return Settings(), self._set_aside("could not be read")
        settings, broken = _understood(found)
        if not broken:
            return settings, ""
        told = self._set_aside(f"could not be read in full ({', '.join(broken)})")
        if settings != Settings():
            self.write(settings)
        return settings, f"{told} The rest was kept."

    def _set_aside(self, why: str) -> str:
        try:
            aside = set_aside(self.path)
        except OSError as error:
            return f"The file of settings {why}, and cannot be set aside: {error.strerror}."
        logger.warning("the settings could not be read and were set aside as %s", aside.name)
        return f"The file of settings {why}, and was set aside as {aside.name}."


def _understood(found: dict[str, object]) -> tuple[Settings, list[str]]:
    """What can be understood of a file's fields, and the names of those that cannot, or in part."""
    good: dict[str, object] = {}
    broken = []
    for name in Settings.model_fields:
        if name not in found:
            continue
        parts = [one for one in _parts(found[name]) if _is_good(name, one)]
        if _is_good(name, found[name]):
            good[name] = found[name]
        else:
            broken.append(name)
            if parts:
                good[name] = _joined(parts)
    return Settings.model_validate(good), broken


def _is_good(name: str, value: object) -> bool:
    try:
        Settings.model_validate({name: value})
    except (ValidationError, RecursionError):
        return False
    return True


def _parts(value: object) -> Iterator[object]:
    """Each part of a field that has many, as a field of one."""
    if isinstance(value, dict):
        yield from ({key: part} for key, part in value.items())
    elif isinstance(value, list):
        yield from ([part] for part in value[:1_000])


def _joined(parts: list[object]) -> object:
    if isinstance(parts[0], dict):
        return {key: part for one in parts if isinstance(one, dict) for key, part in one.items()}
    return [part for one in parts if isinstance(one, list) for part in one]
