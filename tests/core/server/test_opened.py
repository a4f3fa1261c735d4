from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from core.events import spool as spool_module
from core.events.schema import new_event
from core.events.spool import Spool
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.read_model import sqlite
from core.projectors.read_model.sqlite import SQLiteReadModel
from core.server.opened import opened_to_write
from tests.core.server.serving import wait_until


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEO4J_URI", raising=False)
    for module, name in ((spool_module, "spool.db"), (sqlite, "read-model.db")):
        path = tmp_path / "data" / name
        monkeypatch.setattr(module, "default_path", lambda path=path: path)


def test_what_an_earlier_program_left_is_made_up_for(tmp_path: Path) -> None:
    """What waited, and what was not projected, stayed so until somebody emitted."""
    path = (tmp_path / "events.db").resolve()
    with SQLiteEventStore(path, writable=True, create=True) as store:
        store.append(new_event("UserViewed", "stored"))
    with Spool() as spool:
        spool.add(str(path), new_event("UserViewed", "waiting"))
    with opened_to_write(path), SQLiteReadModel(source=str(path)) as model:
        for session_id in ("stored", "waiting"):
            wait_until(partial(model.context, session_id), f"{session_id} is projected")
    with Spool() as spool:
        assert spool.waiting(str(path)) == 0
