"""The filters that a user saved under names, in one small file of theirs."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, Signal

from app.background import Background
from core.files.whole import set_aside, write_whole

logger = logging.getLogger(__name__)

Filters = dict[str, str]
NAME_MOST = 80
"""How long a name may be (characters)."""


class FilterFile:
    """Reads and writes the saved filters; other programs' changes are kept."""

    def __init__(self, path: Path | None = None) -> None:
        folder = platformdirs.user_data_path("brainweb-replay", appauthor=False)
        self.path = path or folder / "filters.json"
        self._turn = threading.Lock()

    def read(self) -> tuple[Filters, str]:
        """The filters by name, and a sentence where a broken file was set aside."""
        try:
            found = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return {}, ""
        except OSError as error:
            return {}, f"The saved filters cannot be read: {error.strerror}."
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict) and all(isinstance(text, str) for text in found.values()):
            return found, ""
        try:
            aside = set_aside(self.path)
        except OSError as error:
            return {}, f"The saved filters are damaged and cannot be set aside: {error.strerror}."
        return {}, f"The saved filters could not be read and were set aside as {aside.name}."

    def change(self, how: Callable[[Filters], Filters]) -> tuple[Filters, str]:
        """Change what is saved now: the old file or the new one, never half of it."""
        with self._turn:
            known, told = self.read()
            changed = how(known)
            try:
                write_whole(self.path, json.dumps(changed, indent=2).encode())
            except OSError as error:
                return known, f"The filter cannot be saved: {error.strerror}."
            return changed, told


class SavedFilters(QObject):
    """The saved filters; ``changed`` carries them by name, ``complained`` a sentence."""

    changed = Signal(object)
    complained = Signal(str)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._file = FilterFile()
        self.filters: Mapping[str, str] = {}
        self.deleted: tuple[str, str] | None = None

    def read(self) -> None:
        """Read what was saved before."""
        self._background.run(self._file.read, then=self._take)

    def save(self, name: str, text: str) -> None:
        """Keep a filter under a name, instead of what had that name."""
        name = name.strip()[:NAME_MOST]
        if name and text.strip():
            self.deleted = None
            self._change(lambda known: {**known, name: text})

    def delete(self, name: str) -> None:
        """Let go of the filter of that name; `restore` brings the last one back."""
        if name in self.filters:
            self.deleted = (name, self.filters[name])
            self._change(lambda known: {n: t for n, t in known.items() if n != name})

    def restore(self) -> None:
        """Save once more what was deleted last."""
        if self.deleted is not None:
            self.save(*self.deleted)

    def _change(self, how: Callable[[Filters], Filters]) -> None:
        self._background.run(lambda: self._file.change(how), then=self._take, lasting=True)

    def _take(self, answer: tuple[Filters, str]) -> None:
        self.filters, told = answer
        self.changed.emit(self.filters)
        if told:
            self.complained.emit(told)
