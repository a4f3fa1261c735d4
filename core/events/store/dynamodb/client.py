"""The one way to the server: boto3 with short time-outs, counted capacity, and faults in words."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from core.events.errors import StoreClosed
from core.events.store.dynamodb.capacity import CapacityCounter
from core.events.store.dynamodb.faults import translated
from core.events.store.dynamodb.location import TableLocation

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 3.0
ATTEMPTS: Final = 3
"""How often a request is sent at the most; the waits between are botocore's, with full jitter."""

_MAX_CONNECTIONS = 16
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
_COUNTED = _WRITES | {"GetItem", "BatchGetItem", "Query", "Scan"}
# At DEBUG they write the headers of requests down, a session token among them; at INFO, at every
# start, where credentials were found.
_TALKATIVE = ("botocore", "boto3")

Item = Mapping[str, Mapping[str, Any]]
"""An item as DynamoDB spells it: `{"pk": {"S": "…"}, …}`."""


class Client:
    """Sends requests to one table; any thread may. Raises StoreError for every known fault.

    Credentials are those of AWS's default chain, or of the profile that the location names; they
    are neither kept nor logged here. Nothing is sent, and boto3 is not imported, before the first
    call. `attempts` is how often a request is sent at the most, and `read_seconds` how long each
    is waited for.
    """

    def __init__(
        self,
        location: TableLocation,
        *,
        attempts: int = ATTEMPTS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self.location = location
        self.capacity = CapacityCounter()
        self._attempts, self._read_seconds = attempts, read_seconds
        self._lock = threading.Lock()
        self._boto: Any = None
        self._closed = False

    @property
    def boto(self) -> Any:
        """boto3's client, made at the first use."""
        with self._lock:
            if self._closed:
                raise StoreClosed(f"“{self.location}” was closed. Open it again.")
            if self._boto is None:
                with translated(self.location):
                    self._boto = make_boto(
                        "dynamodb",
                        self.location,
                        attempts=self._attempts,
                        read_seconds=self._read_seconds,
                    )
            return self._boto

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer to an operation, named as in AWS's documentation, on this table."""
        if operation in _COUNTED:
            parameters["ReturnConsumedCapacity"] = "TOTAL"
        if operation not in ("BatchGetItem", "BatchWriteItem", "TransactWriteItems"):
            parameters["TableName"] = self.location.table
        from botocore import xform_name  # type: ignore[import-untyped]

        send = getattr(self.boto, xform_name(operation))
        with translated(self.location):
            answer: dict[str, Any] = send(**parameters)
        self.capacity.count(operation, answer, writes=operation in _WRITES)
        return answer

    def pages(self, operation: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every page of a `Query` or `Scan`: it is followed to its end."""
        while True:
            answer = self.call(operation, **parameters)
            yield answer
            last = answer.get("LastEvaluatedKey")
            if not last:
                return
            parameters["ExclusiveStartKey"] = last

    def get(self, key: Item, *, consistent: bool = True) -> dict[str, Any] | None:
        """The item of a key, or None."""
        answer = self.call("GetItem", Key=key, ConsistentRead=consistent)
        return answer.get("Item")

    def close(self) -> None:
        """Let go of the connections; closing twice is no fault."""
        with self._lock:
            self._closed = True
            boto, self._boto = self._boto, None
        if boto is not None:
            boto.close()


def make_boto(
    service: str,
    location: TableLocation,
    *,
    attempts: int = ATTEMPTS,
    read_seconds: float = READ_SECONDS,
) -> Any:
    """A client of boto3 for a service at this location. Raises what botocore does."""
    # Imported here, since it costs a start of the program a quarter of a second.
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]
    from botocore.session import get_session  # type: ignore[import-untyped]

    for name in _TALKATIVE:
        quiet = logging.getLogger(name)
        quiet.setLevel(max(quiet.level, logging.WARNING))
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=_MAX_CONNECTIONS,
        # An account's own endpoint would be looked up by one more request.
        account_id_endpoint_mode="disabled",
    )
    # Credentials are looked for anew each time, what AWS's services are like is read once.
    base = get_session()
    base.register_component("data_loader", _loader())
    session = boto3.session.Session(
        profile_name=location.profile, region_name=location.region, botocore_session=base
    )
    return session.client(service, endpoint_url=location.endpoint, config=config)


@cache
def _loader() -> Any:
    from botocore.loaders import create_loader  # type: ignore[import-untyped]

    return create_loader()
