"""Rows that are taken in many at once say what they say one by one, good and bad ones mixed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.events.store import SQLiteEventStore
from core.replay import columnwise, taking
from core.replay.columns import Int64
from core.replay.loader import load
from core.replay.reading import RowTuple
from tests.builders import chat, claim, viewed
from tests.builders_files import INDEXES, TABLE, row_of
from tests.core.replay.strategies import BAD_PAYLOADS, BadText, events, raw_rows
from tests.core.replay.test_loader import Row, lax_table, shared, stored
from tests.core.replay.told import told


@contextmanager
def at_once(*, page: int = 2, waiting: int = 5) -> Iterator[None]:
    """Rows are taken in by pages of so many, however few there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taking, "_WORTH_IT", 0)
        patch.setattr(taking, "_FIRST", page)
        patch.setattr(taking, "_SMALLEST", page)
        patch.setattr(taking, "_LARGEST", 4 * page)
        patch.setattr(columnwise, "_AT_ONCE", waiting)
        yield


class Apart:
    """The rows of a store, never joined."""

    def __init__(self, store: SQLiteEventStore) -> None:
        self.last_rowid, self.rows = store.last_rowid, store.rows
        self.instant_pages, self.row_pages = store.instant_pages, store.row_pages

    def joined_rows(self, rowids: Int64) -> None:
        """None of them."""


_seps = st.sampled_from(["\x1f", "\x1e", "\n", "\x00", "\x1e\x1f", "a\x1fb", "a\x1eb", "\x1f\x1e"])
_strange = {
    "event_type": _seps | st.sampled_from([b"UserViewed", "", "Strange"]),
    "actor_id": _seps | st.sampled_from(["", b"ada", BadText(b"\xc3")]),
    "object_ref_type": _seps | st.sampled_from(["", None, "concept", "claim", b"concept"]),
    "object_ref_id": _seps | st.sampled_from(["", None, "c-1", BadText(b"\xe2\x82")]),
    "version": st.sampled_from([0, 2, "1", None]),
    "trace_id": st.just(b"t"),
    "correlation_id": st.just(b"t"),
    "idempotency_key": st.binary(min_size=4, max_size=4),
}
_PAYLOADS: tuple[Any, ...] = (
    *BAD_PAYLOADS,
    *("", "\n", "{}\n{}", "{}{}", "{} {}", '{"a":[{}', '"x":1}]}', '{"a":"}', '{"}', "{},{}"),
    *(' {"name":"Raft"}', '{"name":"Raft"} ', '{\n"name":"Raft"}', '{"name":"a\\nb"}'),
    *(
        '{"name":"\\ud83d\\ude00"}',
        '{"name":"\\ud83d"}',
        '{"name":"\\u00e9\\"\\\\"}',
        '{"name":"é"}',
    ),
    *('{"name":null}', '{"name":1.5}', '{"name":{"a":1},"name":"Raft"}', '{"name":"x","name":7}'),
    *('{"domain":7}', '{"domain":"d","domain":null}', '{"a":1e999}', '{"a":123456789012345678901}'),
    json.dumps({"name": "Raft", "text": "x" * 9_000}),
    json.dumps({"name": "Raft", "text": "é[{" * 150}, ensure_ascii=False),
    '{"a":' + "[" * 199 + "]" * 199 + "}",
    *(
        '{"mentioned_concepts":' + mentions + "}"
        for mentions in (
            '[{"concept_id":"c-1","name":"A"},{"concept_id":"c-2","name":"B"}]',
            '[{"concept_id": "c-1", "name": "A"} , {"concept_id": "c-2", "name": "\\"{"}]',
            '[{"name":"A","concept_id":"c-1"}]',
            '[{"concept_id":"c-1","name":"A","weight":2}]',
            '[{"concept_id":"c-1","name":null},{"concept_id":"name","name":"concept_id"}]',
            '[{"concept_id":null,"name":"name"},{"x":"concept_id","name":"y"}]',
            '[{"concept_id":"","name":"A"},{"concept_id":"c-\\u0031","name":""}]',
            '[{"concept_id":"c-1","name":"A"},5]',
            '[[{"concept_id":"c-1","name":"A"}]]',
            '[{"concept_id":"c-1","name":"A"},[]]',
            "[ ]",
            "[{}]",
            "12",
            "null",
        )
    ),
    *(
        '{"concept_ids":' + ids + "}"
        for ids in (
            '["c-1", "c-2"]',
            '["c-1",1]',
            '["c-1",1,"c-2"]',
            '[["c-1"]]',
            '["","c-\\u0031"]',
        )
    ),
    *('{"concept_ids":["c\\\\","c"]}', '{"concept_ids":12}', '{"concept_ids":["c-1" ,  "c-2"]}'),
)


@st.composite
def mixed(draw: st.DrawFn) -> list[Row]:
    """Rows as the backend writes them, and some that are not."""
    rows = [row_of(each, session_id="s") for each in draw(st.lists(events(), max_size=16))]
    for place in draw(st.lists(st.integers(0, 15), max_size=3)):
        if place < len(rows):
            column = draw(st.sampled_from([*_strange, *["payload"] * 6]))
            values = st.sampled_from(_PAYLOADS) if column == "payload" else _strange[column]
            rows[place] |= {column: draw(values)}
    return rows


