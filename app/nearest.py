"""What to say when a session or an actor is not there."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from app.text import plain

_LOOKED_THROUGH = 5_000


def no_such_session(wished: str, known: Sequence[str]) -> str:
    """That a session is not there, and the nearest names that are."""
    return _not_there("session", wished, known)


def no_such_actor(wished: str, known: Sequence[str]) -> str:
    """That an actor is not there, and the nearest names that are."""
    return _not_there("actor", wished, known)


def no_such_concept(wished: str, known: Sequence[str]) -> str:
    """That no event contributes to a concept, and the nearest ids that are there."""
    return _not_there("concept", wished, known)


def no_such_object(wished: str, known: Sequence[str]) -> str:
    """That no event is about an object, and the nearest that are there."""
    return _not_there("object", wished, known)


def _not_there(noun: str, wished: str, known: Sequence[str]) -> str:
    near = get_close_matches(wished, known[:_LOOKED_THROUGH], n=3, cutoff=0.4)
    hint = f" The nearest are {', '.join(plain(name) for name in near)}." if near else ""
    return f"There is no {noun} “{plain(wished)}” in this log.{hint}"
