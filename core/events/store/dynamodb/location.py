"""Where a table is: `dynamodb://TABLE?region=…&endpoint=…&profile=…`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from core.events.errors import WrongLocation
from core.events.problems import printable
from core.late_dataclass import dataclass

SCHEME = "dynamodb://"
DEFAULT_REGION = "us-east-1"
EXPECTED = (
    "dynamodb://TABLE, then ?region=REGION, endpoint=URL or profile=NAME, joined by &, as wished"
)

_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_PARAMETERS = ("region", "endpoint", "profile")


@dataclass(frozen=True, slots=True)
class TableLocation:
    """A table of a region; at AWS, unless an `endpoint` (a URL) says where else.

    `profile` names the credentials in AWS's own configuration; by default they are looked for where
    every AWS program does. None are ever part of a location.
    """

    table: str
    region: str = DEFAULT_REGION
    endpoint: str | None = None
    profile: str | None = None

    def __str__(self) -> str:
        """The location as text, which `parse_location` reads."""
        named = {"region": self.region, "endpoint": self.endpoint, "profile": self.profile}
        given = {name: value for name, value in named.items() if value is not None}
        return f"{SCHEME}{self.table}?{urlencode(given, quote_via=quote, safe=':/')}"


def is_location(text: str) -> bool:
    """Whether a text names a table, if perhaps wrongly, rather than a file."""
    return text.lower().startswith(SCHEME.rstrip("/"))


def parse_location(text: str, environ: Mapping[str, str] = os.environ) -> TableLocation:
    """The table that a text names; without a region, that of AWS_REGION, else us-east-1.

    Raises WrongLocation, which says what was expected.
    """
    if not text.lower().startswith(SCHEME):
        raise _wrong(text, "it does not begin with dynamodb://")
    table, _, query = text[len(SCHEME) :].partition("?")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise _wrong(text, f"“{printable(query, limit=60)}” is no name=value") from None
    given = dict(pairs)
    for name, _ in pairs:
        if name not in _PARAMETERS:
            known = ", ".join(_PARAMETERS)
            raise _wrong(text, f"“{printable(name, limit=40)}” is none of {known}")
    if len(given) < len(pairs):
        raise _wrong(text, "something is given twice")
    return table_location(
        table.rstrip("/"),
        region=given.get("region") or environ.get("AWS_REGION"),
        endpoint=given.get("endpoint"),
        profile=given.get("profile"),
    )


def table_location(
    table: str,
    *,
    region: str | None = None,
    endpoint: str | None = None,
    profile: str | None = None,
) -> TableLocation:
    """The same from its parts; what is empty or None is not given. Raises WrongLocation."""
    found = TableLocation(table, region or DEFAULT_REGION, endpoint or None, profile or None)
    if not _TABLE.fullmatch(table):
        raise _wrong(
            table,
            "a table's name is of 3 to 255 letters, digits, underscores, hyphens and full stops",
        )
    if not _REGION.fullmatch(found.region):
        raise _wrong(found.region, "a region is named like us-east-1")
    if found.endpoint is not None:
        _check_endpoint(found.endpoint)
    return found


def _check_endpoint(endpoint: str) -> None:
    try:
        parts = urlsplit(endpoint)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good, parts = None, None
    if not good or parts is None:
        raise _wrong(endpoint, "an endpoint is a URL such as http://localhost:8000")
    if parts.username is not None or parts.password is not None:
        raise WrongLocation(
            "The endpoint holds a name or a password. Leave them out, and give credentials by a "
            "profile or the environment, as for every AWS program."
        )


def _wrong(text: str, why: str) -> WrongLocation:
    return WrongLocation(
        f"“{printable(text, limit=100)}” does not say where a table is: {why}. Expected {EXPECTED}."
    )
