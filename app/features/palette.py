"""The palette: what can be found, how it is searched without holding up the window, and chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app import text
from app.background import Latest
from app.commands import COMMANDS, shown_key
from app.features.base import Feature, Slot
from app.models.finding import (
    Found,
    Group,
    Item,
    Kind,
    Shelf,
    find,
    lazy_shelf,
    shelf_of,
)
from app.models.session_order import started
from app.text import plain
from app.theme import DARK, Theme
from core.events.store.base import SessionSummary
from core.late_dataclass import dataclass
from core.notes.places import Placed
from core.replay.columns import SessionLog
from core.replay.linked import link_name
from core.replay.moment import Moment, MomentError, is_moment, position_of, time_of_day
from core.replay.playback import Playhead

if TYPE_CHECKING:
    from app.views.palette import Palette
    from app.window import Window

FEW = 2_000
"""So many sessions and concepts are searched between two letters; more in the background."""
_RECENT = 12
_DAY = 86_400_000_000


@dataclass(frozen=True, eq=False)
class _Stock:
    """What shelves were made of, so that they are made again only where it is something else."""

    sessions: Sequence[SessionSummary] = ()
    log: SessionLog | None = None
    times: object = None
    shelves: tuple[Shelf, ...] = ()


class PaletteFeature(Feature):
    """Finds commands, sessions, concepts, bookmarks and moments, and goes there."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._theme = DARK
        self._sessions: dict[str, SessionSummary] = {}
        self._listed: tuple[SessionSummary, ...] | None = None
        self._stock = _Stock()
        self._searching = Latest(window.background)
        self._recent: list[tuple[Kind, str]] = [
            (Kind.COMMAND, key) for key in window.settings.recent_commands
        ]

    def slots(self) -> Mapping[str, Slot]:
        return {"palette": self.open}

    def connect(self) -> None:
        source = self.window.source
        for listed in (source.sessions_changed, source.links_changed):
            listed.connect(self._take_sessions)
        for told in (source.summaries_changed, source.actors_changed):
            told.connect(self._take_summaries)
        source.closed.connect(lambda: self._take_sessions(()))

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme

    @property
    def busy(self) -> bool:
        return self._searching.busy

    def open(self, *_: object) -> Palette:
        """Show the palette with nothing typed."""
        from app.views.palette import Palette

        palette = Palette(self.window, self._theme)
        gone: list[int] = []
        palette.finished.connect(gone.append)
        palette.finished.connect(lambda _: self._searching.cancel())
        palette.typed.connect(lambda typed: self._search(palette, typed, gone))
        palette.chosen.connect(self._choose)
        self._search(palette, "", gone)
        palette.open()
        return palette

    # -- searching --------------------------------------------------------------------------------

    def _search(self, palette: Palette, typed: str, gone: Sequence[int]) -> None:
        """Show what a text finds: at once, or as soon as it was searched."""
        small = (self._commands(), self._bookmarks())
        moments, recent = self._moments(typed), tuple(self._recent)
        stock, sessions, log = self._stock, self._session_list(), self.window.replay.log
        times = text.times()

        def search() -> tuple[_Stock, list[Group]]:
            known = _stocked(stock, sessions, log, times)
            return known, find((*small, *known.shelves), typed, recent=recent)

        def show(answer: tuple[_Stock, list[Group]]) -> None:
            self._stock, groups = answer
            if not gone:
                palette.show_groups([*moments, *groups])

        concepts = 0 if log is None else len(log.contributions.concept_ids)
        if len(sessions) + concepts <= FEW:
            show(search())
        elif not typed.strip():
            palette.show_groups(find(small, "", recent=recent))
        else:
            self._searching.run(search, then=show)

    def _take_sessions(self, sessions: Sequence[SessionSummary]) -> None:
        self._sessions = {session.session_id: session for session in sessions}
        self._listed = None

    def _take_summaries(self, summaries: Mapping[str, SessionSummary]) -> None:
        self._sessions.update(summaries)
        self._listed = None

    def _session_list(self) -> tuple[SessionSummary, ...]:
        if self._listed is None:
            newest = sorted(self._sessions.values(), key=lambda session: -session.last)
            self._listed = tuple(newest)
        return self._listed

    def _commands(self) -> Shelf:
        actions = self.window.actions_by_id
        items = []
        for command in COMMANDS:
            if command.id == "palette":
                continue
            action = actions[command.id]
            on = "on" if action.isCheckable() and action.isChecked() else ""
            keys = " or ".join(shown_key(key) for key in command.keys)
            detail = "   ".join(filter(None, (on, command.menu, keys)))
            items.append(Item(Kind.COMMAND, command.id, command.text, detail, action.isEnabled()))
        return shelf_of(Kind.COMMAND, items)

    def _bookmarks(self) -> Shelf:
        return shelf_of(Kind.BOOKMARK, [_bookmark(placed) for placed in self._placed()])

    def _placed(self) -> Sequence[Placed]:
        """The bookmarks of the session, and those of others where they have been looked at."""
        state = self.window.bookmarks.model.state
        own = {placed.bookmark.id for placed in state.here}
        return (*state.here, *(p for p in state.rows if p.bookmark.id not in own))

    def _moments(self, typed: str) -> list[Group]:
        """Where a number or a time leads, in the zone in which times are shown."""
        log, written = self.window.opening.log, typed.strip()
        if log is None or not len(log) or not is_moment(written):
            return []
        try:
            playhead = _playhead(written, log)
        except MomentError as error:
            item = Item(Kind.MOMENT, written, f"{error}", enabled=False)
        else:
            at = f"{text.date_and_clock(playhead.instant)}{text.zone(playhead.instant)}"
            name = "event" if position_of(written) is not None else "the time after event"
            item = Item(Kind.MOMENT, written, f"Go to {name} {playhead.position:,}", at)
        return [Group(Kind.MOMENT, (Found(item),))]

    # -- choosing ---------------------------------------------------------------------------------

    def _choose(self, item: Item) -> None:
        if item.kind is not Kind.MOMENT:
            self._remember(item)
        {
            Kind.COMMAND: lambda key: self.window.actions_by_id[key].trigger(),
            Kind.SESSION: self.window.opening.open_session,
            Kind.CONCEPT: self.window.replay.select_id,
            Kind.BOOKMARK: self._go_to_bookmark,
            Kind.MOMENT: self._go_to_moment,
        }[item.kind](item.key)

    def _remember(self, item: Item) -> None:
        chosen = item.kind, item.key
        self._recent = [chosen, *(each for each in self._recent if each != chosen)][:_RECENT]
        keys = tuple(key for kind, key in self._recent if kind is Kind.COMMAND)
        if keys != self.window.settings.recent_commands:
            self.window.keep(recent_commands=keys)

    def _go_to_bookmark(self, key: str) -> None:
        placed = next((each for each in self._placed() if each.bookmark.id == key), None)
        if placed is not None:
            self.window.bookmarks.go(placed)

    def _go_to_moment(self, written: str) -> None:
        log = self.window.opening.log
        if log is not None:
            playhead = _playhead(written, log)
            self.window.clock.change(lambda playback: playback.at(playhead).paused())


