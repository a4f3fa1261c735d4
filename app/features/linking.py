"""Linked sessions: choose them, replay them as one, and take them apart again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app.features.base import Feature, Slot
from app.models.link_choices import LinkChoice, choices
from app.models.linking import Linking
from app.text import plain
from app.theme import DARK, Theme
from app.views.banner import BannerKind
from core.events.errors import StoreError
from core.events.schema import EventEnvelope
from core.events.store.base import SessionSummary
from core.replay.columns import SessionLog
from core.replay.link_file import free_name
from core.replay.link_suggestions import Suggestion
from core.replay.linked import PREFIX, Link

if TYPE_CHECKING:
    from app.views.link_dialog import LinkDialog
    from app.window import Window

_NOT_LINKED = "The session on screen is not a linked one: there is nothing to unlink."
_OF_ITS_OWN = "This session is a linked one already. Open one of its parts to link others with it."


class LinkingFeature(Feature):
    """The dialog that links, unlinking with a way back, and which part the playhead is in."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = Linking(window.source, window.background, window)
        self.dialog: LinkDialog | None = None
        self._theme = DARK
        self._sessions: Sequence[SessionSummary] = ()
        self._suggestions: Sequence[Suggestion] = ()

    def slots(self) -> Mapping[str, Slot]:
        return {"link-sessions": self.show_dialog, "unlink-session": self.unlink}

    def connect(self) -> None:
        w, model = self.window, self.model
        w.source.sessions_changed.connect(self._take_sessions)
        w.source.links_changed.connect(self._take_links)
        for told in (w.source.summaries_changed, w.source.actors_changed):
            told.connect(self._take_summaries)
        w.source.envelopes_read.connect(self._tell_part)
        w.source.closed.connect(self._leave)
        w.opening.session_changed.connect(lambda _: w.status_line.show_part(""))
        model.linked.connect(lambda link: w.opening.open_session(link.id))
        model.unlinked.connect(self._offer_to_undo)
        model.suggested.connect(self._take_suggestions)
        model.failed.connect(w.presenter.failed)

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme

    def show_dialog(self, *_: object) -> None:
        """Choose the sessions to join with the one on screen."""
        from app.views.link_dialog import LinkDialog

        w = self.window
        this = w.opening.session_id
        if this is None or self.dialog is not None:
            return
        if self.model.link_of(this) is not None:
            w.presenter.complaint(_OF_ITS_OWN)
            return
        self._suggestions = ()
        store = w.source.store
        links = () if store is None else tuple(store.links.values())
        taken = {each.session_id for each in self._sessions if each.session_id.startswith(PREFIX)}

        def offer(chosen: Sequence[str], words: str) -> Sequence[LinkChoice]:
            return choices(this, self._sessions, self._suggestions, chosen=chosen, words=words)

        dialog = self.dialog = LinkDialog(
            w, self._theme,
            this=this, name=free_name(links, "conversation"), taken=frozenset(taken), offer=offer,
        )  # fmt: skip
        dialog.accepted_link.connect(self._link)
        dialog.finished.connect(self._forget_dialog)
        dialog.open()
        self.model.suggest(this, self._sessions)

    def unlink(self, *_: object) -> None:
        """Take the linked session on screen apart; the first of its parts is opened."""
        w = self.window
        link = self.model.link_of(w.opening.session_id)
        if link is None:
            w.presenter.complaint(_NOT_LINKED)
            return
        w.opening.open_session(link.sessions[0])
        self.model.unlink(link)

    def _link(self, name: str, sessions: tuple[str, ...]) -> None:
        try:
            self.model.link(Link(name, sessions))
        except StoreError as error:
            self.window.presenter.failed(error)

    def _offer_to_undo(self, link: Link) -> None:
        self.window.banner.show_message(
            f"“{plain(link.name)}” is unlinked; its {len(link.sessions)} sessions are as before.",
            kind=BannerKind.INFO,
            action="Undo",
            then=lambda: self.model.link(link),
        )

    def _take_sessions(self, sessions: Sequence[SessionSummary]) -> None:
        self._sessions = sessions

    def _take_links(self, sessions: Sequence[SessionSummary]) -> None:
        self._sessions = sessions
        self.window.session_list.show_sessions(sessions)

    def _take_summaries(self, summaries: Mapping[str, SessionSummary]) -> None:
        known = {each.session_id: each for each in self._sessions}
        self._sessions = list((known | dict(summaries)).values())

    def _take_suggestions(self, found: tuple[str, Sequence[Suggestion]]) -> None:
        session_id, self._suggestions = found
        if self.dialog is not None and session_id == self.window.opening.session_id:
            self.dialog.show_choices()

    def _tell_part(self, answer: tuple[SessionLog, Mapping[int, EventEnvelope]]) -> None:
        """Say which part of a linked session the event at the playhead is of."""
        w, (log, envelopes) = self.window, answer
        link, playback = self.model.link_of(log.session_id), w.clock.playback
        if link is None or playback is None or log.session_id != w.opening.session_id:
            return
        envelope = envelopes.get(playback.position - 1)
        if envelope is not None and envelope.session_id in link.sessions:
            place = link.sessions.index(envelope.session_id) + 1
            part = f"Part {place} of {len(link.sessions)}: {envelope.session_id}"
            w.status_line.show_part(part)

    def _forget_dialog(self) -> None:
        self.dialog = None

    def _leave(self) -> None:
        self._sessions = self._suggestions = ()
        if self.dialog is not None:
            self.dialog.reject()
