"""What every read model offers."""

# ruff: noqa: N818 - named by what is wrong.
from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from core.late_dataclass import dataclass
from core.projectors.context import SessionContext
from core.projectors.user_preferences import UserPreferences

PROJECTOR_VERSION = 1
"""To be raised when the same events and rules give another context: kept ones are then unread."""


class ReadModelDown(Exception):
    """The read model cannot be reached or written; its message says what to do."""


@dataclass(frozen=True, slots=True)
class KeptContext:
    """A context as it was kept, and the id of the last event that it knows."""

    context: SessionContext
    last_event_id: str | None


class ReadModel(Protocol):
    """Keeps the latest context and preferences of sessions, under the default rules.

    Writes only move forward: what was projected at an earlier position never replaces what is
    kept. Any thread may call. Raises ReadModelDown where it cannot be reached; a call then changed
    nothing, or all it should.
    """

    @property
    def name(self) -> str:
        """What it is, for a person: `embedded`, or where the server is. Never a password."""
        ...

    def keep_context(self, kept: KeptContext) -> bool:
        """Keep a context; False where one of a later position is kept already."""
        ...

    def context(self, session_id: str) -> KeptContext | None:
        """The context that is kept of a session."""
        ...

    def keep_preferences(self, preferences: UserPreferences, *, position: int) -> bool:
        """Keep preferences as of a position; False where later ones are kept already."""
        ...

    def preferences_of(self, user_id: str) -> list[UserPreferences]:
        """The preferences that are kept of a user's sessions, by session id."""
        ...

    def close(self) -> None:
        """Let go of it; closing twice is no fault."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
