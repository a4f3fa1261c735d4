"""Searching a log by its columns and then by its rows finds what the plain predicate holds for."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope
from core.events.store.likely import ESCAPES
from core.events.store.sqlite import SQLiteEventStore
from core.filter.parsing import FilterError, parse
from core.filter.patterns import Pattern
from core.filter.predicate import predicate, surroundings
from core.filter.query import PayloadIs, Query, Word
from core.filter.search import Search, search
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.growth import Growth
from core.replay.index import ContextIndex
from core.replay.linked import Link, LinkedEventStore
from core.replay.loader import load
from tests.builders import EventsInMemory, captured, chat, claim, event, viewed
from tests.builders_files import append_elsewhere, in_session, write_log
from tests.core.filter.strategies import json_payloads, odd_texts, patterns, queries
from tests.core.replay.strategies import events, raw_rows, rules
from tests.core.replay.test_loader import lax_table, row, stored


def searched(
    store: Any, query: Query, session: str = "s", rules: ProjectionRules = BRAIN_WEB
) -> list[int]:
    """The positions that the search finds, put together from its steps."""
    index = ContextIndex(load(store, session), rules)
    steps = list(search(store, index, query))
    total = len(index.log)
    assert [step.searched for step in steps] == sorted(step.searched for step in steps)
    assert steps[-1].searched == steps[-1].total == total
    return sorted(int(i) + 1 for step in steps for i in step.events)


def meant(
    replayed: list[EventEnvelope], store: Any, query: Query, rules: ProjectionRules = BRAIN_WEB
) -> list[int]:
    """The positions that the plain predicate holds for."""
    log = load(store, "s")
    bad = {problem.row for problem in log.problems}
    problems = {i for i, row in enumerate(log.rows.tolist(), 1) if row in bad}
    around = surroundings(replayed, rules, arrivals=log.rows.tolist(), problems=problems)
    holds = predicate(query, around)
    return [i for i, each in enumerate(replayed, 1) if holds(each, i)]


_extra = st.fixed_dictionaries(
    {},
    optional={
        "score": st.sampled_from([0.5, 1, 1.0, "1", True, None, [1, "Raft"], float("nan"), 2**70]),
        "text": st.sampled_from(["it holds", "RAFT", "a/b", 'say "no"', "STRASSE", "知識"]),
        "name": st.sampled_from(["Raft", {"concept_id": "c-1"}, [{"text": "it"}, ["why?"]]]),
    },
)


@st.composite
def logs(draw: st.DrawFn) -> list[EventEnvelope]:
    """Events of all sorts with ids of their own and odd things in their payloads."""
    found = []
    for number, each in enumerate(draw(st.lists(events(), max_size=25))):
        found.append(
            each.model_copy(
                update={
                    "event_id": f"e-{number}",
                    "actor_id": draw(st.sampled_from(["user-ada", "Bo", "", None])),
                    "payload": {**draw(_extra), **each.payload},
                }
            )
        )
    return found


@given(logs(), queries, rules(decay=False))
def test_the_search_finds_what_the_predicate_holds_for(
    log: list[EventEnvelope], query: Query, rules: ProjectionRules
) -> None:
    """The window would light other events than those that the language means."""
    store = EventsInMemory(log)
    replayed = [log[row - 1] for row in load(store, "s").rows.tolist()]
    assert searched(store, query, rules=rules) == meant(replayed, store, query, rules)


@given(
    st.lists(events(), max_size=25),
    st.sampled_from(["c-1", "c-2", "Raft", "c-*"]),
    rules(decay=False),
)
def test_what_changed_is_what_the_contexts_before_and_after_differ_in(
    log: list[EventEnvelope], concept: str, rules: ProjectionRules
) -> None:
    """An event that pushed a concept out of the ten would not be found."""
    store, query = EventsInMemory(log), parse(f"changed:{concept}")
    replayed = [log[row - 1] for row in load(store, "s").rows.tolist()]
    assert searched(store, query, rules=rules) == meant(replayed, store, query, rules)


@pytest.mark.parametrize("decay", [60.0, 3_600.0])
def test_what_changed_is_found_under_rules_that_decay(decay: float) -> None:
    """Of a weight that fades, the events that raise it again would be missed."""
    log = [viewed("a", seconds=0), viewed("b", seconds=30), viewed("c", seconds=40)]
    log += [viewed("b", seconds=50), chat("c", "d", seconds=300), viewed("a", seconds=400)]
    rules = ProjectionRules(half_life=decay, max_concepts=2)
    for concept in "abcd":
        query = parse(f"changed:{concept}")
        store = EventsInMemory(log)
        assert searched(store, query, rules=rules) == meant(log, store, query, rules)


@given(st.lists(raw_rows, max_size=12), queries)
def test_odd_rows_are_searched_as_they_are_read(rows: list[dict[str, Any]], query: Query) -> None:
    """A damaged payload would be found by words that nobody sees in it, or hide those that are."""
    with stored(list(enumerate(rows, 1)), table=lax_table()) as store:
        replayed = list(store.replay("s"))
        assert searched(store, query) == meant(replayed, store, query)


@st.composite
def _written_rows(draw: st.DrawFn) -> dict[str, Any]:
    row = draw(raw_rows)
    payload = draw(json_payloads | json_payloads.map(str.encode))
    ids = ("event_id", "correlation_id", "trace_id", "idempotency_key", "object_ref_id")
    return {**row, "payload": payload, draw(st.sampled_from(ids)): draw(odd_texts)}


@given(st.lists(_written_rows(), min_size=1, max_size=8), queries, st.booleans())
def test_texts_are_found_in_whatever_way_they_are_written(
    rows: list[dict[str, Any]], query: Query, declared: bool
) -> None:
    """What SQLite does not see at a glance, as an escape or a ligature, would never be found."""
    table = lax_table() if declared else lax_table("")
    with stored(list(enumerate(rows, 1)), table=table) as store:
        assert searched(store, query) == meant(list(store.replay("s")), store, query)


@given(st.lists(_written_rows(), min_size=1, max_size=8), patterns())
def test_words_are_found_in_whatever_way_they_are_written(
    rows: list[dict[str, Any]], pattern: Pattern
) -> None:
    """The same of a word alone, which nothing else hides."""
    with stored(list(enumerate(rows, 1)), table=lax_table()) as store:
        replayed = list(store.replay("s"))
        for query in (Word(pattern), PayloadIs(("name",), pattern)):
            assert searched(store, query) == meant(replayed, store, query)


@pytest.mark.parametrize(
    ("word", "stored_as"),
    [
        ("write", r"\u0057rite"),
        ("write", r"WR\u0069TE"),
        ("kelvin", r"\u212aelvin"),
        ("kelvin", r"\u212Aelvin"),
        ("kelvin", "\u212aelvin"),
        ("strasse", r"stra\u00dfe"),
        ("strasse", "straße"),
        ("fish", r"\uFB01sh"),
        ("a%b", "A%B"),
        ("a_b!", "A_B!"),
        ('"a/b"', r"a\/b"),
        (r'"say \"no"', r"say \"no\""),
        ("späte", r"SP\u00c4TE"),
        ("after", r"\u0000 after"),
    ],
)
def test_a_word_is_found_by_its_letters(word: str, stored_as: str) -> None:
    """An escape that a program wrote instead of a letter would hide the event."""
    payload = f'{{"name": "{stored_as}"}}'
    for text in (f"x {stored_as}", "x"):
        odd = row("09:00:00", payload=payload, correlation_id=text)
        with stored([(1, odd), (2, row("09:00:01"))], table=lax_table()) as store:
            for query in (
                parse(word),
                parse(f"payload.name:*{word}*" if '"' not in word else word),
            ):
                assert searched(store, query) == [1]


def test_ids_are_searched_beyond_what_sqlite_reads() -> None:
    """An id with a NUL, of other letters, or stored as bytes would never be found by a word."""
    for odd in ("a\x00write", "\u212a write", b"a write", "rewritten write"):
        with stored([(1, row("09:00:00", trace_id=odd))], table=lax_table()) as store:
            assert searched(store, parse("write")) == [1]


def test_no_character_that_becomes_ascii_escapes() -> None:
    """A text that is written by number would not be found by its letters."""
    with closing(apsw.Connection(":memory:")) as connection:
        for code in range(0x10000):
            if any(each.isascii() for each in chr(code).casefold()):
                for written in (f"\\u{code:04x}", f"\\u{code:04X}"):
                    tests = " OR ".join(f"?1 GLOB '*{each}*'" for each in ESCAPES)
                    assert connection.execute(f"SELECT {tests}", (written,)).get, written


def test_rows_that_cannot_hold_a_word_are_not_read(tmp_path: Path) -> None:
    """To search a million events would take the time to decode each of them."""
    read: list[int] = []

    class Counting(SQLiteEventStore):
        def rows(self, rowids: Any) -> Any:
            read.extend(rowids)
            return super().rows(rowids)

    log = [viewed("c", seconds=i, name="知識 é") for i in range(700)]
    log[500] = viewed("c", seconds=500, name="Rafting")
    with Counting(write_log(tmp_path / "my.db", log)) as store:
        for text in ("raft", "payload.name:raft*", "(raft or zebra) -is:late", "-(-raft or c-2)"):
            read.clear()
            assert searched(store, parse(text)) == [501]
            assert read == [501]
        for text in ("zebra", "raft zebra", "id:zebra", "payload.nothing:>3", "type:X or zebra"):
            read.clear()
            assert searched(store, parse(text)) == []
            assert read == [], text


@given(logs(), logs(), queries)
def test_a_log_that_grew_is_searched_as_if_it_were_new(
    first: list[EventEnvelope], more: list[EventEnvelope], query: Query
) -> None:
    """On a running session what was found once would stand for what is there now."""
    store = EventsInMemory(first)
    growth = Growth(load(store, "s"))
    before = Search(ContextIndex(growth.log), query)
    list(before.steps(store))
    store.append(more)
    after = Search(ContextIndex(growth.grow(store)), query, before=before)
    found = sorted(int(i) + 1 for step in after.steps(store) for i in step.events)
    assert found == searched(store, query)


class CountingStore(EventsInMemory):
    """Counts the rows that are read."""

    count = 0

    def rows(self, rowids: Any) -> Any:
        self.count += len(rowids)
        return super().rows(rowids)


def test_what_the_columns_tell_reads_no_row() -> None:
    """To find all chats of a million events would take as long as to read them."""
    store = CountingStore([*(viewed("c", seconds=i) for i in range(50)), chat("c", seconds=60)])
    index = ContextIndex(load(store, "s"))
    store.count = 0
    found = list(search(store, index, parse("type:Chat* concept:c after:#1 -actor:bo")))
    assert [step.events.tolist() for step in found] == [[50]]
    assert store.count == 0
    list(search(store, index, parse("type:Chat* why")))
    assert store.count == 1


def test_a_grown_log_reads_what_is_new_alone() -> None:
    """A live session of a million events would be read anew with each that arrives."""
    store = CountingStore([viewed("c", seconds=i) for i in range(50)])
    growth, query = Growth(load(store, "s")), parse("raft")
    before = Search(ContextIndex(growth.log), query)
    list(before.steps(store))
    store.append([viewed("c", seconds=99, name="Raft")])
    store.count = 0
    after = Search(ContextIndex(growth.grow(store)), query, before=before)
    assert [s.events.tolist() for s in after.steps(store)] == [[], [50]]
    assert store.count == 1


def test_first_hits_come_before_all_is_read(tmp_path: Path) -> None:
    """A word in a long session would be waited for in front of an empty table."""
    log = [viewed("c", seconds=i, name="Raft") for i in range(2_000)]
    store = EventsInMemory(log)
    steps = search(store, ContextIndex(load(store, "s")), parse("raft"))
    next(steps)
    first = next(steps)
    assert len(first.events) == first.searched < first.total


def test_what_a_condition_may_not_stand_for_is_told() -> None:
    """`changed:*` would follow each of thousands of concepts through all of the log."""
    store = EventsInMemory([viewed(f"c-{i}", seconds=i) for i in range(30)])
    text = "type:UserViewed -changed:*"
    with pytest.raises(FilterError, match="30 concepts") as told:
        list(search(store, ContextIndex(load(store, "s")), parse(text)))
    assert told.value.underlined(text).splitlines()[1] == " " * 17 + "^" * 9


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("concept:RAFT", [1, 2, 5]),
        ("concept:c-raft", [1, 2, 5]),
        ("object:claim", [2]),
        ("object:cl-1", [2]),
        ("object:claim/cl-1", [2]),
        ("object:document/*", [3]),
        ('"a pap"', [3]),
        ("ada -type:UserViewed", [2, 3, 4]),
        ("is:late", [3]),
        ("after:09:00:20", [3, 4, 5]),
        ("before:09:00:20", [1, 2]),
        ("after:#2 before:#5", [3, 4]),
        ("payload.mentioned_concepts.name:Paxos", [4]),
        ("payload.concept_ids:c-raft", [2]),
        ("changed:paxos", [4]),
        ("nothing", []),
        ("", [1, 2, 3, 4, 5]),
    ],
)
def test_the_examples_of_the_guide(tmp_path: Path, text: str, positions: list[int]) -> None:
    """What the guide promises would not be found."""
    log = [
        viewed("c-raft", seconds=0, name="Raft"),
        claim("cl-1", "c-raft", seconds=10),
        chat("paxos", seconds=30),
        event(seconds=40, ref=("concept", "c-raft")),
    ]
    path = write_log(tmp_path / "my.db", log)
    append_elsewhere(path, [captured("document", "d", seconds=20)])
    with SQLiteEventStore(path) as store:
        assert searched(store, parse(text)) == positions


def test_rows_that_vanish_are_not_found() -> None:
    """A file that is rewritten meanwhile would end the search with a fault of the program."""

    class Gone(EventsInMemory):
        def rows(self, rowids: Any) -> Any:
            return []

    store = EventsInMemory([viewed("c", name="Raft")])
    index = ContextIndex(load(store, "s"))
    found = list(search(Gone([]), index, parse("raft")))
    assert np.concatenate([step.events for step in found]).tolist() == []


@pytest.mark.parametrize(
    ("word", "found"), [("17", [1, 2]), ("17.0", [1]), ("1.7e1", [1]), ("7", [2]), ("true", [])]
)
def test_a_word_that_is_a_number_is_found_among_numbers(
    tmp_path: Path, word: str, found: list[int]
) -> None:
    """A score that stands in the payload could be found by the name of its key alone."""
    payloads: list[dict[str, Any]] = [{"score": 17}, {"name": "step 17"}, {"flag": True}]
    events = [
        event(payload=payload, seconds=second, event_id=name)
        for second, (name, payload) in enumerate(zip("abc", payloads, strict=True))
    ]
    path = write_log(tmp_path / "events.db", events)
    with closing(SQLiteEventStore(path)) as store:
        assert searched(store, Word(Pattern.of(word))) == found


def test_the_parts_of_a_linked_session_are_told_by_the_session_they_are_stored_with(
    tmp_path: Path,
) -> None:
    """Who links a turn to its session could not look at one of them alone any more."""
    rows = [*in_session("s", [viewed("raft")]), *in_session("t", [viewed("raft", seconds=5)])]
    path = write_log(tmp_path / "events.db", rows)
    link = Link("Both", ("s", "t"))
    with closing(LinkedEventStore(path, links=[link])) as store:
        for text, found in [("session:t", [2]), ("-session:t", [1]), ("session:*", [1, 2])]:
            assert searched(store, parse(text), link.id) == found
