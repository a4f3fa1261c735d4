"""Tables in the cloud, through the window: opened, mirrored, followed live, and what is said."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.models.opening import Wish
from app.sources import place_of
from app.views.cache_settings import CacheSettings
from app.views.recent_list import RecentList
from app.window import Window
from core.events.schema import EventEnvelope
from core.mirror import relisting
from core.replay.moment import Moment
from tests.app.gate import Gate, gate
from tests.app.tables import append, append_elsewhere, padded, put
from tests.app.windows import PATIENCE, all_texts, make_window, position, texts
from tests.builders import viewed
from tests.core.events.dynamodb.tables import full_table
from tests.core.events.dynamodb_server import Server, Table, create_backend_table, ministack


def log_length(window: Window) -> int:
    log = window.opening.log
    return -1 if log is None or not log.complete else len(log)


def open_table(window: Window, table: Table, wish: Wish | None = None) -> None:
    window.open(place_of(table.location), wish)


def test_a_table_is_opened_and_its_latest_session_replayed(
    window: Window, qtbot: QtBot, settled: Callable[[], None], dynamodb_table: Table
) -> None:
    """Who runs the backend in the cloud sees what who runs it on a file sees."""
    put(dynamodb_table, [padded(n, session_id="old") for n in range(3)])
    put(dynamodb_table, [padded(100 + n) for n in range(40)])
    open_table(window, dynamodb_table)
    qtbot.wait_until(lambda: log_length(window) == 40, timeout=PATIENCE)
    settled()
    assert window.opening.session_id == "s"
    assert position(window) == 40
    told = texts(window)
    assert f"DynamoDB · {dynamodb_table.name}" in told
    assert "units read, " in told
    assert "40 events" in told or "43 events in 2 sessions" in told
    assert str(place_of(dynamodb_table.location)) in window.settings.recent


@pytest.fixture
def slow(dynamodb_table: Table) -> Iterator[tuple[Gate, Table]]:
    """A table of a session of some pages, behind a gate."""
    append(dynamodb_table, [padded(n, size=60_000) for n in range(80)])
    assert dynamodb_table.endpoint is not None
    with gate(dynamodb_table.endpoint) as way:
        yield way, replace(dynamodb_table, endpoint=way.endpoint)


def test_the_first_page_is_on_screen_before_the_last_is_read(
    window: Window, qtbot: QtBot, settled: Callable[[], None], slow: tuple[Gate, Table]
) -> None:
    """Who opens a long session would look at nothing for as long as the network takes."""
    way, table = slow
    open_table(window, table, Wish("s", Moment("#70")))
    way.let(1)
    qtbot.wait_until(lambda: 0 < log_length(window) < 80, timeout=PATIENCE)
    qtbot.wait_until(lambda: window.loading_bar.isVisible(), timeout=PATIENCE)
    assert re.search(
        r"Reading the table: \d+ of 80 events, [\d.]+ [kM]B", texts(window.loading_bar)
    )
    way.open()
    qtbot.wait_until(lambda: log_length(window) == 80, timeout=PATIENCE)
    qtbot.wait_until(lambda: position(window) == 70, timeout=PATIENCE)
    settled()
    assert not window.loading_bar.isVisible()
    assert not window.opening.lively


def test_reading_is_stopped_and_gone_on_with(
    window: Window, qtbot: QtBot, settled: Callable[[], None], slow: tuple[Gate, Table]
) -> None:
    """Who opened too much by mistake pays for no more of it, and loses nothing that was paid."""
    way, table = slow
    open_table(window, table)
    way.let(1)
    qtbot.wait_until(lambda: 0 < log_length(window) < 80, timeout=PATIENCE)
    cancel = window.loading_bar.findChild(QPushButton, "loading-cancel")
    assert isinstance(cancel, QPushButton)
    qtbot.wait_until(cancel.isVisible, timeout=PATIENCE)
    cancel.click()
    action = window.banner.findChild(QPushButton, "banner-action")
    assert isinstance(action, QPushButton)
    assert action.text() == "Read on"
    way.open()
    settled()
    assert 0 < log_length(window) < 80
    action.click()
    qtbot.wait_until(lambda: log_length(window) == 80, timeout=PATIENCE)
    settled()


@pytest.fixture
def listed_table(dynamodb_endpoint: str | None, aws_environment: None) -> Iterator[Table]:
    """A table as our own command makes it."""
    table = full_table(dynamodb_endpoint)
    yield table
    table.client().delete_table(TableName=table.name)


def test_private_mode_holds_for_tables_and_for_what_arrives(
    window: Window, qtbot: QtBot, settled: Callable[[], None], listed_table: Table
) -> None:
    """Who shares a screen while a session runs in the cloud would show who says what."""
    secrets = ("user-ada", "Quorum lease", "quorum", "Sealed claim", "sealed")
    append(listed_table, [viewed("quorum", name="Quorum lease")])
    window.actions_by_id["private"].trigger()
    try:
        open_table(window, listed_table)
        qtbot.wait_until(lambda: log_length(window) == 1, timeout=PATIENCE)
        later = viewed("sealed", seconds=9, name="Sealed claim")
        append(listed_table, [later.model_copy(update={"event_id": "later"})])
        qtbot.wait_until(lambda: log_length(window) == 2, timeout=PATIENCE)
        settled()
        told = all_texts(window)
        assert "Person " in told
        assert not [each for each in secrets if each in told]
    finally:
        window.actions_by_id["private"].trigger()
    qtbot.wait_until(lambda: secrets[0] in all_texts(window), timeout=PATIENCE)


def test_what_another_process_appends_appears_live(
    window: Window, qtbot: QtBot, settled: Callable[[], None], listed_table: Table
) -> None:
    """An operator watches a session that runs in the cloud as one that runs here."""
    append(listed_table, [padded(n) for n in range(5)])
    open_table(window, listed_table)
    qtbot.wait_until(lambda: log_length(window) == 5, timeout=PATIENCE)
    settled()
    append_elsewhere(listed_table, [padded(n) for n in range(5, 8)])
    qtbot.wait_until(lambda: log_length(window) == 8, timeout=PATIENCE)
    # Late, and of another session, too.
    late = padded(2).model_copy(update={"event_id": "late"})
    append(listed_table, [late, padded(900, session_id="new")])
    qtbot.wait_until(lambda: log_length(window) == 9, timeout=PATIENCE)
    qtbot.wait_until(
        lambda: (
            window.source.store is not None
            and {each.session_id for each in window.source.store.sessions()} == {"s", "new"}
        ),
        timeout=PATIENCE,
    )
    assert window.opening.log is not None
    assert len(set(window.opening.log.rows.tolist())) == 9
    assert window.opening.lively


def test_a_server_that_stops_is_told_and_one_that_comes_back_gone_on_with(
    window: Window,
    qtbot: QtBot,
    settled: Callable[[], None],
    tmp_path: Path,
    aws_environment: None,
) -> None:
    """The network goes on the train: the window says so, stays alive, and goes on by itself."""
    with ministack(tmp_path / "server") as server:
        table = started(server)
        open_table(window, table)
        qtbot.wait_until(lambda: log_length(window) == 5, timeout=PATIENCE)
        settled()
        server.kill()
        began = time.monotonic()
        qtbot.wait_until(lambda: "cannot be reached" in texts(window.banner), timeout=PATIENCE)
        assert "unreachable" in texts(window.status_line)
        told_after = time.monotonic() - began
        server.start()
        started(server, events=9)
        qtbot.wait_until(lambda: log_length(window) == 9, timeout=PATIENCE)
        qtbot.wait_until(lambda: not window.banner.isVisible(), timeout=PATIENCE)
        assert "unreachable" not in texts(window.status_line)
        assert window.source.store is not None
        found = [each.event_id for each in window.source.store.replay("s")]
        assert found == [f"s-{n:06}" for n in range(9)]
        print(f"told after {told_after:.1f} s")


def test_a_server_that_does_not_answer_is_told_to_be_slow(
    window: Window,
    qtbot: QtBot,
    settled: Callable[[], None],
    tmp_path: Path,
    aws_environment: None,
) -> None:
    """A network that swallows everything looks like a session in which nothing happens."""
    with ministack(tmp_path / "server") as server:
        table = started(server)
        open_table(window, table)
        qtbot.wait_until(lambda: log_length(window) == 5, timeout=PATIENCE)
        settled()
        with server.frozen():
            qtbot.wait_until(lambda: "slow to answer" in texts(window.banner), timeout=PATIENCE)
            assert " · slow" in texts(window.status_line)
            qtbot.wait_until(lambda: "answer in time" in texts(window.banner), timeout=PATIENCE)
        put(table, [padded(n) for n in (6, 7)])
        qtbot.wait_until(lambda: log_length(window) == 7, timeout=PATIENCE)
        qtbot.wait_until(lambda: not window.banner.isVisible(), timeout=PATIENCE)
        assert window.source.store is not None
        found = [each.event_id for each in window.source.store.replay("s")]
        assert found == [f"s-{n:06}" for n in (0, 1, 2, 3, 4, 6, 7)]


def test_a_table_that_cannot_be_reached_is_shown_as_it_was(
    qtbot: QtBot, tmp_path: Path, aws_environment: None
) -> None:
    """On the train one goes on with what was read before."""
    with ministack(tmp_path / "server") as server:
        table = started(server)
        first = make_window(qtbot, tmp_path / "settings.json")
        open_table(first, table)
        qtbot.wait_until(lambda: log_length(first) == 5, timeout=PATIENCE)
        qtbot.wait_until(lambda: not first.busy, timeout=PATIENCE)
        first.close()
    again = make_window(qtbot, tmp_path / "settings.json")
    open_table(again, table)
    qtbot.wait_until(lambda: log_length(again) == 5, timeout=PATIENCE)
    qtbot.wait_until(lambda: "cannot be reached" in texts(again.banner), timeout=PATIENCE)
    again.close()


def started(server: Server, *, events: int = 5) -> Table:
    """A table of one session on a server that was just started."""
    table = Table("events", server.endpoint)
    create_backend_table(table)
    put(table, [padded(n) for n in range(events)])
    return table


def test_a_table_that_is_not_there_says_what_to_do(
    window: Window, qtbot: QtBot, dynamodb_table: Table
) -> None:
    """A mistyped name must not look like an empty log."""
    window.open(place_of(dynamodb_table.location.replace(dynamodb_table.name, "nowhere")))
    qtbot.wait_until(lambda: "no table “nowhere”" in texts(window), timeout=PATIENCE)


def test_heads_are_written_only_when_that_is_asked_for(
    window: Window, qtbot: QtBot, settled: Callable[[], None], dynamodb_table: Table
) -> None:
    """A program that reads writes nothing of its own accord into the table of a backend."""
    put(dynamodb_table, [padded(n) for n in range(3)])
    before = dynamodb_table.items()
    open_table(window, dynamodb_table)
    qtbot.wait_until(lambda: log_length(window) == 3, timeout=PATIENCE)
    settled()
    action = window.banner.findChild(QPushButton, "banner-action")
    assert isinstance(action, QPushButton)
    assert action.text() == "Write a list…"
    action.click()
    question = window.findChild(QMessageBox, "heads-question")
    assert isinstance(question, QMessageBox)
    question.reject()
    settled()
    assert dynamodb_table.items() == before
    window.actions_by_id["write-heads"].trigger()
    question = window.tables.question
    assert question is not None
    next(each for each in question.buttons() if each.text() == "Write").click()
    qtbot.wait_until(lambda: "written" in texts(window.banner), timeout=PATIENCE)
    added = [item["pk"]["S"] for item in dynamodb_table.items() if item not in before]
    assert added
    assert not any(pk.startswith("session#") for pk in added)
    settled()


def test_the_dialog_opens_a_table(
    window: Window, qtbot: QtBot, settled: Callable[[], None], dynamodb_table: Table
) -> None:
    """Nobody should have to know how a location is written."""
    append(dynamodb_table, [padded(n) for n in range(4)])
    window.actions_by_id["open-table"].trigger()
    dialog = window.tables.dialog
    assert dialog is not None
    button = dialog.findChild(QPushButton, "table-open")
    assert isinstance(button, QPushButton)
    assert not button.isEnabled()
    dialog.table.setText("no!")
    assert not button.isEnabled()
    assert "3 to 255 letters" in texts(dialog)
    dialog.table.setText(dynamodb_table.location)
    assert dialog.table.text() == dynamodb_table.name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.wait_until(lambda: log_length(window) == 4, timeout=PATIENCE)
    settled()
    assert window.tables.dialog is None


def test_the_cache_is_shown_limited_and_cleared(
    window: Window, qtbot: QtBot, settled: Callable[[], None], dynamodb_table: Table
) -> None:
    """What is read of tables fills a disk that is somebody's, and is gone when they say so."""
    append(dynamodb_table, [padded(n) for n in range(4)])
    open_table(window, dynamodb_table)
    qtbot.wait_until(lambda: log_length(window) == 4, timeout=PATIENCE)
    settled()
    window.actions_by_id["table-cache"].trigger()
    dialog = window.tables.cache.dialog
    assert dialog is not None
    qtbot.wait_until(lambda: dynamodb_table.name in texts(dialog), timeout=PATIENCE)
    view = dialog.findChild(CacheSettings)
    assert isinstance(view, CacheSettings)
    view.limit.setValue(3)
    assert window.settings.mirrors_at_most == 3 * 10**9
    view.clear.click()
    # It is open: it stays.
    qtbot.wait_until(lambda: "that is open stays" in texts(dialog), timeout=PATIENCE)
    window.opening.close()
    settled()
    view.clear.click()
    qtbot.wait_until(lambda: "Empty" in texts(dialog), timeout=PATIENCE)
    dialog.close()
    settled()


