"""The command `serve`, in a process of its own as a user starts it, where Qt cannot be imported."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from app.command_line.program import app
from tests.builders import viewed
from tests.builders_files import in_session, write_log
from tests.core.server.serving import PATIENCE, wait_until

ROOT = Path(__file__).parents[3]
DONE, FAULT = 0, 2
EVENTS = "/api/sessions/study/events"

# Whatever needs Qt fails, as on a server without it.
WITHOUT_QT = """
import sys
sys.modules["PySide6"] = None
sys.argv[0] = "brainweb-replay"
from app.command_line.program import main
main()
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "events.db", in_session("study", [viewed("raft")]))


def start(log: Path, *arguments: str, home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WITHOUT_QT, "serve", str(log), *arguments]
    folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("DATA", "CACHE", "CONFIG")}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(home)} | folders,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """The status of a process that ends by itself, and what it wrote."""
    try:
        out, errors = process.communicate(timeout=3 * PATIENCE)
    finally:
        process.kill()
    return process.returncode, out, errors


@contextmanager
def served(log: Path, *arguments: str, home: Path) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A client of the command, and what the command wrote once it has ended."""
    process = start(log, "--port", "0", *arguments, home=home)
    written: list[str] = []
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "Serving" in line, process.stderr and process.stderr.read()
        (token_file,) = home.rglob("server-token")
        token = token_file.read_text(encoding="ascii").strip()
        with httpx.Client(
            base_url=line.rsplit(" ", 1)[1].strip(),
            headers={"Authorization": f"Bearer {token}"},
            timeout=PATIENCE,
            trust_env=False,
        ) as client:
            yield client, written
        process.send_signal(signal.SIGTERM)
        status, out, errors = ended(process)
        written += [line + out, errors]
        assert status == DONE, errors
        assert token not in line + out + errors
        assert str(token_file) in errors
    finally:
        process.kill()
        process.communicate()


def test_ctrl_c_is_no_fault(log: Path, tmp_path: Path) -> None:
    """The usual way to end it would be shown as a failure, with a traceback."""
    process = start(log, "--port", "0", home=tmp_path)
    assert process.stdout is not None
    assert "Serving" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    status, _, errors = ended(process)
    assert status == DONE
    assert "Traceback" not in errors


def test_it_serves_until_it_is_told_to_end_and_writes_nothing(log: Path, tmp_path: Path) -> None:
    """Somebody's production log, and what is kept of it, would be written by who looks."""
    before = log.read_bytes()
    with served(log, home=tmp_path) as (client, written):
        assert client.get("/").status_code == 200
        assert client.get("/api/sessions/study/context").json()["position"] == 1
        assert len(client.get("/api/users/user-ada/preferences").json()) == 1
        assert client.post(EVENTS, json={"event_type": "x", "payload": {}}).status_code == 403
    assert "Traceback" not in "".join(written)
    assert log.read_bytes() == before
    kept = [each.name for each in (tmp_path / "data").rglob("*") if each.is_file()]
    assert kept == ["server-token"]


def test_contexts_are_under_the_rules_that_it_was_started_with(log: Path, tmp_path: Path) -> None:
    """What was tried out in the window could not be served."""
    rules = tmp_path / "strong.toml"
    rules.write_text("viewed = 0.75")
    with served(log, "--rules", str(rules), home=tmp_path) as (client, _):
        found = client.get("/api/sessions/study/context").json()
        assert [each["weight"] for each in found["active_concepts"]] == [0.75]


def test_writable_takes_events_and_keeps_contexts(log: Path, tmp_path: Path) -> None:
    """A backend that uses the server for its events would write nothing, or project nothing."""
    view = {"event_type": "UserViewed", "payload": {}, "object_ref": {"type": "concept", "id": "a"}}
    with served(log, "--writable", "--record-contexts", home=tmp_path) as (client, _):
        first, second = client.post(EVENTS, json=view), client.post(EVENTS, json=view)
        assert [first.status_code, second.status_code] == [201, 201]
        assert first.json()["event_id"] != second.json()["event_id"]
        keyed = view | {"idempotency_key": "k-1"}
        assert [client.post(EVENTS, json=keyed).status_code for _ in range(2)] == [201, 200]
        assert client.post(EVENTS, json=keyed | {"payload": {"a": 1}}).status_code == 409
        assert client.get("/api/sessions/study/context").json()["position"] >= 4
        wait_until(
            lambda: client.get(EVENTS).json()[-1]["event_type"] == "SessionContextUpdated",
            "the context was recorded",
        )
    assert list((tmp_path / "data").rglob("read-model.db"))


def test_what_cannot_be_served_is_said_with_what_to_do(log: Path, tmp_path: Path) -> None:
    """A script would wait for a server that never came, and a person read a traceback."""
    missing = tmp_path / "missing.db"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments, said in (
            ([log, "--port", port], "is taken"),
            ([log, "--port", "0", "--host", "0.0.0.0"], "--allow-remote"),
            ([log, "--port", "0", "--host", "no.such.host.invalid"], "no address"),
            ([log, "--record-contexts"], "--writable"),
            ([log, "--writable", "--port", port], "is taken"),
            ([missing], "missing.db"),
            ([missing, "--writable"], "missing.db"),
        ):
            result = CliRunner().invoke(app, ["serve", *map(str, arguments)])
            assert result.exit_code == FAULT, arguments
            assert said in result.stderr
            assert result.stderr.startswith("brainweb-replay: ")
            assert not result.stdout
    assert not missing.exists()
