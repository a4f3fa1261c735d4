"""The server beside the window: asked for in its panel, heard by real clients."""

from __future__ import annotations

import json
import socket
from functools import partial
from pathlib import Path

import httpx
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot
from websockets.sync.client import ClientConnection, connect

from app.models.client_list import ClientListModel
from app.models.opening import Wish
from app.window import Window
from core.events.store import SQLiteEventStore
from core.projectors.read_model.sqlite import SQLiteReadModel
from tests.app.windows import make_window
from tests.builders import chat, viewed
from tests.builders_files import append_elsewhere, contents, write_log

PATIENCE = 30_000
# Reading the system's certificates, of which none is used, would take longer than what is asked.
get = partial(httpx.get, timeout=PATIENCE / 1000, verify=False)
post = partial(httpx.post, timeout=PATIENCE / 1000, verify=False)


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    folder.mkdir()
    events = [viewed("raft", seconds=n, name="Raft") for n in range(4)]
    return write_log(folder / "events.db", [*events, chat("paxos", seconds=9)])


@pytest.fixture
def served(window: Window, log_file: Path, qtbot: QtBot) -> Window:
    """The window with a file open and served on a free port."""
    window.open(log_file, Wish("s"))
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    start(window, qtbot)
    return window


def start(window: Window, qtbot: QtBot, *, writable: bool = False) -> None:
    window.actions_by_id["serve"].trigger()
    panel = window.server.panel
    assert panel.isVisible()
    spin = panel.findChild(QSpinBox)
    check = panel.findChild(QCheckBox)
    assert spin is not None
    assert check is not None
    spin.setValue(0)
    check.setChecked(writable)
    button(window, "Start").click()
    qtbot.wait_until(lambda: window.server.model.state.running, timeout=PATIENCE)


def button(window: Window, text: str) -> QPushButton:
    (found,) = (b for b in window.server.panel.findChildren(QPushButton) if b.text() == text)
    return found


def headers(window: Window) -> dict[str, str]:
    return {"Authorization": f"Bearer {window.server.model.state.token}"}


def stream(window: Window, path: str) -> ClientConnection:
    address = window.server.model.state.address.replace("http", "ws", 1)
    return connect(
        f"{address}{path}", additional_headers=headers(window), open_timeout=PATIENCE / 1000
    )


def heard(client: ClientConnection) -> dict[str, object]:
    told: dict[str, object] = json.loads(client.recv(timeout=PATIENCE / 1000))
    return told


def test_it_is_off_until_asked_for(window: Window, log_file: Path, qtbot: QtBot) -> None:
    """Opening somebody's log must not open a port on their machine."""
    window.open(log_file)
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    assert not window.server.model.state.running
    assert window.top_bar.server.text() == "Serve…"


def test_the_panel_starts_it_and_tells_where(served: Window, qtbot: QtBot) -> None:
    state = served.server.model.state
    assert served.top_bar.server.text().startswith("Serving 127.0.0.1:")
    answer = get(f"{state.address}api/sessions/s/context", headers=headers(served))
    assert answer.status_code == 200
    assert answer.json()["position"] == 5
    assert get(f"{state.address}api/sessions/s/context").status_code == 401


def test_address_and_token_are_there_to_copy(served: Window) -> None:
    """The token is hidden from those who look over one's shoulder until it is asked for."""
    clipboard = QGuiApplication.clipboard()
    fields = {f.accessibleName(): f for f in served.server.panel.findChildren(QLineEdit)}
    token = served.server.model.state.token
    assert token not in fields["Token"].text()
    copies = [b for b in served.server.panel.findChildren(QPushButton) if b.text() == "Copy"]
    copies[0].click()
    assert clipboard.text() == served.server.model.state.address
    copies[1].click()
    assert clipboard.text() == token
    button(served, "Show").click()
    assert fields["Token"].text() == token
    assert fields["Address"].text() == served.server.model.state.address


