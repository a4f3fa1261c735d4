"""Tables themselves: making one, and what one is like."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from core.events.errors import AccessDenied, EventRejected, SourceNotFound, StoreError
from core.events.store.dynamodb.client import Client
from core.events.store.dynamodb.faults import wrong_keys
from core.events.store.dynamodb.keys import HEADS_INDEX, IDEMPOTENCY_INDEX
from core.events.store.dynamodb.location import TableLocation
from core.late_dataclass import dataclass

logger = logging.getLogger(__name__)

_CREATE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class TableDescription:
    """What a table is like. `items` and `bytes` are DynamoDB's own, some hours old.

    `stream` is the ARN of its stream of changes, None where there is none; `recovery` whether it
    can be restored to a point in time, None where we may not know.
    """

    status: str
    items: int
    bytes: int
    on_demand: bool
    heads_index: bool
    idempotency_index: bool
    stream: str | None
    recovery: bool | None = None


def describe(client: Client, *, with_recovery: bool = False) -> TableDescription:
    """What the table is like; raises NotAnEventLog where it is keyed otherwise."""
    table = client.call("DescribeTable")["Table"]
    _check_keys(client.location, table)
    indexes = {
        index["IndexName"]
        for index in table.get("GlobalSecondaryIndexes") or ()
        if index.get("IndexStatus", "ACTIVE") == "ACTIVE" and not index.get("Backfilling")
    }
    billing = table.get("BillingModeSummary", {}).get("BillingMode")
    stream = table.get("StreamSpecification", {})
    return TableDescription(
        status=table["TableStatus"],
        items=table.get("ItemCount", 0),
        bytes=table.get("TableSizeBytes", 0),
        on_demand=billing == "PAY_PER_REQUEST",
        heads_index=HEADS_INDEX in indexes,
        idempotency_index=IDEMPOTENCY_INDEX in indexes,
        stream=table.get("LatestStreamArn") if stream.get("StreamEnabled") else None,
        recovery=_recovery(client) if with_recovery else None,
    )


def create(client: Client, *, idempotency_index: bool = True) -> TableDescription:
    """Make the table, on demand, with all that we and the backend use; waits until it is there.

    One that is there already is left as it is, if it is keyed rightly.
    """
    try:
        return describe(client, with_recovery=True)
    except SourceNotFound:
        pass
    indexes = [_index(HEADS_INDEX, "heads_pk", "heads_sk")]
    if idempotency_index:
        indexes.append(_index(IDEMPOTENCY_INDEX, "idempotency_key"))
    names = {key["AttributeName"] for index in indexes for key in index["KeySchema"]}
    client.call(
        "CreateTable",
        KeySchema=_keys("pk", "sk"),
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in sorted({"pk", "sk"} | names)
        ],
        GlobalSecondaryIndexes=indexes,
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    _wait_for(client)
    client.call(
        "UpdateContinuousBackups",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    return describe(client, with_recovery=True)


def add_heads_index(client: Client) -> bool:
    """Make the index on heads where there is none; whether it can be used by now.

    DynamoDB fills it by itself, which takes some minutes where the table is large.
    """
    if not describe(client).heads_index:
        try:
            client.call(
                "UpdateTable",
                AttributeDefinitions=[
                    {"AttributeName": name, "AttributeType": "S"}
                    for name in ("heads_pk", "heads_sk")
                ],
                GlobalSecondaryIndexUpdates=[
                    {"Create": _index(HEADS_INDEX, "heads_pk", "heads_sk")}
                ],
            )
        except EventRejected:
            # It is being made already.
            logger.info("the index on heads of %s is not made anew", client.location.table)
    return describe(client).heads_index


def _wait_for(client: Client) -> None:
    deadline = time.monotonic() + _CREATE_SECONDS
    while time.monotonic() < deadline:
        try:
            if describe(client).status == "ACTIVE":
                return
        except SourceNotFound:
            # It is not seen everywhere at once.
            pass
        time.sleep(0.5)
    raise StoreError(
        f"“{client.location.table}” is still being made. Look again with `brainweb-replay table "
        "describe` in a while."
    )


def _recovery(client: Client) -> bool | None:
    try:
        told = client.call("DescribeContinuousBackups")["ContinuousBackupsDescription"]
    except AccessDenied:
        return None
    point = told.get("PointInTimeRecoveryDescription", {})
    return bool(point.get("PointInTimeRecoveryStatus") == "ENABLED")


def _check_keys(location: TableLocation, table: Mapping[str, Any]) -> None:
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    keys = {each["AttributeName"]: each["KeyType"] for each in table["KeySchema"]}
    if keys != {"pk": "HASH", "sk": "RANGE"} or {types.get("pk"), types.get("sk")} != {"S"}:
        named = ", ".join(f"{name} ({types.get(name)})" for name in keys)
        raise wrong_keys(location, f"its keys are {named}")


def _index(name: str, *keys: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": _keys(*keys),
        "Projection": {"ProjectionType": "ALL"},
    }


def _keys(partition: str, *sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        *({"AttributeName": name, "KeyType": "RANGE"} for name in sort),
    ]
