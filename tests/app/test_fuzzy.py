"""Finding by a few letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fuzzy import Corpus, letters, match, ranked

ANY = st.text(st.characters(), max_size=30)
FEW = st.text("abß İ-_", max_size=8)


def best(wanted: str, *texts: str) -> list[str]:
    return [texts[hit.index] for hit in ranked(letters(wanted), texts, 9)]


@given(wanted=FEW | ANY, text=st.text("abßİ -_", max_size=12) | ANY)
def test_the_places_spell_what_was_typed(wanted: str, text: str) -> None:
    """Other letters than those typed would stand out, or the program would end."""
    found = match(letters(wanted), text)
    if found is not None:
        _, places = found
        assert list(places) == sorted(set(places))
        assert all(0 <= place < len(text) for place in places)
        assert len(places) == len(letters(wanted))


@given(text=st.text("abcd -", min_size=1, max_size=12), data=st.data())
def test_what_holds_the_letters_in_order_is_found(text: str, data: st.DataObject) -> None:
    """What somebody remembers of a name would not find it."""
    chosen = data.draw(st.lists(st.integers(0, len(text) - 1), unique=True).map(sorted))
    assert match(letters("".join(text[place] for place in chosen)), text) is not None


@pytest.mark.parametrize(
    ("wanted", "texts"),
    [
        ("zi", ["Zoom in", "Pan left, zoom it", "Fit a horizontal line"]),
        ("event", ["Next event of the same type", "Extra vowels entered"]),
        ("sa", ["Save the filter…", "Show all", "Choose a session"]),
        ("open", ["Open…", "Copy event"]),
        ("raft", ["Raft", "Raft consensus", "Draft"]),
    ],
)
def test_beginnings_of_words_come_first(wanted: str, texts: list[str]) -> None:
    """The one that was meant would stand below those that only happen to have the letters."""
    assert best(wanted, *reversed(texts))[: len(texts)] == [
        t for t in texts if t in best(wanted, t)
    ]


def test_case_and_spaces_do_not_matter() -> None:
    """`Z IN` would find nothing."""
    assert best("Z  IN", "zoom in") == ["zoom in"]
    assert best("straße", "STRASSE STRAßE")


def test_what_is_not_there_is_not_found() -> None:
    """A list of everything answers nothing."""
    assert match("xyz", "Zoom in") is None
    assert best("rr", "raft") == []


@given(
    texts=st.lists(st.text("abc .-\n^]\\", max_size=8), max_size=30), wanted=st.text("abc.-^]\\")
)
def test_very_many_are_found_as_few_are(texts: list[str], wanted: str) -> None:
    """In a long session a concept could not be found that is found in a short one."""
    assert Corpus(texts).best(wanted, 50) == ranked(wanted, texts, 50)


def test_of_very_many_the_best_are_found() -> None:
    """The one that begins with the letters would be lost among those that hold them somewhere."""
    texts = [f"a very long name {n} of a raf with a t" for n in range(9_000)] + ["Raft"]
    corpus = Corpus(texts)
    assert [texts[hit.index] for hit in corpus.best("raft", 1)] == ["Raft"]
    assert len(corpus.best("a", 30)) == 30
