"""The token that every request shows: made once, kept in a file of the user's alone."""

from __future__ import annotations

import logging
import os
import re
import secrets
import stat
from pathlib import Path

import platformdirs

from core.server.errors import ServerError

logger = logging.getLogger(__name__)

_BYTES = 32
_FORM = re.compile(r"[A-Za-z0-9_-]{43,200}")
_READ_MOST = 1024


def token_path() -> Path:
    """Where the token is kept unless another place is named."""
    return platformdirs.user_data_path("brainweb-replay", appauthor=False) / "server-token"


def read_or_make_token(path: Path | None = None) -> str:
    """The token of a file, made where there is none: 256 random bits in URL-safe base 64.

    A file that others could read is made anew, since they may know what it held; so is one that
    holds no token. Raises ServerError where it cannot be read or written.
    """
    path = path or token_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _read(path) or _make(path)
    except OSError as error:
        raise ServerError(
            f"The token file “{path}” cannot be used: {error.strerror or error}. Check the "
            "permissions of the file and its folder."
        ) from error


def _read(path: Path) -> str | None:
    """The token that is kept; None where it has to be made. Removes what cannot be trusted."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        reason = _mistrust(os.fstat(descriptor))
        held = file.read(_READ_MOST) if reason is None else b""
    token = held.decode("ascii", "replace").strip()
    if reason is None and _FORM.fullmatch(token):
        return token
    logger.warning("The token file “%s” %s: a new one is made", path, reason or "holds no token")
    path.unlink(missing_ok=True)
    return None


def _mistrust(status: os.stat_result) -> str | None:
    """Why a file's content may be known to others; systems without such modes are trusted."""
    if os.name != "posix":
        return None
    if status.st_uid != os.geteuid():
        return "belongs to another user"
    return "can be read by others" if stat.S_IMODE(status.st_mode) & 0o077 else None


def _make(path: Path) -> str:
    """Write a new token at once and whole; answers another program's where that was faster."""
    token = secrets.token_urlsafe(_BYTES)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{token}\n")
            file.flush()
            os.fsync(file.fileno())
        return token if _place(draft, path) else _read(path) or _make(path)
    finally:
        draft.unlink(missing_ok=True)


def _place(draft: Path, path: Path) -> bool:
    """Give the file its name; False where something of that name has come meanwhile."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    except OSError:
        # A file system without hard links: the last of two programs wins.
        draft.replace(path)
    return True