def _playhead(written: str, log: SessionLog) -> Playhead:
    """See `Moment`; a time of day is one of the zone in which times are shown."""
    of_day, times = time_of_day(written), text.times()
    if of_day is None or times.is_utc:
        return Moment(written).in_log(log)
    begun = times.civil(log.start)
    at = begun - begun % _DAY + of_day
    instant = times.instant_of(at if at >= begun - begun % 1_000_000 else at + _DAY)
    return Playhead(log.position_at(instant), instant)


def _stocked(
    stock: _Stock, sessions: Sequence[SessionSummary], log: SessionLog | None, times: object
) -> _Stock:
    """Shelves of these sessions and of the log's concepts; those that are still right are kept."""
    old = {shelf.kind: shelf for shelf in stock.shelves}
    if stock.sessions is not sessions or stock.times != times:
        old.pop(Kind.SESSION, None)
    if stock.log is not log:
        old.pop(Kind.CONCEPT, None)
    of_sessions = old.get(Kind.SESSION) or _session_shelf(sessions)
    of_concepts = old.get(Kind.CONCEPT) or _concept_shelf(log)
    return _Stock(sessions, log, times, (of_sessions, of_concepts))


def _session_shelf(sessions: Sequence[SessionSummary]) -> Shelf:
    def item(index: int) -> Item:
        session = sessions[index]
        number = "" if session.count is None else f"   {text.count(session.count, 'event')}"
        return Item(Kind.SESSION, session.session_id, "", f"{started(session)}{number}")

    return lazy_shelf(Kind.SESSION, [_session_text(each) for each in sessions], item)


def _session_text(session: SessionSummary) -> str:
    name = link_name(session.session_id) if session.parts else session.session_id
    actor = f" · {plain(session.actor_id, limit=60)}" if session.actor_id else ""
    return f"{plain(name or session.session_id, limit=120)}{actor}"


def _concept_shelf(log: SessionLog | None) -> Shelf:
    ids = [] if log is None else list(log.contributions.concept_ids)
    texts = [] if log is None else [_concept_text(log, code, key) for code, key in enumerate(ids)]
    return lazy_shelf(Kind.CONCEPT, texts, lambda index: Item(Kind.CONCEPT, ids[index], ""))


def _concept_text(log: SessionLog, code: int, concept_id: str) -> str:
    label = log.concept_label(code)
    shown = plain(label, limit=120)
    return shown if label == concept_id else f"{shown} · {plain(concept_id, limit=80)}"


def _bookmark(placed: Placed) -> Item:
    bookmark = placed.bookmark
    name = plain(bookmark.name, limit=120) or "—"
    where = f"{text.date_and_clock(placed.instant)}   {plain(bookmark.session_id, limit=40)}"
    return Item(Kind.BOOKMARK, bookmark.id, name, where, placed.playhead is not None)
