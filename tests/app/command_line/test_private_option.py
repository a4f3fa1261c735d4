"""`--private`: what leaves the program says of people no more than their pseudonyms do."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.events.store.sqlite import SQLiteEventStore
from resources.make_events import SAMPLE
from tests.app.command_line.running import DONE, FAULT, run
from tests.app.command_line.test_export_command import LONGEST


def _said() -> set[str]:
    with SQLiteEventStore(SAMPLE) as store:
        events = store.list_events(LONGEST, limit=None)
    said = {event.actor_id for event in events} | {e.payload.get("message") for e in events}
    said |= {m["name"] for e in events for m in e.payload.get("mentioned_concepts", ())}
    # The report says this, too.
    return {each for each in said if each and len(each) > 5 and each != "Idempotency"}


@pytest.mark.parametrize("suffix", ["jsonl", "html", "context.csv"])
def test_an_export_says_nothing_of_people(tmp_path: Path, suffix: str) -> None:
    """A log that is handed on for study would name who was studied."""
    out = tmp_path / f"x.{suffix}"
    form = ("--format", "context-csv") if suffix == "context.csv" else ()
    where = ("--session", LONGEST, "--out", out)

    assert run("export", SAMPLE, *where, *form).status == DONE
    assert [each for each in _said() if each in out.read_text(encoding="utf-8")]
    assert run("export", SAMPLE, *where, *form, "--private").status == DONE

    written = out.read_text(encoding="utf-8")
    assert [each for each in _said() if each in written] == []
    assert out.stat().st_mode & 0o777 == 0o600
    assert run("export", SAMPLE, *where, *form, "--pseudonyms").status == DONE
    assert out.read_text(encoding="utf-8") == written or suffix == "html"


def test_events_are_printed_with_pseudonyms() -> None:
    """What is pasted into a report of a fault would name people."""
    answer = run("events", SAMPLE, "--session", LONGEST, "--json", "--private")

    assert answer.status == DONE
    assert len(answer.out.splitlines()) == 404
    assert [each for each in _said() if each in answer.out] == []


def test_a_picture_is_drawn_with_pseudonyms(tmp_path: Path) -> None:
    """A picture for a talk would have names in it."""
    sizes = []
    for option in ((), ("--private",)):
        out = tmp_path / "x.png"
        where = ("--session", LONGEST, "--size", "900x600", "--out", out)
        assert run("render", SAMPLE, *where, *option).status == DONE
        # The sign that it is private, and other words: no byte of it can be the same by chance.
        sizes.append(out.stat().st_size)

    assert sizes[0] != sizes[1]
    assert run("events", SAMPLE, "--session", LONGEST).out.count("Person ") == 0


def test_pseudonyms_are_never_stored() -> None:
    """A server would take events of people that there are not."""
    answer = run("serve", SAMPLE, "--private", "--writable")

    assert answer.status == FAULT
    assert "leave out --writable or --private" in answer.errors
