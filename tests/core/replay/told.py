"""What a log says, in plain values that can be compared."""

from __future__ import annotations

from itertools import pairwise

from core.replay.columns import NONE, SessionLog


def told(log: SessionLog) -> object:
    """What a log says, whatever its codes."""
    made, ids = log.contributions, log.contributions.concept_ids
    concepts = [ids[code] for code in made.concept]
    starts = log.names.starts.tolist()
    return {
        "rows": log.rows.tolist(),
        "times": log.times.tolist(),
        "kinds": [log.kind_names[kind] for kind in log.kinds],
        "actors": [None if a == NONE else log.actor_names[a] for a in log.actors],
        "objects": [None if o == NONE else log.object_keys[o] for o in log.objects],
        "contributions": list(zip(made.event, made.source, concepts, strict=True)),
        "concepts": list(ids),
        "names": list(zip(log.names.event, log.names.names, strict=True)),
        "named": dict(zip(ids, pairwise(starts), strict=True)),
        "problems": sorted((p.row or 0, p.reason) for p in log.problems),
        "last": log.last_row,
        "complete": log.complete,
    }
