"""The distinct numbers of an array."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.distinct import distinct


@pytest.mark.parametrize("kind", [np.int32, np.int64])
@given(st.lists(st.integers(-3, 3)))
def test_each_number_is_there_once_in_order(kind: type[np.integer], numbers: list[int]) -> None:
    """Else a gap would be folded twice, or an event listed twice."""
    found = distinct(np.array(numbers, dtype=kind))
    assert found.tolist() == sorted(set(numbers))
    assert found.dtype == kind
