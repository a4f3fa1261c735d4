"""Where the server listens: the address that was asked for, found, judged and taken."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket

from core.server import PORT
from core.server.errors import ServerError

BACKLOG = 1_024
"""So many wait to be accepted at most."""

Address = tuple[str, int]


def resolved(host: str, port: int) -> tuple[socket.AddressFamily, Address]:
    """The family and address to listen on."""
    if not 0 <= port <= 65_535:
        # The system would take the rest of its division by 65,536.
        raise ServerError(f"{port} is no port: choose one from 1 to 65535, or 0 for any free one.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ServerError(
            f"There is no address “{host}” here. Serve 127.0.0.1, or an address of this machine."
        ) from error
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))


def is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def is_wildcard(host: str) -> bool:
    return host in ("0.0.0.0", "::")


def named(host: str) -> str:
    """The host to be named in an address; one that listens on all is named by its loopback."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def listening(family: socket.AddressFamily, address: Address, host: str) -> socket.socket:
    """A socket that listens already, so that nobody else can take the port."""
    # With the protocol named, or asyncio leaves Nagle's delay of 40 ms on what it accepts.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # Not elsewhere: there it lets two programs have one port.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise ServerError(_unbound(error, host, address[1])) from error
    return made


def _unbound(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is taken: another program listens there, perhaps another "
            "server of this one. Stop it, or choose another port, 0 takes any free one."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs permission. Choose one above 1023, such as {PORT}."
    return f"{host} port {port} cannot be listened on: {error.strerror or error}. Choose another."
