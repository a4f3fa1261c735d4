"""What the rows of one session say of preferences: the inner loop of reading a whole log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import msgspec
import numpy as np

from core.events.payload_json import MAX_DEPTH
from core.events.schema import EventEnvelope, EventType
from core.projectors.people import NO_HABIT, NONE, Int32, Int64, UInt8
from core.projectors.user_preferences import HABITS, named

RowTuple: TypeAlias = tuple[Any, ...]
"""rowid, event_type, actor_id, object_ref_type, object_ref_id, payload, odd."""

_HABITS = {str(kind): code for code, kind in enumerate(HABITS.values())}
_LONG = 2 * MAX_DEPTH
"""A payload up to this long cannot nest too deep, nor hold too long an integer."""
_VERY_LONG = 4_300
"""A payload up to this long holds no integer that `decode_payload` refuses for its length."""


class _Payload(msgspec.Struct, gc=False):
    domain: str | None = None


class _Viewed(_Payload, gc=False):
    name: str | None = None


class _Mention(msgspec.Struct, gc=False):
    # Absent is usual, null is not.
    concept_id: str | msgspec.UnsetType = msgspec.UNSET
    name: str | None = None


class _Chat(_Payload, gc=False):
    mentioned_concepts: list[_Mention] = []


_CHAT = _HABITS[EventType.CHAT_MESSAGE_CREATED]
_VIEW = _HABITS[EventType.USER_VIEWED]
_DECODERS: list[Callable[[str], Any]] = [msgspec.json.Decoder(_Payload).decode] * (NO_HABIT + 1)
_DECODERS[_VIEW] = msgspec.json.Decoder(_Viewed).decode
_DECODERS[_CHAT] = msgspec.json.Decoder(_Chat).decode


class SessionRows:
    """Fills the columns of one session, given in the order of its events, as its rows come in.

    The columns are written in place; new domains and concepts are given the next code.
    """

    def __init__(
        self,
        rows: Int64,
        *,
        habits: UInt8,
        domains: Int32,
        concepts: Int32,
        domain_codes: dict[str, int],
        concept_codes: dict[str, int],
    ) -> None:
        self._order = None if bool(np.all(np.diff(rows) > 0)) else np.argsort(rows, kind="stable")
        self.rowids = rows if self._order is None else rows[self._order]
        self._habits, self._domains, self._concepts = habits, domains, concepts
        self._domain_codes, self._concept_codes = domain_codes, concept_codes
        self._waiting = np.ones(len(rows), dtype=np.bool_)
        self._names: dict[str, tuple[int, str]] = {}

    @property
    def waiting(self) -> Sequence[int]:
        """The keys of the rows that are still to be read; after all pages, those that are unusual.

        Only their envelopes tell what they say: give these to `take_envelope`.
        """
        rows: list[int] = self.rowids[self._waiting].tolist()
        return rows

    @property
    def names(self) -> dict[str, str]:
        """The latest name that the session gave to each concept."""
        return {concept: name for concept, (_, name) in self._names.items()}

    def take(self, page: Sequence[RowTuple]) -> None:
        """Take in rows, whose keys are among those given; unusual ones go on waiting."""
        places = np.searchsorted(self.rowids, np.array([row[0] for row in page], dtype=np.int64))
        events = places if self._order is None else self._order[places]
        # Lists, each put into its column at once: numbers put singly take three times as long.
        told = list(map(self._take, events.tolist(), page))
        if None in told:
            usual = np.array([each is not None for each in told])
            places, events = places[usual], events[usual]
        columns = [each for each in told if each is not None]
        if columns:
            habits, domains, concepts = zip(*columns, strict=True)
            self._habits[events] = habits
            self._domains[events] = domains
            self._concepts[events] = concepts
            self._waiting[places] = False

    def take_envelope(self, row: int, envelope: EventEnvelope) -> None:
        """Take in an unusual row from its envelope."""
        place = int(np.searchsorted(self.rowids, row))
        event = place if self._order is None else int(self._order[place])
        ref, domain = envelope.object_ref, envelope.payload.get("domain")
        kind, key = (None, None) if ref is None else (ref.type, ref.id)
        self._habits[event] = _HABITS.get(str(envelope.event_type), NO_HABIT)
        if isinstance(domain, str) and domain:
            self._domains[event] = _code(self._domain_codes, domain)
        if kind == "concept" and key:
            self._concepts[event] = _code(self._concept_codes, key)
        for concept, name in named(envelope):
            self._name(event, concept, name)
        self._waiting[place] = False

    def _take(self, event: int, row: RowTuple) -> tuple[int, int, int] | None:
        """The codes of habit, domain and concept of a row, None if it is not as usual.

        This says again, for payloads of the usual shape, what `PreferenceFold` says for all.
        """
        _, event_type, _, kind, key, payload, odd = row
        if odd or (len(payload) > _LONG and _may_be_refused(payload)):
            return None
        habit = _HABITS.get(event_type, NO_HABIT)
        try:
            told = _DECODERS[habit](payload)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return None
        is_concept = kind == "concept" and key
        if habit == _VIEW:
            if is_concept and told.name:
                self._name(event, key, told.name)
        elif habit == _CHAT:
            for mention in told.mentioned_concepts:
                if mention.concept_id and mention.name:
                    self._name(event, mention.concept_id, mention.name)
        domain, concepts = told.domain, self._concept_codes
        return (
            habit,
            self._domain_codes.setdefault(domain, len(self._domain_codes)) if domain else NONE,
            concepts.setdefault(key, len(concepts)) if is_concept else NONE,
        )

    def _name(self, event: int, concept: str, name: str) -> None:
        known = self._names.get(concept)
        if known is None or event >= known[0]:
            self._names[concept] = event, name


def _code(codes: dict[str, int], value: str) -> int:
    return codes.setdefault(value, len(codes))


def _may_be_refused(payload: str) -> bool:
    """Whether a payload may hold what its decoder passes over and `decode_payload` does not."""
    return len(payload) > _VERY_LONG or payload.count("[") + payload.count("{") > MAX_DEPTH
