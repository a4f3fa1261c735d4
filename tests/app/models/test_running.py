"""Which sessions run is told from what happened a short while ago."""

from __future__ import annotations

from app.models.running import RECENT, Running
from core.events.store.base import SessionSummary


def summary(session_id: str, last: int) -> SessionSummary:
    return SessionSummary(session_id, 0, last)


def test_what_happened_a_short_while_ago_runs() -> None:
    """An operator looks for what goes on now among hundreds of sessions."""
    now = 10 * RECENT
    running = Running(lambda: now)
    running.take([summary("now", now - RECENT + 1), summary("past", now - RECENT)])
    assert running.ids == {"now"}


def test_it_runs_no_longer_once_nothing_happens() -> None:
    clock = [10 * RECENT]
    running = Running(lambda: clock[0])
    running.arrived(["s"])
    clock[0] += RECENT - 1
    assert running.ids == {"s"}
    clock[0] += 1
    assert running.ids == frozenset()


def test_what_arrives_late_runs_all_the_same() -> None:
    """A device that was offline sends what happened hours ago, now."""
    running = Running(lambda: 10 * RECENT)
    running.take([summary("s", 0)])
    running.arrived(["s"])
    assert running.ids == {"s"}


def test_another_log_begins_anew() -> None:
    running = Running(lambda: 10 * RECENT)
    running.arrived(["s"])
    running.clear()
    assert running.ids == frozenset()
