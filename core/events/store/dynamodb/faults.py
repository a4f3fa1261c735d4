"""What botocore raises, into the faults that a person can do something about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from core.events.errors import (
    AccessDenied,
    AnswerLate,
    CredentialsExpired,
    EventRejected,
    NoCredentials,
    NotAnEventLog,
    SourceNotFound,
    SourceThrottled,
    SourceUnreachable,
    StoreError,
    WrongLocation,
)
from core.events.store.dynamodb.location import TableLocation

_EXPIRED = frozenset({"ExpiredTokenException", "ExpiredToken", "RequestExpired"})
_NOT_TAKEN = frozenset(
    {
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
    }
)
_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "NotAuthorized", "OptInRequired"})
_THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
        "LimitExceededException",
        "TooManyRequestsException",
    }
)
_UNAVAILABLE = frozenset({"InternalServerError", "InternalFailure", "ServiceUnavailable", "500"})


class Cancelled(Exception):  # noqa: N818 - named by what happened.
    """A transaction was not done; `reasons` has one for each of its actions, in their order."""

    def __init__(self, reasons: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(", ".join(str(reason.get("Code")) for reason in reasons))
        self.reasons = reasons


class ConditionFailed(Exception):  # noqa: N818 - named by what happened.
    """A single write was not done, since its condition does not hold."""


@contextmanager
def translated(location: TableLocation) -> Iterator[None]:
    """Raise what botocore raises as StoreError, Cancelled or ConditionFailed; the rest goes on."""
    try:
        yield
    except Exception as error:
        fault = _unmet(error) or fault_of(error, location)
        if fault is None:
            raise
        raise fault from error


def _unmet(error: Exception) -> Exception | None:
    """What an answer that is no fault, but the way to write at once with others, stands for."""
    answer = getattr(error, "response", None) or {}
    code = answer.get("Error", {}).get("Code")
    if code == "TransactionCanceledException":
        return Cancelled(answer.get("CancellationReasons") or ())
    if code in ("TransactionConflictException", "TransactionInProgressException"):
        return Cancelled([{"Code": "TransactionConflict"}])
    return ConditionFailed() if code == "ConditionalCheckFailedException" else None


def fault_of(error: Exception, location: TableLocation) -> StoreError | None:
    """The fault that an error of botocore stands for; None where it is none of a person's."""
    from botocore import exceptions as boto  # type: ignore[import-untyped]

    match error:
        case boto.ClientError():
            return _refused(error, location)
        case boto.ProfileNotFound():
            return NoCredentials(
                f"There is no AWS profile “{location.profile or ''}” here ({error}). Name one that "
                "`aws configure list-profiles` lists, or leave profile= out."
            )
        case boto.TokenRetrievalError() | boto.UnauthorizedSSOTokenError():
            return _expired(location, error)
        case boto.CredentialRetrievalError() | boto.SSOError():
            return NoCredentials(
                f"The AWS credentials for “{location.table}” cannot be fetched ({error}). "
                "Check the profile, or sign in anew with `aws sso login`."
            )
        case boto.NoCredentialsError() | boto.PartialCredentialsError():
            return NoCredentials(
                f"There are no AWS credentials for “{location.table}”. Sign in with `aws sso "
                "login` or `aws configure`, set AWS_PROFILE, or add profile=NAME."
            )
        case boto.ReadTimeoutError():
            return AnswerLate(
                f"{_server(location)} does not answer in time: it is busy, or the network is slow "
                "or gone. Check the network, or try again in a while."
            )
        case boto.HTTPClientError() | boto.ConnectionError():
            return SourceUnreachable(
                f"{_server(location)} cannot be reached. Check the network, and the "
                f"{'endpoint' if location.endpoint else 'region'}."
            )
        case boto.NoRegionError() | boto.InvalidRegionError() | boto.EndpointConnectionError():
            return WrongLocation(f"“{location.region}” is no region: name one as us-east-1.")
    return None


def _server(location: TableLocation) -> str:
    return location.endpoint or f"DynamoDB in {location.region}"


def _refused(error: object, location: TableLocation) -> StoreError | None:
    """The fault of an answer that says no."""
    answer = getattr(error, "response", {})
    code = str(answer.get("Error", {}).get("Code", ""))
    said = str(answer.get("Error", {}).get("Message", ""))
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    table, region = location.table, location.region
    if code in _EXPIRED:
        return _expired(location, code)
    if code in _NOT_TAKEN:
        return CredentialsExpired(
            f"AWS does not take the credentials for “{table}” ({code}): they were revoked or are "
            "mistyped, or the clock here is wrong. Sign in anew, and check the clock."
        )
    if code in _DENIED:
        return AccessDenied(
            f"The credentials do not allow this on “{table}”: {said or code}. Ask for the "
            "policy that the README gives, or name another profile."
        )
    if code in ("ResourceNotFoundException", "TableNotFoundException"):
        return SourceNotFound(
            f"There is no table “{table}” in {region}. Check name, region and profile, or make "
            "it with `brainweb-replay table create`."
        )
    if code in _THROTTLED:
        return SourceThrottled(
            f"“{table}” takes no more requests just now ({code}). Try again in a while; a table "
            "with on-demand capacity grows with its load."
        )
    if code in _UNAVAILABLE or status >= 500:
        return SourceUnreachable(
            f"DynamoDB failed to answer for “{table}” ({code or status}). Try again in a while."
        )
    if code == "ValidationException" and _is_about_keys(said):
        return wrong_keys(location, said)
    if code in ("ItemCollectionSizeLimitExceededException", "ValidationException"):
        return EventRejected(f"“{table}” does not take this: {said or code}.")
    return None


def wrong_keys(location: TableLocation, said: str) -> NotAnEventLog:
    """The fault of a table that is keyed otherwise than Brain Web keys its tables."""
    return NotAnEventLog(
        f"The table “{location.table}” is not keyed by the texts pk and sk ({said}). Choose the "
        "table of a Brain Web backend, or make one with `brainweb-replay table create`."
    )


def _expired(location: TableLocation, why: object) -> CredentialsExpired:
    return CredentialsExpired(
        f"The AWS credentials for “{location.table}” have expired ({why}). Sign in anew, such as "
        "with `aws sso login`, and try again."
    )


def _is_about_keys(said: str) -> bool:
    said = said.lower()
    return "key" in said and ("schema" in said or "missed" in said or "missing" in said)