def test_the_sessions_are_listed_again(
    window: Window,
    qtbot: QtBot,
    settled: Callable[[], None],
    dynamodb_table: Table,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A table without a list tells of no new session: it is read again, also when asked."""
    put(dynamodb_table, [padded(n) for n in range(3)])
    open_table(window, dynamodb_table)
    qtbot.wait_until(lambda: log_length(window) == 3, timeout=PATIENCE)
    settled()
    assert "read again every minute, for about $0.01 an hour" in texts(window.banner)
    put(dynamodb_table, [padded(500 + n, session_id="new") for n in range(3)])
    window.actions_by_id["list-table"].trigger()
    qtbot.wait_until(lambda: "2 sessions" in texts(window.status_line), timeout=PATIENCE)
    put(dynamodb_table, [padded(900 + n, session_id="newer") for n in range(3)])
    monkeypatch.setattr(relisting, "SHORTEST", 0.1)
    qtbot.wait_until(lambda: "3 sessions" in texts(window.status_line), timeout=PATIENCE)
    settled()


def test_a_backend_that_writes_past_the_list_is_told_of(
    window: Window,
    qtbot: QtBot,
    settled: Callable[[], None],
    listed_table: Table,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its sessions would be missing from a list that looks whole."""
    monkeypatch.setattr(relisting, "SHORTEST", 0.1)
    append(listed_table, [padded(n) for n in range(3)])
    open_table(window, listed_table)
    qtbot.wait_until(lambda: log_length(window) == 3, timeout=PATIENCE)
    settled()
    assert "A backend" not in texts(window.banner)
    put(listed_table, [padded(7), padded(9, session_id="its")])
    qtbot.wait_until(lambda: log_length(window) == 4, timeout=PATIENCE)
    qtbot.wait_until(lambda: "A backend writes" in texts(window.banner), timeout=PATIENCE)
    qtbot.wait_until(lambda: "2 sessions" in texts(window.status_line), timeout=PATIENCE)
    settled()


def test_events_of_one_key_are_listed_as_problems(
    window: Window, qtbot: QtBot, settled: Callable[[], None], dynamodb_table: Table
) -> None:
    """The backend stores an act twice now and then; who wonders why must find that out."""

    def keyed(number: int, key: str) -> EventEnvelope:
        return padded(number).model_copy(update={"idempotency_key": key})

    def told(problems: int) -> None:
        title = f"Problems · {problems}"
        qtbot.wait_until(lambda: window.desk.title(window.problem_page) == title, timeout=PATIENCE)

    put(dynamodb_table, [keyed(0, "same"), keyed(1, "same")])
    open_table(window, dynamodb_table)
    qtbot.wait_until(lambda: log_length(window) == 2, timeout=PATIENCE)
    told(1)
    # They stay as the session grows, those of its own rows among them.
    odd = padded(2).model_copy(update={"event_type": "SomethingElse"})
    put(dynamodb_table, [odd, keyed(3, "same")])
    qtbot.wait_until(lambda: log_length(window) == 4, timeout=PATIENCE)
    told(3)
    settled()
    window.actions_by_id["check-file"].trigger()
    settled()
    told(3)
    window.opening.close()
    told(0)


def test_a_recent_table_is_shown_by_its_name(
    window: Window, qtbot: QtBot, settled: Callable[[], None], dynamodb_table: Table
) -> None:
    """A location is long: a person looks for the table's name, and for where it is."""
    append(dynamodb_table, [padded(n) for n in range(4)])
    open_table(window, dynamodb_table)
    qtbot.wait_until(lambda: log_length(window) == 4, timeout=PATIENCE)
    window.opening.close()
    settled()
    recent = window.start_page.findChild(RecentList)
    assert isinstance(recent, RecentList)
    name, where = (recent.model().index(0, column).data() for column in (0, 1))
    assert name == dynamodb_table.name
    assert where == f"DynamoDB · us-east-1 · {dynamodb_table.endpoint}"
    recent.recent_requested.emit(str(place_of(dynamodb_table.location)))
    qtbot.wait_until(lambda: log_length(window) == 4, timeout=PATIENCE)
    settled()
