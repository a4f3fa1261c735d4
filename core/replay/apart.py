"""Reading a long session in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from core.events.store.base import FileIdentity
from core.privacy.pseudonyms import Pseudonyms
from core.projectors.rules import ProjectionRules
from core.replay.index import ContextIndex
from core.replay.linked import Link
from core.replay.loader import Loaded, load_steps
from core.replay.process import WORTH_IT, Origin, ReadHereError, items_apart

__all__ = ["WORTH_IT", "ReadHereError", "steps_apart"]


def steps_apart(
    path: Path,
    session_id: str,
    rules: ProjectionRules,
    *,
    identity: FileIdentity,
    link: Link | None = None,
    pseudonyms: Pseudonyms | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Loaded, ContextIndex | None]]:
    """As `load_steps` on that file; the last step comes with its index, prepared.

    A linked session is read by its ``link``, a private one with its ``pseudonyms``. As
    `items_apart`; raises ReadHereError, too, where the path names another file than ``identity`` by
    now.
    """
    origin = Origin(path, identity, link, pseudonyms)
    return items_apart(_steps, origin, session_id, rules, stopped=stopped)


def _steps(
    origin: Origin, session_id: str, rules: ProjectionRules
) -> Iterator[tuple[Loaded, ContextIndex | None]]:
    with origin.opened() as store:
        for step in load_steps(store, session_id):
            index = ContextIndex(step.log, rules).prepare() if step.log.complete else None
            yield step, index
