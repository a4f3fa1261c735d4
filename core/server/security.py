"""Who is let in: Host, Origin and token of every request and socket, before anything else."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.server.encoding import encode

PROTOCOL = "brainweb.v1"
"""The subprotocol of the sockets; a browser's token travels beside it as `bearer.<token>`."""

HEADERS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
"""What every answer says, unless it says otherwise."""

_BEARER = "bearer."
_FAILURES = 20
_FORGIVEN_AFTER = 60.0
_PEERS = 1_024


class Failures:
    """Counts wrong tokens by peer, for a minute, of the latest 1,024 peers."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def too_many(self, peer: str) -> bool:
        """Count one more; whether there were over twenty within the minute."""
        now = time.monotonic()
        since, count = self._of.pop(peer, (now, 0))
        if now - since > _FORGIVEN_AFTER:
            since, count = now, 0
        self._of[peer] = (since, count + 1)
        if len(self._of) > _PEERS:
            self._of.popitem(last=False)
        return count >= _FAILURES


class Gate:
    """ASGI middleware, the outermost: lets in who names this server and knows its token.

    `hosts` are the values of Host that are this server; `own_address` admits the address that the
    connection came to as well, for a server that listens on all. A page of another origin is
    refused, a program without Origin is not. `GET /` alone, which holds no data, asks for no token.
    The application never sees the token.
    """

    def __init__(
        self, app: ASGIApp, *, hosts: Iterable[str], token: str, own_address: bool = False
    ) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._token = token.encode()
        self._own_address = own_address
        self._failures = Failures()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403, 401 or 429 in place of the application, or let it answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is None:
            await self._app(_without_token(scope), receive, _guarded(send))
        else:
            await _refuse(scope, send, *refused)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        named = _header(scope, b"host")
        if len(named) != 1 or not self._is_own(named[0], scope):
            return 403, "This server does not go by that name: the Host is not one of its own."
        if not all(self._is_own_page(origin, scope) for origin in _header(scope, b"origin")):
            return 403, "Pages of another origin may not ask this server."
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/":
            return None
        if self._knows_token(scope):
            return None
        if self._failures.too_many(str((scope.get("client") or ("", 0))[0])):
            return 429, "There were too many wrong tokens. Try again in a minute."
        return 401, "A token is asked for: send “Authorization: Bearer …”."

    def _is_own(self, host: str, scope: Scope) -> bool:
        named = host.lower()
        return named in self._hosts or (self._own_address and named == _address(scope))

    def _is_own_page(self, origin: str, scope: Scope) -> bool:
        scheme, _, host = origin.partition("://")
        return scheme == "http" and self._is_own(host, scope)

    def _knows_token(self, scope: Scope) -> bool:
        return any(secrets.compare_digest(shown, self._token) for shown in _shown(scope))


def host_of(address: str, port: int) -> str:
    """An address and port as a Host header has them."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _address(scope: Scope) -> str | None:
    """The address and port that the connection came to: no name, so nobody can rebind it."""
    server = scope.get("server")
    return None if not server or server[1] is None else host_of(server[0], server[1])


def _shown(scope: Scope) -> list[bytes]:
    """The tokens that a request shows, a socket in its subprotocols too."""
    shown = []
    for value in _header(scope, b"authorization"):
        scheme, _, token = value.partition(" ")
        if scheme.lower() == "bearer":
            shown.append(token.strip())
    offered = scope.get("subprotocols", ())
    shown += [each.removeprefix(_BEARER) for each in offered if each.startswith(_BEARER)]
    return [token.encode() for token in shown]


def _header(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def _without_token(scope: Scope) -> Scope:
    hidden = (b"authorization", b"sec-websocket-protocol")
    told = {"headers": [each for each in scope["headers"] if each[0].lower() not in hidden]}
    if scope["type"] == "websocket":
        offered = scope.get("subprotocols", ())
        told["subprotocols"] = [each for each in offered if not each.startswith(_BEARER)]
    return {**scope, **told}


def _guarded(send: Send) -> Send:
    """Adds the headers of security to what is answered, a socket's refusal too."""

    async def guarded(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            given = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            message = {**message, "headers": given + [h for h in HEADERS if h[0] not in names]}
        await send(message)

    return guarded


async def _refuse(scope: Scope, send: Send, status: int, detail: str) -> None:
    body = encode({"detail": detail})
    more: dict[int, Any] = {
        401: [(b"www-authenticate", b"Bearer")],
        429: [(b"retry-after", b"60")],
    }
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        # What is left of the request is not waited for.
        (b"connection", b"close"),
        *more.get(status, []),
    ]
    kind = "websocket.http" if scope["type"] == "websocket" else "http"
    guarded = _guarded(send)
    await guarded({"type": f"{kind}.response.start", "status": status, "headers": headers})
    await guarded({"type": f"{kind}.response.body", "body": body})