def test_another_screen_shows_what_the_analyst_scrubs_to(served: Window, qtbot: QtBot) -> None:
    """`?follow=playhead`: the one who explains scrubs, the others look on."""
    with stream(served, "api/sessions/s/context/stream?follow=playhead") as client:
        assert heard(client)["position"] == 5
        served.actions_by_id["start"].trigger()
        served.actions_by_id["next"].trigger()
        frame = heard(client)
        while frame["position"] != 1:
            frame = heard(client)
        assert frame["type"] == "context_update"


def test_what_another_program_appends_is_sent_and_shown(served: Window, qtbot: QtBot) -> None:
    """The window waits for its clients a moment, and only a moment."""
    with stream(served, "api/sessions/s/context/stream") as client:
        assert heard(client)["position"] == 5
        assert served.server.model.path is not None
        append_elsewhere(served.server.model.path, [viewed("elft", seconds=60)])
        assert heard(client)["position"] == 6
        qtbot.wait_until(
            lambda: served.opening.log is not None and len(served.opening.log) == 6,
            timeout=PATIENCE,
        )


def test_who_listens_is_listed(served: Window, qtbot: QtBot) -> None:
    model = served.server.panel.findChild(ClientListModel)
    assert isinstance(model, ClientListModel)
    with stream(served, "api/sessions/s/context/stream") as client:
        heard(client)
        qtbot.wait_until(lambda: model.rowCount() == 1, timeout=PATIENCE)
        assert model.cell(0, 1).text == "s"
        assert served.top_bar.server.text().endswith("1 client")
    qtbot.wait_until(lambda: model.rowCount() == 0, timeout=PATIENCE)


def test_events_are_taken_only_where_that_was_asked_for(
    served: Window, log_file: Path, qtbot: QtBot
) -> None:
    """A file of others is read-only: no program may write to it through the window."""
    url = f"{served.server.model.state.address}api/sessions/s/events"
    event = {"event_type": "UserViewed", "payload": {}}
    assert post(url, json=event, headers=headers(served)).status_code == 403
    served.server.model.stop()
    qtbot.wait_until(lambda: not served.server.model.state.changing, timeout=PATIENCE)
    start(served, qtbot, writable=True)
    url = f"{served.server.model.state.address}api/sessions/s/events"
    answer = post(url, json=event, headers=headers(served))
    assert answer.status_code == 201
    with SQLiteEventStore(log_file) as store:
        assert store.get(answer.json()["event_id"]) is not None
    qtbot.wait_until(
        lambda: served.opening.log is not None and len(served.opening.log) == 6, timeout=PATIENCE
    )


def test_serving_to_look_changes_nothing_of_the_file(
    window: Window, log_file: Path, qtbot: QtBot
) -> None:
    before = contents(log_file.parent)
    window.open(log_file, Wish("s"))
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    start(window, qtbot)
    get(f"{window.server.model.state.address}api/sessions", headers=headers(window))
    window.opening.close()
    qtbot.wait_until(
        lambda: not window.busy and not window.server.model.state.running, timeout=PATIENCE
    )
    assert contents(log_file.parent) == before


def test_it_stops_when_told_to_and_its_clients_hear_why(served: Window, qtbot: QtBot) -> None:
    with stream(served, "api/sessions/s/context/stream") as client:
        heard(client)
        button(served, "Stop").click()
        qtbot.wait_until(lambda: not served.server.model.state.changing, timeout=PATIENCE)
        assert not served.server.model.state.running
        with pytest.raises(Exception, match="1001"):
            while True:
                heard(client)
    assert served.top_bar.server.text() == "Serve…"


def test_a_port_that_is_taken_is_said_in_the_panel(
    served: Window, qtbot: QtBot, tmp_path: Path, log_file: Path
) -> None:
    port = int(served.server.model.state.address.rstrip("/").rpartition(":")[2])
    other = make_window(qtbot, tmp_path / "other.json")
    other.open(log_file)
    qtbot.wait_until(lambda: not other.busy, timeout=PATIENCE)
    other.server.model.start(log_file, port=port)
    qtbot.wait_until(lambda: bool(other.server.model.state.problem), timeout=PATIENCE)
    assert "taken" in other.server.model.state.problem
    assert not other.server.model.state.running
    other.close()


