"""The demonstration: a real learner process, followed by a real window."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from pytestqt.qtbot import QtBot

from app.command_line.demo import learner_at_work
from app.sample import DEMO_FOLDER
from app.window import Window
from core.events.store import SQLiteEventStore
from core.projectors.session_context import fold
from core.server.token import token_path

PATIENCE = 60_000


def test_the_window_follows_a_learner_at_work(window: Window, qtbot: QtBot) -> None:
    """The first thing that a newcomer sees of live must be what really happens."""
    with learner_at_work(rate=40) as path:
        window.open(path)
        qtbot.wait_until(
            lambda: window.opening.log is not None and len(window.opening.log) >= 25,
            timeout=PATIENCE,
        )
        assert window.clock.playback is not None
        assert window.clock.playback.live
        assert window.top_bar.live.text() == "Live"
        session_id = window.opening.session_id
        assert session_id is not None
        log = window.opening.log
        assert log is not None
        index = window.replay.index
        assert index is not None
        position = len(index.log)
        shown = index.context_at(position)
        with SQLiteEventStore(path) as store:
            # By row: what the learner's backend notes meanwhile may come a little late.
            events = list(store.envelopes(index.log.rows.tolist()).values())
        assert shown == fold(session_id, events)
        # What its backend records is checked as it comes.
        qtbot.wait_until(lambda: len(window.recorded.model.state.agreeing) > 2, timeout=PATIENCE)
        assert window.recorded.model.state.findings == ()
        window.opening.close()
        qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    assert not path.exists()


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_without_a_display_the_session_is_served(ended_by: signal.Signals, tmp_path: Path) -> None:
    """On a server one can still look at the demonstration with a browser, and end it cleanly."""
    environ = os.environ | {"QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "app", "demo", "--rate", "50"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline() + process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:[0-9]+/", said)
            assert found is not None, said
            headers = {"Authorization": f"Bearer {token_path().read_text().strip()}"}
            answer = httpx.get(f"{found[0]}api/sessions", headers=headers, timeout=60)
            assert answer.status_code == 200
        finally:
            process.send_signal(ended_by)
            process.communicate(timeout=60)
    assert process.returncode == 0
    assert list(tmp_path.glob(f"{DEMO_FOLDER}*")) == []


@pytest.mark.parametrize("rate", ["0", "-1", "fast"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    command = [sys.executable, "-m", "app", "demo", "--rate", rate]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--rate" in done.stderr
