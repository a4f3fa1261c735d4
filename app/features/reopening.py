"""What was open: kept at the end, shown again at the next start; and windows beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.features.base import Feature, Slot
from app.kept import OpenLog, OpenWindow
from app.models.opening import Wish
from app.models.reading import LoadStep
from app.sources import Place, absolute, place_of
from app.text import is_encodable, plain
from app.views.banner import BannerKind
from core.events.errors import StoreError
from core.projectors.rules import PRESETS, ProjectionRules
from core.projectors.saved_rules import RuleFolder
from core.replay.columns import SessionLog
from core.replay.moment_link import MomentLink

if TYPE_CHECKING:
    from app.window import Window

_LONGEST = 4_096


class ReopeningFeature(Feature):
    """Tells what is open in the window, and opens what was."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._wanted: OpenLog | None = None
        self._kept: tuple[Place | None, str] | None = None

    def slots(self) -> Mapping[str, Slot]:
        return {
            "new-window": lambda *_: self.window.others.new(self.window),
            "session-window": lambda *_: self._open_beside(self.window.opening.session_id),
            "close-window": lambda *_: self.window.close(),
        }

    def connect(self) -> None:
        w = self.window
        w.session_list.window_requested.connect(self._open_beside)
        w.opening.loaded.connect(lambda _: self._arrive())
        w.opening.loaded.connect(self._keep_opened)
        for ended in (w.opening.complained, w.source.failed, w.source.load_failed):
            ended.connect(self._give_up)

    def _keep_opened(self, step: LoadStep) -> None:
        """Keep what is open once a session is there, and not with each event that it grows by."""
        opened = (self.window.source.place, step.log.session_id)
        if opened != self._kept:
            self._kept = opened
            self.window.others.keep()

    # -- what is open -----------------------------------------------------------------------------

    def open_log(self) -> OpenLog | None:
        """What is open in the window, None where nothing is or its name cannot be kept."""
        w = self.window
        place, session_id = w.source.place, w.opening.session_id
        if place is None or not is_encodable(str(absolute(place))):
            return None
        log, playback = w.opening.log, w.clock.playback
        there = log is not None and log.complete and playback is not None
        playhead = playback.playhead if there and playback is not None else None
        text = w.filter.bar.field.text().strip()
        return OpenLog(
            source=str(absolute(place)),
            session_id=_kept(session_id),
            position=None if playhead is None else playhead.position,
            at=None if playhead is None or not playhead.position else playhead.instant,
            range=w.selection.range,
            rules=_kept(w.replay.rules.name, 200),
            filter=_kept(text, 8_000) or None,
            concept=_kept(self._concept(log)),
            axis=w.opening.axis_mode,
        )

    def _concept(self, log: SessionLog | None) -> str | None:
        concept = self.window.replay.selected
        return None if log is None or concept is None else log.contributions.concept_ids[concept]

    # -- opening it again -------------------------------------------------------------------------

    def restore(self, window: OpenWindow) -> None:
        """Show what was open in a window, as far as it is still there."""
        self.window.arranging.restore(window.placement, window.layout)
        if window.log is not None:
            self.open(window.log)

    def open(self, log: OpenLog) -> None:
        """Open what was open; what is wrong with it is told."""
        w = self.window
        try:
            place_of(log.source)
        except StoreError as error:
            w.presenter.failed(error)
            return
        if log.axis is not None:
            w.wishes.show_axis(log.axis)
        self._show_rules(log.rules)
        self._wanted = log
        ordered = log.range is not None and log.range[0] < log.range[1]
        w.moment_links.go(
            MomentLink(
                source=log.source,
                session_id=log.session_id,
                position=log.position if log.session_id else None,
                at=log.at if log.session_id else None,
                range=log.range if ordered else None,
                filter=log.filter,
            )
        )

    def _show_rules(self, name: str | None) -> None:
        """Replay under the rules that were in force; the user's own ones are read first."""
        known = next((rules for rules in PRESETS if rules.name == name), None)
        if known is not None:
            self._take_rules(known.name, known)
        elif name is not None:
            self.window.background.run(
                lambda: RuleFolder().read().rules.get(name),
                then=lambda rules: self._take_rules(name, rules),
            )

    def _take_rules(self, name: str, rules: ProjectionRules | None) -> None:
        w = self.window
        if rules is None:
            told = f"There are no rules “{plain(name, limit=60)}” any more; these are"
            w.notice.show_message(f"{told} “{w.replay.rules.name}”.", kind=BannerKind.WARNING)
        elif rules != w.replay.rules:
            w.replay.set_rules(rules)

    def _arrive(self) -> None:
        """The session is there: select what was selected."""
        wanted, self._wanted = self._wanted, None
        w = self.window
        here = wanted is not None and wanted.session_id in (None, w.opening.session_id)
        if here and wanted is not None and wanted.concept is not None:
            w.replay.select_id(wanted.concept)

    def _give_up(self, *_: object) -> None:
        self._wanted = None

    # -- windows beside this one ------------------------------------------------------------------

    def _open_beside(self, session_id: str | None) -> None:
        """A session of the same log in a window of its own."""
        w = self.window
        place: Place | None = w.source.place
        if place is not None and session_id is not None:
            w.others.new(w).open(place, Wish(session_id))


def _kept(text: str | None, most: int = _LONGEST) -> str | None:
    """The text where it can be kept."""
    good = text is not None and len(text) <= most and is_encodable(text)
    return text if good else None
