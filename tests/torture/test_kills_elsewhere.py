"""A program is killed at any moment of what else it writes: the old state or the new, and on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from core.events.store import SQLiteEventStore
from core.export.copying import copy_sessions
from core.export.importing import import_events
from core.mirror.file import EVENTS, MirrorFile
from core.mirror.filling import fill
from core.notes.bookmark_file import BookmarkFile
from core.projectors.projection import Projection
from core.projectors.read_model.sqlite import SQLiteReadModel
from core.projectors.session_context import fold
from core.projectors.user_preferences import preferences
from tests.builders_files import write_log
from tests.torture.conftest import Figure, amount
from tests.torture.victim import MIRRORED, bookmark, mirrored_table, story
from tests.torture.victims import Victims, victims

KILLS = amount(2, 100)
IMPORTED = amount(2_000, 8_000)
A_BATCH = 1_000
COPIED = amount(1_000, 3_000)
PATIENCE = 20.0

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


@pytest.fixture(scope="module")
def killing() -> Iterator[Victims]:
    with victims(seed=9) as made:
        yield made


def numbers(log: Path) -> list[int]:
    """Which events of the story a log has, in order of arrival; none where there is no log yet."""
    if not log.exists() or not log.stat().st_size:
        return []
    with SQLiteEventStore(log, writable=True, create=True) as store:
        return [each.payload["n"] for each in store.iter_events()]


def test_an_import_goes_on_where_it_was_killed(
    killing: Victims, tmp_path: Path, figure: Figure
) -> None:
    """An import that was cut off would have to be begun again, or leave events out or in twice."""
    source = tmp_path / "events.jsonl"
    with source.open("w") as file:
        file.writelines(json.dumps(each.to_wire()) + "\n" for each in story("s", IMPORTED))
    finished, target = 0, tmp_path / "0.db"
    for kill in range(KILLS):
        killed = killing.kill_during("imports", within=1.2, source=source, target=target)
        there = numbers(target)
        assert there == list(range(len(there)))
        assert len(there) >= killed.acknowledged
        assert len(there) % A_BATCH == 0
        if len(there) == IMPORTED:
            finished, target = finished + 1, tmp_path / f"{kill + 1}.db"
    report = None
    for report in import_events(source, target):  # noqa: B007 - the last one counts.
        pass
    assert report is not None
    assert (report.added + report.known, report.refused) == (IMPORTED, 0)
    assert numbers(target) == list(range(IMPORTED))
    figure("import: kills, of them resumed to the whole", f"{KILLS}, {KILLS}")
    figure("import: whole in spite of kills", finished + 1)


def test_a_copy_goes_on_where_it_was_killed(
    killing: Victims, tmp_path: Path, figure: Figure
) -> None:
    """A session of which a part was copied would be taken for the whole."""
    source, target = write_log(tmp_path / "source.db", story("s", COPIED)), tmp_path / "0.db"
    for kill in range(KILLS):
        killed = killing.kill_during("copy", within=0.4, source=source, target=target)
        there = numbers(target)
        assert there == list(range(len(there)))
        assert len(there) >= killed.acknowledged
        if len(there) == COPIED:
            target = tmp_path / f"{kill + 1}.db"
    with (
        SQLiteEventStore(source) as old,
        SQLiteEventStore(target, writable=True, create=True) as new,
    ):
        *_, report = copy_sessions(old, new, ["s"])
    assert (report.added + report.known, report.found) == (COPIED, 0)
    assert numbers(target) == list(range(COPIED))
    figure("copy: kills, of them resumed to the whole", f"{KILLS}, {KILLS}")


def test_a_mirror_is_filled_on_where_it_was_killed(
    killing: Victims, tmp_path: Path, figure: Figure
) -> None:
    """A mirror with a gap would be replayed without anybody knowing, and reading again is paid."""
    folder, read_again = tmp_path / "0", 0
    for kill in range(KILLS):
        killed = killing.kill_during("mirror", within=0.6, folder=folder)
        there = numbers(folder / EVENTS)
        assert there == list(range(len(there)))
        assert len(there) >= killed.acknowledged
        read_again += max(0, len(there) - killed.acknowledged)
        if len(there) == MIRRORED:
            folder = tmp_path / f"{kill + 1}"
    with MirrorFile(folder) as file:
        list(fill(mirrored_table(), file, "s"))
        assert file.problems() == []
    assert numbers(folder / EVENTS) == list(range(MIRRORED))
    figure("mirror: kills, of them filled on to the whole", f"{KILLS}, {KILLS}")


def test_what_was_projected_is_a_context_that_was_and_projecting_goes_on(
    killing: Victims, tmp_path: Path, figure: Figure
) -> None:
    """A context that no prefix of the log gives would be served as what the system knows."""
    log, path = tmp_path / "events.db", tmp_path / "read-model.db"
    acknowledged = 0
    for kill in range(KILLS):
        session = f"session-{kill}"
        killed = killing.kill_during("project", within=0.3, log=log, model=path, session=session)
        if not log.exists() or not log.stat().st_size:
            continue
        acknowledged += killed.acknowledged
        with (
            SQLiteEventStore(log, writable=True, create=True) as store,
            SQLiteReadModel(path, source="log") as model,
        ):
            events = list(store.replay(session))
            assert len(events) >= killed.acknowledged
            kept = model.context(session)
            if kept is not None:
                assert kept.context.position >= killed.acknowledged
                assert kept.context == fold(session, events[: kept.context.position])
            else:
                assert killed.acknowledged == 0
            projection = Projection(store, [model])
            projection.mark(session)
            assert projection.close(PATIENCE)
            kept = model.context(session)
            if events:
                assert kept is not None
                assert kept.context == fold(session, events)
                assert preferences(session, events) in model.preferences_of("user-ada")
    assert not list(tmp_path.glob("*.broken*"))
    figure("projection: kills, of them resumed to the last context", f"{KILLS}, {KILLS}")
    figure("projection: events projected and acknowledged, of them lost", f"{acknowledged}, 0")


def test_a_read_model_has_the_old_context_or_the_new_one(
    killing: Victims, tmp_path: Path, figure: Figure
) -> None:
    """Half a context, or an older one than was acknowledged, would be answered to every client."""
    path, acknowledged = tmp_path / "read-model.db", 0
    for kill in range(KILLS):
        session = f"session-{kill}"
        killed = killing.kill_during("read_model", within=0.1, model=path, session=session)
        acknowledged += killed.acknowledged
        with SQLiteReadModel(path, source="log") as model:
            kept = model.context(session)
            position = 0 if kept is None else kept.context.position
            assert position >= killed.acknowledged
            if kept is not None:
                assert kept.context == fold(session, list(story(session, position)))
    with closing(apsw.Connection(str(path))) as connection:
        assert connection.execute("PRAGMA integrity_check").get == "ok"
    assert not list(tmp_path.glob("*.broken*"))
    figure("read model: kills", KILLS)
    figure("read model: writes acknowledged, of them lost", f"{acknowledged}, 0")


def test_a_small_file_is_the_old_one_or_the_new_one(
    killing: Victims, tmp_path: Path, figure: Figure
) -> None:
    """Settings, links, filters and rules are written alike: half of one is all of them lost."""
    path, last = tmp_path / "settings.json", 0
    for _ in range(KILLS):
        killed = killing.kill_during("small_file", within=0.1, path=path, start=last + 1)
        words = set(path.read_text().split()) if path.exists() else {"0"}
        (found,) = words
        assert int(found) >= max(killed.acknowledged, last)
        last = int(found)
    figure("small files: kills, writes, of them half", f"{KILLS}, {last}, 0")


def test_bookmarks_that_were_kept_are_there(
    killing: Victims, tmp_path: Path, figure: Figure
) -> None:
    """A note that somebody took an hour for would be gone with the battery."""
    path, last = tmp_path / "bookmarks.db", 0
    for _ in range(KILLS):
        killed = killing.kill_during("bookmarks", within=0.15, path=path, start=last)
        kept = BookmarkFile(path)
        found = kept.all()
        assert kept.notice is None
        assert found == [bookmark(n) for n in range(len(found))]
        assert len(found) >= max(killed.acknowledged, last)
        last = len(found)
    figure("bookmarks: kills, kept, of them lost", f"{KILLS}, {last}, 0")
