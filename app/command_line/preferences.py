"""The command that prints what the people of a log prefer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from app.command_line.running import NO, fail, faults
from app.command_line.source_argument import Source, as_file
from app.nearest import no_such_actor
from app.sources import Place
from app.text import count, plain
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.actor_preferences import ActorPreferences, Tally
from core.projectors.people_reading import read_people
from core.projectors.user_preferences import CONCEPTS, DOMAINS, Habit


def preferences(
    source: Source,
    actor: Annotated[
        str | None,
        typer.Option("--actor", help="One user's id; by default everybody's.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Print what the people of a log prefer over all their sessions, the most active first."""
    with faults():
        people = _people(source)
        if actor is not None:
            known = [each.user_id for each in people]
            people = [each for each in people if each.user_id == actor]
            if not people:
                fail(no_such_actor(actor, known), NO)
        if as_json:
            typer.echo(json.dumps([each.to_wire() for each in people], indent=2))
        else:
            typer.echo(
                "\n\n".join(map(_told, people)) if people else "No one has acted in this log yet."
            )


def _people(source: Place) -> Sequence[ActorPreferences]:
    with as_file(source, None) as path, SQLiteEventStore(path) as store:
        if store.notice:
            typer.echo(store.notice, err=True)
        *_, last = read_people(store)
    assert last.people is not None
    return last.people.actors


def _told(actor: ActorPreferences) -> str:
    """A person in some lines of plain text."""
    sessions, events = count(len(actor.sessions), "session"), count(actor.events, "event")
    shares = ", ".join(f"{habit} {actor.style.share(habit):.0%}" for habit in Habit)
    return "\n".join(
        [
            f"{plain(actor.user_id)}  {sessions}, {events}",
            f"  {actor.interaction_style}: {shares}",
            *_tallies("domain", actor.domains, DOMAINS),
            *_tallies("concept", actor.concepts, CONCEPTS),
        ]
    )


def _tallies(noun: str, tallies: Sequence[Tally], most: int) -> list[str]:
    if not tallies:
        return []
    more = f", and {len(tallies) - most:,} more" if len(tallies) > most else ""
    lines = [f"{each.count:>9,}  {plain(each.label)}" for each in tallies[:most]]
    return [f"  {noun}s{more}", *lines]
