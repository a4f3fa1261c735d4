from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.instants import (
    UNREADABLE,
    InstantError,
    format_instant,
    from_datetime,
    parse_instant,
    parse_instants,
    parse_joined,
    to_datetime,
)

NOON = from_datetime(datetime(2026, 1, 5, 12, tzinfo=UTC))

moments = st.datetimes(
    timezones=st.sampled_from([None, UTC])
    | st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))),
    min_value=datetime(1, 1, 2),
    max_value=datetime(9999, 12, 30),
)
texts = st.one_of(
    moments.map(datetime.isoformat),
    moments.map(lambda m: m.replace(tzinfo=None).isoformat(timespec="microseconds")),
    moments.map(lambda m: m.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"),
    moments.map(lambda m: m.replace(tzinfo=None).isoformat(timespec="milliseconds")),
)
almost = st.builds(
    lambda text, place, other: text[:place] + other + text[place + 1 :],
    texts,
    st.integers(0, 30),
    st.text("0123456789-:.TZ ,\x00é😀", max_size=2),
)
anything = st.one_of(
    texts, almost, st.text(), st.none(), st.binary(max_size=3), st.integers(), st.floats()
)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05T12:00:00",
        "2026-01-05 12:00:00",
        "2026-01-05T12:00:00Z",
        "2026-01-05T12:00:00.0",
        "2026-01-05T12:00:00.000000Z",
        "2026-01-05T12:00:00.000000999",
        "2026-01-05T13:30:00+01:30",
        "2026-01-05T13:30:00+0130",
        "2026-01-05T07:00:00-05",
        "2026-01-06T11:59:00+23:59",
    ],
)
def test_an_instant_is_the_same_in_all_the_forms_that_backends_write(text: str) -> None:
    assert parse_instant(text) == NOON


def test_a_short_fraction_counts_tenths_and_not_microseconds() -> None:
    assert parse_instant("2026-01-05T12:00:00.5Z") == NOON + 500_000
    assert parse_instant("2026-01-05T12:00:00.123456789Z") == NOON + 123_456


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "missing"),
        (b"2026-01-05T12:00:00", "a BLOB"),
        (1767614400, "a number"),
        ("", "not a date"),
        ("yesterday", "“yesterday”"),
        ("2026-01-05", "not a date and time"),
        ("2026-02-30T00:00:00", "day .*range"),
        ("2025-02-29T00:00:00", "day .*range"),
        ("2026-13-01T00:00:00", "month must be"),
        ("2026-01-05T24:00:00", "hour must be"),
        ("2026-01-05T12:00:60", "second must be"),
        ("0000-01-01T00:00:00", "year "),
        ("0001-01-01T00:00:00+01:00", "outside the years"),
        ("9999-12-31T23:59:59-00:01", "outside the years"),
        ("2026-01-05T12:00:00+24:00", "offset"),
        ("2026-01-05T12:00:00\n", "\\n"),
        ("２０２６-01-05T12:00:00", "not a date"),
    ],
)
def test_the_reason_of_a_bad_date_can_be_understood(raw: object, reason: str) -> None:
    with pytest.raises(InstantError, match=reason.replace("\\", r"\\")):
        parse_instant(raw)


@given(moments)
def test_an_instant_is_the_moment_that_was_written(moment: datetime) -> None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    assert to_datetime(parse_instant(moment.isoformat())) == aware
    assert to_datetime(from_datetime(moment)) == aware


@given(moments)
def test_what_is_written_is_read_back(moment: datetime) -> None:
    instant = from_datetime(moment)
    text = format_instant(instant)
    assert text.endswith("Z")
    assert parse_instant(text) == instant


@given(st.lists(anything, max_size=80))
def test_many_are_read_as_each_alone(raws: list[object]) -> None:
    """A difference would show an event at another place by columns than by envelopes."""
    instants, bad = parse_instants(raws)
    expected, reasons = one_by_one(raws)
    assert instants.tolist() == expected
    assert bad == reasons


@given(st.lists(texts | almost, min_size=33, max_size=80))
def test_many_of_one_form_are_read_as_each_alone(raws: list[str]) -> None:
    padded = [raw.ljust(26, "0")[:26] for raw in raws]
    assert parse_instants(padded)[0].tolist() == one_by_one(padded)[0]


@given(st.lists((texts | almost).filter(lambda text: "," not in text), min_size=1, max_size=80))
def test_joined_texts_are_read_as_each_alone(raws: list[str]) -> None:
    instants, bad = parse_joined(",".join(raws), len(raws))
    assert (instants.tolist(), bad) == one_by_one(raws)


@given(st.data(), st.integers(0, 40))
def test_a_bad_one_among_many_of_the_usual_form_is_found(data: st.DataObject, place: int) -> None:
    raws = [f"2026-01-05T12:00:{second:02}.000001" for second in range(41)]
    raws[place] = data.draw(almost)
    assert parse_instants(raws)[0].tolist() == one_by_one(raws)[0]


def test_every_day_of_a_leap_century_is_read() -> None:
    start = datetime(1999, 12, 1)
    days = [start + timedelta(days=day) for day in range(500)]
    instants, bad = parse_instants([day.isoformat() for day in days])
    assert instants.tolist() == [from_datetime(day) for day in days]
    assert not bad


def one_by_one(raws: list[object] | list[str]) -> tuple[list[int], list[tuple[int, str]]]:
    instants, reasons = [], []
    for place, raw in enumerate(raws):
        try:
            instants.append(parse_instant(raw))
        except InstantError as error:
            instants.append(UNREADABLE)
            reasons.append((place, str(error)))
    return instants, reasons
