from __future__ import annotations

from pathlib import Path

import pytest

from core.events.errors import StoreError
from core.events.store import get_event_store
from tests.core.events.store_contract import event


def test_the_store_is_the_file_that_the_environment_names(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    made = event()
    for existed in (False, True):
        with get_event_store({"EVENTS_SQLITE_PATH": str(path)}) as store:
            assert store.append(made).existed is existed


@pytest.mark.parametrize("environ", [{}, {"EVENTS_SQLITE_PATH": "", "EVENTS_DDB_TABLE": ""}])
def test_it_is_events_db_where_nothing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    get_event_store(environ).close()
    assert (tmp_path / "events.db").exists()


def test_a_table_in_the_cloud_is_not_silently_passed_over(tmp_path: Path) -> None:
    """Events would be written to a file that nobody looks at."""
    environ = {"EVENTS_DDB_TABLE": "events", "EVENTS_SQLITE_PATH": str(tmp_path / "log.db")}
    with pytest.raises(StoreError, match=r"cannot be used yet.*EVENTS_SQLITE_PATH"):
        get_event_store(environ)
    assert list(tmp_path.iterdir()) == []
