"""Who listens to the server, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.text import duration, plain
from core.late_dataclass import dataclass

PEER, FOLLOWS, SINCE, FRAMES, BEHIND = range(5)


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client: where it is, what it follows, for how long (µs), and how far it lags.

    ``session_id`` is None where it follows whatever the window shows. ``behind`` is in frames,
    ``stalled`` in seconds without reading.
    """

    peer: str
    session_id: str | None
    follows_playhead: bool
    connected: int
    sent: int
    behind: int
    stalled: float


class ClientListModel(CellTableModel):
    """A row for each client, the longest connected first."""

    columns = ("Client", "Follows", "For", "Contexts", "Lag")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clients: list[ClientRow] = []

    def show_clients(self, clients: Sequence[ClientRow]) -> None:
        """Show these; rows stay where they were as far as they are the same clients."""
        before, rows = len(self._clients), len(clients)
        if rows == before:
            self._clients = list(clients)
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, BEHIND))
            return
        self.beginResetModel()
        self._clients = list(clients)
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell:
        client = self._clients[row]
        if column == PEER:
            return Cell(plain(client.peer, limit=100), tabular=True)
        if column == FOLLOWS:
            return Cell(_followed(client))
        if column == SINCE:
            return Cell(duration(client.connected // 1_000_000 * 1_000_000), tabular=True)
        if column == FRAMES:
            return Cell(f"{client.sent:,}", tabular=True)
        return Cell(_lag(client), Tone.NORMAL if client.behind else Tone.MUTED, tabular=True)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._clients)


def _followed(client: ClientRow) -> str:
    session = "" if client.session_id is None else plain(client.session_id, limit=80)
    if client.follows_playhead:
        return f"the playhead in {session}" if session else "the playhead"
    return session


def _lag(client: ClientRow) -> str:
    if client.stalled >= 1:
        return f"stalled for {round(client.stalled)} s"
    return "none" if not client.behind else f"{client.behind:,} contexts"
