from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.events.errors import StoreError
from core.events.store.sqlite import SQLiteEventStore
from core.privacy.key_file import key_path, pseudonyms_of_user
from core.privacy.pseudonyms import Pseudonyms
from core.privacy.store import hide
from core.projectors.rules import BRAIN_WEB
from core.replay.apart import origin_of, steps_apart
from core.replay.index import ContextIndex
from core.replay.kept_logs import KeptLogs
from core.replay.linked import LinkedEventStore
from core.replay.loader import load, read_instants
from tests.builders_files import append_elsewhere, write_log, write_long_log
from tests.core.events.logs import row

SAMPLE = Path("resources/sample-events.db")
PSEUDONYMS = Pseudonyms(b"k" * 32)


@pytest.fixture
def private() -> Iterator[LinkedEventStore]:
    with LinkedEventStore(SAMPLE) as store:
        hide(store, PSEUDONYMS)
        yield store


def _said(store: SQLiteEventStore) -> set[str]:
    """What the sample says of people: names, texts, actors and ids in it."""
    said = set()
    for event in store.iter_events():
        said.add(event.actor_id)
        said.add(None if event.object_ref is None else event.object_ref.id)
        for name in ("name", "message", "text", "title", "url", "domain", "answer_summary"):
            said.add(event.payload.get(name))
        said.update(each["name"] for each in event.payload.get("mentioned_concepts", ()))
    return {each for each in said if each and len(each) > 5}


def test_whatever_is_asked_of_a_private_store_says_nothing_of_people(
    private: LinkedEventStore,
) -> None:
    """One way of reading that was forgotten would show a name in some list."""
    with SQLiteEventStore(SAMPLE) as store:
        said = _said(store)
    sessions = private.sessions(counts=True)
    session = max(sessions, key=lambda each: each.count or 0).session_id
    log = load(private, session)
    rows = np.sort(log.rows)

    shown = repr(
        [
            [each.to_wire() for each in private.iter_events()],
            private.sessions(),
            private.listed(),
            sessions,
            [private.summary(each.session_id) for each in sessions],
            private.rows(rows.tolist()),
            list(private.problems()),
            list(private.row_pages(session, rows)),
            list(private.correlation_pages(session, rows)),
            list(private.neighbours(0, 1_000)),
            list(private.arrivals_in_all(0)),
            [private.whereabouts([private.replay(session).__next__().event_id])],
            [*log.actor_names, *log.object_keys, *log.contributions.concept_ids, *log.names.names],
            ContextIndex(log).context_at(len(log)).to_wire(),
        ]
    )

    assert len(said) > 100
    assert [each for each in said if repr(each)[1:-1] in shown] == []


def test_the_weights_are_those_of_the_log(private: LinkedEventStore) -> None:
    """Private mode would show other curves than there are."""
    with SQLiteEventStore(SAMPLE) as store:
        for session in store.sessions():
            log, hidden = load(store, session.session_id), load(private, session.session_id)
            bare, shown = ContextIndex(log), ContextIndex(hidden)

            for position in range(0, len(log) + 1, 7):
                weights = [each.weight for each in bare.context_at(position).active_concepts]
                context = shown.context_at(position)
                assert [each.weight for each in context.active_concepts] == weights
                assert len(context.active_objects) == len(bare.context_at(position).active_objects)


def test_bad_rows_are_problems_still_and_say_nothing(tmp_path: Path) -> None:
    """The raw text of a row that cannot be read would be the one that is shown."""
    path = write_log(
        tmp_path / "log.db",
        [
            row("1", payload='{"message": "canary'),
            row("2", occurred_at="canary"),
            row("3", event_type="canary", actor_id=b"canary"),
            row("4", object_ref_type="canary"),
        ],
    )
    with SQLiteEventStore(path) as store:
        reasons = len(list(store.problems()))
        hide(store, PSEUDONYMS)
        problems = list(store.problems())

        assert len(problems) == reasons >= 4
        assert "canary" not in repr([problems, [e.to_wire() for e in store.iter_events()]])


def test_a_long_session_is_read_apart_with_the_same_pseudonyms(tmp_path: Path) -> None:
    """What another process reads would come back as it is stored."""
    path = write_long_log(tmp_path / "log.db", 2_000)
    with LinkedEventStore(path) as store:
        session = store.sessions()[0].session_id
        hide(store, PSEUDONYMS)
        here = load(store, session)
        origin = origin_of(store, session)
        assert origin is not None
        steps = steps_apart(origin, *read_instants(store, session), BRAIN_WEB)
        *_, (last, _) = steps

    assert list(last.log.object_keys) == list(here.object_keys)
    assert list(last.log.actor_names) == list(here.actor_names)


def test_nothing_is_kept_of_what_is_read_privately(tmp_path: Path) -> None:
    """Kept columns would come out with names, or with pseudonyms where names are wanted."""
    path = write_long_log(tmp_path / "log.db", 100)
    kept = KeptLogs(tmp_path / "kept", events_least=1, still=0)
    with LinkedEventStore(path) as store:
        session = store.sessions()[0].session_id
        with kept.keeping(store, session) as found:
            found.append(load(store, session))
        assert kept.read(store, session) is not None
        hide(store, PSEUDONYMS)

        assert kept.read(store, session) is None


def test_what_arrives_is_hidden_too(tmp_path: Path) -> None:
    """A live session on a shared screen would show the newest event as it is."""
    path = write_log(tmp_path / "log.db", [row("1")])
    with SQLiteEventStore(path) as store:
        hide(store, PSEUDONYMS)
        newest = store.last_rowid()
        append_elsewhere(path, [row("2", actor_id="canary", payload=json.dumps({"x": "canary"}))])

        assert "canary" not in repr(list(store.arrivals_in_all(newest)))
        assert "canary" not in repr(store.envelopes([newest + 1]))


def test_a_store_that_is_written_gives_out_no_pseudonyms(tmp_path: Path) -> None:
    """Pseudonyms would be stored in the place of events."""
    with (
        SQLiteEventStore(tmp_path / "log.db", writable=True, create=True) as store,
        pytest.raises(ValueError, match="never written"),
    ):
        hide(store, PSEUDONYMS)


def test_the_key_is_kept_for_its_user_alone(tmp_path: Path) -> None:
    """Exports of today and of tomorrow would not fit together; or others could undo them."""
    first = pseudonyms_of_user()

    assert pseudonyms_of_user().person("ada") == first.person("ada")
    assert stat.S_IMODE(key_path().stat().st_mode) == 0o600
    assert list(key_path().parent.glob(".pseudonyms*")) == []
    assert pseudonyms_of_user(tmp_path / "other").person("ada") != first.person("ada")


def test_what_is_no_key_is_set_aside(tmp_path: Path) -> None:
    """A cut file would hide people under pseudonyms that anyone could make."""
    path = tmp_path / "key"
    path.write_bytes(b"short")

    assert len(pseudonyms_of_user(path).key) == 32
    assert (tmp_path / "key.broken").read_bytes() == b"short"


def test_a_key_that_cannot_be_kept_is_a_fault_with_a_name(tmp_path: Path) -> None:
    """The program would go on with pseudonyms that nobody can find again."""
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="key of the pseudonyms"):
        pseudonyms_of_user(tmp_path / "file" / "key")
