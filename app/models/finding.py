"""What the palette finds: commands, sessions, concepts, bookmarks and moments, by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from app.fuzzy import Corpus, Hit, letters
from core.late_dataclass import dataclass

ALL = 300
"""So many of one kind are told where only that kind is looked for."""
SOME = 7
"""So many of each kind among others."""
_RECENT = 12
"""What having been chosen lately is worth, beside letters."""


class Kind(StrEnum):
    """What can be found, by what its group is called."""

    MOMENT = "Go to"
    RECENT = "Recent"
    COMMAND = "Commands"
    SESSION = "Sessions"
    CONCEPT = "Concepts"
    BOOKMARK = "Bookmarks"


PREFIXES: Mapping[str, Kind] = {
    ">": Kind.COMMAND,
    "@": Kind.SESSION,
    "#": Kind.CONCEPT,
    "!": Kind.BOOKMARK,
}
"""What a first character looks for alone."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to choose: its text and its detail, safe to show, and what it is called inside.

    What is not ``enabled`` is shown and cannot be chosen now.
    """

    kind: Kind
    key: str
    text: str
    detail: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """An item, and the places in its text of the letters that were typed."""

    item: Item
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Items of one kind, the best first, and what they are worth beside other groups."""

    kind: Kind
    found: tuple[Found, ...]
    worth: int = 0


@dataclass(frozen=True, eq=False)
class Shelf:
    """All of one kind: the texts to look in, and how an item is made of its index."""

    kind: Kind
    corpus: Corpus
    item: Callable[[int], Item]


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed: what is looked for, and of which kind alone, if any."""

    kind: Kind | None
    wanted: str

    @classmethod
    def of(cls, typed: str) -> Query:
        """Taken apart by its first character."""
        text = typed.strip()
        kind = PREFIXES.get(text[:1])
        return cls(kind, letters(text if kind is None else text[1:]))


def find(
    shelves: Sequence[Shelf], typed: str, *, recent: Collection[tuple[Kind, str]] = ()
) -> list[Group]:
    """The groups to show, the best first; of nothing typed those lately chosen, then all commands.

    ``recent`` are kinds and keys, the latest first.
    """
    query = Query.of(typed)
    if not query.wanted:
        return _unsought(shelves, query.kind, recent)
    groups = [
        _group(shelf, query.wanted, recent, SOME if query.kind is None else ALL)
        for shelf in shelves
        if query.kind in (None, shelf.kind)
    ]
    return sorted((group for group in groups if group.found), key=lambda group: -group.worth)


def _group(shelf: Shelf, wanted: str, recent: Collection[tuple[Kind, str]], most: int) -> Group:
    hits = [(hit, shelf.item(hit.index)) for hit in shelf.corpus.best(wanted, 2 * most)]

    def worth(each: tuple[Hit, Item]) -> int:
        hit, item = each
        return hit.worth + _RECENT * ((item.kind, item.key) in recent)

    hits.sort(key=lambda each: -worth(each))
    found = tuple(Found(item, hit.places) for hit, item in hits[:most])
    return Group(shelf.kind, found, worth(hits[0]) if hits else 0)


def _unsought(
    shelves: Sequence[Shelf], kind: Kind | None, recent: Collection[tuple[Kind, str]]
) -> list[Group]:
    if kind is not None:
        return [_first(shelf) for shelf in shelves if shelf.kind is kind and len(shelf.corpus)]
    known = {(i.kind, i.key): i for i in (f.item for s in shelves for f in _first(s).found)}
    lately = tuple(Found(known[each]) for each in recent if each in known)
    groups = [Group(Kind.RECENT, lately[:SOME])] if lately else []
    return [*groups, *(_first(shelf) for shelf in shelves if shelf.kind is Kind.COMMAND)]


def _first(shelf: Shelf) -> Group:
    shown = range(min(ALL, len(shelf.corpus)))
    return Group(shelf.kind, tuple(Found(shelf.item(index)) for index in shown))


def shelf_of(kind: Kind, items: Sequence[Item]) -> Shelf:
    """A shelf of items that are there."""
    return Shelf(kind, Corpus([item.text for item in items]), lambda index: items[index])


def lazy_shelf(kind: Kind, texts: Sequence[str], item: Callable[[int], Item]) -> Shelf:
    """A shelf of very many, of which an item is made when it is found; its text is the text."""
    return Shelf(kind, Corpus(texts), lambda index: replace(item(index), text=texts[index]))
