"""What is kept of a window: where it was, how its panels were arranged, and what was open in it."""

from __future__ import annotations

import base64
import binascii
import hashlib

# Whole before PySide6, which looks into every module loaded after it and trips over a half of it.
import pydantic.fields  # noqa: F401
from pydantic import BaseModel, ConfigDict, Field

from core.replay.axis import AxisMode

LAYOUT_VERSION = 1

_MOST = 100_000
_PIXELS = Field(ge=-_MOST, le=_MOST)
_SIZE = Field(ge=1, le=_MOST)


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Layout(_Kept):
    """An arrangement of panels, as Qt wrote it, and the names of the panels that there were.

    Qt trusts what it wrote: ``check`` tells that nobody else did.
    """

    version: int = LAYOUT_VERSION
    state: str = Field(max_length=64_000)
    check: str = Field(max_length=64)
    panels: tuple[str, ...] = Field(default=(), max_length=200)
    chosen: bool = True

    @classmethod
    def of(cls, state: bytes, panels: tuple[str, ...], *, chosen: bool = True) -> Layout:
        """Keep a state of these panels."""
        text = base64.b64encode(state).decode("ascii")
        return cls(state=text, check=_check(state), panels=panels, chosen=chosen)

    def bytes(self) -> bytes | None:
        """The state; None where it is of another version or was damaged."""
        try:
            state = base64.b64decode(self.state, validate=True)
        except (binascii.Error, ValueError):
            return None
        is_whole = self.version == LAYOUT_VERSION and self.check == _check(state)
        return state if is_whole else None


class Placement(_Kept):
    """Where a window was (its frame's corner, px), and its size within the frame."""

    x: int = _PIXELS
    y: int = _PIXELS
    width: int = _SIZE
    height: int = _SIZE
    maximized: bool = False


class OpenLog(_Kept):
    """What was open: a source, a session of it, a moment (µs), and what was shown of it."""

    source: str = Field(max_length=4_096)
    session_id: str | None = Field(default=None, max_length=4_096)
    position: int | None = Field(default=None, ge=0, le=2**40)
    at: int | None = Field(default=None, ge=-(2**62), le=2**62)
    range: tuple[int, int] | None = None
    rules: str | None = Field(default=None, max_length=200)
    filter: str | None = Field(default=None, max_length=8_000)
    concept: str | None = Field(default=None, max_length=4_096)
    axis: AxisMode | None = None


class OpenWindow(_Kept):
    """A window that was open: where, how arranged, and with what."""

    placement: Placement | None = None
    layout: Layout | None = None
    log: OpenLog | None = None


def _check(state: bytes) -> str:
    return hashlib.sha256(state).hexdigest()[:16]
