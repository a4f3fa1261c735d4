"""Sums that decay are the sums of their decayed terms, over any span."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replay.decay import decayed_sums, faded

terms = st.lists(
    st.tuples(st.integers(0, 10**13) | st.just(0), st.floats(0, 2, allow_nan=False)), max_size=30
)


def split(terms: list[tuple[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Instants in order, from the gaps between them, and amounts."""
    times = np.cumsum([gap for gap, _ in terms], dtype=np.int64)
    return times, np.array([amount for _, amount in terms], dtype=np.float64)


@given(terms=terms, half_life=st.floats(0.001, 1e7) | st.sampled_from([1.0, 600.0]))
def test_each_term_has_halved_once_for_each_half_life(
    terms: list[tuple[int, float]], half_life: float
) -> None:
    """A curve would drop to nothing, or to no number, where a session rested for a month."""
    times, amounts = split(terms)
    expected = [
        math.fsum(
            a * 2.0 ** (-int(now - t) / 1e6 / half_life)
            for t, a in zip(times[: j + 1], amounts, strict=False)
        )
        for j, now in enumerate(times)
    ]
    assert decayed_sums(times, amounts, half_life) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(terms=terms)
def test_without_decay_it_is_the_sum_from_left_to_right(terms: list[tuple[int, float]]) -> None:
    """A curve would differ from the context in the last digit, and rank otherwise."""
    times, amounts = split(terms)
    total, expected = 0.0, []
    for amount in amounts.tolist():
        total += amount
        expected.append(total)
    assert decayed_sums(times, amounts, None).tolist() == expected


def test_a_year_at_a_short_half_life_stays_a_number() -> None:
    """Growing terms beyond a double would blank the rest of the curve."""
    times = np.arange(0, 365 * 24 * 3600, 60, dtype=np.int64) * 1_000_000
    sums = decayed_sums(times, np.full(len(times), 0.2), 30.0)
    # A geometric series: after a dozen terms it stands still, for the rest of the year.
    assert sums[20:] == pytest.approx(0.2 / (1 - 0.25))


def test_a_long_time_leaves_nothing() -> None:
    """What is forgotten would come back as an error of rounding."""
    values = faded(np.array([1.0, 1.0, 1.0]), np.array([0, 600_000_000, 10**18]), 600.0)
    assert values.tolist() == [1.0, 0.5, 0.0]


def test_no_time_before_the_value_makes_it_grow() -> None:
    """A clock that ran back would make concepts heavier."""
    assert faded(np.array([0.5]), np.array([-(10**9)]), 600.0).tolist() == [0.5]
    assert faded(np.array([0.5]), np.array([10**9]), None).tolist() == [0.5]
