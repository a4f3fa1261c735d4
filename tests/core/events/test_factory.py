from __future__ import annotations

from pathlib import Path

import pytest

from core.events.errors import WrongLocation
from core.events.store import get_event_store
from core.events.store.factory import named_table
from tests.core.events.dynamodb_server import Table
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


def test_a_table_in_the_cloud_comes_before_a_file(tmp_path: Path, dynamodb_table: Table) -> None:
    """Events would be written to a file that nobody looks at."""
    environ = {
        "EVENTS_DDB_TABLE": dynamodb_table.name,
        "EVENTS_DDB_ENDPOINT": dynamodb_table.endpoint or "",
        "AWS_REGION": dynamodb_table.region,
        "EVENTS_SQLITE_PATH": str(tmp_path / "log.db"),
    }
    made = event()
    for existed in (False, True):
        with get_event_store(environ) as store:
            assert store.append(made).existed is existed
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_table_is_checked_before_anything_is_sent() -> None:
    with pytest.raises(WrongLocation, match="3 to 255 letters"):
        get_event_store({"EVENTS_DDB_TABLE": "no table"})


def test_the_region_of_a_table_is_that_of_the_environment() -> None:
    assert str(named_table({"EVENTS_DDB_TABLE": "events"})) == "dynamodb://events?region=us-east-1"
    environ = {"EVENTS_DDB_TABLE": "events", "AWS_REGION": "eu-west-1"}
    assert str(named_table(environ)) == "dynamodb://events?region=eu-west-1"
    assert named_table({"EVENTS_DDB_TABLE": ""}) is None
