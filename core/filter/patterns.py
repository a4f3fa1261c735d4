"""Texts with wildcards, matched whatever their letter case."""

from __future__ import annotations

import re
from functools import cached_property

from core.late_dataclass import dataclass

_QUOTED = re.compile(r'\\(["\\*])|(\*)|([^*])', re.DOTALL)


@dataclass(frozen=True)
class Pattern:
    """The pieces of text between the wildcards: `a*b` is ("a", "b"), `*` is ("", "").

    Between two pieces anything may stand, nothing too.
    """

    parts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Pattern:
        """The pattern of a text as it is typed without quotation marks."""
        return cls._of_parts(text.split("*"))

    @classmethod
    def quoted(cls, text: str) -> Pattern:
        r"""The pattern of what stands in quotation marks: `\"`, `\\` and `\*` are themselves."""
        parts = [""]
        for escaped, star, other in _QUOTED.findall(text):
            if star:
                parts.append("")
            else:
                parts[-1] += escaped or other
        return cls._of_parts(parts)

    @classmethod
    def _of_parts(cls, parts: list[str]) -> Pattern:
        inner = [part for part in parts[1:-1] if part]
        return cls((parts[0], *inner, parts[-1]) if len(parts) > 1 else (parts[0],))

    @property
    def literal(self) -> str | None:
        """The text itself where there is no wildcard."""
        return self.parts[0] if len(self.parts) == 1 else None

    @property
    def is_anything(self) -> bool:
        """Whether it is the wildcard alone."""
        return self.parts == ("", "")

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The pieces without letter case."""
        return tuple(part.casefold() for part in self.parts)

    def matches(self, text: str) -> bool:
        """Whether it is all of a text."""
        first, *inner = self.folded
        folded = text.casefold()
        if not inner:
            return folded == first
        last = inner.pop()
        if len(folded) < len(first) + len(last):
            return False
        if not (folded.startswith(first) and folded.endswith(last)):
            return False
        return _in_turn(inner, folded, len(first), len(folded) - len(last))

    def within(self, text: str) -> bool:
        """Whether it stands anywhere in a text."""
        folded = text.casefold()
        return _in_turn(self.folded, folded, 0, len(folded))

    def written(self) -> str:
        """As it stands within quotation marks."""
        return "*".join(re.sub(r'(["\\*])', r"\\\1", part) for part in self.parts)


def _in_turn(pieces: list[str] | tuple[str, ...], text: str, start: int, stop: int) -> bool:
    for piece in pieces:
        found = text.find(piece, start, stop)
        if found < 0:
            return False
        start = found + len(piece)
    return True
