"""Comparing two sessions: choosing the other one, the page, and what is told of the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.background import Latest
from app.features.base import Feature, Slot
from app.models.compared_session import ComparedSession
from app.models.comparing import CompareMoment, Comparing, Laid
from app.models.link_choices import LinkChoice, choices
from app.models.other_source import Listed, OtherSource
from app.models.pair_rows import last_events, object_pairs, pair_rows, uncertainty_pair
from app.sources import name_of, place_of
from app.text import clock, offset, plain, zone
from app.theme import DARK, Theme
from app.views.banner import BannerKind
from app.views.compare.chooser import CompareChooser
from app.views.compare.page import ComparePage
from app.views.compare.side_timeline import Mark
from app.views.compare.sides import LETTERS, said
from core.events.errors import StoreError
from core.events.store.base import SessionSummary
from core.replay.alignment import A, AlignBy, B
from core.replay.parting import END, Parting
from core.replay.playback import Playback, Playhead

if TYPE_CHECKING:
    from app.window import Window

ALIGN = (
    "compare-start", "compare-clock", "compare-number", "compare-event", "", "compare-here",
    "compare-choose-a", "compare-choose-b",
)  # fmt: skip
"""The menu “Align by”; nothing is a line."""

_BY = {
    AlignBy.START: "start",
    AlignBy.CLOCK: "clock",
    AlignBy.NUMBER: "event number",
    AlignBy.EVENT: "event",
}
_NAME = 40
_KIND = "Event logs (*.db *.sqlite *.sqlite3);;All files (*)"


class ComparingFeature(Feature):
    """The page in place of the desk, and the commands that lead there and back."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = Comparing(window.background, window)
        self.other = OtherSource(window.background, window)
        self.dialog: CompareChooser | None = None
        self.page: ComparePage
        self._theme = DARK
        self._sessions: Sequence[SessionSummary] = ()
        self._listed: Listed | None = None
        self._finding = Latest(window.background)

    # -- commands ---------------------------------------------------------------------------------

    def slots(self) -> Mapping[str, Slot]:
        model = self.model
        return {
            "compare-with": self.choose,
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
        model.sessions_changed.connect(self._show_sessions)
        model.laid_changed.connect(self._show_laid)
        model.picked.connect(self._show_marks)
        model.moment_changed.connect(self._show_moment)
        model.parting_changed.connect(self._show_parting)
        model.curves_changed.connect(page.show_curves)
        model.failed.connect(self._fail)
        model.clock.playback_changed.connect(page.transport.show_playback)
        model.viewport.changed.connect(lambda shown: page.show_range(*shown))
        self.other.listed.connect(self._offer_other)
        self.other.failed.connect(self._fail_other)
        page.seek_requested.connect(model.seek)
        page.range_requested.connect(lambda wanted: model.viewport.show(*wanted))
        page.fit_requested.connect(model.viewport.leap_to_all)
        page.concept_selected.connect(self._select)
        page.loading_bar.cancel_requested.connect(self._stop_reading)
        page.panel.parting_requested.connect(self.go_to_parting)
        page.transport.speed_requested.connect(
            lambda speed: model.clock.change(lambda playback: playback.at_speed(speed))
        )

    def _connect_window(self) -> None:
        w, model = self.window, self.model
        w.source.sessions_changed.connect(self._take_sessions)
        w.source.summaries_changed.connect(self._take_summaries)
        w.source.closed.connect(self._forget)
        w.source.opened.connect(lambda _: model.end())
        w.replay.rules_changed.connect(model.set_rules)
        w.replay.index_changed.connect(self._follow)
        for mode in ("axis-time", "axis-folded"):
            w.actions_by_id[mode].triggered.connect(lambda *_: model.show_axis(w.opening.axis_mode))

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.page.show_theme(theme)

    def show_times(self) -> None:
        for timeline in self.page.timelines:
            timeline.show_times()
        self._show_heads()
        moment = self.model.moment()
        if moment is not None:
            self._show_moment(moment)

    @property
    def busy(self) -> bool:
        return self.model.busy or self.other.busy or self._finding.busy

    def close(self) -> None:
        self.other.close()
        self.model.end()

    # -- choosing ---------------------------------------------------------------------------------

    def choose(self, *_: object) -> None:
        """Choose the session to compare the one on screen with."""
        this = self.window.opening.session_id
        if this is None or self.dialog is not None:
            return
        dialog = self.dialog = CompareChooser(self.window, self._theme, this=this)
        dialog.chosen.connect(self._compare_with)
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
        self.dialog.show_message("Opening…")
        try:
            self.other.open(place_of(name.strip()))
        except StoreError as error:
            self._fail_other(error)

    def _offer_here(self) -> None:
        self._listed = None
        if self.dialog is not None:
            self.dialog.show_source(self._source_name, is_other=False)

    def _offer_other(self, listed: Listed) -> None:
        self._listed = listed
        if self.dialog is not None:
            self.dialog.show_source(listed.name, is_other=True)

    def _find(self, words: str) -> None:
        """Find the sessions that hold these words, the latest first."""
        listed = self._listed
        sessions = self._sessions if listed is None else listed.sessions
        # A session of another source may bear the same name, and is another.
        leave_out = "" if listed is not None else self.window.opening.session_id or ""
        self._finding.run(
            lambda: choices(leave_out, sessions, (), chosen=(), words=words), then=self._show_found
        )

    def _show_found(self, found: Sequence[LinkChoice]) -> None:
        # Of what was asked for since, more is to come.
        if self.dialog is not None and not self._finding.busy:
            self.dialog.show_choices(found)

    def _fail_other(self, error: Exception) -> None:
        if self.dialog is not None:
            known = isinstance(error, StoreError)
            self.dialog.show_message(str(error) if known else f"Something went wrong: {error!r}")

    def _forget_dialog(self) -> None:
        self.dialog = None

    @property
    def _source_name(self) -> str:
        place = self.window.source.place
        return "" if place is None else name_of(place)

    def _take_sessions(self, sessions: Sequence[SessionSummary]) -> None:
        self._sessions = sessions

    def _take_summaries(self, summaries: Mapping[str, SessionSummary]) -> None:
        known = {each.session_id: each for each in self._sessions}
        found = (known | dict(summaries)).values()
        self._sessions = sorted(found, key=lambda each: -each.last)

    def _forget(self) -> None:
        self._sessions = ()
        if self.dialog is not None:
            self.dialog.reject()
        self.model.end()

    # -- the two ----------------------------------------------------------------------------------

    def _compare_with(self, session_id: str) -> None:
        w, listed = self.window, self._listed
        store, this = w.source.store, w.opening.session_id
        if store is None or this is None:
            return
        a = self._session(store, this, self._source_name)
        if listed is None:
            b = self._session(store, session_id, self._source_name)
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
        self.other.let_go()

    def _stop_reading(self) -> None:
        self.model.cancel_reading()
        self.page.banner.show_message("Reading was stopped. Compare again to read on.")
        self.page.panel.show_parting("", "", "")

    def _fail(self, error: Exception) -> None:
        known = isinstance(error, StoreError)
        said_ = str(error) if known else f"Something went wrong that should not have: {error!r}."
        self.page.banner.show_message(said_, kind=BannerKind.ERROR)
        self.page.panel.show_parting("", "", "")
        self._show_sessions()

    def _show_sessions(self) -> None:
        sessions, laid = self.model.sessions, self.model.laid
        if sessions is None:
            return
        names = [_name(each, sessions) for each in sessions]
        self.page.bar.show_names(
            plain(self._source_name, limit=80), f"Compare: {names[0]} and {names[1]}"
        )
        kinds: set[str] = set()
        for side, each in enumerate(sessions):
            axis = None if laid is None else laid.axes[side]
            self.page.show_side(side, each.log, each.index, axis)
            if each.log is not None:
                counted = zip(each.log.kind_names, each.log.events_by_kind, strict=False)
                kinds |= {kind for kind, events in counted if len(events)}
        self.page.show_kinds(frozenset(kinds))
        self._show_heads()
        self._show_marks()
        reading = [each for each in sessions if each.is_loading]
        if reading:
            read, total = (sum(getattr(s, of) for s in reading) for of in ("read", "total"))
            self.page.loading_bar.show_progress(plain(reading[0].session_id), read, total)
        else:
            self.page.loading_bar.hide()

    def _show_heads(self) -> None:
        sessions = self.model.sessions
        if sessions is None:
            return
        for side, each in enumerate(sessions):
            head = self.page.heads[side]
            head.show_side(_name(each, sessions), each.about, self._aligned(side))

    def _aligned(self, side: int) -> str:
        laid, sessions = self.model.laid, self.model.sessions
        log = None if sessions is None else sessions[side].log
        if laid is None or log is None:
            return ""
        alignment = laid.alignment
        if alignment.by is AlignBy.EVENT and alignment.events is not None:
            event = alignment.events[side]
            return f"Aligned at event {event + 1:,}  {said(log, event)}".rstrip()
        if alignment.by is AlignBy.START:
            return f"Aligned at its start, {clock(log.start, decimals=0)}{zone(log.start)}"
        return {AlignBy.CLOCK: "Aligned by the clock"}.get(alignment.by, "Aligned by event number")

    def _show_laid(self, laid: Laid) -> None:
        by = laid.alignment.by
        self.page.bar.show_alignment(_BY[by])
        self.window.actions_by_id[f"compare-{by.value}"].setChecked(True)
        self._show_sessions()

    def _show_marks(self) -> None:
        """Bring out the events that are aligned by, or chosen for it, and those that part them."""
        model = self.model
        found = None if model.parting is None else model.parting.event
        for side, timeline in enumerate(self.page.timelines):
            marks = []
            if found is not None:
                marks.append(
                    Mark(found.number - 1, f"They part at event {found.number:,}", parts=True)
                )
            pick = model.picks[side]
            if pick is not None:
                aligned = model.laid is not None and model.laid.alignment.by is AlignBy.EVENT
                words = "Aligned at event" if aligned else "Chosen to align by: event"
                marks.append(Mark(pick, f"{words} {pick + 1:,}"))
            timeline.show_marks(marks)

    def _select(self, side: int, code: int | None) -> None:
        """Bring out a concept in both."""
        sessions = self.model.sessions
        log = None if sessions is None else sessions[side].log
        if sessions is None or log is None:
            return
        concept = None if code is None else log.contributions.concept_ids[code]
        for each, timeline in zip(sessions, self.page.timelines, strict=True):
            known = each.log is not None and concept is not None
            timeline.show_selected(each.log.concept_code(concept) if known else None)  # type: ignore[union-attr,arg-type]

    # -- the playhead -----------------------------------------------------------------------------

    def _show_moment(self, moment: CompareMoment) -> None:
        sessions, laid, page = self.model.sessions, self.model.laid, self.page
        if sessions is None or laid is None:
            return
        a, b = (each.log for each in sessions)
        assert a is not None
        assert b is not None
        page.show_playheads(_on_axes(laid, moment))
        page.transport.where.show_playheads(
            moment.playheads, (len(a), len(b)), _since(laid, moment)
        )
        last = tuple(
            said(log, at.position - 1) for log, at in zip((a, b), moment.playheads, strict=True)
        )
        rows = last_events(moment, (a, b), last)  # type: ignore[arg-type]
        found = moment.contexts
        if found is None:
            page.panel.show_difference(None, [], [], rows)
        else:
            page.panel.show_difference(
                uncertainty_pair(found), pair_rows(found), object_pairs(found), rows
            )

    def _show_parting(self, found: Parting | None) -> None:
        sessions, laid = self.model.sessions, self.model.laid
        self._show_marks()
        if found is None or sessions is None or laid is None:
            waiting = sessions is not None
            self.page.panel.show_parting("Looking for where they part…" if waiting else "", "", "")
            return
        self.page.panel.show_parting(*_parted(found, laid, sessions))

    def go_to_parting(self, *_: object) -> None:
        """Go to where the sessions part, or say that they do not."""
        if self.model.go_to_parting():
            return
        found = self.model.parting
        text = "Where they part is still looked for." if found is None else "They never part."
        self.page.banner.show_message(text)


def _name(each: ComparedSession, both: tuple[ComparedSession, ComparedSession]) -> str:
    """A session's name, with that of its source where they are of two."""
    name = plain(each.session_id)
    two = both[A].store is not both[B].store
    return f"{name} ({plain(each.source_name, limit=_NAME)})" if two else name


def _on_axes(laid: Laid, moment: CompareMoment) -> tuple[Playhead, Playhead]:
    """Where the cursors stand: by event number at one number, also past the shorter one's end."""
    if laid.alignment.by is not AlignBy.NUMBER:
        return moment.playheads
    a, b = (replace(each, position=moment.shared.position) for each in moment.playheads)
    return a, b


def _since(laid: Laid, moment: CompareMoment) -> tuple[str, str]:
    """The shared time, and from when it counts."""
    by = laid.alignment.by
    if by is AlignBy.NUMBER:
        return f"event {moment.shared.position:,}", ""
    if by is AlignBy.CLOCK:
        return f"{clock(moment.shared.instant)}{zone(moment.shared.instant)}", ""
    whence = " from the start" if by is AlignBy.START else " from the aligned event"
    return offset(moment.shared.instant), whence


def _parted(
    found: Parting, laid: Laid, sessions: tuple[ComparedSession, ComparedSession]
) -> tuple[str, str, str]:
    """Where they part: words, what leads there, and its tip."""
    if found.event is None:
        if found.context is None:
            return "The same happened in both, and their contexts never part.", "", ""
        return "The same happened in both.", "Their contexts part here", _contexts(found, laid)
    number = found.event.number
    logs = [each.log for each in sessions]
    side = A if logs[A] is not None and number <= len(logs[A]) else B  # type: ignore[arg-type]
    log = logs[side]
    label = "" if log is None else said(log, number - 1)
    before = f"They part first at event {number:,} of {LETTERS[side]}:"
    if END in found.event.by:
        before = f"{LETTERS[1 - side]} ends first; event {number:,} of {LETTERS[side]}:"
    differs = "" if END in found.event.by else f"It differs in {_listed(found.event.by)}."
    return before, label or "Go there", f"{differs} {_contexts(found, laid)}".strip()


def _contexts(found: Parting, laid: Laid) -> str:
    context = found.context
    if context is None:
        return "Their contexts never differ at any step looked at."
    at_a, at_b = laid.alignment.playheads(laid.alignment.at_step(context.step))
    roughly = "" if context.exact else " or before"
    return (
        f"Their contexts differ from event {at_a.position:,} of A"
        f" and event {at_b.position:,} of B on{roughly}."
    )


def _listed(by: tuple[str, ...]) -> str:
    return by[0] if len(by) == 1 else f"{', '.join(by[:-1])} and {by[-1]}"
