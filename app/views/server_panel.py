"""The panel of the server: start, stop, what to tell a client, and who listens."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.models.client_list import (
    BEHIND,
    FOLLOWS,
    FRAMES,
    PEER,
    SINCE,
    ClientListModel,
    ClientRow,
)
from app.models.serving import ServerState
from app.theme import DARK, SPACE, Theme, heading_font, ui_font
from app.views.cell_table import CellTable
from app.views.text_views import PlainLabel, tint
from core.server import PORT

_WIDTHS = {PEER: 120, SINCE: 72, FRAMES: 72, BEHIND: 136}
_HIDDEN = "•" * 24
_WIDTH = 560


class ServerPanel(QDialog):
    """Asks to start and to stop; shows the address and the token to copy, and the clients.

    ``start_requested`` carries the port and whether events are accepted.
    """

    start_requested = Signal(int, bool)
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("server-panel")
        self.setWindowTitle("Serve the context")
        self._state = ServerState()
        self._theme = DARK
        self._lead = _wrapped(
            "Other programs on this machine can ask for the context of any session of this file, "
            "and follow it as it changes."
        )
        self._address, self._copy_address = _Field("Address"), QPushButton("Copy")
        self._token, self._copy_token = _Field("Token"), QPushButton("Copy")
        self._show_token = QPushButton("Show")
        self._show_token.setCheckable(True)
        self._port = QSpinBox()
        self._port.setRange(0, 65_535)
        self._port.setSpecialValueText("any free one")
        self._port.setAccessibleName("Port")
        self._port.setValue(PORT)
        self._port.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._writable = QCheckBox("Accept events: others may append to this file")
        self._problem = _wrapped("")
        self._heading = PlainLabel("CLIENTS")
        self._heading.setFont(heading_font())
        self._model = ClientListModel()
        self._clients = CellTable(self._model)
        self._clients.setAccessibleName("Clients")
        self._model.setParent(self._clients)
        self._none = _wrapped("")
        self._switch = QPushButton("Start")
        self._switch.setDefault(True)
        self._switch.setProperty("primary", True)
        self._close = QPushButton("Close")
        self._lay_out()
        self._connect()
        self.show_state(self._state)
        self.show_clients([])

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * SPACE)
        grid.setVerticalSpacing(2 * SPACE)
        rows: list[tuple[str, list[QWidget]]] = [
            ("Port", [self._port]),
            ("Address", [self._address, self._copy_address]),
            ("Token", [self._token, self._show_token, self._copy_token]),
        ]
        for place, (name, widgets) in enumerate(rows):
            label = PlainLabel(name)
            label.setBuddy(widgets[0])
            grid.addWidget(label, place, 0)
            line = QHBoxLayout()
            line.setSpacing(2 * SPACE)
            for widget in widgets:
                line.addWidget(widget, 1 if isinstance(widget, _Field) else 0)
            if widgets == [self._port]:
                line.addStretch(1)
            grid.addLayout(line, place, 1)
        grid.addWidget(self._writable, len(rows), 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * SPACE, 5 * SPACE, 5 * SPACE, 4 * SPACE)
        column.setSpacing(3 * SPACE)
        column.addWidget(self._lead)
        column.addLayout(grid)
        column.addWidget(self._problem)
        column.addWidget(self._heading)
        column.addWidget(self._clients, 1)
        column.addWidget(self._none)
        column.addStretch(0)
        column.addLayout(buttons)
        # The texts keep to their height, so that what room there is goes to the clients.
        for label in (self._lead, self._problem, self._none):
            policy = label.sizePolicy()
            policy.setVerticalPolicy(QSizePolicy.Policy.Maximum)
            label.setSizePolicy(policy)
        self._heading.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        header = self._clients.horizontalHeader()
        for place, width in _WIDTHS.items():
            self._clients.setColumnWidth(place, width)
        header.setSectionResizeMode(FOLLOWS, QHeaderView.ResizeMode.Stretch)
        for button in (self._copy_address, self._copy_token, self._show_token):
            button.setAutoDefault(False)
        self._close.setAutoDefault(False)
        self.resize(_WIDTH, 470)

    def _connect(self) -> None:
        self._switch.clicked.connect(self._switch_over)
        self._close.clicked.connect(self.close)
        self._show_token.toggled.connect(self._tell_token)
        self._copy_address.clicked.connect(lambda: _copy(self._state.address))
        self._copy_token.clicked.connect(lambda: _copy(self._state.token))

    # -- what is shown ----------------------------------------------------------------------------

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self._clients.show_theme(theme)
        for label in (self._lead, self._none, self._heading):
            tint(label, theme.muted)
        tint(self._problem, theme.warning)

    def show_state(self, state: ServerState) -> None:
        """Show whether it serves, and where."""
        self._state = state
        off = not state.running
        self._address.setText(state.address if state.running else "")
        self._address.setPlaceholderText("off")
        self._tell_token()
        for button in (self._copy_address, self._copy_token, self._show_token):
            button.setEnabled(state.running)
        self._port.setEnabled(off and not state.changing)
        self._writable.setEnabled(off and not state.changing)
        if state.running:
            self._writable.setChecked(state.writable)
        self._switch.setText("Start" if off else "Stop")
        self._switch.setEnabled(not state.changing)
        self._problem.setText(state.problem)
        self._problem.setVisible(bool(state.problem))

    def show_clients(self, clients: Sequence[ClientRow]) -> None:
        """List who listens."""
        self._model.show_clients(clients)
        self._heading.setText(f"CLIENTS · {len(clients)}" if clients else "CLIENTS")
        self._clients.setVisible(bool(clients))
        self._none.setVisible(not clients)
        self._none.setText(
            "Nobody listens yet. A browser that opens the address sees the context live."
            if self._state.running
            else "The server is off: nothing listens on this machine."
        )

    def _tell_token(self) -> None:
        token = self._state.token if self._state.running else ""
        shown = self._show_token.isChecked()
        self._token.setText(token if shown or not token else _HIDDEN)
        self._token.setPlaceholderText("asked for by every request")
        self._show_token.setText("Hide" if shown else "Show")

    def _switch_over(self) -> None:
        if self._state.running:
            self.stop_requested.emit()
        else:
            self.start_requested.emit(self._port.value(), self._writable.isChecked())

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, 470)

    def showEvent(self, event: QShowEvent) -> None:
        # Only once it is shown does the style leave the colours of a dialog's labels alone.
        self.show_theme(self._theme)
        self._switch.setFocus(Qt.FocusReason.OtherFocusReason)
        super().showEvent(event)


class _Field(QLineEdit):
    """A text to look at and to copy."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAccessibleName(name)
        self.setFont(ui_font(13, weight=QFont.Weight.Medium))


def _wrapped(text: str) -> PlainLabel:
    label = PlainLabel(text)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    return label


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
