"""Sums whose terms decay, for a whole column at once."""

from __future__ import annotations

import numpy as np

from core.replay.columns import Float64, Int64

_HALF_LIVES = 400.0
"""How far one block reaches: 2^400 and its products stay within a double."""
_BLOCK = 1 << 14
"""How many terms a block has at most, so that it stays in the processor's cache."""


def decayed_sums(times: Int64, amounts: Float64, half_life: float | None) -> Float64:
    """The sum after each term, earlier terms decayed to its instant.

    ``s[j] = Σ_{i ≤ j} amounts[i] · 2^(-(times[j] - times[i]) / half_life)``, times in µs and
    ascending, half_life in seconds. Without decay it is the sum from left to right. With it, each
    block is summed with growing terms, a[i]·2^(t[i]/h), and scaled back; blocks carry over.
    """
    if half_life is None or len(times) == 0:
        return np.cumsum(amounts, dtype=np.float64)
    unit = half_life * 1e6
    sums = np.empty(len(times), dtype=np.float64)
    start, carry = 0, 0.0
    while start < len(times):
        ahead = times[start : start + _BLOCK]
        # From the instants, exactly: differences of long ages would have lost their last digits.
        ages = (ahead - ahead[0]) / unit
        stop = start + int(np.searchsorted(ages, _HALF_LIVES, side="right"))
        growth = np.exp2(ages[: stop - start])
        here = np.cumsum(amounts[start:stop] * growth, out=sums[start:stop])
        here += carry
        here /= growth
        if stop < len(times):
            carry = float(here[-1] * np.exp2((times[stop - 1] - times[stop]) / unit))
        start = stop
    return sums


def faded(values: Float64, elapsed: Int64, half_life: float | None) -> Float64:
    """The values after ``elapsed`` µs each; none below 0 counts, and without decay all stay."""
    if half_life is None:
        return values
    return values * np.exp2(-np.maximum(elapsed, 0) / (half_life * 1e6))
