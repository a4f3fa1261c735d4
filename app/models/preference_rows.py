"""What somebody prefers as rows of a list: headings, and items with a bar each."""

from __future__ import annotations

from collections.abc import Sequence

from app.text import count, plain
from core.late_dataclass import dataclass
from core.projectors.actor_preferences import ActorPreferences, Tally
from core.projectors.people import Facet
from core.projectors.user_preferences import HABITS, Habit

LISTED = 500
"""How many domains, and how many concepts, are listed at most."""


@dataclass(frozen=True, slots=True)
class PreferenceRow:
    """One line: a heading where it has no facet, else an item.

    ``text`` and ``amount`` are safe to show. ``share`` (0 to 1) fills its bar; ``event_type``
    names the bar's colour where it is that of a type.
    """

    text: str
    amount: str = ""
    facet: Facet | None = None
    key: str = ""
    share: float = 0.0
    event_type: str | None = None
    told: str = ""
    tip: str = ""


def preference_rows(actor: ActorPreferences) -> list[PreferenceRow]:
    """Style, domains and concepts of somebody; what there is none of says so."""
    return [
        *_style(actor),
        *_tallies(actor.domains, Facet.DOMAIN, "domain"),
        *_tallies(actor.concepts, Facet.CONCEPT, "concept"),
    ]


def _heading(text: str, amount: str = "", told: str = "") -> PreferenceRow:
    return PreferenceRow(text, amount, told=told or f"{text} {amount}".strip())


def _style(actor: ActorPreferences) -> list[PreferenceRow]:
    style = actor.style
    rows = [_heading("STYLE", style.name, f"Style: {style.name}")]
    for habit in (Habit.VIEWS, Habit.CHATS, Habit.CAPTURES):
        share, events = f"{style.share(habit):.0%}", count(style.count(habit), "event")
        told = f"{habit.capitalize()}: {share}, {events}"
        rows.append(
            PreferenceRow(
                text=habit.capitalize(),
                amount=share,
                facet=Facet.STYLE,
                key=str(habit),
                share=style.share(habit),
                event_type=str(HABITS[habit]),
                told=told,
                tip=f"{told} of type {HABITS[habit]}",
            )
        )
    return rows


def _tallies(tallies: Sequence[Tally], facet: Facet, noun: str) -> list[PreferenceRow]:
    heading = _heading(f"{noun.upper()}S", f"{len(tallies):,}", count(len(tallies), noun))
    most = tallies[0].count if tallies else 1
    rows = [heading, *(_tally(each, facet, most) for each in tallies[:LISTED])]
    if len(tallies) > LISTED:
        rows.append(_heading(f"AND {len(tallies) - LISTED:,} RARER ONES"))
    return rows


def _tally(tally: Tally, facet: Facet, most: int) -> PreferenceRow:
    label, events = plain(tally.label, limit=200), count(tally.count, "event")
    named = "" if tally.name is None else f" ({plain(tally.key, limit=200)})"
    return PreferenceRow(
        text=label,
        amount=f"{tally.count:,}",
        facet=facet,
        key=tally.key,
        share=tally.count / most,
        told=f"{label}: {events}",
        tip=f"{label}{named}: {events}",
    )