TABLES = st.sampled_from([";".join([TABLE, INDEXES]), lax_table("TEXT"), lax_table("")])


@given(
    rows=mixed() | st.lists(raw_rows, max_size=6),
    page=st.integers(1, 4),
    waiting=st.integers(1, 20),
    table=TABLES,
)
@settings(deadline=None)
def test_rows_at_once_say_what_rows_one_by_one_say(
    rows: list[Row], page: int, waiting: int, table: str
) -> None:
    """A long session would be another than a short one of the same events."""
    if table.startswith(TABLE):
        rows = [row | {"event_id": f"e-{n}"} for n, row in enumerate(rows)]
        needed = ("event_type", "payload", "session_id", "occurred_at", "version")
        rows = [row for row in rows if None not in [row[name] for name in needed]]
        rows = [{k: v for k, v in row.items() if k != "idempotency_key"} for row in rows]
    with stored(list(enumerate(rows, 1)), table=table, index=not table.startswith(TABLE)) as store:
        expected = load(Apart(store), "s")
        with at_once(page=page, waiting=waiting):
            for log in (load(store, "s"), shared(store)):
                assert told(log) == told(expected)
                assert log.problems == expected.problems


@pytest.mark.parametrize("kind", ["UserViewed", "ChatMessageCreated", "ClaimUpserted", "New"])
def test_every_payload_says_the_same_at_once(kind: str) -> None:
    """A payload that is written in some other way would count for something else."""
    ref = {"UserViewed": "concept", "ClaimUpserted": "claim"}.get(kind)
    usual = row_of(viewed("raft"), session_id="s", event_type=kind)
    usual |= {"object_ref_type": ref, "object_ref_id": ref and f"{ref}-1"}
    rows = [usual | {"event_id": f"e-{n}", "payload": p} for n, p in enumerate(_PAYLOADS)]
    for page in (1, 2, 64):
        with stored(list(enumerate(rows, 1)), table=lax_table("TEXT")) as store:
            expected = load(Apart(store), "s")
            with at_once(page=page):
                log = load(store, "s")
        assert told(log) == told(expected)
        assert log.problems == expected.problems


def usual(count: int) -> list[Row]:
    """Rows as the backend writes them, of the kinds that count and others."""
    made = []
    for n in range(count):
        at = float(n)
        made += [
            viewed(f"c-{n % 5}", seconds=at, name="Raft é"),
            chat("c-1", f"c-{n % 7}", seconds=at),
            claim(f"cl-{n}", "c-2", "c-3", seconds=at),
        ]
    return [row_of(event, session_id="s") for event in made]


def test_usual_rows_are_not_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million events would take twice as long to open, and nobody would know why."""

    def never(*_: object) -> Iterator[list[RowTuple]]:
        raise AssertionError("a usual row was read by itself")

    rows = list(enumerate(usual(20), 1))
    with stored(rows, table=f"{TABLE};{INDEXES}", index=False) as store, at_once(page=8):
        monkeypatch.setattr(SQLiteEventStore, "row_pages", never)
        assert len(load(store, "s").contributions) == 20 * 5


def test_a_bad_row_makes_few_others_slow() -> None:
    """One row that an old version wrote would make a long session slow to open."""
    rows = usual(400)
    rows[500] |= {"payload": "{oops"}
    slow: list[int] = []

    class Counting(Apart):
        def __init__(self, store: SQLiteEventStore) -> None:
            super().__init__(store)
            self.joined_rows, self.row_pages = store.joined_rows, self._counted  # type: ignore
            self._store = store

        def _counted(self, session_id: str, rowids: Int64) -> Iterator[list[RowTuple]]:
            slow.append(len(rowids))
            yield from self._store.row_pages(session_id, rowids)

    with stored(list(enumerate(rows, 1))) as store, at_once(page=16):
        log = load(Counting(store), "s")
    assert [problem.row for problem in log.problems] == [501]
    assert sum(slow) <= 64


def test_blobs_anywhere_are_looked_for_in_each_row() -> None:
    """An index that knows of one such row would make all others slow, or the row pass unseen."""
    rows = [row | {"event_id": f"e-{n}"} for n, row in enumerate(usual(10))]
    rows[20] |= {"event_id": b"e-20", "session_id": "s"}
    with stored(list(enumerate(rows, 1)), table=f"{TABLE};{INDEXES}", index=False) as store:
        keys = np.arange(1, 31)
        assert store.joined_rows(keys[:10]) is None
        assert store.joined_rows(keys[:20]) is not None
        assert store.joined_rows(keys[20:]) is None
        assert store.joined_rows(keys[21:]) is not None


def test_rows_that_are_gone_are_not_joined() -> None:
    """What vanished would be taken for what comes behind it."""
    with stored(list(enumerate(usual(2), 1))) as store:
        assert store.joined_rows(np.array([1, 2, 9])) is None
        found = store.joined_rows(np.array([1, 2]))
    assert found is not None
    assert found.people == 2
