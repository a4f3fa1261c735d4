"""Pseudonyms: what stands for a person, a name or an id, the same each time under one key."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without the letters that are taken for digits or for each other."""
_REMEMBERED = 100_000


class Pseudonyms:
    """Makes pseudonyms under a secret ``key`` (32 bytes); who has not got it cannot go back.

    Of 1,000,000 ids two get the same one with a probability of 1 in 2,000, of 10,000 persons or
    names of 1 in 20,000. A value has another pseudonym as a person than as a name or an id.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("a key has 32 bytes")
        self.key = key
        self.person = self._kept("Person", 8)
        self.name = self._kept("Name", 8)
        self.identity = self._kept("ID", 10)
        self.kind = self._kept("Kind", 10)
        self.field = self._kept("Field", 10)

    def text(self, text: str) -> str:
        """What stands for a text that nobody names things by: its length alone."""
        return f"text of {len(text):,} character" + ("" if len(text) == 1 else "s")

    def _kept(self, noun: str, digits: int) -> Callable[[str], str]:
        """Makes pseudonyms of one sort; the empty text stays, which names nothing."""
        sort, half = noun.encode(), digits // 2

        @lru_cache(_REMEMBERED)
        def pseudonym(value: str) -> str:
            if not value:
                return value
            encoded = value.encode("utf-8", "surrogatepass")
            digest = blake2b(encoded, key=self.key, person=sort, digest_size=8).digest()
            number, code = int.from_bytes(digest), ""
            for _ in range(digits):
                number, digit = divmod(number, 32)
                code += _DIGITS[digit]
            return f"{noun} {code[:half]}-{code[half:]}"

        return pseudonym

    def __reduce__(self) -> tuple[type[Pseudonyms], tuple[bytes]]:
        # Another process makes the same ones.
        return Pseudonyms, (self.key,)
