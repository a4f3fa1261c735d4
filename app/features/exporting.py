"""Exporting what is open: events, the context over time, a report, a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QBoxLayout, QWidget

from app import privacy
from app.features.base import Feature, Slot
from app.models.exporting import Exporting, ExportStep
from app.sample import is_ours
from app.text import plain
from app.theme import DARK, Theme
from app.views.banner import BannerKind
from app.views.export_bar import ExportBar
from app.views.export_dialog import ExportChoice, ExportDialog, Scope, save_dialog
from app.views.pictures import image_of, png_of, svg_of
from core.events.errors import StoreError
from core.export.errors import ExportError
from core.export.order import ExportFormat, Order
from core.export.report import Mark
from core.privacy.key_file import pseudonyms_of_user
from core.privacy.store import hidden_by
from core.replay.columns import Int32, SessionLog
from core.replay.index import ContextIndex

if TYPE_CHECKING:
    from app.window import Window

PICTURES = (
    "The window as PNG (*.png)",
    "The window as SVG (*.svg)",
    "The timeline as PNG (*.png)",
    "The timeline as SVG (*.svg)",
)
"""What a picture can be of, in the words of the file dialog."""

_READING = "The session is still being read. Export it once it is all there."
_RUNNING = "An export is running. Wait for its end, or cancel it, before the next."


class ExportingFeature(Feature):
    """The dialog of exports, the bar that tells how far one is, and what comes of it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = Exporting(window.background, window)
        self.bar = ExportBar()
        self._theme = DARK

    def slots(self) -> Mapping[str, Slot]:
        return {
            "export": self.ask,
            "export-report": self.ask_report,
            "export-picture": self.ask_picture,
        }

    def connect(self) -> None:
        w, model = self.window, self.model
        holder = w.timeline.parentWidget()
        column = None if holder is None else holder.layout()
        assert isinstance(column, QBoxLayout)
        column.insertWidget(column.indexOf(w.timeline), self.bar)
        self.bar.cancel_requested.connect(model.cancel)
        model.stepped.connect(self._show_step)
        model.finished.connect(lambda text: w.banner.show_message(plain(text)))
        model.failed.connect(self._complain)
        # The rows of a file that goes cannot be read any more.
        w.source.closed.connect(model.cancel)
        w.source.opened.connect(lambda _: model.cancel())

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.bar.show_theme(theme)

    # -- asking -----------------------------------------------------------------------------------

    def ask(self, *_: object) -> None:
        """Ask what to export, as what and where to."""
        log = self.window.opening.log
        if log is None or self._is_busy():
            return
        counts = {scope: len(events) for scope, events in self._scopes(log).items()}
        dialog = ExportDialog(
            self.window, self._theme, counts=counts, target=self._beside(log.session_id)
        )
        if privacy.pseudonyms() is not None:
            dialog.show_private()
        dialog.chosen.connect(self.export)
        dialog.open()

    def ask_report(self, *_: object) -> None:
        """Ask for a file, and write the report of the session into it."""
        log = self.window.opening.log
        if log is None or self._is_busy():
            return
        target = self._beside(f"{log.session_id}.html")
        save_dialog(
            self.window, "Write a report", target, ("HTML (*.html)",),
            lambda name: self._order(Order(Path(name), ExportFormat.HTML, marks=self._marks())),
        ).open()  # fmt: skip

    def ask_picture(self, *_: object) -> None:
        """Ask for a file, and for a picture of what."""
        log = self.window.opening.log
        if log is None or self._is_busy():
            return
        target = self._beside(f"{log.session_id}.png")
        dialog = save_dialog(self.window, "Save a picture", target, PICTURES)
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(_suffix(kind)))
        dialog.fileSelected.connect(
            lambda name: self.save_picture(Path(name), dialog.selectedNameFilter())
        )
        dialog.open()

    # -- doing ------------------------------------------------------------------------------------

    def export(self, choice: ExportChoice) -> None:
        """Write what was chosen, in the background."""
        log = self.window.opening.log
        if log is None:
            return
        events = self._scopes(log).get(choice.scope)
        if events is not None:
            self._order(
                Order(choice.target, choice.form, events, every=choice.every, bom=choice.bom),
                private=choice.private,
            )

    def save_picture(self, target: Path, kind: str) -> None:
        """Save a picture of one of the kinds that `PICTURES` names."""
        w = self.window
        widget: QWidget = w.timeline if "timeline" in kind else w
        if _suffix(kind) == "svg":
            svg = svg_of(
                widget, w.timeline, title=plain(w.opening.session_id or "Brain Web Replay")
            )
            self.model.write(target, lambda: svg, w.source.path)
        else:
            image = image_of(widget, w.timeline)
            self.model.write(target, lambda: png_of(image), w.source.path)

    def _order(self, order: Order, *, private: bool = False) -> None:
        w = self.window
        store, log = w.source.store, w.opening.log
        if store is None or log is None:
            return
        if not log.complete and not order.form.is_events:
            self._complain(ExportError(_READING))
            return
        try:
            # What is read with pseudonyms already needs none.
            masked = private and hidden_by(store) is None
            pseudonyms = pseudonyms_of_user() if masked else None
        except StoreError as error:
            self._complain(error)
            return
        self.model.start(order, store, log, self._index(log), pseudonyms=pseudonyms)

    def _index(self, log: SessionLog) -> Callable[[], ContextIndex]:
        index, rules = self.window.replay.index, self.window.replay.rules
        if index is not None and index.log.whole is log and index.rules == rules:
            return lambda: index
        return lambda: ContextIndex(log, rules)

    # -- what there is ----------------------------------------------------------------------------

    def _scopes(self, log: SessionLog) -> dict[Scope, range | Int32]:
        """The events (indexes) of each scope that there is now."""
        found: dict[Scope, range | Int32] = {Scope.SESSION: range(len(log))}
        start, end = self.window.selection.start, self.window.selection.end
        if start is not None and end is not None:
            first, last = start.in_log(log).position, end.in_log(log).position
            found[Scope.RANGE] = range(first, max(first, last))
        hits = self._hits(log)
        if hits is not None and len(hits):
            found[Scope.HITS] = hits
        return found

    def _hits(self, log: SessionLog) -> Int32 | None:
        """What the filter found in this log, None where there is no filter."""
        found = self.window.filter
        searched = found.model.state.log
        return found.hits if searched is not None and searched.whole is log else None

    def _marks(self) -> tuple[Mark, ...]:
        # They are the user's own words, which may quote what nobody is to see.
        private = privacy.pseudonyms() is not None
        here = () if private else self.window.bookmarks.model.state.here
        return tuple(Mark(p.instant, p.bookmark.name, p.bookmark.note) for p in here)

    def _beside(self, name: str) -> Path:
        """A file of this name beside the log that is open."""
        place = self.window.source.place
        own = isinstance(place, Path) and not is_ours(place)
        folder = place.absolute().parent if own else Path.home()  # type: ignore[union-attr]
        return folder / _file_name(name)

    # -- telling ----------------------------------------------------------------------------------

    def _is_busy(self) -> bool:
        if self.model.running:
            self.window.banner.show_message(_RUNNING, kind=BannerKind.WARNING)
        return self.model.running

    def _show_step(self, step: ExportStep | None) -> None:
        if step is None:
            self.bar.hide()
        else:
            self.bar.show_progress(plain(step.target.name), step.progress.done, step.progress.total)

    def _complain(self, error: Exception) -> None:
        if not isinstance(error, StoreError):
            # What Python says of it may be what the log says.
            self.window.own_faults.take(error)
        known = isinstance(error, StoreError)
        told = str(error) if known else "The export failed: nothing was written."
        self.window.banner.show_message(plain(told), kind=BannerKind.ERROR)


def _suffix(kind: str) -> str:
    return "svg" if "*.svg" in kind else "png"


def _file_name(text: str) -> str:
    """The text as the name of a file on any system."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in text)[:120]
