"""Finding by a few letters: which texts hold them in order, how well, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.late_dataclass import dataclass

_START, _WORD, _RUN, _PLAIN = 12, 8, 5, 1
"""What a letter is worth at the text's start, at a word's, after the one before, and elsewhere."""
_LEAD = 6
_WHOLE = 20
_CHUNK = 2_048
"""So many texts are looked through at once: another thread waits no longer than for these."""
_ENOUGH = 400
"""Of so many candidates the best are told; those of a better kind come first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a text is worth (see `match`), which one it is, and where the letters are."""

    worth: int
    index: int
    places: tuple[int, ...]


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


def ranked(wanted: str, texts: Sequence[str], most: int) -> list[Hit]:
    """The best of many texts, the best first, of equals the shorter; nothing wanted is no hit."""
    found = ((match(wanted, text), index) for index, text in enumerate(texts) if wanted)
    hits = [Hit(hit[0], index, hit[1]) for hit, index in found if hit is not None]
    hits.sort(key=lambda hit: (-hit.worth, len(texts[hit.index]), hit.index))
    return hits[:most]


class Corpus:
    """Very many texts, searched without looking at each of them in Python.

    Of the texts that hold the letters, those are ranked that begin with them, then those of which
    a word does, those that hold them in one piece, and the rest, until there are enough.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        folded = [text.casefold().replace("\n", " ") for text in texts]
        chunks = range(0, len(folded), _CHUNK)
        self._chunks = ["\n".join(folded[start : start + _CHUNK]) + "\n" for start in chunks]

    def __len__(self) -> int:
        return len(self.texts)

    def best(self, wanted: str, most: int) -> list[Hit]:
        """As `ranked`."""
        if not wanted:
            return []
        kinds: tuple[list[int], ...] = ([], [], [])
        for kind, index in self._pieces(wanted):
            if len(kinds[kind]) < _ENOUGH:
                kinds[kind].append(index)
        candidates = dict.fromkeys(index for kind in kinds for index in kind)
        for index in self._scattered(wanted) if len(candidates) < _ENOUGH else ():
            candidates[index] = None
            if len(candidates) >= _ENOUGH:
                break
        order = sorted(list(candidates)[:_ENOUGH])
        hits = ranked(wanted, [self.texts[index] for index in order], most)
        return [Hit(hit.worth, order[hit.index], hit.places) for hit in hits]

    def _pieces(self, wanted: str) -> Iterator[tuple[int, int]]:
        """The texts that hold the letters in one piece; 0 at the start, 1 of a word, 2 elsewhere.

        A text may come again.
        """
        for chunk, at, index in self._lines(re.compile(re.escape(wanted))):
            before = chunk[at - 1] if at else "\n"
            yield (0 if before == "\n" else 2 if before.isalnum() else 1), index

    def _scattered(self, wanted: str) -> Iterator[int]:
        """The texts that hold the letters in order."""
        first, *rest = (re.escape(letter) for letter in wanted)
        form = first + "".join(f"[^\\n{_in_class(each)}]*{each}" for each in rest)
        return (index for _, _, index in self._lines(re.compile(form)))

    def _lines(self, form: re.Pattern[str]) -> Iterator[tuple[str, int, int]]:
        """Chunk, place in it and index of the text, for each place where there is such a thing."""
        for number, chunk in enumerate(self._chunks):
            line, seen = number * _CHUNK, 0
            for hit in form.finditer(chunk):
                line += chunk.count("\n", seen, hit.start())
                seen = hit.start()
                yield chunk, seen, line


def _in_class(escaped: str) -> str:
    """An escaped letter within brackets."""
    return f"\\{escaped}" if escaped in ("^", "]") else escaped


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
