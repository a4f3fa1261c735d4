"""Choosing the session to compare with: of the source on screen, or of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.background import Latest
from app.models.link_choices import LinkChoice, choices
from app.models.other_source import Listed, OtherSource
from app.sources import name_of, place_of
from app.theme import DARK
from app.views.compare.chooser import CompareChooser
from core.events.errors import StoreError

if TYPE_CHECKING:
    from app.window import Window

_KIND = "Event logs (*.db *.sqlite *.sqlite3);;All files (*)"

Choose = Callable[[str, "Listed | None"], None]
"""Takes a session's id, and the other source that it is of, None for the one on screen."""


class CompareChoosing:
    """The chooser and what it offers; ``chosen`` takes what was chosen in it."""

    def __init__(self, window: Window, chosen: Choose) -> None:
        self.window = window
        self.other = OtherSource(window.background, window)
        self.theme = DARK
        self._chosen = chosen
        self.dialog: CompareChooser | None = None
        self._listed: Listed | None = None
        self._said = ""
        self._finding = Latest(window.background)

    def connect(self) -> None:
        """Follow what sessions there are."""
        source = self.window.source
        source.closed.connect(self._forget)
        self.other.listed.connect(self._offer_other)
        self.other.failed.connect(self._fail_other)

    @property
    def busy(self) -> bool:
        """Whether a source is being opened, or sessions are being found."""
        return self.other.busy or self._finding.busy

    def choose(self, *_: object) -> None:
        """Choose the session to compare the one on screen with."""
        this = self.window.opening.session_id
        if this is None or self.dialog is not None:
            return
        dialog = self.dialog = CompareChooser(self.window, self.theme, this=this)
        dialog.chosen.connect(self._choose)
        dialog.words_changed.connect(self._find)
        dialog.other_requested.connect(self.choose_file)
        dialog.source_requested.connect(self.open_other)
        dialog.here_requested.connect(self._offer_here)
        dialog.finished.connect(self._forget_dialog)
        self._offer_here()
        dialog.open()

    def choose_file(self, *_: object) -> None:
        """Ask for another file, and offer its sessions."""
        if self.dialog is None:
            return
        place = self.window.source.place
        folder = str(place.absolute().parent) if isinstance(place, Path) else ""
        files = QFileDialog(self.dialog, "Compare with a session of", folder, _KIND)
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.setFileMode(QFileDialog.FileMode.ExistingFile)
        files.fileSelected.connect(self.open_other)
        files.open()

    def open_other(self, name: str) -> None:
        """Open another source by its name, and offer its sessions."""
        if self.dialog is None or not name.strip():
            return
        self._say("Opening…")
        try:
            self.other.open(place_of(name.strip()))
        except StoreError as error:
            self._fail_other(error)

    def _offer_here(self) -> None:
        self._listed = None
        if self.dialog is not None:
            self.dialog.show_source(self.source_name, is_other=False)

    def _offer_other(self, listed: Listed) -> None:
        self._listed = listed
        if self.dialog is not None:
            self.dialog.show_source(listed.name, is_other=True)

    def _find(self, words: str) -> None:
        """Find the sessions that hold these words, the latest first."""
        self._said = ""
        listed = self._listed
        here = sorted(self.window.source.sessions.values(), key=lambda each: -each.last)
        sessions = here if listed is None else listed.sessions
        # A session of another source may bear the same name, and is another.
        leave_out = "" if listed is not None else self.window.opening.session_id or ""
        self._finding.run(
            lambda: choices(leave_out, sessions, (), chosen=(), words=words), then=self._show_found
        )

    def _show_found(self, found: Sequence[LinkChoice]) -> None:
        # Of what was asked for since, more is to come.
        if self.dialog is not None and not self._finding.busy:
            self.dialog.show_choices(found)
            if self._said:
                # It was asked for before the other source was.
                self.dialog.show_message(self._said)

    def _say(self, text: str) -> None:
        self._said = text
        if self.dialog is not None:
            self.dialog.show_message(text)

    def _fail_other(self, error: Exception) -> None:
        self._say(self.window.own_faults.told(error))

    def _forget_dialog(self) -> None:
        self.dialog = None

    @property
    def source_name(self) -> str:
        """What the source on screen is called."""
        place = self.window.source.place
        return "" if place is None else name_of(place)

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.reject()

    def _choose(self, session_id: str) -> None:
        self._chosen(session_id, self._listed)
