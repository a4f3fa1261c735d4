from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope
from core.events.store.dynamodb.heads import Head, head_item, head_of
from core.events.store.dynamodb.items import item_of, row_of
from core.events.store.dynamodb.keys import HEAD_SHARDS, heads_shard, heads_shards
from core.events.store.dynamodb.reading import page_of, placed
from core.events.store.dynamodb.survey import Tally
from tests.core.events.store_contract import envelopes, event

of_one_session = envelopes.map(lambda made: made.model_copy(update={"session_id": "s"}))


@given(st.lists(of_one_session, max_size=20), st.integers(0, 20))
def test_a_head_that_grew_says_what_reading_the_session_says(
    events: list[EventEnvelope], cut: int
) -> None:
    """Else a list shows other counts and times than the session has."""
    head = Head("s")
    for each in events:
        head = head.grown(each)
    items = [item_of(each, number) for number, each in enumerate(events, 1)]
    tally = Tally("s")
    for each in placed(page_of(items[cut:] + items[:cut], {})):
        tally.take(each)
    assert tally.head() == head


@given(
    st.builds(
        Head,
        st.text(st.characters(exclude_categories=["Cs"]), max_size=600),
        st.integers(0, 10**9),
        st.integers(-(10**16), 10**17),
        st.integers(-(10**16), 10**17),
        st.none() | st.text(max_size=5),
        st.integers(0, 10**9),
        st.integers(1, 10**9),
    )
)
def test_a_head_comes_back_from_its_item(head: Head) -> None:
    item = head_item(head)
    assert head_of(item) == head
    assert len(item["heads_sk"]["S"].encode()) <= 1_024
    assert head.says_the_same(replace(head, version=head.version + 1))


def test_heads_are_spread_over_all_shards() -> None:
    """One partition of an index takes a thousand writes a second at the most."""
    used = {heads_shard(f"session-{number}") for number in range(200)}
    assert used == set(heads_shards())
    assert len(used) == HEAD_SHARDS


def test_the_bytes_of_an_item_hold_what_it_says() -> None:
    made = event(payload={"text": "x" * 1_000})
    row, problems = row_of(item_of(made, 7))
    assert (row.rowid, row.event_id, problems) == (7, made.event_id, [])
    assert row.created_at is not None
