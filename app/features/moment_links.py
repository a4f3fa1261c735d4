"""Links to a moment: copied, pasted, and followed to the log, the session and the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from app.features.base import Feature, Slot
from app.models.opening import Wish
from app.sources import Place, absolute, place_of
from app.text import plain
from app.theme import DARK, Theme
from app.views.banner import BannerKind
from core.events.store.base import Arrival
from core.late_dataclass import dataclass
from core.notes.bookmark import Anchor
from core.notes.places import playhead_of
from core.projectors.rules import PRESETS, ProjectionRules
from core.replay.columns import SessionLog
from core.replay.moment import Moment
from core.replay.moment_link import MomentLink, MomentLinkError, is_link, parse_link
from core.replay.playback import Playhead

if TYPE_CHECKING:
    from app.window import Window

_ABOUT = (
    "A link opens its log to look at, at the moment that it was copied at. It can do nothing else:"
    " nothing is written, nothing is served."
)
_NOTHING = "There is no link to copy: open a session first."
_NO_LINK = "What was copied is no link to a moment: expected brainweb-replay://open?…"
_NOT_THERE = "The event that the link names is not in this log. This is the link's time."


@dataclass(frozen=True, slots=True)
class _Linked(Moment):
    """Where a link leads before its event is looked up."""

    link: MomentLink = MomentLink("/")

    def in_log(self, log: SessionLog) -> Playhead:
        """See `Moment`."""
        return self.link.playhead_in(log) or Playhead(len(log), log.end)


class MomentLinksFeature(Feature):
    """Makes a link of what is on screen, and goes where a link leads."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._theme = DARK
        self._pending: MomentLink | None = None

    def slots(self) -> Mapping[str, Slot]:
        return {
            "copy-link": self.copy,
            "go-to-link": self.ask,
            "paste-link": self.paste,
        }

    def connect(self) -> None:
        w = self.window
        w.opening.loaded.connect(lambda _: self._arrive())
        for ended in (w.opening.complained, w.source.failed, w.source.load_failed):
            ended.connect(self._give_up)

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme

    # -- copying ----------------------------------------------------------------------------------

    def copy(self, *_: object) -> None:
        """Copy a link to the playhead, with the range, the rules and the filter."""
        w = self.window
        log, playback, store = w.opening.log, w.clock.playback, w.source.store
        place = w.source.place
        if log is None or playback is None or store is None or place is None:
            w.banner.show_message(_NOTHING)
            return
        playhead = playback.playhead
        link = MomentLink(
            source=_source(place),
            session_id=log.session_id,
            position=playhead.position,
            at=playhead.instant,
            range=_ranged(w.selection.range),
            rules=w.replay.rules.name,
            filter=w.filter.bar.field.text().strip() or None,
        )
        if not playhead.position:
            self._take_copy(link)
            return
        row = int(log.rows[playhead.position - 1])

        def with_event() -> MomentLink:
            event = store.envelopes([row]).get(row)
            return link if event is None else _after(link, event.event_id)

        w.background.run(with_event, then=self._take_copy)

    def _take_copy(self, link: MomentLink) -> None:
        QGuiApplication.clipboard().setText(str(link))
        name = plain(link.session_id or "", limit=60)
        self.window.banner.show_message(
            f"A link to event {link.position or 0:,} of “{name}” was copied."
        )

    # -- following --------------------------------------------------------------------------------

    def ask(self, *_: object) -> None:
        """Ask for a link, the copied one suggested, and go there."""
        from app.views.go_to_link_dialog import GoToLinkDialog

        copied = QGuiApplication.clipboard().text()
        text = copied.strip() if is_link(copied) else ""
        GoToLinkDialog(self.window, self._theme, text=text, about=_ABOUT, go=self.follow).open()

    def paste(self, *_: object) -> None:
        """Go where the copied link leads."""
        copied = QGuiApplication.clipboard().text()
        wrong = self.follow(copied) if is_link(copied) else _NO_LINK
        if wrong:
            self.window.banner.show_message(wrong, kind=BannerKind.WARNING)

    def follow(self, text: str) -> str:
        """Go where a link leads; answers what is wrong with it, or nothing."""
        try:
            self.go(parse_link(text))
        except MomentLinkError as error:
            return f"{error}."
        return ""

    def go(self, link: MomentLink) -> None:
        """Open the link's log and session where they are not open, and seek there."""
        w = self.window
        self._pending = link
        self._show_rules(link)
        log = w.opening.log
        if not self._is_open(link):
            at = None if link.at is None and link.position is None else _Linked("", link)
            w.open(place_of(link.source), Wish(link.session_id, at))
        elif log is not None and log.complete:
            self._seek(link.playhead_in(log))
            self._arrive()

    def _is_open(self, link: MomentLink) -> bool:
        """Whether the link's session is the one on screen."""
        w = self.window
        place = w.source.place
        same = place is not None and _source(place) == link.source
        known = w.opening.log is not None and w.opening.log.complete
        return same and known and link.session_id in (None, w.opening.session_id)

    def _show_rules(self, link: MomentLink) -> None:
        rules = self._rules(link.rules)
        if rules is not None and rules != self.window.replay.rules:
            self.window.what_if.model.choose(rules)

    def _rules(self, name: str | None) -> ProjectionRules | None:
        """The rules of this name, ours or the user's own."""
        known = {rules.name: rules for rules in PRESETS} | dict(self.window.what_if.saved.rules)
        return None if name is None else known.get(name)

    def _arrive(self) -> None:
        """The session is there: mark and filter as the link says, and look up its event."""
        w, link = self.window, self._pending
        self._pending = None
        log, store = w.opening.log, w.source.store
        if link is None or log is None or link.session_id not in (None, log.session_id):
            return
        if link.range is not None:
            w.selection.mark(*link.range)
        if link.filter is not None:
            w.filter.show_filter(link.filter)
        if link.rules is not None and self._rules(link.rules) is None:
            told = plain(link.rules, limit=60)
            w.presenter.complaint(
                f"There are no rules “{told}” here; these are “{w.replay.rules.name}”."
            )
        if link.event_id is not None and store is not None:
            event_id = link.event_id
            w.background.run(
                lambda: store.whereabouts([event_id]).get(event_id),
                then=lambda event: self._take_event(link, event),
            )

    def _take_event(self, link: MomentLink, event: Arrival | None) -> None:
        """Go right after the event, wherever it is by now; stay where somebody went meanwhile."""
        w = self.window
        log, playback = w.opening.log, w.clock.playback
        if log is None or playback is None or log.session_id != link.session_id:
            return
        found = None
        if event is not None and event.instant is not None and link.at is not None:
            anchor = Anchor(link.event_id, max(0, link.at - event.instant), link.at)
            found = playhead_of(anchor, log, event)
        if found is None:
            w.banner.show_message(_NOT_THERE, kind=BannerKind.WARNING)
        elif playback.playhead == playback.at(_Linked("", link).in_log(log)).playhead:
            self._seek(found)

    def _seek(self, playhead: Playhead | None) -> None:
        if playhead is not None:
            self.window.clock.change(lambda playback: playback.at(playhead).paused())

    def _give_up(self, *_: object) -> None:
        self._pending = None


def _after(link: MomentLink, event_id: str | None) -> MomentLink:
    return replace(link, event_id=event_id or None)


def _ranged(marked: tuple[int, int] | None) -> tuple[int, int] | None:
    return marked if marked is not None and marked[0] < marked[1] else None


def _source(place: Place) -> str:
    """Where a source is, for another person too: with credentials of their own."""
    shared = place if isinstance(place, Path) else replace(place, profile=None)
    return str(absolute(shared))
