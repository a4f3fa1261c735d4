"""A table that a backend writes: everything of it is shown, and what we write it can read."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Key

from core.events.store.dynamodb.survey import ScanProgress
from tests.core.events.dynamodb.tables import (
    a_session,
    backend_item,
    foreign,
    opened,
    put_all,
    stamp,
)
from tests.core.events.dynamodb_server import Table
from tests.core.events.store_contract import event, ids_of

MANY = 3_000


def test_a_session_of_many_pages_replays_whole(dynamodb_table: Table) -> None:
    """The backend takes the first page for the whole: 841 of 3,000 events."""
    items = a_session(MANY, "x" * 700)
    put_all(dynamodb_table, [*items, backend_item("bad", "yesterday"), *foreign(30)])
    with opened(dynamodb_table, writable=False) as store:
        replayed = list(store.replay("s"))
        # An item takes about 900 bytes, a page 1 MB.
        assert store.capacity.pages > MANY // 1_300
    assert ids_of(replayed) == [item["event_id"]["S"] for item in items]
    assert [replayed[n].actor_id for n in (7, 8)] == ["ada", None]
    assert [replayed[n].version for n in (7, 8)] == [1, 2]
    assert replayed[9].object_ref is not None
    assert replayed[10].event_type == "SomethingElse"
    assert replayed[14].payload["n"] == 14


def test_what_is_wrong_is_listed_and_what_is_foreign_counted(dynamodb_table: Table) -> None:
    put_all(dynamodb_table, [*a_session(40), backend_item("bad", "yesterday"), *foreign(3)])
    with opened(dynamodb_table, writable=False) as store:
        problems = [(problem.event_id, problem.reason) for problem in store.problems("s")]
        assert [(name, reason.partition(":")[0]) for name, reason in problems] == [
            ("e-00010", "event type “SomethingElse” is unknown"),
            ("e-00011", "payload is not JSON"),
            ("e-00013", "the idempotency key is that of an earlier event too"),
            ("bad", "occurred_at cannot be read, so the event is not shown"),
        ]
        told: list[ScanProgress] = []
        (session,) = store.survey(told.append)
        assert (session.session_id, session.count) == ("s", 40)
        assert (told[-1].items, told[-1].foreign) == (44, 3)
        assert told[-1].read_units > 0


def test_ours_and_the_backends_stand_in_one_order(dynamodb_table: Table) -> None:
    """Among equal instants those of the backend come first, ours in order of arrival."""
    put_all(
        dynamodb_table,
        [backend_item(name, "2026-01-05T12:00:00") for name in ("b", "a")]
        + [backend_item("early", "2026-01-05T11:59:59.900000", actor_id="bob")],
    )
    ours = [event(0), event(0), event(-1)]
    ours[0], ours[1] = ours[1], ours[0]
    with opened(dynamodb_table) as store:
        store.append_many(ours)
        expected = [ours[2].event_id, "early", "a", "b", *ids_of(ours[:2])]
        assert ids_of(store.replay("s")) == expected
        assert ids_of(store.list_events("s", limit=5)) == expected[:5]
        page = store.page("s", limit=3)
        assert ids_of(page.events) == expected[:3]
        assert ids_of(store.page("s", cursor=page.cursor).events) == expected[3:]
        head = store.head("s")
        assert head is not None
        assert (head.count, head.arrivals) == (6, 3)
        assert store.position("s") == 6


def test_instants_with_offsets_are_ordered_as_instants(dynamodb_table: Table) -> None:
    """As text 13:00+05:00 sorts after 12:00, which it came four hours before."""
    put_all(
        dynamodb_table,
        [
            backend_item("noon", "2026-01-05T12:00:00"),
            backend_item("east", "2026-01-05T13:00:00+05:00"),
            backend_item("zulu", "2026-01-05T12:00:00.5Z"),
        ],
    )
    with opened(dynamodb_table) as store:
        for found in (
            list(store.replay("s")),
            store.list_events("s"),
            store.page("s").events,
        ):
            assert ids_of(found) == ["east", "noon", "zulu"]
        (session,) = store.sessions()
        assert session.last - session.first == 4 * 3_600_000_000 + 500_000


def test_attributes_of_any_type_are_shown_or_listed(dynamodb_table: Table) -> None:
    """One bad item makes a whole session unreadable in the backend."""
    good, odd, bare = (backend_item(name, f"2026-01-05T12:00:0{n}") for n, name in enumerate("abc"))
    odd["payload"] = {"M": {"name": {"S": "Graph"}, "n": {"N": "3"}}}
    odd["actor_id"] = {"L": [{"S": "ada"}]}
    odd["version"] = {"S": "one"}
    odd["trace_id"] = {"B": b"\xff"}
    bare = {name: bare[name] for name in ("pk", "sk", "event_type")}
    stray = {"pk": {"S": "session#s"}, "sk": {"S": "note"}, "text": {"S": "no event"}}
    put_all(dynamodb_table, [good, odd, bare, stray])
    with opened(dynamodb_table) as store:
        a, b, c = store.replay("s")
        assert (a.event_id, b.payload, b.actor_id, b.version) == (
            "a", {"name": "Graph", "n": 3}, '["ada"]', 1,
        )  # fmt: skip
        assert (c.event_id, c.session_id, c.payload) == ("c", "s", {})
        reasons = [f"{p.event_id}: {p.reason}" for p in store.problems("s")]
        assert [each for each in reasons if each.startswith("a:")] == []
        assert "b: payload is stored as a map, not as a JSON text" in reasons
        assert "c: event_id is missing: it is taken from the key" in reasons
        assert "note: the sort key is not that of an event" in reasons
        assert sorted(reasons) == sorted(f"{p.event_id}: {p.reason}" for p in store.problems())


def test_a_table_without_heads_is_listed_by_reading_it(dynamodb_table: Table) -> None:
    put_all(
        dynamodb_table,
        [
            backend_item(f"{session}-{n}", stamp(30 * n + 3 * ord(session)), session)
            for session in "abc"
            for n in range(4)
        ],
    )
    told: list[ScanProgress] = []
    with opened(dynamodb_table, on_progress=told.append) as store:
        listed = store.sessions()
        assert [(s.session_id, s.count) for s in listed] == [("c", 4), ("b", 4), ("a", 4)]
        assert told[-1].sessions == 3


def test_what_came_since_a_mark_holds_what_the_backend_wrote(dynamodb_table: Table) -> None:
    put_all(dynamodb_table, [backend_item("a", "2026-01-05T12:00:00")])
    with opened(dynamodb_table) as store:
        (first,) = store.since("s")
        put_all(dynamodb_table, [backend_item("b", "2026-01-05T12:00:01")])
        ours = store.append(event(5)).event
        (second,) = store.since("s", first.cursor)
        assert sorted(ids_of(second.events)) == sorted(["b", ours.event_id])
        (third,) = store.since("s", second.cursor)
        assert third.events == []


def read_as_the_backend(table: Table, session_id: str) -> list[dict[str, Any]]:
    """The backend's own way: the whole partition, and every item of it as an event."""
    resource = boto3.resource("dynamodb", region_name=table.region, endpoint_url=table.endpoint)
    try:
        answer = resource.Table(table.name).query(
            KeyConditionExpression=Key("pk").eq(f"session#{session_id}"), ScanIndexForward=True
        )
    finally:
        resource.meta.client.close()
    return [
        {
            "event_id": item["event_id"],
            "event_type": item["event_type"],
            "session_id": item["session_id"],
            "actor_id": item["actor_id"],
            "occurred_at": item["occurred_at"],
            "version": int(item["version"]),
            "idempotency_key": item.get("idempotency_key"),
            "correlation_id": item["correlation_id"],
            "trace_id": item["trace_id"],
            "object_ref": {"type": item["object_ref_type"], "id": item["object_ref_id"]}
            if item.get("object_ref_type") and item.get("object_ref_id")
            else None,
            "payload": json.loads(item["payload"]),
        }
        for item in answer["Items"]
    ]


def test_the_backend_reads_what_we_wrote(dynamodb_table: Table) -> None:
    made = [event(n, payload={"n": [n, 0.5, None]}, idempotency_key=f"k-{n}") for n in range(20)]
    made.append(event(30, actor_id="ada", correlation_id="c", trace_id="t"))
    with opened(dynamodb_table) as store:
        store.append_many(made)
    found = read_as_the_backend(dynamodb_table, "s")
    assert [item | {"occurred_at": f"{item['occurred_at']}Z"} for item in found] == [
        each.to_wire() for each in made
    ]


@pytest.mark.parametrize("name", ["tenant#1", "session", "replay#head#s"])
def test_what_is_no_session_is_none(dynamodb_table: Table, name: str) -> None:
    """Such items may lie in the table of a backend."""
    dynamodb_table.put(pk={"S": name}, sk={"S": "x"})
    with opened(dynamodb_table) as store:
        assert store.sessions() == []
        assert list(store.iter_events()) == []
        assert list(store.problems()) == []
