"""A session that is folded for long keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from core.server.turns import Turns
from tests.builders import event, viewed
from tests.builders_files import in_session, write_log
from tests.core.server.serving import BEARER, PATIENCE, Serving, serving

PATHS = (
    "/api/sessions/long/context",
    "/api/sessions/long/context?at=%231",
    "/api/users/user-ada/preferences",
)


def asked(served: Serving, path: str) -> socket.socket:
    """A connection that has asked for a path."""
    made = socket.create_connection(("127.0.0.1", served.port), PATIENCE)
    told = f"Host: 127.0.0.1:{served.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
    made.sendall(f"GET {path} HTTP/1.1\r\n{told}\r\n".encode())
    return made


def test_one_session_starves_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is loaded a few times would stop every other one for a minute."""
    other = event(actor="user-bob", session_id="short")
    path = write_log(tmp_path / "log.db", [*in_session("long", [viewed("raft")]), other])
    begun, go_on = Event(), Event()

    def waiting(read: Callable[..., Any]) -> Callable[..., Any]:
        def reads(session_id: str, *rest: Any) -> Any:
            if session_id == "long":
                begun.set()
                assert go_on.wait(10 * PATIENCE)
            return read(session_id, *rest)

        return reads

    with serving(path) as served, ExitStack() as stack:
        stack.callback(go_on.set)
        for name in ("since", "instant_pages"):
            monkeypatch.setattr(served.store, name, waiting(getattr(served.store, name)))
        many = [stack.enter_context(asked(served, each)) for _ in range(30) for each in PATHS]
        assert begun.wait(PATIENCE)
        for url in ("sessions", "sessions/short/context", "users/user-bob/preferences"):
            assert served.get(f"/api/{url}").status_code == 200
        go_on.set()
        assert {each.recv(12) for each in many} == {b"HTTP/1.1 200"}


def test_turns_are_one_at_a_time_and_so_many_in_all() -> None:
    """All threads would be taken by different sessions; what nobody waits for is forgotten."""

    async def work(turns: Turns, thing: str, running: list[str], seen: list[list[str]]) -> None:
        async with turns.at(thing):
            running.append(thing)
            seen.append(sorted(running))
            await asyncio.sleep(0)
            running.remove(thing)

    async def all_work() -> list[list[str]]:
        turns, seen, running = Turns(2), [], []
        await asyncio.gather(*(work(turns, thing, running, seen) for thing in "aaabbbccc"))
        gc.collect()
        assert not turns._of
        return seen

    seen = asyncio.run(all_work())
    assert len(seen) == 9
    assert max(map(len, seen)) == 2
    assert all(len(set(each)) == len(each) for each in seen)
