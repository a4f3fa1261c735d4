"""What the program remembers of its user, in one small file."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

# Whole before PySide6, which looks into every module loaded after it and trips over a half of it.
import pydantic.fields  # noqa: F401
from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict, ValidationError

from app.sources import Place
from app.text import is_encodable
from app.theme import ThemeChoice
from app.time_format import Shown
from core.replay.axis import AxisMode

logger = logging.getLogger(__name__)

RECENT = 10


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
    """Reads and writes the settings; neither ever fails its caller."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or user_config_path("brainweb-replay", appauthor=False) / "settings.json"
        self._writing = threading.Lock()
        self._asked = 0
        self._written = 0

    def read(self) -> Settings:
        """The settings; the defaults where there are none. A broken file is set aside."""
        try:
            return Settings.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return Settings()
        except OSError as error:
            logger.warning("the settings cannot be read: %s", error)
        except (ValidationError, RecursionError):
            self._set_aside()
        return Settings()

    def keeping(self, settings: Settings) -> Callable[[], None]:
        """A job that writes these settings, on any thread; older ones never replace newer ones.

        Which are newer goes by the order of the calls of this, not by when the jobs are run.
        """
        self._asked += 1
        turn = self._asked

        def keep() -> None:
            with self._writing:
                if turn > self._written:
                    self._written = turn
                    self.write(settings)

        return keep

    def write(self, settings: Settings) -> None:
        """Keep the settings: the old file or the new one, never half of it."""
        fresh = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh.touch(mode=0o600)
            fresh.write_text(settings.model_dump_json(indent=2), encoding="utf-8")
            fresh.replace(self.path)
        except OSError as error:
            logger.warning("the settings cannot be kept: %s", error)

    def _set_aside(self) -> None:
        aside = self.path.with_suffix(".broken.json")
        logger.warning("the settings could not be read and were set aside as %s", aside.name)
        try:
            self.path.replace(aside)
        except OSError as error:
            logger.warning("the settings cannot be set aside: %s", error)
