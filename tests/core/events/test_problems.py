from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.events.problems import printable


@given(st.text() | st.binary() | st.integers() | st.floats() | st.none())
def test_what_is_shown_of_a_value_is_short_and_harmless(value: object) -> None:
    """A log could otherwise write to the terminal of whoever checks it."""
    shown = printable(value)
    assert len(shown) <= 200
    assert shown.isprintable()
    shown.encode()


def test_escapes_and_right_to_left_marks_are_spelled_out() -> None:
    assert printable("a\x1b[31m\u202eb\ud800") == r"a\x1b[31m\u202eb\ud800"


def test_a_long_value_is_cut_and_a_readable_one_stays_as_it_is() -> None:
    assert printable("Zürich — 東京") == "Zürich — 東京"
    assert printable("x" * 1000, limit=10) == "x" * 9 + "…"
    assert printable("x" * 10, limit=10) == "x" * 10
