"""Emission for a whole process: one emitter, made from the environment when it is first used."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.events.emission import Delivery, EmittedEvent, EmitterStatus
from core.events.errors import WrongLocation
from core.events.event_emitter import EventEmitter
from core.events.payloads import Mention
from core.events.schema import EventType, ObjectRef
from core.events.spool import Spool
from core.events.store import EventStore, get_event_store
from core.events.store.factory import named_table
from core.late_dataclass import dataclass
from core.projectors.projection import Projection
from core.projectors.read_model.base import ReadModel
from core.projectors.read_model.factory import open_read_models

__all__ = [
    "Delivery",
    "EmittedEvent",
    "EmitterStatus",
    "EventEmitter",
    "close_default_emitter",
    "default_emitter",
    "emit_chat_message",
    "emit_claim_upserted",
    "emit_event",
    "emit_source_captured",
]

logger = logging.getLogger(__name__)

AT_EXIT = 5.0
"""Seconds that the end of a program waits for what is still to be stored or projected."""

_AT_FORK = 2.0
_BEHIND_ALL = -100


def emit_event(
    event_type: str,
    session_id: str,
    actor_id: str | None = None,
    object_ref: ObjectRef | None = None,
    payload: Mapping[str, Any] | None = None,
    correlation_id: str | None = None,
    idempotency_key: str | None = None,
    trace_id: str | None = None,
) -> EmittedEvent:
    """Store an event that happens now, in the log that the environment names.

    Answers the event as it is stored, and where it is. Without a key it is a new event every time;
    the same key answers with the first event. A log that cannot be written is no error of the
    caller: the event waits on disk. Raises TypeError, ValueError and
    `core.events.errors.EventRejected` for what no log could keep. The session is then projected
    in the background, unless BRAINWEB_PROJECTION is `off`.
    """
    return default_emitter().emit(
        event_type,
        session_id,
        actor_id=actor_id,
        object_ref=object_ref,
        payload=payload,
        correlation_id=correlation_id,
        idempotency_key=idempotency_key,
        trace_id=trace_id,
    )


def emit_chat_message(
    session_id: str,
    *,
    message: str,
    answer_summary: str | None = None,
    intent: str | None = None,
    evidence_count: int | None = None,
    mentioned_concepts: Sequence[Mention | Mapping[str, Any]] = (),
    message_id: str | None = None,
    domain: str | None = None,
    actor_id: str | None = None,
    correlation_id: str | None = None,
    idempotency_key: str | None = None,
    trace_id: str | None = None,
) -> EmittedEvent:
    """A question was asked and answered. With a `message_id` the event refers to that message."""
    payload = {
        "message": message,
        "intent": intent,
        "answer_summary": answer_summary,
        "evidence_count": evidence_count,
        "mentioned_concepts": [_mention(each) for each in mentioned_concepts],
        "domain": domain,
    }
    return emit_event(
        EventType.CHAT_MESSAGE_CREATED,
        session_id,
        actor_id=actor_id,
        object_ref=_reference("chat_message", message_id),
        payload=_given(payload),
        correlation_id=correlation_id,
        idempotency_key=idempotency_key,
        trace_id=trace_id,
    )


def emit_source_captured(
    session_id: str,
    *,
    object_type: str,
    object_id: str,
    url: str | None = None,
    title: str | None = None,
    domain: str | None = None,
    actor_id: str | None = None,
    correlation_id: str | None = None,
    idempotency_key: str | None = None,
    trace_id: str | None = None,
) -> EmittedEvent:
    """A source was kept: a `document`, `quote`, `artifact` or the like, and its id."""
    return emit_event(
        EventType.SOURCE_CAPTURED,
        session_id,
        actor_id=actor_id,
        object_ref=ObjectRef(type=object_type, id=object_id),
        payload=_given({"url": url, "title": title, "domain": domain}),
        correlation_id=correlation_id,
        idempotency_key=idempotency_key,
        trace_id=trace_id,
    )


def emit_claim_upserted(
    session_id: str,
    *,
    claim_id: str,
    text: str,
    confidence: float | None = None,
    concept_ids: Sequence[str] = (),
    domain: str | None = None,
    actor_id: str | None = None,
    correlation_id: str | None = None,
    idempotency_key: str | None = None,
    trace_id: str | None = None,
) -> EmittedEvent:
    """A claim was stated or changed; `confidence` is from 0 to 1."""
    payload = {
        "claim_id": claim_id,
        "text": text,
        "confidence": confidence,
        "concept_ids": list(concept_ids),
        "domain": domain,
    }
    return emit_event(
        EventType.CLAIM_UPSERTED,
        session_id,
        actor_id=actor_id,
        object_ref=ObjectRef(type="claim", id=claim_id),
        payload=_given(payload),
        correlation_id=correlation_id,
        idempotency_key=idempotency_key,
        trace_id=trace_id,
    )


def default_emitter() -> EventEmitter:
    """The emitter of this process, made at the first call."""
    global _default
    with _lock:
        if _default is None:
            _default = _make(dict(os.environ))
            _close_with_multiprocessing()
        return _default.emitter


def close_default_emitter(timeout: float = AT_EXIT) -> bool:
    """Store and project what waits, for `timeout` seconds at the most; True if all of it is.

    A later emission makes a new emitter. At the end of the program this is done by itself.
    """
    global _default
    with _lock:
        default, _default = _default, None
    return default is None or default.close(timeout)


@dataclass(frozen=True, slots=True)
class _Default:
    emitter: EventEmitter
    spool: Spool
    projection: Projection | None
    read_models: list[ReadModel]

    def close(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        done = [self.emitter.close(timeout)]
        if self.projection is not None:
            done.append(self.projection.close(max(0.0, end - time.monotonic())))
        for model in self.read_models:
            model.close()
        self.spool.close()
        return all(done)


def _make(environ: dict[str, str]) -> _Default:
    target = _target(environ)
    if not environ.get("EVENTS_DDB_TABLE"):
        # So that the file stays the same one when the program changes its folder.
        environ["EVENTS_SQLITE_PATH"] = target
    spool = Spool()
    read_models = _read_models(target, environ)

    def open_store() -> EventStore:
        return get_event_store(environ)

    projection = Projection(open_store, read_models) if read_models else None

    def open_store_to_write() -> EventStore:
        # Where the file was replaced the projection would go on reading the old one.
        if projection is not None:
            projection.reopen()
        return open_store()

    emitter = EventEmitter(
        open_store_to_write,
        target=target,
        spool=spool,
        on_stored=None if projection is None else projection.mark_event,
    )
    return _Default(emitter, spool, projection, read_models)


def _target(environ: Mapping[str, str]) -> str:
    """The name of the log for the spool and the read models."""
    if environ.get("EVENTS_DDB_TABLE"):
        try:
            return str(named_table(environ))
        except WrongLocation:
            # The store says what is wrong with it.
            return f"dynamodb://{environ['EVENTS_DDB_TABLE']}"
    path = environ.get("EVENTS_SQLITE_PATH") or "events.db"
    try:
        return str(Path(path).resolve())
    except (OSError, RuntimeError, ValueError):
        # The store says what is wrong with it.
        return path


def _read_models(source: str, environ: Mapping[str, str]) -> list[ReadModel]:
    if environ.get("BRAINWEB_PROJECTION", "").lower() == "off":
        return []
    try:
        return list(open_read_models(source=source, environ=environ))
    except Exception:
        logger.exception("Nothing is projected: the read models cannot be opened")
        return []


def _reference(kind: str, identity: str | None) -> ObjectRef | None:
    return None if identity is None else ObjectRef(type=kind, id=identity)


def _mention(mention: Mention | Mapping[str, Any]) -> dict[str, Any]:
    fields = mention.model_dump() if isinstance(mention, Mention) else mention
    return _given(fields)


def _given(payload: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in payload.items() if value is not None}


_lock = threading.RLock()
_default: _Default | None = None
_finalizer: Any = None
atexit.register(close_default_emitter)


def _close_with_multiprocessing() -> None:
    """A process that multiprocessing forks ends without `atexit`, but with its own finalizers."""
    global _finalizer
    if "multiprocessing.util" not in sys.modules:
        return
    # Of those that were made before a fork none is left in the child.
    if _finalizer is None or not _finalizer.still_active():
        _finalizer = sys.modules["multiprocessing.util"].Finalize(
            None, close_default_emitter, exitpriority=_BEHIND_ALL
        )


def _before_fork() -> None:
    """SQLite's connections and locks must not be shared with a child: both begin anew."""
    _lock.acquire()
    close_default_emitter(_AT_FORK)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_lock.release, after_in_child=_lock.release
    )
