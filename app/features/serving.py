"""Serving what is open: the panel of the server, its button, and what is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app import privacy
from app.features.base import Feature, Slot
from app.models.client_list import ClientRow
from app.models.opened import Opened
from app.models.replay import Moment
from app.models.serving import ServerState, Serving
from app.theme import DARK, Theme
from app.views.banner import BannerKind
from core.events.store.dynamodb.location import TableLocation
from core.projectors.context import SessionContext

if TYPE_CHECKING:
    from app.views.server_panel import ServerPanel
    from app.window import Window

_ONLY_READ = "A table is only read here: it is served, and takes no events."
_PRIVATE = "In private mode pseudonyms are served, and no events are taken."


class ServingFeature(Feature):
    """The server beside the window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = Serving(window.background, window)
        self._panel: ServerPanel | None = None
        self._theme = DARK
        self._clients: Sequence[ClientRow] = ()
        self._told: SessionContext | None = None

    def slots(self) -> Mapping[str, Slot]:
        return {"serve": self.show_panel}

    def connect(self) -> None:
        w, model = self.window, self.model
        w.top_bar.server_requested.connect(w.actions_by_id["serve"].trigger)
        model.state_changed.connect(self._show_state)
        model.clients_changed.connect(self._show_clients)
        w.source.opened.connect(self._leave_another_file)
        w.source.before_growth = model.go_first
        w.source.closed.connect(self._leave_closed_file)
        w.replay.moment_changed.connect(self._publish)
        w.opening.session_changed.connect(self._unpublish)

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._panel is not None:
            self._panel.show_theme(theme)

    def close(self) -> None:
        self.model.close()

    @property
    def panel(self) -> ServerPanel:
        """The panel of the server, made when it is first looked at."""
        if self._panel is None:
            from app.views.server_panel import ServerPanel

            panel = self._panel = ServerPanel(self.window)
            panel.start_requested.connect(self.start)
            panel.stop_requested.connect(self.model.stop)
            panel.show_theme(self._theme)
            panel.show_state(self.model.state)
            panel.show_clients(self._clients)
        return self._panel

    def show_panel(self, *_: object) -> None:
        """Show the panel of the server."""
        self.panel.show()
        self.panel.raise_()
        self.panel.activateWindow()

    def start(self, port: int, writable: bool = False) -> None:
        """Serve the file that is open, with pseudonyms where it is read with them."""
        source, pseudonyms = self.window.source, privacy.pseudonyms()
        if writable and isinstance(source.place, TableLocation):
            self.window.presenter.complaint(_ONLY_READ)
            writable = False
        elif writable and pseudonyms is not None:
            self.window.presenter.complaint(_PRIVATE)
        if source.path is not None:
            self.model.start(source.path, port=port, writable=writable, pseudonyms=pseudonyms)

    def follow_privacy(self) -> None:
        """Serve anew, as logs are read now: clients see no more than the window shows."""
        self._told = None
        self.model.start_again(privacy.pseudonyms())

    def _show_state(self, state: ServerState) -> None:
        if self._panel is not None:
            self._panel.show_state(state)
        self.window.top_bar.server.show_state(state)
        if state.running and state.problem:
            self.window.banner.show_message(state.problem, kind=BannerKind.WARNING)

    def _show_clients(self, clients: Sequence[ClientRow]) -> None:
        self._clients = clients
        if self._panel is not None:
            self._panel.show_clients(clients)
        self.window.top_bar.server.show_clients(len(clients))

    def _publish(self, moment: Moment) -> None:
        """Tell what is shown, where that is another context and not only a later moment of it."""
        context = moment.context
        told = self._told
        if told is None or replace(told, instant=context.instant) != context:
            self._told = context
            self.model.publish(context)

    def _unpublish(self, *_: object) -> None:
        self._told = None
        self.model.publish(None)

    def _leave_another_file(self, opened: Opened) -> None:
        """Who opens another file did not ask to show it to others."""
        if self.model.path is not None and self.model.path != opened.path:
            self.model.stop()

    def _leave_closed_file(self) -> None:
        if self.window.source.path is None:
            self.model.stop()
            if self._panel is not None:
                self._panel.hide()
