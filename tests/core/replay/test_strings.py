"""Text in columns is the text that was put in, and is found again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.replay.strings import ObjectKeys, Strings

# Few letters, so that one is often a part of another; and what a log may hold: lone surrogates.
texts = st.text(st.sampled_from("ab\u00e9\ud800\U0001f9e0"), max_size=4)


@given(values=st.lists(texts, max_size=12), sought=texts)
def test_a_text_is_found_where_it_first_is_and_nowhere_else(values: list[str], sought: str) -> None:
    """A click on one concept would select another, whose id it is a part of."""
    column = Strings.of(values)
    assert column.find(sought) == (values.index(sought) if sought in values else None)
    for value in values:
        assert column.find(value) == values.index(value)


@given(values=st.lists(texts, max_size=12))
def test_what_is_put_in_comes_out(values: list[str]) -> None:
    """A concept of a strange name would stop the whole session."""
    column = Strings.of(values)
    assert list(column) == column[:] == values
    assert column[1:-1] == values[1:-1]
    assert [column[-place] for place in range(1, len(values) + 1)] == values[::-1]


@given(keys=st.lists(st.tuples(texts, texts), max_size=12), kind=texts)
def test_objects_keep_their_type_and_id(keys: list[tuple[str, str]], kind: str) -> None:
    """A claim would be shown as a source."""
    column = ObjectKeys.of(keys)
    assert list(column) == column[:] == keys
    assert column.are(kind).tolist() == [own == kind for own, _ in keys]
