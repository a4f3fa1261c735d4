from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.events.errors import EventRejected, ReadOnlyStore, StoreClosed
from core.events.schema import EventEnvelope, ObjectRef
from core.events.store import EventStore
from core.events.store.dynamodb.items import ITEM_LIMIT, item_of
from core.events.store.dynamodb.store import DynamoDBEventStore
from tests.core.events.dynamodb.tables import full_table, opened, put_all
from tests.core.events.dynamodb_server import ENDPOINT, MOTO, Table
from tests.core.events.store_contract import StoreContract, event, ids_of


@pytest.mark.usefixtures("aws_environment")
class TestDynamoDBStore(StoreContract):
    @pytest.fixture(autouse=True)
    def server(self, dynamodb_endpoint: str | None) -> None:
        self.endpoint = dynamodb_endpoint

    @contextmanager
    def make_store(self) -> Iterator[EventStore]:
        table = full_table(self.endpoint)
        with opened(table) as store:
            yield store
        table.delete()

    def fill(self, store: EventStore, events: list[EventEnvelope]) -> None:
        # ministack copies the table with each transaction.
        assert isinstance(store, DynamoDBEventStore)
        table = Table(store.location.table, self.endpoint)
        put_all(table, [item_of(each, number) for number, each in enumerate(events, 1)])


def test_an_event_is_written_as_the_backend_writes_it(dynamodb_table: Table) -> None:
    made = event(
        0.5,
        payload={"name": "Zürich"},
        idempotency_key="k",
        object_ref=ObjectRef(type="concept", id="c"),
    )
    with opened(dynamodb_table) as store:
        store.append(made)
    (item,) = [each for each in dynamodb_table.items() if each["pk"]["S"].startswith("session#")]
    ours = {name for name in item if name.startswith("replay_")}
    assert {name: item[name] for name in item.keys() - ours} == {
        "pk": {"S": "session#s"},
        "sk": {"S": f"event#2026-01-05T12:00:00.500000#{made.event_id}"},
        "event_id": {"S": made.event_id},
        "event_type": {"S": "UserViewed"},
        "session_id": {"S": "s"},
        "occurred_at": {"S": "2026-01-05T12:00:00.500000"},
        "actor_id": {"NULL": True},
        "correlation_id": {"NULL": True},
        "trace_id": {"NULL": True},
        "version": {"N": "1"},
        "payload": {"S": '{"name": "Z\\u00fcrich"}'},
        "idempotency_key": {"S": "k"},
        "object_ref_type": {"S": "concept"},
        "object_ref_id": {"S": "c"},
    }


def test_nothing_of_ours_is_where_the_backend_reads(dynamodb_table: Table) -> None:
    """It reads the whole partition of a session, and fails on what is no event."""
    with opened(dynamodb_table) as store:
        store.append_many([event(idempotency_key="k"), event(session_id="t")])
    keys = [(item["pk"]["S"], item["sk"]["S"]) for item in dynamodb_table.items()]
    of_sessions = [sk for pk, sk in keys if pk.startswith("session#")]
    assert len(of_sessions) == 2
    assert all(sk.startswith("event#") for sk in of_sessions)
    assert len(keys) - 2 == len([pk for pk, _ in keys if pk.startswith("replay#")]) == 5


def test_what_is_too_large_is_refused_before_anything_is_sent(dynamodb_table: Table) -> None:
    """The server's own words would not say what to do, and half of a batch would be stored."""
    with opened(dynamodb_table) as store:
        before = store.capacity
        large = event(payload={"text": "x" * ITEM_LIMIT})
        with pytest.raises(EventRejected, match=r"409,600 at the most\. Keep what is large"):
            store.append_many([event(), large])
        assert store.capacity == before


