"""Tables in the cloud: opened, read into their mirror, followed, and what is to be said of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox

from app.features.base import Feature, Slot
from app.features.table_cache import TableCache
from app.mirror_text import again_text, filling_text, listing_text, spent_text
from app.models.mirroring import Answering, HowListed, Mirroring
from app.sources import place_of
from app.text import count, plain
from app.theme import DARK, Theme
from app.views.banner import BannerKind
from core.events.errors import StoreError, WrongLocation
from core.events.store.dynamodb.location import TableLocation
from core.mirror.feeder import Fed
from core.mirror.remote import ListingStep, Spent

if TYPE_CHECKING:
    from app.views.table_dialog import TableDialog
    from app.window import Window

_WORDS = {
    Answering.WELL: "",
    Answering.SLOW: " · slow",
    Answering.UNREACHABLE: " · unreachable",
    Answering.FAILING: " · not answering",
}
_SLOW = "The table is slow to answer. What you see is what was read so far; reading goes on."
_KEPT = "This is the list of an earlier time: what was written since is not in it."
_NO_LIST = "All of the table was read to find its sessions."
_MIXED = "A backend writes here too: its new sessions are not in the table's list."
_NOT_YET = "DynamoDB is still filling the index on them: until then all of the table is read."
_ASK = (
    "A head is written for each session and a marker for each event: small items beside the "
    "backend's, which the backend never reads. The whole table is read once for it. The table gets "
    "an index on heads, where it has none: DynamoDB takes some minutes to fill one. Then sessions "
    "are listed without reading the table."
)


class TablesFeature(Feature):
    """Opening a table, the progress of its mirror, how it answers and what it costs; the cache."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = Mirroring(window.source, window.opening, window.background, window)
        self.cache = TableCache(window)
        self.dialog: TableDialog | None = None
        self.question: QMessageBox | None = None
        self._theme = DARK
        self._spent = Spent(0.0, 0.0)
        self._answering = Answering.WELL
        self._told: str | None = None
        self._fed: Fed | None = None
        self._written: str | None = None
        self._listing: ListingStep | None = None

    def slots(self) -> Mapping[str, Slot]:
        return {
            "open-table": self.show_dialog,
            "list-table": self._list_anew,
            "write-heads": self.ask_to_write_heads,
            "table-cache": lambda *_: self.cache.show(self._theme),
        }

    def connect(self) -> None:
        w, model = self.window, self.model
        w.source.opened.connect(self._take_source)
        model.filling_changed.connect(self._show_filling)
        model.listing_changed.connect(self._show_listing)
        model.listed.connect(self._tell_listed)
        model.answering_changed.connect(self._show_answering)
        model.spent_changed.connect(self._show_spent)
        model.heads_written.connect(self._tell_written)
        model.mixed.connect(self._tell_mixed)
        model.noted.connect(w.presenter.noted)
        model.failed.connect(w.presenter.failed)

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme

    @property
    def busy(self) -> bool:
        return self.model.busy

    # -- opening ----------------------------------------------------------------------------------

    def show_dialog(self, *_: object) -> None:
        """Ask which table to open."""
        from app.views.table_dialog import TableDialog

        if self.dialog is not None:
            return
        w = self.window
        dialog = self.dialog = TableDialog(
            w, self._theme, last=_last_table(w.settings.recent), region=os.environ.get("AWS_REGION")
        )
        dialog.accepted_table.connect(w.open)
        dialog.finished.connect(self._forget_dialog)
        dialog.open()
        w.background.run(_profiles, then=self._show_profiles, error=lambda _: None)

    def _show_profiles(self, names: list[str]) -> None:
        if self.dialog is not None:
            self.dialog.show_profiles(names)

    def _forget_dialog(self) -> None:
        self.dialog = None

    def _take_source(self) -> None:
        self._answering, self._spent, self._told = Answering.WELL, Spent(0.0, 0.0), None
        self._fed = self._listing = self._written = None
        if self.model.store is not None:
            self._show_kind()
            self.cache.keep_small()

    def _show_kind(self) -> None:
        store = self.model.store
        if store is None:
            return
        cost = f" · {spent_text(self._spent)}" if self._spent.units else ""
        table = plain(store.location.table, limit=60)
        self.window.status_line.show_kind(f"DynamoDB · {table}{_WORDS[self._answering]}{cost}")

    # -- reading ----------------------------------------------------------------------------------

    def cancel(self) -> bool:
        """Stop what is read of the table; whether that was something."""
        if self.model.stop_listing():
            return True
        if not self.model.stop_filling():
            return False
        self._tell("Reading was stopped. What was read so far is shown.", action="Read on",
                   then=self.model.fill_on)  # fmt: skip
        return True

    def _show_filling(self, fed: Fed | None) -> None:
        self._fed = fed
        self._show_progress()

    def _show_listing(self, step: ListingStep | None) -> None:
        self._listing = step
        self._show_progress()

    def _show_progress(self) -> None:
        """How far the session is; else how far the list of sessions."""
        bar = self.window.loading_bar
        if self._fed is not None:
            bar.show_share(filling_text(self._fed), self._fed.read, self._fed.total or 0)
        elif self._listing is not None:
            bar.show_share(listing_text(self._listing, self._spent), 0, 0)
        else:
            bar.hide()

    def _tell_listed(self, how: HowListed) -> None:
        if not how.whole:
            self._tell("Looking for sessions was stopped.", action="Look again",
                       then=self.model.list_anew)  # fmt: skip
        elif how.kept and how.heads:
            self._tell(f"The table cannot be reached. {_KEPT}", kind=BannerKind.WARNING)
        elif how.kept:
            self._tell(f"The table has no list of its sessions. {_KEPT}", action="Look again",
                       then=self.model.list_anew)  # fmt: skip
        elif not how.heads:
            self._tell(
                f"{_NO_LIST} {self._again()}"
                if self._written is None
                else f"{self._written} {_NOT_YET}",
                action="Write a list…",
                then=self.ask_to_write_heads,
            )

    def _tell_mixed(self) -> None:
        store = self.model.store
        # A stream tells of these sessions as of all others.
        if store is not None and store.remote.to_reread() is not None:
            self._tell(f"{_MIXED} {self._again()}", action="Write a list…",
                       then=self.ask_to_write_heads)  # fmt: skip

    def _again(self) -> str:
        """How sessions are found that the table does not list."""
        store = self.model.store
        assert store is not None
        return again_text(store.remote.to_reread(), store.relisting.pause)

    def _list_anew(self, *_: object) -> None:
        self.model.list_anew()

    # -- writing heads ----------------------------------------------------------------------------

    def ask_to_write_heads(self, *_: object) -> None:
        """Ask whether a list of the sessions is to be written into the table."""
        store = self.model.store
        if store is None or self.question is not None:
            return
        question = self.question = QMessageBox(self.window)
        question.setObjectName("heads-question")
        question.setWindowTitle("Write a list of the sessions")
        question.setText(f"Write into the table “{plain(store.location.table)}”?")
        question.setInformativeText(_ASK)
        write = question.addButton("Write", QMessageBox.ButtonRole.AcceptRole)
        cancel = question.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(cancel)
        write.clicked.connect(self.model.write_heads)
        question.finished.connect(self._forget_question)
        question.open()

    def _forget_question(self) -> None:
        if self.question is not None:
            self.question.deleteLater()
        self.question = None

    def _tell_written(self, number: int) -> None:
        self._written = f"{count(number, 'item')} written."
        self._tell(f"{self._written} The sessions are listed by them from now on.")

    # -- how it answers ---------------------------------------------------------------------------

    def _show_answering(self, answering: Answering, fault: StoreError | None) -> None:
        self._answering = answering
        self._show_kind()
        if answering is Answering.SLOW:
            self._tell(_SLOW, kind=BannerKind.WARNING)
        elif fault is not None:
            self._tell(f"{fault} It is tried again by itself.", kind=BannerKind.ERROR,
                       action="Try now", then=self.model.look_now)  # fmt: skip
        elif self._told is not None:
            self.window.banner.dismiss()
            self._told = None

    def _show_spent(self, spent: Spent) -> None:
        self._spent = spent
        self._show_kind()
        if self._listing is not None:
            self._show_progress()

    def _tell(
        self,
        text: str,
        *,
        kind: BannerKind = BannerKind.INFO,
        action: str | None = None,
        then: Slot | None = None,
    ) -> None:
        self._told = text if kind is not BannerKind.INFO else None
        self.window.banner.show_message(text, kind=kind, action=action, then=then)


def _last_table(recent: tuple[str, ...]) -> TableLocation | None:
    """The table that was open last."""
    for name in recent:
        try:
            place = place_of(name)
        except WrongLocation:
            continue
        if isinstance(place, TableLocation):
            return place
    return None


def _profiles() -> list[str]:
    """The profiles that AWS's own configuration names."""
    # A quarter of a second to import, for who asks.
    import boto3  # type: ignore[import-untyped]

    return sorted(boto3.session.Session().available_profiles)