def test_the_window_can_go_while_it_serves(served: Window) -> None:
    """The port would stay taken, and the program would not end."""
    address = served.server.model.state.address
    served.close()
    with pytest.raises(httpx.ConnectError):
        get(address)


def test_the_window_can_go_while_it_begins_to_serve(
    window: Window, log_file: Path, qtbot: QtBot
) -> None:
    window.open(log_file)
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    window.server.model.start(log_file, port=0)
    window.close()
    assert not window.server.model.state.running


def test_another_file_is_not_served_unasked(served: Window, tmp_path: Path, qtbot: QtBot) -> None:
    """Who opened a second file did not ask to show it to others."""
    served.open(write_log(tmp_path / "private.db", [viewed("secret")]))
    qtbot.wait_until(
        lambda: not served.busy and not served.server.model.state.running, timeout=PATIENCE
    )
    assert served.top_bar.server.text() == "Serve…"


def test_in_private_mode_pseudonyms_are_served(served: Window, qtbot: QtBot) -> None:
    """Who shares the screen would still tell every program that listens who said what."""
    model, secrets = served.server.model, ("Raft", "raft", "paxos")
    before = _served_texts(served)
    assert all(secret in before for secret in secrets)
    with stream(served, "api/sessions/s/context/stream?follow=playhead") as client:
        heard(client)
        address = model.state.address
        served.actions_by_id["private"].trigger()
        try:
            _wait_for_restart(served, qtbot)
            rest = "".join(str(frame) for frame in client)
            private = _served_texts(served)
            assert not [secret for secret in secrets if secret in private + rest]
            assert len(get(_events(served), headers=headers(served)).json()) == 5
        finally:
            served.actions_by_id["private"].trigger()
    _wait_for_restart(served, qtbot)
    assert (_served_texts(served), model.state.address) == (before, address)


def _wait_for_restart(window: Window, qtbot: QtBot) -> None:
    """Wait until what was just told to serve anew does so, and the window has read anew."""
    model = window.server.model
    assert model.state.changing
    qtbot.wait_until(lambda: model.state.running and not window.busy, timeout=PATIENCE)


def _events(window: Window) -> str:
    return f"{window.server.model.state.address}api/sessions/s/events"


def _served_texts(window: Window) -> str:
    """What the server tells of the session: its events, its context and the playhead's."""
    address = f"{window.server.model.state.address}api/sessions/s/context"
    told = [get(each, headers=headers(window)).text for each in (_events(window), address)]
    with stream(window, "api/sessions/s/context/stream?follow=playhead") as client:
        told.append(json.dumps(heard(client), sort_keys=True))
    return "\n".join(told)


def test_a_read_model_that_is_down_is_said_and_the_embedded_one_goes_on(
    window: Window, log_file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who relies on the graph must learn that it is behind; the window works all the same."""
    with socket.socket() as taken:
        # Bound and never listened to: whoever connects is refused.
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("NEO4J_URI", f"bolt://127.0.0.1:{taken.getsockname()[1]}")
        monkeypatch.setenv("NEO4J_USER", "neo4j")
        monkeypatch.setenv("NEO4J_PASSWORD", "a secret")
        window.open(log_file, Wish("s"))
        qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
        start(window, qtbot, writable=True)
        model = window.server.model
        url = f"{model.state.address}api/sessions/s/events"
        event = {"event_type": "UserViewed", "payload": {}}
        assert post(url, json=event, headers=headers(window)).status_code == 201
        qtbot.wait_until(lambda: bool(model.state.problem), timeout=PATIENCE)
        assert "Neo4j" in model.state.problem
        assert "secret" not in model.state.problem
        assert window.banner.isVisible()
        context = f"{model.state.address}api/sessions/s/context"
        assert get(context, headers=headers(window)).json()["position"] == 6
        with SQLiteReadModel(source=str(log_file.resolve())) as embedded:
            qtbot.wait_until(lambda: embedded.context("s") is not None, timeout=PATIENCE)
            kept = embedded.context("s")
            assert kept is not None
            assert kept.context.position == 6
