"""A simulated learner: studies in real time, each act emitted as a running backend would.

    python -m resources.simulated_learner events.db --rate 0.5

It ends when its standard input does, so that it never outlives the program that started it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import Any, NamedTuple

from core.events.emitter import close_default_emitter, emit_event
from core.events.schema import EventType, ObjectRef
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.projection import Projection
from resources.make_events import STUDIES, Learner

RATE = 0.5
"""Events a second, on average: a learner who is awake."""
LONGEST_PAUSE = 60.0
"""A recorded pause (s) counts as no longer than this, before pauses are scaled to the rate."""


class Act(NamedTuple):
    """What to emit, and how long (s) after the act before."""

    pause: float
    fields: dict[str, Any]


def acts(seed: int, rate: float) -> Iterator[Act]:
    """What one learner does in one session: as in the sample, at so many acts a second."""
    chance = random.Random(seed)
    study = chance.choice(STUDIES)
    actor = chance.choice(("user-ada", "user-bo", "user-mei", "user-noor"))
    stamp = int(datetime.now(UTC).timestamp() * 1000)
    session = f"session_{stamp}_{''.join(chance.choices('0123456789abcdefghij', k=9))}"
    learner = Learner(session, actor, study.domain, study.start, seed)
    for phase in study.phases:
        learner.study(phase)
    moments = [moment for moment, _ in learner.rows]
    gaps = [min((b - a).total_seconds(), LONGEST_PAUSE) for a, b in pairwise(moments)]
    scale = len(gaps) / (rate * sum(gaps)) if sum(gaps) else 0.0
    for gap, (_, row) in zip([0.0, *gaps], learner.rows, strict=True):
        _, kind, session_id, actor_id, _, _, _, correlation, trace, ref_type, ref_id, payload, _ = (
            row
        )
        if kind == EventType.SESSION_CONTEXT_UPDATED:
            continue
        ref = ObjectRef(type=str(ref_type), id=str(ref_id)) if ref_type and ref_id else None
        fields = {
            "event_type": kind,
            "session_id": session_id,
            "actor_id": actor_id,
            "object_ref": ref,
            "payload": json.loads(str(payload)),
            "correlation_id": correlation,
            "trace_id": trace,
        }
        yield Act(gap * scale, fields)


def study_on(
    rate: float,
    stopped: threading.Event,
    *,
    seed: int | None = None,
    noted: Callable[[str], object] = lambda _: None,
) -> None:
    """One session after the other, until told to stop; ``noted`` hears the session of each act."""
    first = random.SystemRandom().randrange(1 << 30) if seed is None else seed
    for number in count(first):
        for act in acts(number, rate):
            if stopped.wait(act.pause):
                return
            emit_event(**act.fields)
            noted(act.fields["session_id"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Study until standard input ends."""
    parser = argparse.ArgumentParser(description="Emit events as a learner at work would.")
    parser.add_argument("path", help="the events.db to write; made where there is none")
    parser.add_argument("--rate", type=float, default=RATE, help="events a second, on average")
    parser.add_argument("--seed", type=int, default=None, help="the same acts each time")
    options = parser.parse_args(arguments)
    os.environ["EVENTS_SQLITE_PATH"] = options.path
    stopped = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        stopped.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    # As a backend that keeps what it computed: it can be verified against the rules.
    recording = Projection(
        lambda: SQLiteEventStore(options.path, writable=True), (), record_contexts=True
    )
    try:
        study_on(options.rate, stopped, seed=options.seed, noted=recording.mark)
    except KeyboardInterrupt:
        return 130
    finally:
        close_default_emitter(5.0)
        recording.close(5.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
