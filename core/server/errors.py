"""The faults of the server that a person can do something about."""

# ruff: noqa: N818 - named by what is wrong.
from __future__ import annotations

from core.events.errors import StoreError

READ_ONLY = "This log is open for reading only. Start the server with --writable to append."


class ServerError(StoreError):
    """The server cannot start as it was asked to; the message says what to do."""


class ServiceStopped(StoreError):
    """The server is being stopped: what was being read is given up."""


class ServiceBusy(StoreError):
    """More is asked for at once than is worked on; ask again in a moment."""


class NotWritable(StoreError):
    """An event was sent to a server whose source was not opened to be written."""


class UnknownSession(LookupError):
    """There is no event of that session; the message says so."""


class BadRequest(ValueError):
    """What was asked for cannot be understood; the message says why."""
