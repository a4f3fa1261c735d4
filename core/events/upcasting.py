"""Bringing payloads of older versions to the newest one, a step at a time, when they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""A pure function from a payload of version n to one of version n + 1."""

Upcasters = Mapping[tuple[str, int], Upcaster]
"""Upcasters by event type and the version that they take."""

UPCASTERS: Upcasters = MappingProxyType({})
"""Every type is at version 1 today."""


class UpcastError(Exception):
    """A payload that an upcaster could not take."""


def upcast(
    event_type: str, version: int, payload: dict[str, Any], *, table: Upcasters = UPCASTERS
) -> tuple[int, dict[str, Any]]:
    """The version and payload after every step that the table has; newer versions stay untouched.

    Raises UpcastError where a step fails: the payload is not what its version says.
    """
    while step := table.get((event_type, version)):
        try:
            payload = step(payload)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise UpcastError(
                f"cannot be brought from version {version} to {version + 1}: {error!r}"
            ) from error
        version += 1
    return version, payload
