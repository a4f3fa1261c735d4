"""What can be typed next: taken from the language and from what the session holds."""

from __future__ import annotations

import pytest

from core.filter.completion import EMPTY, Vocabulary, complete, vocabulary
from tests.builders import captured, chat, event, log_of, viewed


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    names = ["Raft", "Write-ahead log", "raft log"]
    return vocabulary(
        log_of(
            [
                *(viewed(f"c-{i}", seconds=i, name=name) for i, name in enumerate(names)),
                viewed("c-0", seconds=9),
                chat(seconds=10),
                captured("document", "d", seconds=11),
                event("Odd type", seconds=12, actor="bo"),
            ]
        )
    )


@pytest.mark.parametrize(
    ("text", "start", "options"),
    [
        ("ty", 0, ("type:",)),
        ("raft an (ac", 9, ("actor:",)),
        ("-co", 1, ("concept:", "correlation:")),
        ("pay", 0, ("payload.",)),
        ("type:Chat", 5, ("ChatMessageCreated",)),
        ("type:", 5, ("UserViewed", "ChatMessageCreated", "SourceCaptured", '"Odd type"')),
        ("type:odd", 5, ('"Odd type"',)),
        ('type:"odd t', 5, ('"Odd type"',)),
        ("concept:RAFT", 8, ("Raft", '"raft log"')),
        ("changed:log", 8, ('"Write-ahead log"', '"raft log"')),
        ("(object:", 8, ("concept", "chat_message", "document")),
        ("actor:b", 6, ("bo",)),
        ("is:", 3, ("late", "problem")),
        ("type:ChatMessageCreated", 5, ()),
        ("type:Chat ", 10, ()),
        ("", 0, ()),
        ("payload.x:", 10, ()),
        ("nothing", 0, ()),
        (") ty", 4, ()),
    ],
)
def test_what_can_stand_at_the_cursor(
    words: Vocabulary, text: str, start: int, options: tuple[str, ...]
) -> None:
    """A type that is spelled from memory is spelled wrong, and finds nothing."""
    found = complete(text, len(text), words)
    assert found.options == options
    if options:
        assert (found.start, found.end) == (start, len(text))


def test_only_what_is_before_the_cursor_counts(words: Vocabulary) -> None:
    """Who goes back to mend a type would be offered how to end the line."""
    found = complete("type:Ch concept:Raft", 7, words)
    assert (found.start, found.end, found.options) == (5, 7, ("ChatMessageCreated",))


def test_after_a_field_that_is_none_one_can_type_on() -> None:
    """Each letter after a mistyped field would be a fault of the program."""
    for typed in ("tpye:x ", "tpye:x y", "tpye:x AND ac"):
        assert complete(typed, len(typed), EMPTY).end == len(typed)
