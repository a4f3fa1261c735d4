"""The secret key of this user's pseudonyms, kept so that they stay the same."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import platformdirs

from core.events.errors import StoreError
from core.files.whole import set_aside, write_whole
from core.privacy.pseudonyms import Pseudonyms

_BYTES = 32


def key_path() -> Path:
    """Where the key is kept unless another place is named."""
    return platformdirs.user_data_path("brainweb-replay", appauthor=False) / "pseudonyms.key"


def pseudonyms_of_user(path: Path | None = None) -> Pseudonyms:
    """This user's pseudonyms; the key is made where there is none, for the user's eyes alone.

    What is no key is set aside, and the pseudonyms are others from then on. Raises StoreError where
    the key cannot be read or kept.
    """
    path = path or key_path()
    try:
        key = _read(path)
        if key is None:
            _make(path)
            key = _read(path)
    except OSError as error:
        raise StoreError(
            f"The key of the pseudonyms, “{path}”, cannot be used: {error.strerror or error}. "
            "Check the permissions of the file and its folder."
        ) from error
    if key is None:
        raise StoreError(f"The key of the pseudonyms, “{path}”, does not stay. Is the disk full?")
    return Pseudonyms(key)


def _make(path: Path) -> None:
    """Write a key whole; of two programs that do so at once the first one's stays."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    write_whole(draft, secrets.token_bytes(_BYTES))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    except OSError:
        # A file system without hard links.
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        key = file.read(_BYTES + 1)
    if len(key) == _BYTES:
        return key
    set_aside(path)
    return None
