"""Who is let in: every route and every socket asks, and a page of another origin gets nothing."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import BaseRoute, Route, WebSocketRoute
from websockets.exceptions import InvalidStatus

from core.server.api import create_app
from core.server.hub import Hub
from core.server.security import Failures, Gate
from tests.builders import viewed
from tests.builders_files import in_session, write_log
from tests.core.server.serving import (
    BEARER,
    PATIENCE,
    TOKEN,
    UPGRADE,
    Serving,
    ask_raw,
    frame,
    serving,
)

WRONG_TOKENS = (
    {},
    {"Authorization": "Bearer wrong"},
    {"Authorization": f"Bearer {TOKEN}x"},
    {"Authorization": f"Bearer {TOKEN[:-1]}"},
    {"Authorization": "Bearer "},
    {"Authorization": f"Basic {TOKEN}"},
    {"Authorization": TOKEN},
    {"Authorization": "Bearer \xff\xfe"},
    {"Cookie": f"token={TOKEN}"},
)
FOREIGN_ORIGINS = (
    "null", "", "https://example.org", "http://localhost.evil.com:{port}",
    "http://localhost.evil.com", "http://127.0.0.1", "http://127.0.0.1:1", "file://",
    "https://127.0.0.1:{port}", "http://127.0.0.1:{port}.evil.com",
    "http://evil.com#127.0.0.1:{port}", "http://127.0.0.1:{port}/", "http://[::1]",
    "http://x@127.0.0.1:{port}", "ws://127.0.0.1:{port}",
)  # fmt: skip
FOREIGN_HOSTS = (
    "evil.com", "evil.com:{port}", "localhost.evil.com:{port}", "127.0.0.1", "127.0.0.1:1",
    "localhost", "[::1]", "0.0.0.0:{port}", "127.0.0.1:{port}.evil.com", "127.0.0.2:{port}",
    "localhost.:{port}", "127.1:{port}", "2130706433:{port}",
)  # fmt: skip


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Serving]:
    path = write_log(tmp_path / "events.db", in_session("study", [viewed("raft")]))
    with serving(path, writable=True, window=True) as found:
        yield found


def routes(served: Serving) -> list[tuple[str, str, dict[str, str]]]:
    """Method, path and headers of a request to every route there is, the page at `/` apart."""
    hub = Hub(watch=lambda _: None, unwatch=lambda _: None)
    app = create_app(served.service, hub, window=True)
    found = [each for route in flat(app.routes) for each in requests(route)]
    assert {"/healthz", "/openapi.json", "/api/sessions"} <= {path for _, path, _ in found}
    assert sum("Upgrade" in headers for _, _, headers in found) == 2
    unknown = [("GET", "/nothing", {}), ("POST", "/", {}), ("HEAD", "/", {}), ("GET", "//", {})]
    return [each for each in found if each[:2] != ("GET", "/")] + unknown


def flat(found: list[BaseRoute]) -> list[BaseRoute]:
    """Every route, those of included routers too."""
    every = []
    for route in found:
        inner = getattr(getattr(route, "original_router", route), "routes", None)
        every += [route] if inner is None else flat(inner)
    return every


def requests(route: BaseRoute) -> list[tuple[str, str, dict[str, str]]]:
    assert isinstance(route, Route | WebSocketRoute), f"{route} would not be tested"
    path = re.sub(r"\{[^}]*\}", "study", route.path)
    if isinstance(route, WebSocketRoute):
        return [("GET", path, UPGRADE)]
    assert route.methods
    return [(method, path, {}) for method in route.methods]


def test_every_route_asks_for_the_token(served: Serving) -> None:
    """One route that was forgotten gives every program on the machine the log."""
    host = {"Host": f"127.0.0.1:{served.port}"}
    for method, path, headers in routes(served):
        for wrong in WRONG_TOKENS:
            status, answer = ask_raw(served.port, path, host | headers | wrong, method=method)
            assert status in (401, 429), (method, path, wrong, answer)
            assert "study" not in answer.partition("\r\n\r\n")[2]


def test_a_token_in_the_address_does_not_count(served: Serving) -> None:
    """Addresses are logged, kept in histories and sent to others."""
    host = {"Host": f"127.0.0.1:{served.port}"}
    for method, path, headers in routes(served):
        target = f"{path}?token={TOKEN}&access_token={TOKEN}"
        assert ask_raw(served.port, target, host | headers, method=method)[0] in (401, 429)


def test_a_page_of_another_origin_gets_nothing(served: Serving) -> None:
    """Any page that is open in the browser could read the log, or write to it."""
    host = {"Host": f"127.0.0.1:{served.port}", **BEARER}
    for method, path, headers in [*routes(served), ("GET", "/", {})]:
        for origin in FOREIGN_ORIGINS:
            told = host | headers | {"Origin": origin.format(port=served.port)}
            status, answer = ask_raw(served.port, path, told, method=method)
            assert status == 403, (method, path, origin, answer)


def test_another_name_for_this_machine_gets_nothing(served: Serving) -> None:
    """A page whose name is made to mean this machine (DNS rebinding) would be of our origin."""
    for method, path, headers in [*routes(served), ("GET", "/", {})]:
        for host in FOREIGN_HOSTS:
            told = {"Host": host.format(port=served.port), **BEARER, **headers}
            status, answer = ask_raw(served.port, path, told, method=method)
            assert status == 403, (method, path, host, answer)


def test_its_own_names_and_pages_are_let_in(served: Serving) -> None:
    """The page at `/` could not ask the server that it came from."""
    for name in ("127.0.0.1", "localhost", "[::1]", "LocalHost"):
        host = f"{name}:{served.port}"
        told = {"Host": host, "Origin": f"http://{host}", **BEARER}
        assert ask_raw(served.port, "/api/sessions", told)[0] == 200
        assert ask_raw(served.port, "/api/sessions/study/context/stream", told | UPGRADE)[0] == 101


def test_without_a_host_nothing_is_answered(served: Serving) -> None:
    """A check that is passed over where the header is missing is none."""
    assert ask_raw(served.port, "/api/sessions", BEARER)[0] in (400, 403)


def test_the_page_alone_needs_no_token(served: Serving) -> None:
    """Nobody could type the token anywhere."""
    answer = served.http.get("/", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert "study" not in answer.text


def test_a_browser_s_socket_carries_it_as_a_subprotocol(served: Serving) -> None:
    """A browser cannot send the header, so the page would have no live context."""
    path = "/api/sessions/study/context/stream"
    offered = ["brainweb.v1", f"bearer.{TOKEN}"]
    with served.socket(path, additional_headers={}, subprotocols=offered) as stream:
        assert stream.subprotocol == "brainweb.v1"
        assert frame(stream)["session_id"] == "study"
    with pytest.raises(InvalidStatus, match="401"):
        served.socket(path, additional_headers={}, subprotocols=["brainweb.v1", "bearer.no"])


def test_a_client_that_is_refused_is_no_error(
    served: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    """A stranger could fill the log with errors, among which nobody sees those of the program."""
    host = {"Host": f"127.0.0.1:{served.port}", **UPGRADE}
    path = "/api/sessions/study/context/stream"
    for told, status in (
        (host, 401),
        (host | BEARER | {"Origin": "https://example.org"}, 403),
        (host | BEARER | {"Sec-WebSocket-Version": "1"}, 400),
    ):
        with socket.create_connection(("127.0.0.1", served.port), PATIENCE) as made:
            lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
            made.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
            assert int(made.recv(12).split(b" ")[1]) == status
            while made.recv(65_536):
                pass
    served.server.stop()
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_every_answer_says_what_browsers_may_do_with_it(served: Serving) -> None:
    """A page could be framed, kept on disk, or run what a log holds."""
    host = {"Host": f"127.0.0.1:{served.port}"}
    asked = [(method, path, headers | BEARER) for method, path, headers in routes(served)]
    for method, path, headers in [("GET", "/", {}), ("GET", "/api/sessions", {}), *asked]:
        status, answer = ask_raw(served.port, path, host | headers, method=method)
        if status == 101:
            continue
        told = answer.lower()
        for needed in (
            "content-security-policy: default-src 'none'", "frame-ancestors 'none'",
            "x-content-type-options: nosniff", "cache-control: no-store",
            "referrer-policy: no-referrer",
        ):  # fmt: skip
            assert needed in told, (method, path, status, needed)
        assert "access-control-allow" not in told


def test_too_many_wrong_tokens_are_slowed_down(served: Serving) -> None:
    """Somebody could guess as fast as the machine answers."""
    wrong = {"Authorization": "Bearer wrong"}
    statuses = [served.http.get("/healthz", headers=wrong).status_code for _ in range(30)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    # Whoever knows it is not shut out by somebody who does not.
    assert served.get("/healthz").status_code == 200


def test_failures_are_counted_in_bounded_memory() -> None:
    """Somebody with many addresses could fill the memory."""
    failures = Failures()
    for number in range(5_000):
        failures.too_many(f"10.0.{number // 256}.{number % 256}")
    assert len(failures._of) <= 1_024


def test_the_token_is_never_logged(served: Serving, caplog: pytest.LogCaptureFixture) -> None:
    """A log that is sent with a question would give the token away."""
    loggers = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets.server", "core")
    with caplog.at_level(logging.DEBUG):
        for name in loggers:
            caplog.set_level(logging.DEBUG, name)
        served.get("/api/sessions")
        served.http.get("/api/sessions", headers={"Authorization": f"Bearer {TOKEN}x"})
        offered = ["brainweb.v1", f"bearer.{TOKEN}"]
        path = "/api/sessions/study/context/stream"
        with served.socket(path, additional_headers={}, subprotocols=offered) as stream:
            frame(stream)
    ours = [each.getMessage() for each in caplog.records if not each.name.endswith("client")]
    assert ours
    assert TOKEN not in "\n".join(ours)


def test_the_application_never_sees_the_token(served: Serving) -> None:
    """A mistake in a route could answer with it, or log it."""
    seen = []

    async def app(scope: object, receive: object, send: object) -> None:
        seen.append(scope)

    async def nothing(_: object = None) -> None: ...

    gate = Gate(app, hosts=["h:1"], token=TOKEN)
    scope = {
        "type": "websocket",
        "path": "/x",
        "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"h:1"),
            (b"authorization", f"Bearer {TOKEN}".encode()),
            (b"sec-websocket-protocol", f"brainweb.v1, bearer.{TOKEN}".encode()),
        ],
        "subprotocols": ["brainweb.v1", f"bearer.{TOKEN}"],
    }
    asyncio.run(gate(scope, nothing, nothing))
    assert len(seen) == 1
    assert TOKEN not in repr(seen)