@pytest.mark.skipif(os.environ.get(ENDPOINT) == MOTO, reason="moto takes 405,000 bytes at most")
def test_what_just_fits_is_stored(dynamodb_table: Table) -> None:
    with opened(dynamodb_table) as store:
        fits = event(payload={"text": "x" * (ITEM_LIMIT - 1_000)})
        store.append(fits)
        assert list(store.replay("s")) == [fits]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"session_id": "s" * 2_045}, "2,048 is the most"),
        ({"idempotency_key": "k" * 1_025}, "1,024 characters"),
        ({"version": 2**63}, "64 bits"),
    ],
)
def test_what_no_key_can_hold_is_refused(
    dynamodb_table: Table, fields: dict[str, object], why: str
) -> None:
    with opened(dynamodb_table) as store, pytest.raises(EventRejected, match=why):
        store.append(event(**fields))


def test_a_batch_larger_than_a_transaction_goes_by_several(dynamodb_table: Table) -> None:
    """4 MB and 100 actions are the most of one."""
    made = [
        event(n, session_id=f"s-{n % 3}", payload={"text": "x" * 390_000}) for n in range(12)
    ] + [event(n, session_id="many", idempotency_key=str(n)) for n in range(70)]
    with opened(dynamodb_table) as store:
        assert not any(answer.existed for answer in store.append_many(made))
        again = store.append_many(made)
        assert all(answer.existed for answer in again)
        assert [answer.event for answer in again] == made
        assert [(s.session_id, s.count) for s in store.sessions()] == [
            ("many", 70), ("s-2", 4), ("s-1", 4), ("s-0", 4),
        ]  # fmt: skip


def test_a_store_to_read_does_not_write(dynamodb_table: Table) -> None:
    with opened(dynamodb_table, writable=False) as store:
        with pytest.raises(ReadOnlyStore, match="for reading only"):
            store.append(event())
        with pytest.raises(ReadOnlyStore):
            store.write_heads()
    assert dynamodb_table.items() == []


def test_a_closed_store_says_so(dynamodb_table: Table) -> None:
    with opened(dynamodb_table) as store:
        pass
    store.close()
    with pytest.raises(StoreClosed):
        store.append(event())


def test_a_head_follows_late_events(dynamodb_table: Table) -> None:
    with opened(dynamodb_table) as store:
        assert store.head("s") is None
        late = event(-5, actor_id="bob")
        store.append_many([event(0, actor_id="ada"), event(7), late, event(0)])
        head = store.head("s")
    assert head is not None
    assert (head.count, head.arrivals, head.actor_id) == (4, 4, "bob")
    assert head.last - head.first == 12_000_000


def test_pages_go_on_from_a_key(dynamodb_table: Table) -> None:
    """A mirror that was stopped goes on where it was, and takes up what came at the end."""
    made = [event(second) for second in range(7)]
    with opened(dynamodb_table) as store:
        store.append_many(made)
        pages = list(store.session_pages("s", limit=3))
        assert [[row.event_id for row in page.rows] for page in pages] == [
            ids_of(made[:3]), ids_of(made[3:6]), ids_of(made[6:]),
        ]  # fmt: skip
        assert [page.next_key is None for page in pages] == [False, False, True]
        assert all(page.capacity > 0 and page.bytes > 200 for page in pages)
        rest = list(store.session_pages("s", after=pages[0].next_key))
        assert [row.rowid for page in rest for row in page.rows] == [4, 5, 6, 7]
        later = event(9)
        store.append(later)
        (more,) = store.session_pages("s", after=rest[-1].last_key)
        assert [row.event_id for row in more.rows] == [later.event_id]


def test_two_stores_take_turns_at_one_session(dynamodb_table: Table) -> None:
    with opened(dynamodb_table) as one, opened(dynamodb_table) as other:
        made = [event(n) for n in range(8)]
        for number, each in enumerate(made):
            (one, other)[number % 2].append(each)
        assert ids_of(one.replay("s")) == ids_of(made)
        head = other.head("s")
        assert head is not None
        assert (head.count, head.arrivals) == (8, 8)
