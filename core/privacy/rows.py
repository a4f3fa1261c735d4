"""Rows as they are stored, with pseudonyms: what is wrong with one stays wrong with it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import msgspec

from core.events.payload_json import RepairedText, decode_payload
from core.events.problems import Problem
from core.events.rows import RawRow, SQLiteValue
from core.privacy.fields import Replace, masked, replacement
from core.privacy.pseudonyms import Pseudonyms

_MACHINE_MADE = re.compile(
    r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(chat-msg-)?session_[0-9]{13}_[0-9a-z]{9}(-[0-9]{1,16})?"
)
"""Keys that no person thought of: UUIDs, and those that the backend makes."""


class RowMask:
    """Puts pseudonyms into rows. Ids of sessions and events stay: they are what one goes by."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self.pseudonyms = pseudonyms
        self._event_type = replacement("event_type", pseudonyms)
        self._object_type = replacement("object_ref_type", pseudonyms)
        self._time = replacement("occurred_at", pseudonyms)

    def actor(self, actor: str | None) -> str | None:
        """Who stands for an actor."""
        return None if actor is None else self.pseudonyms.person(actor)

    def key(self, key: str | None) -> str | None:
        """What stands for an idempotency key, a correlation or a trace."""
        return None if key is None else self._key(key)

    def _key(self, key: str) -> str:
        return key if _MACHINE_MADE.fullmatch(key) else self.pseudonyms.identity(key)

    def row(self, row: RawRow) -> RawRow:
        """A whole row."""
        each = self._value
        return RawRow(
            rowid=row.rowid,
            event_id=row.event_id,
            event_type=each(row.event_type, self._event_type),
            session_id=row.session_id,
            actor_id=each(row.actor_id, self.pseudonyms.person),
            occurred_at=each(row.occurred_at, self._time),
            version=row.version if isinstance(row.version, int) else each(row.version, self._text),
            idempotency_key=each(row.idempotency_key, self._key),
            correlation_id=each(row.correlation_id, self._key),
            trace_id=each(row.trace_id, self._key),
            object_ref_type=each(row.object_ref_type, self._object_type),
            object_ref_id=each(row.object_ref_id, self.pseudonyms.identity),
            payload=self.payload(row.payload),
            created_at=each(row.created_at, self._time),
        )

    def columns(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row of `Scan.row_pages`: key, type, actor, object's type and id, payload, odd."""
        each = self._value
        rowid, kind, actor, object_type, object_id, payload, odd = row
        return (
            rowid,
            each(kind, self._event_type),
            each(actor, self.pseudonyms.person),
            each(object_type, self._object_type),
            each(object_id, self.pseudonyms.identity),
            self.payload(payload),
            odd,
        )

    def problem(self, problem: Problem) -> Problem:
        """A problem that was noted of something else than a row."""
        reason = self.pseudonyms.text(problem.reason)
        return replace(problem, raw=self.pseudonyms.text(problem.raw), reason=reason)

    def payload(self, raw: SQLiteValue) -> SQLiteValue:
        """A payload as it is stored; what is no JSON object becomes what is none either."""
        if type(raw) is str:
            try:
                value = msgspec.json.decode(raw)
            except (msgspec.DecodeError, RecursionError, UnicodeError):
                value = None
            if isinstance(value, dict):
                return msgspec.json.encode(masked(value, self.pseudonyms)).decode()
        if raw is None or isinstance(raw, int | float):
            return self._value(raw, self._text)
        value, reason = decode_payload(raw)
        if reason is not None and not value:
            return self._value(raw, self._text)
        text = json.dumps(masked(value, self.pseudonyms))
        if isinstance(raw, bytes):
            return text.encode()
        return RepairedText(text) if isinstance(raw, RepairedText) else text

    def _text(self, text: str) -> str:
        return self.pseudonyms.text(text)

    def _value(self, value: SQLiteValue, by: Replace) -> SQLiteValue:
        """A value of a column in the storage class that it has."""
        if value is None:
            return None
        if type(value) is str:
            return by(value)
        if isinstance(value, RepairedText):
            return RepairedText(by(str(value)))
        if isinstance(value, bytes):
            return by(value.decode("utf-8", "replace")).encode()
        return type(value)(0)
