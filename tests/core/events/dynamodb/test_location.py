from __future__ import annotations

import pytest

from core.events.errors import WrongLocation
from core.events.store.dynamodb.location import TableLocation, is_location, parse_location


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dynamodb://events", TableLocation("events")),
        ("dynamodb://events/?region=eu-west-1", TableLocation("events", "eu-west-1")),
        (
            "dynamodb://a.b-c_d?endpoint=http%3A%2F%2Flocalhost%3A8000&profile=my%20lab",
            TableLocation("a.b-c_d", "us-east-1", "http://localhost:8000", "my lab"),
        ),
        ("DynamoDB://Events?region=", TableLocation("Events")),
    ],
)
def test_a_location_is_read_and_written(text: str, expected: TableLocation) -> None:
    found = parse_location(text, {})
    assert found == expected
    assert parse_location(str(found), {}) == expected


def test_the_region_is_that_of_the_environment_unless_it_is_given() -> None:
    environ = {"AWS_REGION": "eu-north-1"}
    assert parse_location("dynamodb://events", environ).region == "eu-north-1"
    assert parse_location("dynamodb://events?region=us-west-2", environ).region == "us-west-2"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dynamodb:/events", "does not begin with dynamodb://"),
        ("events.db", "does not begin with dynamodb://"),
        ("dynamodb://", "3 to 255 letters"),
        ("dynamodb://a b c", "3 to 255 letters"),
        ("dynamodb://events?zone=1", "“zone” is none of region, endpoint, profile"),
        ("dynamodb://events?region", "no name=value"),
        ("dynamodb://events?region=a&region=b", "given twice"),
        ("dynamodb://events?region=US EAST", "named like us-east-1"),
        ("dynamodb://events?endpoint=localhost:8000", "http://localhost:8000"),
        ("dynamodb://events?endpoint=http://x:99999999", "http://localhost:8000"),
    ],
)
def test_a_wrong_location_says_what_was_expected(text: str, why: str) -> None:
    with pytest.raises(WrongLocation, match=why) as caught:
        parse_location(text, {})
    assert "Expected dynamodb://TABLE" in str(caught.value)


def test_a_file_is_no_location() -> None:
    assert is_location("dynamodb://x")
    assert is_location("dynamodb:x")
    assert not is_location("dynamodb.db")
