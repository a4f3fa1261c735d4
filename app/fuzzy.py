"""Finding by a few letters: which texts hold them in order, how well, and where."""

from __future__ import annotations

from collections.abc import Sequence

_START, _WORD, _RUN, _PLAIN = 12, 8, 5, 1
"""What a letter is worth at the text's start, at a word's, after the one before, and elsewhere."""
_LEAD = 6
_WHOLE = 20


def match(wanted: str, text: str) -> tuple[int, tuple[int, ...]] | None:
    """How well a text holds the letters in order, and at which places; None where it does not.

    ``wanted`` is in small letters without spaces (see `letters`). Letters at the start of words
    and letters in a row are worth most. It looks from the first places where the first letter is,
    takes the next letters where a word begins, if they can be had there, and else where they come
    first.
    """
    if not wanted:
        return 0, ()
    folded = text.casefold()
    if len(folded) != len(text):
        # Some letters are two when folded; places are those of the text that is shown.
        folded = text.lower() if len(text.lower()) == len(text) else text
    if not _holds(wanted, folded):
        return None
    best: tuple[int, tuple[int, ...]] | None = None
    begin = folded.find(wanted[0])
    tried = 0
    while begin >= 0 and tried < _LEAD:
        places = _places(wanted, folded, begin)
        if places is None:
            break
        found = _worth(places, folded), places
        if best is None or found[0] > best[0]:
            best = found
        begin, tried = folded.find(wanted[0], begin + 1), tried + 1
    return best


def letters(typed: str) -> str:
    """What is looked for: small letters, spaces left out."""
    return "".join(typed.casefold().split())


def ranked(wanted: str, texts: Sequence[str], most: int) -> list[tuple[int, tuple[int, ...]]]:
    """The indexes of the best of many texts, with the places of the letters, the best first.

    Texts that hold the letters as one piece come before the others, and of equals the shorter.
    """
    found = []
    for index, text in enumerate(texts):
        hit = match(wanted, text)
        if hit is not None:
            found.append((-hit[0], len(text), index, hit[1]))
    found.sort(key=lambda each: each[:3])
    return [(index, places) for _, _, index, places in found[:most]]


def _holds(wanted: str, folded: str) -> bool:
    at = 0
    for letter in wanted:
        at = folded.find(letter, at) + 1
        if not at:
            return False
    return True


def _places(wanted: str, folded: str, begin: int) -> tuple[int, ...] | None:
    """Where the letters are, the first of them at ``begin``."""
    if folded.startswith(wanted, begin):
        return tuple(range(begin, begin + len(wanted)))
    places = [begin]
    for number, letter in enumerate(wanted[1:], 1):
        at = places[-1] + 1
        if not folded.startswith(letter, at):
            word = _at_word(letter, folded, at)
            leaves_rest = word >= 0 and _holds(wanted[number + 1 :], folded[word + 1 :])
            at = word if leaves_rest else folded.find(letter, at)
        if at < 0:
            return None
        places.append(at)
    return tuple(places)


def _at_word(letter: str, folded: str, start: int) -> int:
    """The first word from ``start`` on that begins with a letter, -1 where there is none."""
    at = folded.find(letter, start)
    while at > 0 and folded[at - 1].isalnum():
        at = folded.find(letter, at + 1)
    return at


def _worth(places: tuple[int, ...], folded: str) -> int:
    worth, before = 0, -2
    for place in places:
        if place == before + 1:
            worth += _RUN
        elif place == 0:
            worth += _START
        elif not folded[place - 1].isalnum():
            worth += _WORD
        else:
            worth += _PLAIN
        before = place
    in_one_piece = places[-1] - places[0] == len(places) - 1
    return worth + (_WHOLE if in_one_piece else 0)
