from __future__ import annotations

import json
import pickle
import secrets
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.events.payload_json import RepairedText
from core.events.rows import RawRow, decode_row
from core.privacy.fields import KNOWN, OBJECT_TYPES, masked
from core.privacy.pseudonyms import Pseudonyms
from core.privacy.rows import RowMask

PSEUDONYMS = Pseudonyms(b"k" * 32)

# Of letters that no pseudonym holds, so that a part of one is never there by chance.
_SECRETS = st.text(alphabet="żółćęąśń", min_size=4, max_size=40)
_FIELDS = st.sampled_from(sorted(KNOWN - {"session_id", "event_id"})) | _SECRETS
_VALUES = st.recursive(
    _SECRETS | st.booleans() | st.none() | st.integers(10**6) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_FIELDS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_FIELDS, _VALUES, max_size=6))
def test_nothing_that_a_payload_says_is_in_what_is_shown_of_it(payload: dict[str, Any]) -> None:
    """A field that nobody thought of would show a message on a shared screen."""
    shown = json.dumps(masked(payload, PSEUDONYMS), ensure_ascii=False)

    assert not set(shown) & set("żółćęąśń")


@given(st.binary(max_size=200) | _SECRETS | st.integers() | st.floats() | st.none())
def test_what_is_no_payload_says_nothing_either(raw: bytes | str | int | float | None) -> None:
    """The raw text of a bad row would be listed among the problems as it is stored."""
    row = RawRow(1, "e", "UserViewed", "s", None, "2026-01-01T00:00:00", 1, *[None] * 5, raw, None)

    envelope, problems = decode_row(RowMask(PSEUDONYMS).row(row))

    assert envelope is not None
    assert not set("żółćęąśń") & set(repr((envelope, problems)))
    assert bool(problems) == bool(decode_row(row)[1])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ('{"name": "Ada" ', "is not JSON"),
        (b'{"name": "Ada"}', "BLOB"),
        (RepairedText('{"name": "Ada\ufffd"}'), "not valid text"),
        ('{"name": NaN, "score": NaN}', "NaN"),
        ("[" * 500 + "]" * 500, "is not JSON"),
        ("7", "is not JSON"),
        ('{"name": "\\ud800"}', None),
    ],
)
def test_what_is_wrong_with_a_row_stays_wrong(raw: str | bytes, reason: str | None) -> None:
    """An analyst would see fewer problems in private mode than there are."""
    row = RawRow(1, "e", "UserViewed", "s", None, "2026-01-01T00:00:00", 1, *[None] * 5, raw, None)

    _, problems = decode_row(RowMask(PSEUDONYMS).row(row))

    assert bool(problems) == bool(reason)
    assert any(str(reason) in each.reason for each in problems) == bool(reason)


@given(st.lists(st.text(min_size=1), unique=True, max_size=50))
def test_persons_are_told_apart_and_stay_who_they_are(actors: list[str]) -> None:
    """Two people would be taken for one, or one for another tomorrow."""
    mask, again = RowMask(PSEUDONYMS), RowMask(pickle.loads(pickle.dumps(PSEUDONYMS)))

    shown = [mask.actor(actor) for actor in actors]

    assert len(set(shown)) == len(actors)
    assert shown == [again.actor(actor) for actor in actors]


def test_twenty_thousand_ids_have_as_many_pseudonyms() -> None:
    """Objects of a large log would be drawn as one."""
    assert len({PSEUDONYMS.identity(f"o-{n}") for n in range(20_000)}) == 20_000


def test_a_person_is_the_same_wherever_it_is_named() -> None:
    """One could not see that an event speaks of who made it."""
    shown = masked({"user_id": "ada"}, PSEUDONYMS)

    assert shown == {"user_id": PSEUDONYMS.person("ada")}


def test_another_user_has_other_pseudonyms() -> None:
    """Who has the program could find out who is meant by trying names."""
    other = Pseudonyms(secrets.token_bytes(32))

    assert other.person("ada") != PSEUDONYMS.person("ada")


@given(st.text(alphabet=string.ascii_letters, min_size=1))
@settings(max_examples=50)
def test_only_known_types_of_objects_stay(kind: str) -> None:
    """A type of someone's own could be a name."""
    shown = masked({"object_type": kind}, PSEUDONYMS)["object_type"]

    assert (shown == kind) == (kind in OBJECT_TYPES)
