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
