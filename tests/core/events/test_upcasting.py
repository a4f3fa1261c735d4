from __future__ import annotations

from typing import Any

import pytest

from core.events.upcasting import UpcastError, upcast


def named(payload: dict[str, Any]) -> dict[str, Any]:
    return {"name": payload["title"]}


def listed(payload: dict[str, Any]) -> dict[str, Any]:
    return {"names": [payload["name"]]}


TABLE = {("UserViewed", 1): named, ("UserViewed", 2): listed}


def test_a_payload_takes_every_step_from_its_version_on() -> None:
    assert upcast("UserViewed", 1, {"title": "a"}, table=TABLE) == (3, {"names": ["a"]})
    assert upcast("UserViewed", 2, {"name": "a"}, table=TABLE) == (3, {"names": ["a"]})


def test_newer_versions_and_other_types_stay_as_they_are() -> None:
    assert upcast("UserViewed", 7, {"x": 1}, table=TABLE) == (7, {"x": 1})
    assert upcast("Other", 1, {"x": 1}, table=TABLE) == (1, {"x": 1})


def test_today_every_type_is_at_its_first_version() -> None:
    assert upcast("UserViewed", 1, {"x": 1}) == (1, {"x": 1})


def test_a_payload_that_is_not_what_its_version_says_is_a_known_fault() -> None:
    with pytest.raises(UpcastError, match="from version 1 to 2"):
        upcast("UserViewed", 1, {}, table=TABLE)
