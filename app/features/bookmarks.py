"""Bookmarks and notes: marking moments, finding them again, and handing them on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app import privacy
from app.features.base import Feature, Slot
from app.models.bookmark_drafts import Draft
from app.models.bookmark_names import suggested_name
from app.models.bookmarks import BookmarksModel, BookmarkState
from app.sources import name_of
from app.text import clock, count, plain, zone
from app.theme import DARK, Theme
from app.views.banner import BannerKind
from app.views.bookmark_page import BookmarkPage
from app.views.timeline.bookmark_layer import BookmarkLayer
from core.late_dataclass import dataclass
from core.notes.bookmark import Bookmark, Colour
from core.notes.places import Placed
from core.replay.columns import SessionLog
from core.replay.moment import Moment
from core.replay.playback import Playhead

if TYPE_CHECKING:
    from app.window import Window

LAYER = "bookmarks"
_KIND = "Bookmarks (*.json);;All files (*)"
_NONE = "There is no bookmark in this session yet. M marks the moment at the playhead."
_HIDDEN = "Bookmarks are kept, and not shown while private mode is on."
_NO_RANGE = "No range is marked. Mark its start with [ and its end with ], then press Shift+M."


@dataclass(frozen=True, slots=True)
class _Known(Moment):
    """A moment whose playhead is known already."""

    playhead: Playhead = Playhead(0, 0)

    def in_log(self, log: SessionLog) -> Playhead:
        """See `Moment`."""
        return self.playhead


class BookmarkFeature(Feature):
    """The page of bookmarks, their marks on the timeline, and their commands."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = BookmarksModel(window.source, window.opening, window.background, window)
        self.page = BookmarkPage()
        self._theme = DARK
        self._colour = Colour.BLUE

    def slots(self) -> Mapping[str, Slot]:
        return {
            "bookmark": self.mark,
            "bookmark-range": self.mark_range,
            "next-bookmark": lambda *_: self.step(forward=True),
            "previous-bookmark": lambda *_: self.step(forward=False),
            "show-bookmarks": lambda *_: self.window.wishes.show_tab(self.page),
            "import-bookmarks": self.choose_import,
            "export-bookmarks": self.choose_export,
        }

    def tab(self) -> tuple[QWidget, str]:
        return self.page, "Bookmarks"

    def connect(self) -> None:
        model, page, w = self.model, self.page, self.window
        model.changed.connect(self._show)
        model.failed.connect(self._complain)
        model.told.connect(page.show_message)
        page.looked_at.connect(model.refresh)
        page.everywhere_requested.connect(model.show_everywhere)
        page.undo_requested.connect(model.undo)
        page.import_requested.connect(w.actions_by_id["import-bookmarks"].trigger)
        page.export_requested.connect(w.actions_by_id["export-bookmarks"].trigger)
        page.table.go_requested.connect(self.go)
        page.table.edit_requested.connect(self.edit)
        page.table.delete_requested.connect(lambda placed: model.delete([placed.bookmark]))

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.page.show_theme(theme)

    @property
    def busy(self) -> bool:
        return self.model.busy

    # -- marking ----------------------------------------------------------------------------------

    def mark(self, *_: object) -> None:
        """Mark the moment at the playhead, and ask what to call it."""
        log, playback = self.window.opening.log, self.window.clock.playback
        if log is not None and playback is not None:
            self._ask_words(self.model.begin(log, playback.playhead, None))

    def mark_range(self, *_: object) -> None:
        """Mark the range between `[` and `]`, and ask what to call it."""
        log, marked = self.window.opening.log, self.window.selection.range
        if log is None or marked is None:
            self.window.banner.show_message(_NO_RANGE)
            return
        start, end = (Playhead(log.position_at(instant), instant) for instant in marked)
        self._ask_words(self.model.begin(log, start, end))

    def edit(self, placed: Placed) -> None:
        """Ask for other words for a bookmark."""
        bookmark = placed.bookmark

        def save(name: str, note: str, colour: Colour) -> None:
            self.model.change(bookmark.edited(name=name, note=note, colour=colour))

        self._ask("Edit the bookmark", _about(placed.playhead, placed.end), bookmark, save)

    def _ask_words(self, draft: Draft | None) -> None:
        if draft is None:
            return
        if privacy.pseudonyms() is not None:
            self.window.banner.show_message(_HIDDEN)
        name = suggested_name(draft.log, draft.playhead, draft.end)

        def save(name: str, note: str, colour: Colour) -> None:
            self._colour = colour
            self.model.save(draft, name=name, note=note, colour=colour)

        title = "Bookmark this moment" if draft.end is None else "Bookmark the range"
        self._ask(title, _about(draft.playhead, draft.end), (name, "", self._colour), save)

    def _ask(
        self,
        title: str,
        about: str,
        words: Bookmark | tuple[str, str, Colour],
        save: Callable[[str, str, Colour], None],
    ) -> None:
        from app.views.bookmark_dialog import BookmarkDialog

        if isinstance(words, Bookmark):
            words = words.name, words.note, words.colour
        name, note, colour = words
        dialog = BookmarkDialog(
            self.window, self._theme, title=title, about=about, name=name, note=note, colour=colour
        )
        dialog.saved.connect(save)
        dialog.open()

    # -- going there ------------------------------------------------------------------------------

    def step(self, *, forward: bool) -> None:
        """To the next bookmark of the session, or the one before; where there is none, stay."""
        playback = self.window.clock.playback
        places = [p.playhead for p in self.model.state.here if p.playhead is not None]
        if playback is None:
            return
        if not places:
            self.window.banner.show_message(_NONE)
            return
        now = _order(playback.playhead)
        if forward:
            found = next((p for p in places if _order(p) > now), None)
        else:
            found = next((p for p in reversed(places) if _order(p) < now), None)
        if found is not None:
            self._seek(found)

    def go(self, placed: Placed) -> None:
        """Go to a bookmark, in its session; a range is marked there."""
        w, session_id = self.window, placed.bookmark.session_id
        if placed.playhead is None:
            name = plain(placed.bookmark.name, limit=80)
            w.presenter.complaint(f"The event that “{name}” marks is not in this log.")
            return
        if placed not in self.model.state.here:
            w.opening.open_session(session_id, _Known("", placed.playhead))
        else:
            self._seek(placed.playhead)
        if placed.end is not None:
            w.selection.mark(placed.playhead.instant, placed.end.instant)

    def _seek(self, playhead: Playhead) -> None:
        self.window.clock.change(lambda playback: playback.at(playhead).paused())

    # -- handing on -------------------------------------------------------------------------------

    def choose_export(self, *_: object) -> None:
        """Ask for a file, and write what is listed into it."""
        state, place = self.model.state, self.window.source.place
        log = Path(name_of(place)).stem if place else "log"
        stem = log if state.everywhere else state.session_id or "session"
        dialog = self._file_dialog("Export the bookmarks", _file_name(f"bookmarks-{stem}.json"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda name: self.model.export(Path(name)))
        dialog.open()

    def choose_import(self, *_: object) -> None:
        """Ask for a file, and take in its bookmarks."""
        dialog = self._file_dialog("Import bookmarks")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.model.import_(Path(name)))
        dialog.open()

    def _file_dialog(self, title: str, name: str = "") -> QFileDialog:
        self.window.wishes.show_tab(self.page)
        place = self.window.source.place
        folder = str(place.absolute().parent) if isinstance(place, Path) else ""
        dialog = QFileDialog(self.window, title, folder, _KIND)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if name:
            dialog.selectFile(name)
        return dialog

    # -- showing ----------------------------------------------------------------------------------

    def _show(self, state: BookmarkState) -> None:
        w = self.window
        self.page.show_state(state)
        w.timeline.show_layer(LAYER, BookmarkLayer(state.here) if state.here else None)

    def _complain(self, error: Exception) -> None:
        self.window.banner.show_message(str(error), kind=BannerKind.WARNING)


def _order(playhead: Playhead) -> tuple[int, int]:
    return playhead.instant, playhead.position


def _about(playhead: Playhead | None, end: Playhead | None) -> str:
    """Where it is, in words."""
    if playhead is None:
        return "Its event is not in this log."
    if end is not None:
        between = count(max(0, end.position - playhead.position), "event")
        return f"{clock(playhead.instant)} – {clock(end.instant)}{zone(end.instant)} · {between}"
    instant = playhead.instant
    return f"After event {playhead.position:,} · {clock(instant)}{zone(instant)}"


def _file_name(text: str) -> str:
    """The text as the name of a file on any system."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in text)[:120]
