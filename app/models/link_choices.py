"""The sessions that can be joined with one, as a dialog offers them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from app.models.session_order import searched_text, started
from app.text import duration, plain
from core.events.store.base import SessionSummary
from core.late_dataclass import dataclass
from core.replay.link_suggestions import Reason, Suggestion

OFFERED = 300
"""How many sessions are offered at once; of more, words find the others."""


@dataclass(frozen=True, slots=True)
class LinkChoice:
    """A session that is offered: its id as it is, and what is told of it, safe to show."""

    session_id: str
    name: str
    actor: str
    begun: str
    why: str
    chosen: bool


def choices(
    this: str,
    sessions: Sequence[SessionSummary],
    suggestions: Sequence[Suggestion],
    *,
    chosen: Collection[str],
    words: str = "",
) -> list[LinkChoice]:
    """What was chosen, then the suggestions, then the other sessions as they are listed.

    All but what was chosen hold the ``words``; of the log's sessions so many at the most.
    """
    known = {each.session_id: each for each in sessions if not each.parts}
    why = {each.session_id: _told(each) for each in suggestions}
    terms = words.casefold().split()

    def offered() -> Iterator[str]:
        yield from (name for name in chosen if name in known)
        for name in dict.fromkeys([*why, *known]):
            if name in known and name not in chosen and name != this:
                text = searched_text(known[name]) if terms else ""
                if all(term in text for term in terms):
                    yield name

    return [
        LinkChoice(
            name,
            plain(name),
            plain(known[name].actor_id or "—", limit=60),
            started(known[name]),
            why.get(name, ""),
            name in chosen,
        )
        for name, _ in zip(offered(), range(OFFERED), strict=False)
    ]


def _told(suggestion: Suggestion) -> str:
    if suggestion.reason is not Reason.ACTOR:
        return str(suggestion.reason)
    apart = f"{duration(suggestion.gap)} apart" if suggestion.gap else "at the same time"
    return f"{suggestion.reason}, {apart}"
