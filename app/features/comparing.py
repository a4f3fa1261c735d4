"""Comparing two sessions: the page in place of the desk, and the commands that lead there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from app.features.base import Feature, Slot
from app.features.compare_choosing import CompareChoosing
from app.features.compare_showing import CompareShowing
from app.models.compared_session import ComparedSession
from app.models.comparing import Comparing
from app.models.other_source import Listed
from app.theme import Theme
from app.views.banner import BannerKind
from app.views.compare.page import ComparePage
from core.replay.alignment import A, AlignBy, B
from core.replay.playback import Playback

if TYPE_CHECKING:
    from app.window import Window

ALIGN = (
    "compare-start", "compare-clock", "compare-number", "compare-event", "", "compare-here",
    "compare-choose-a", "compare-choose-b",
)  # fmt: skip
"""The menu “Align by”; nothing is a line."""


class ComparingFeature(Feature):
    """The page in place of the desk, and the commands that lead there and back."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = Comparing(window.background, window)
        self.choosing = CompareChoosing(window, self._compare_with)
        self.page: ComparePage
        self.showing: CompareShowing

    # -- commands ---------------------------------------------------------------------------------

    def slots(self) -> Mapping[str, Slot]:
        model = self.model
        return {
            "compare-with": self.choosing.choose,
            "compare-swap": lambda *_: model.swap(),
            "compare-start": lambda *_: model.align(AlignBy.START),
            "compare-clock": lambda *_: model.align(AlignBy.CLOCK),
            "compare-number": lambda *_: model.align(AlignBy.NUMBER),
            "compare-event": lambda *_: model.align(AlignBy.EVENT),
            "compare-here": lambda *_: model.align_here(),
            "compare-choose-a": lambda *_: model.pick(A),
            "compare-choose-b": lambda *_: model.pick(B),
            "compare-parting": self.go_to_parting,
            "compare-leave": lambda *_: model.end(),
        }

    @property
    def shown(self) -> bool:
        """Whether two sessions are compared."""
        return self.model.sessions is not None

    def connect(self) -> None:
        w, model = self.window, self.model
        page = self.page = ComparePage(
            w.actions_by_id, align=ALIGN, open_menu=w.menus.open, main_menu=w.menus.main
        )
        w.pages.addWidget(page)
        self._connect_window()
        model.begun.connect(self._enter)
        model.ended.connect(self._leave)
        model.failed.connect(self._fail)
        self.showing = CompareShowing(
            page, model, w.actions_by_id, lambda: self.choosing.source_name
        )
        self.showing.connect()
        self.choosing.connect()
        page.seek_requested.connect(model.seek)
        page.range_requested.connect(lambda wanted: model.viewport.show(*wanted))
        page.fit_requested.connect(model.viewport.leap_to_all)
        page.loading_bar.cancel_requested.connect(self._stop_reading)
        page.panel.parting_requested.connect(self.go_to_parting)
        page.transport.speed_requested.connect(
            lambda speed: model.clock.change(lambda playback: playback.at_speed(speed))
        )

    def _connect_window(self) -> None:
        w, model = self.window, self.model
        w.source.closed.connect(model.end)
        w.source.grown.connect(lambda ids: self._grow(w.source.store, ids))
        self.choosing.other.grown.connect(self._grow)
        w.source.opened.connect(lambda _: model.end())
        w.replay.rules_changed.connect(model.set_rules)
        w.replay.index_changed.connect(self._follow)
        for mode in ("axis-time", "axis-folded"):
            w.actions_by_id[mode].triggered.connect(lambda *_: model.show_axis(w.opening.axis_mode))

    def show_theme(self, theme: Theme) -> None:
        self.choosing.theme = theme
        self.page.show_theme(theme)

    def show_times(self) -> None:
        for timeline in self.page.timelines:
            timeline.show_times()
        self.showing.show_heads()
        moment = self.model.moment()
        if moment is not None:
            self.showing.show_moment(moment)

    @property
    def busy(self) -> bool:
        return self.model.busy or self.choosing.busy

    def close(self) -> None:
        self.choosing.other.close()
        self.model.end()

    # -- the two ----------------------------------------------------------------------------------

    def _compare_with(self, session_id: str, listed: Listed | None) -> None:
        w, here = self.window, self.choosing.source_name
        store, this = w.source.store, w.opening.session_id
        if store is None or this is None:
            return
        a = self._session(store, this, here)
        if listed is None:
            b = self._session(store, session_id, here)
        else:
            b = self._session(listed.store, session_id, listed.name)
        self.compare(a, b)

    def _session(self, store: object, session_id: str, name: str) -> ComparedSession:
        return ComparedSession(
            store, session_id, source_name=name,  # type: ignore[arg-type]
            background=self.window.background, parent=self.window,
        )  # fmt: skip

    def compare(self, a: ComparedSession, b: ComparedSession) -> None:
        """Show these on the page; A is the session on screen, from where the playhead is."""
        w, model = self.window, self.model
        w.clock.change(Playback.paused)
        index, playback = w.replay.index, w.clock.playback
        for each in (a, b):
            if index is not None and self._is_on_screen(each):
                each.followed = True
                each.take(index)
        model.axis_mode = w.opening.axis_mode
        model.set_rules(w.replay.rules)
        model.begin(a, b, None if playback is None else playback.playhead)
        model.clock.change(lambda p: p.skipping_idle(w.settings.skip_idle))

    def _follow(self, index: object) -> None:
        """Take up what arrived of the session on screen, and what of it is left out."""
        own = self.window.replay.index
        for each in self.model.sessions or ():
            if own is not None and each.followed:
                each.take(own)

    def _grow(self, store: object, session_ids: Collection[str]) -> None:
        """Read what arrived in either, but for the session on screen, which `_follow` brings."""
        for each in self.model.sessions or ():
            if each.store is store and each.session_id in session_ids:
                each.grow()

    def _is_on_screen(self, each: ComparedSession) -> bool:
        w = self.window
        return each.store is w.source.store and each.session_id == w.opening.session_id

    # -- the page ---------------------------------------------------------------------------------

    def _enter(self) -> None:
        w = self.window
        w.wishes.stage = self.model
        self.page.banner.hide()
        w.top_bar.hide()
        w.pages.setCurrentWidget(self.page)
        w.presenter.enable()
        self.page.timelines[0].setFocus()

    def _leave(self) -> None:
        w = self.window
        w.wishes.stage = w
        w.top_bar.show()
        for side in (A, B):
            self.page.show_side(side, None, None, None)
        self.page.loading_bar.hide()
        if w.pages.currentWidget() is self.page:
            w.pages.setCurrentWidget(w.desk if w.source.path is not None else w.start_page)
            w.timeline.setFocus()
        w.presenter.enable()
        self.choosing.other.let_go()

    def _stop_reading(self) -> None:
        self.model.cancel_reading()
        self.page.banner.show_message("Reading was stopped. Compare again to read on.")
        self.page.panel.show_parting("", "", "")

    def _fail(self, error: Exception) -> None:
        told = self.window.own_faults.told(error)
        self.page.banner.show_message(told, kind=BannerKind.ERROR)
        self.page.panel.show_parting("", "", "")
        self.showing.show_sessions()

    def go_to_parting(self, *_: object) -> None:
        """Go to where the sessions part, or say that they do not."""
        if self.model.go_to_parting():
            return
        found = self.model.parting
        text = "Where they part is still looked for." if found is None else "They never part."
        self.page.banner.show_message(text)
