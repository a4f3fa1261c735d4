"""The button that tells whether the file is served, and opens the panel of the server."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from app.models.serving import ServerState
from app.text import count
from app.theme import Theme


class ServerButton(QToolButton):
    """`Serve…` while it is off, else `Serving 127.0.0.1:8765 · 3 clients`."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("server-button")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._state = ServerState()
        self._clients = 0
        self._short = False
        self._tell()

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme: the style sheet of all does."""

    def show_state(self, state: ServerState) -> None:
        """Show whether it serves."""
        self._state = state
        self._tell()

    def show_clients(self, clients: int) -> None:
        """Show how many listen."""
        self._clients = clients
        self._tell()

    def show_short(self, short: bool) -> None:
        """Tell the port alone, or all of it."""
        if short != self._short:
            self._short = short
            self._tell()

    def _tell(self) -> None:
        state = self._state
        where = state.address.removeprefix("http://").rstrip("/")
        if state.running:
            full = f"Serving {where} · {count(self._clients, 'client')}"
            short = f":{where.rpartition(':')[2]} · {self._clients}"
        else:
            full = short = "Serve…"
        text = short if self._short else full
        if text != self.text():
            self.setText(text)
        tip = full if state.running else "Serve the context to other programs on this machine"
        self.setToolTip(f"{tip} (Ctrl+Shift+S)")
        self.setAccessibleName(full)
