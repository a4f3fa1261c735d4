"""The sessions of a table: by the index on heads, or by reading the table where it has none."""

from __future__ import annotations

from collections.abc import Iterator

from core.events.store.dynamodb.client import Client
from core.events.store.dynamodb.heads import Head, head_of
from core.events.store.dynamodb.keys import HEADS_INDEX, heads_shards


def heads(client: Client) -> Iterator[Head]:
    """Every head, by the index: newest first within a shard. The index may be a moment behind."""
    for shard in heads_shards():
        pages = client.pages(
            "Query",
            IndexName=HEADS_INDEX,
            KeyConditionExpression="heads_pk = :shard",
            ExpressionAttributeValues={":shard": {"S": shard}},
            ScanIndexForward=False,
        )
        for answer in pages:
            client.capacity.count_page(len(answer["Items"]), 0)
            for item in answer["Items"]:
                head = head_of(item)
                if head is not None:
                    yield head
