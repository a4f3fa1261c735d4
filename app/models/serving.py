"""The server beside the window: started and stopped off the GUI thread, and who listens to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background
from app.models.client_list import ClientRow
from core.late_dataclass import dataclass
from core.privacy.pseudonyms import Pseudonyms
from core.projectors.context import SessionContext
from core.server import PORT

if TYPE_CHECKING:
    from core.events.background import ProjectionProblem
    from core.server.client import ClientInfo
    from core.server.context_server import ContextServer

_LOOK = 1000
_FIRST = 0.005
"""Seconds that the window waits at most for what arrived to be sent: both have one interpreter."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """Whether it serves, where, with which token, and what is wrong (a sentence, or nothing).

    ``changing`` is while it is being started or stopped.
    """

    running: bool = False
    changing: bool = False
    address: str = ""
    token: str = ""
    writable: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Served:
    """A running server, and what is to be closed with it."""

    server: ContextServer
    stack: ExitStack
    token: str
    path: Path
    writable: bool


class Serving(QObject):
    """Serves the file that is open, when asked to; off until then.

    ``state_changed`` carries a `ServerState`, ``clients_changed`` a list of `ClientRow` once a
    second. ``failed`` tells why it could not be started.
    """

    state_changed = Signal(object)
    clients_changed = Signal(object)
    failed = Signal(object)
    _problem_told = Signal(str)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._state = ServerState()
        self._served: _Served | None = None
        self._context: SessionContext | None = None
        self._wanted: Callable[[], None] | None = None
        # What was started and not handed over yet: the window may go in between.
        self._made: list[_Served] = []
        self._look = QTimer(self, interval=_LOOK)
        self._look.timeout.connect(self._tell_clients)
        self._problem_told.connect(self._take_problem)

    @property
    def state(self) -> ServerState:
        """Whether it serves, and where."""
        return self._state

    @property
    def path(self) -> Path | None:
        """The file that is served."""
        return None if self._served is None else self._served.path

    def start(
        self,
        path: Path,
        *,
        port: int = PORT,
        writable: bool = False,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        """Serve a file on the loopback; what was served before is not any more.

        Under ``pseudonyms`` these are served, and no events are taken.
        """
        if self._state.changing or self._served is not None:
            self._wanted = lambda: self.start(
                path, port=port, writable=writable, pseudonyms=pseudonyms
            )
            self.stop()
            return
        writable = writable and pseudonyms is None
        self._tell(ServerState(changing=True, writable=writable))
        self._background.run(
            lambda: self._made.append(
                _started(path, port, writable, pseudonyms, self._problem_told.emit)
            ),
            then=lambda _: self._take_server(self._made.pop()),
            error=self._refuse,
        )

    def start_again(self, pseudonyms: Pseudonyms | None) -> None:
        """Where something is served, serve it anew, as there; nothing of what was published."""
        self._context = None
        served = self._served
        if served is not None:
            port = urlsplit(served.server.address).port or PORT
            self.start(served.path, port=port, writable=served.writable, pseudonyms=pseudonyms)

    def stop(self) -> None:
        """Serve nothing any more; clients are told."""
        served, self._served = self._served, None
        if served is None:
            return
        self._look.stop()
        self._tell(replace(self._state, running=False, changing=True))
        self._background.run(served.stack.close, then=self._take_end, lasting=True)

    def publish(self, context: SessionContext | None) -> None:
        """Tell the clients that follow the playhead what the window shows; returns at once."""
        self._context = context
        if self._served is not None:
            self._served.server.publish_playhead(context)

    def go_first(self) -> None:
        """Have clients told what arrived before the window shows it; for any thread."""
        served = self._served
        if served is not None:
            served.server.go_first(_FIRST)

    def close(self) -> None:
        """Stop at once, for the window goes. Nothing may run in the background any more."""
        self._look.stop()
        for served in {id(s): s for s in (self._served, *self._made) if s is not None}.values():
            served.stack.close()
        self._served = None
        self._made.clear()

    def _take_server(self, served: _Served) -> None:
        self._served = served
        served.server.publish_playhead(self._context)
        self._tell(
            ServerState(
                running=True,
                address=served.server.address,
                token=served.token,
                writable=served.writable,
                problem=self._state.problem,
            )
        )
        self._look.start()
        self._tell_clients()
        self._go_on()

    def _refuse(self, error: Exception) -> None:
        self._tell(ServerState(problem=str(error)))
        self.failed.emit(error)
        self._go_on()

    def _take_end(self, _: object) -> None:
        self._tell(ServerState())
        self.clients_changed.emit([])
        self._go_on()

    def _go_on(self) -> None:
        """What was asked for meanwhile."""
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            wanted()

    def _take_problem(self, problem: str) -> None:
        self._tell(replace(self._state, problem=problem))

    def _tell(self, state: ServerState) -> None:
        self._state = state
        self.state_changed.emit(state)

    def _tell_clients(self) -> None:
        if self._served is not None:
            now = datetime.now(UTC)
            clients = self._served.server.clients()
            self.clients_changed.emit([_row(client, now) for client in clients])


def _started(
    path: Path,
    port: int,
    writable: bool,
    pseudonyms: Pseudonyms | None,
    tell: Callable[[str], object],
) -> _Served:
    """Open the log and serve it. Raises StoreError and ServerError."""
    # Much to import for a window that serves nothing.
    from core.server.context_server import ContextServer
    from core.server.opened import opened_to_read, opened_to_write
    from core.server.token import read_or_make_token

    def tell_problem(problem: ProjectionProblem) -> None:
        tell(problem.reason)

    with ExitStack() as stack:
        token = read_or_make_token()
        opening = (
            opened_to_write(path, on_problem=tell_problem)
            if writable
            else opened_to_read(path, pseudonyms=pseudonyms)
        )
        service = stack.enter_context(opening).service
        server = ContextServer(service, port=port, token=token, window=True)
        stack.callback(server.stop)
        server.start()
        return _Served(server, stack.pop_all(), token, path, writable)


def _row(client: ClientInfo, now: datetime) -> ClientRow:
    return ClientRow(
        peer=client.peer,
        session_id=client.session_id,
        follows_playhead=client.follow == "playhead",
        connected=(now - client.connected_at) // timedelta(microseconds=1),
        sent=client.sent,
        behind=client.behind,
        stalled=client.stalled,
    )
