"""The faults of a store that a person can do something about."""

# ruff: noqa: N818 - named by what is wrong with the source.
from __future__ import annotations


class StoreError(Exception):
    """A known fault; its message says what is wrong and what to do."""


class SourceNotFound(StoreError):
    """There is no such file."""


class SourceUnreadable(StoreError):
    """The file is there, but cannot be opened: a folder, an empty file, no permission, …"""


class NotADatabase(StoreError):
    """The file is not an SQLite database."""


class NotAnEventLog(StoreError):
    """A database, but without a table `events` as Brain Web has it."""


class SourceLocked(StoreError):
    """Another program holds the file locked."""


class SourceDamaged(StoreError):
    """The file is truncated or corrupt."""


class SourceChanged(StoreError):
    """The file was replaced, deleted or renumbered while it was open."""


class ReadOnlyStore(StoreError):
    """A write was asked of a store that only reads."""


class EventRejected(StoreError):
    """An event that cannot be stored as it is."""


class WriteFailed(StoreError):
    """The disk did not take the write; nothing of it is stored."""


class StoreClosed(StoreError):
    """The store was closed before the call."""


class WrongLocation(StoreError):
    """A text that should say where a table is, and does not."""


class NoCredentials(StoreError):
    """There is nothing to sign a request to the cloud with."""


class CredentialsExpired(StoreError):
    """What a request was signed with is no longer, or never was, taken."""


class AccessDenied(StoreError):
    """The credentials are good, but do not allow what was asked."""


class SourceThrottled(StoreError):
    """The table takes no more requests just now."""


class SourceUnreachable(StoreError):
    """No answer came over the network in time; a write may have been done all the same."""


class AnswerLate(SourceUnreachable):
    """The server was reached, but its answer was waited for in vain."""
