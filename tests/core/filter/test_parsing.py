"""The filter language: what a line says, how it is written back, and what a wrong one is told."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given

from core.filter.parsing import FilterError, parse
from core.filter.patterns import Pattern
from core.filter.query import (
    EVERYTHING,
    And,
    Field,
    Has,
    Not,
    Or,
    PayloadCompares,
    PayloadIs,
    Query,
    Sign,
    When,
    Word,
    written,
)
from tests.core.filter.strategies import queries


def word(text: str) -> Word:
    return Word(Pattern.of(text))


def kind(text: str) -> Has:
    return Has(Field.TYPE, Pattern.of(text))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", EVERYTHING),
        ("  ", EVERYTHING),
        ("raft", word("raft")),
        ('"write skew"', Word(Pattern(("write skew",)))),
        ("a b", And((word("a"), word("b")))),
        ("a and b", And((word("a"), word("b")))),
        ("a b or c", Or((And((word("a"), word("b"))), word("c")))),
        ("a (b OR c)", And((word("a"), Or((word("b"), word("c")))))),
        ("-a", Not(word("a"))),
        ("not a b", And((Not(word("a")), word("b")))),
        ("write-skew", word("write-skew")),
        ("order", word("order")),
        ("type:Chat*", Has(Field.TYPE, Pattern(("Chat", "")))),
        ("Type: Chat", kind("Chat")),
        ('type:"a \\" b"', Has(Field.TYPE, Pattern(('a " b',)))),
        ('type:"a\\*"', Has(Field.TYPE, Pattern(("a*",)))),
        ("after:10:00", When(True, "10:00")),
        ("before:#214", When(False, "#214")),
        ("before:+01:04:40", When(False, "+01:04:40")),
        ("payload.intent:question", PayloadIs(("intent",), Pattern(("question",)))),
        ("payload.a.b:x", PayloadIs(("a", "b"), Pattern(("x",)))),
        ('payload."a.b":x', PayloadIs(("a.b",), Pattern(("x",)))),
        ("payload.score:>0.8", PayloadCompares(("score",), Sign.ABOVE, 0.8)),
        ("payload.score>=8", PayloadCompares(("score",), Sign.AT_LEAST, 8)),
        ("payload.score < -1", PayloadCompares(("score",), Sign.BELOW, -1)),
    ],
)
def test_a_line_says_what_it_seems_to_say(text: str, query: Query) -> None:
    """The events found would not be those that were asked for."""
    assert parse(text) == query


@given(queries)
def test_what_is_written_is_read_back_as_the_same(query: Query) -> None:
    """A filter that was saved would find other events the next day."""
    assert parse(written(query)) == query


@pytest.mark.parametrize(
    ("text", "position", "length", "expected"),
    [
        ("type:", 5, 1, "a value"),
        ("a tpye:Chat", 2, 4, "type:"),
        ('a "b', 2, 2, 'another “"”'),
        ("(a", 2, 1, "“)”"),
        ("a ) b", 2, 1, "a “(” before it"),
        ("a or", 4, 1, "a word, a field such as type:, “-” or “(”"),
        ("a -", 2, 1, "what is not meant"),
        ("after:noon", 6, 4, "#214, 10:04:40, +01:04:40 or 2026-11-12T10:04:40Z"),
        ("is:odd", 3, 3, "late or problem"),
        ("payload:x", 0, 7, "payload.intent: or another path"),
        ("payload.n:>many", 11, 4, "a number such as 0.8"),
        ("payload.n:>1e999", 11, 5, "a number such as 0.8"),
        ("type:>3", 4, 2, "“:” and a value"),
    ],
)
def test_a_wrong_line_is_told_where_and_what_was_expected(
    text: str, position: int, length: int, expected: str
) -> None:
    """Who mistypes would have to guess which of twenty characters is meant."""
    with pytest.raises(FilterError) as caught:
        parse(text)
    error = caught.value
    assert (error.position, error.length, error.expected) == (position, length, expected)
    assert error.underlined(text).splitlines()[1] == " " * position + "^" * length


@pytest.mark.parametrize("text", ["(" * 2_000, "-" * 2_000 + "a"])
def test_a_filter_that_nests_without_end_is_refused(text: str) -> None:
    """A line that was pasted by accident would end the program."""
    with pytest.raises(FilterError):
        parse(text)


def test_a_filter_of_any_length_is_refused_in_time() -> None:
    """A book that was pasted into the field would freeze the window."""
    with pytest.raises(FilterError, match="too long"):
        parse("a " * 1_000_000)


@pytest.mark.parametrize("text", ["--", "-:", "-)", "(-)", "a -- b", "--a)", "-) x", "- -)"])
def test_signs_without_words_are_told_of(text: str) -> None:
    """A second minus, typed by chance, would be a fault of the program."""
    with suppress(FilterError):
        parse(text)
