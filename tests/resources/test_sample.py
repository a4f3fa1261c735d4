"""The sample and the big logs: whole, true to the backend's file, and worth looking at."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.make_events import (
    BIG_SESSION,
    SAMPLE,
    main,
    sample_rows,
    session_sizes,
    write_big,
    write_sample,
)

COLUMNS = [
    # name, declared type, not null, default, in the primary key
    ("event_id", "TEXT", 0, None, 1),
    ("event_type", "TEXT", 1, None, 0),
    ("session_id", "TEXT", 1, None, 0),
    ("actor_id", "TEXT", 0, None, 0),
    ("occurred_at", "TEXT", 1, None, 0),
    ("version", "INTEGER", 1, "1", 0),
    ("idempotency_key", "TEXT", 0, None, 0),
    ("correlation_id", "TEXT", 0, None, 0),
    ("trace_id", "TEXT", 0, None, 0),
    ("object_ref_type", "TEXT", 0, None, 0),
    ("object_ref_id", "TEXT", 0, None, 0),
    ("payload", "TEXT", 1, "'{}'", 0),
    ("created_at", "TEXT", 1, "datetime('now')", 0),
]
INDEXES = {
    "idx_session_occurred": ("c", 0, ["session_id", "occurred_at"]),
    "idx_idempotency_key": ("c", 0, ["idempotency_key"]),
    "idx_correlation_id": ("c", 0, ["correlation_id"]),
    "sqlite_autoindex_events_1": ("pk", 1, ["event_id"]),
    "sqlite_autoindex_events_2": ("u", 1, ["idempotency_key"]),
}
TYPES = {
    "UserViewed",
    "UserHighlighted",
    "ChatMessageCreated",
    "SourceCaptured",
    "ClaimUpserted",
    "RecommendationGenerated",
    "SessionContextUpdated",
}
SMALL = {"events": 3000, "others": 900, "sessions": 60, "concepts": 200, "seed": 5}


def query(path: Path, sql: str, *values: str) -> list[tuple[apsw.SQLiteValue, ...]]:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return list(connection.execute(sql, values))
    finally:
        connection.close()


def largest_session() -> list[tuple[apsw.SQLiteValue, ...]]:
    return query(
        SAMPLE,
        "SELECT occurred_at, event_type, object_ref_type, object_ref_id, payload FROM events "
        "WHERE session_id = (SELECT session_id FROM events GROUP BY 1 ORDER BY count(*) DESC) "
        "ORDER BY occurred_at, rowid",
    )


def contributions(kind: str, object_type: str | None, object_id: str, text: str) -> Iterator[str]:
    payload = json.loads(text)
    if kind == "UserViewed" and object_type == "concept":
        yield from [object_id] * 4
    elif kind == "ChatMessageCreated":
        for mention in payload["mentioned_concepts"]:
            yield from [mention["concept_id"]] * 3
    elif kind == "ClaimUpserted":
        for concept in payload["concept_ids"]:
            yield from [concept] * 2


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("big") / "big.db"
    write_big(path, **SMALL)
    return path


def assert_is_a_backend_file(path: Path, *, journal: str) -> None:
    table = query(
        path, "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('events')"
    )
    assert table == COLUMNS
    indexes = {
        name: (
            origin,
            unique,
            [c for (c,) in query(path, "SELECT name FROM pragma_index_info(?)", name)],
        )
        for name, unique, origin in query(
            path, "SELECT name, \"unique\", origin FROM pragma_index_list('events')"
        )
    }
    assert indexes == INDEXES
    assert query(path, "PRAGMA user_version") == [(0,)]
    assert query(path, "PRAGMA application_id") == [(0,)]
    assert query(path, "PRAGMA journal_mode") == [(journal,)]
    assert query(path, "PRAGMA integrity_check") == [("ok",)]
    assert query(path, "SELECT count(*) FROM sqlite_master WHERE type = 'table'") == [(1,)]


class TestSample:
    def test_committed_sample_is_what_the_script_makes(self) -> None:
        """Else nobody could change the sample without losing what was edited by hand."""
        assert query(SAMPLE, "SELECT * FROM events ORDER BY rowid") == sample_rows()

    def test_written_twice_it_is_the_same_file(self, tmp_path: Path) -> None:
        """Else every `make sample` would show up as a change to commit."""
        first, second = tmp_path / "first.db", tmp_path / "second.db"
        write_sample(first)
        write_sample(second)
        assert first.read_bytes() == second.read_bytes()
        assert sorted(tmp_path.iterdir()) == [first, second]

    def test_backend_could_go_on_writing_it(self) -> None:
        """A user tries the app on the sample and must meet the very file that a backend makes."""
        assert_is_a_backend_file(SAMPLE, journal="delete")

    def test_small_enough_to_be_committed(self) -> None:
        assert SAMPLE.stat().st_size < 700_000

    def test_every_type_in_the_largest_session(self) -> None:
        """Each lane of the first window that a user sees has something in it."""
        rows = largest_session()
        assert {row[1] for row in rows} == TYPES
        assert 380 <= len(rows) <= 420

    def test_sessions_of_every_size(self) -> None:
        """The session list has short and long sessions, fragments to fold, and a stray."""
        sizes = dict(query(SAMPLE, "SELECT session_id, count(*) FROM events GROUP BY 1"))
        named = [
            size for name, size in sizes.items() if re.fullmatch(r"session_\d{13}_\w{9}", name)
        ]
        fragments = [size for name, size in sizes.items() if re.fullmatch("[0-9a-f]{32}", name)]
        assert sorted(named)[-2] <= 150 and min(named) >= 30 and len(named) == 7
        assert fragments == [1, 1, 1, 1]
        assert sizes.keys() >= {"unknown"} and len(sizes) == 12

    def test_pauses_ties_and_whole_seconds(self) -> None:
        """Without them a user could not see folded idle time, nor step through equal times."""
        texts = [row[0] for row in largest_session()]
        times = [datetime.fromisoformat(text) for text in texts]
        gaps = [after - before for before, after in pairwise(times)]
        assert timedelta(minutes=42) < max(gaps) < timedelta(minutes=43)
        assert any(timedelta(minutes=12) < gap < timedelta(minutes=13) for gap in gaps)
        assert gaps.count(timedelta(0)) > 10
        assert sum("." not in text for text in texts) > 10
        assert times[-1] - times[0] > timedelta(hours=4)

    def test_a_capture_and_its_claim_share_their_instant(self) -> None:
        rows = largest_session()
        for before, after in pairwise(rows):
            if before[1] == "SourceCaptured":
                assert (after[0], after[1]) == (before[0], "ClaimUpserted")

    def test_some_events_arrive_late(self) -> None:
        """The order of arrival is not the order of time, and the sample shows it."""
        late = query(
            SAMPLE,
            "SELECT count(*) FROM events "
            "WHERE (julianday(created_at) - julianday(occurred_at)) * 1440 > 5",
        )
        assert late == [(3,)]
        in_time = query(SAMPLE, "SELECT event_id FROM events ORDER BY occurred_at, rowid")
        assert in_time != query(SAMPLE, "SELECT event_id FROM events ORDER BY rowid")

    def test_attention_moves_through_the_largest_session(self) -> None:
        """Curves that are all at their cap after minutes would show a user nothing."""
        rows = largest_session()
        weights: Counter[str] = Counter()
        leaders, full = [], []
        for number, (_, *event) in enumerate(rows, start=1):
            weights.update(contributions(*event))
            if number % (len(rows) // 4) == 0:
                leaders.append({concept for concept, _ in weights.most_common(8)})
                full.append(sum(weight >= 20 for weight in weights.values()))
        assert len(weights) >= 25
        assert full[0] <= 2 and full[1] <= 4 and full[3] <= 10
        assert all(len(after - before) >= 2 for before, after in pairwise(leaders[:3]))

    @pytest.mark.parametrize("name", ["Raft", "知識グラフ", "图嵌入", "الخوارزمي", "Mitochondrion"])
    def test_names_in_several_scripts(self, name: str) -> None:
        """A font that lacks a script is noticed on the sample and not by a user."""
        escaped = json.dumps(name)
        found = query(SAMPLE, "SELECT count(*) FROM events WHERE instr(payload, ?)", escaped)
        assert found[0][0]

    def test_keys_and_actors_look_like_the_backends(self) -> None:
        keys = query(SAMPLE, "SELECT event_type, session_id, idempotency_key FROM events")
        for kind, session, key in keys:
            if kind == "ChatMessageCreated":
                assert re.fullmatch(rf"chat-msg-{session}-\d{{13}}", key)
            else:
                assert key is None or re.fullmatch("[0-9a-f]{32}", key)
        actors = {actor for (actor,) in query(SAMPLE, "SELECT DISTINCT actor_id FROM events")}
        assert actors >= {None, "user-ada", "user-bo", "user-mei"}


class TestBig:
    def test_as_many_as_asked_for(self, big: Path) -> None:
        """A benchmark must measure what its name says."""
        sizes = dict(query(big, "SELECT session_id, count(*) FROM events GROUP BY 1"))
        assert sizes.pop(BIG_SESSION) == SMALL["events"]
        assert sum(sizes.values()) == SMALL["others"]
        assert len(sizes) == SMALL["sessions"]
        assert 1 in sizes.values()

    @given(others=st.integers(1, 5_000_000), share=st.floats(0, 0.001), seed=st.integers(0))
    def test_as_many_others_whatever_the_numbers(
        self, others: int, share: float, seed: int
    ) -> None:
        sessions = max(1, int(others * share))
        sizes = session_sizes(random.Random(seed), others, sessions)
        assert (sum(sizes), len(sizes)) == (others, sessions)
        assert min(sizes) >= 1

    def test_is_a_backend_file(self, big: Path) -> None:
        assert_is_a_backend_file(big, journal="delete")

    def test_the_big_session_meets_every_concept(self, big: Path) -> None:
        """A seek over 5,000 concepts must not be measured on the few that are popular."""
        rows = query(
            big,
            "SELECT event_type, object_ref_type, object_ref_id, payload FROM events "
            "WHERE session_id = ?",
            BIG_SESSION,
        )
        weights = Counter(concept for row in rows for concept in contributions(*row))
        assert len(weights) == SMALL["concepts"]
        ranked = [weight for _, weight in weights.most_common()]
        assert ranked[0] > 10 * ranked[len(ranked) // 2]
        assert {row[0] for row in rows} == TYPES

    def test_payloads_of_real_sizes(self, big: Path) -> None:
        payloads = [text for (text,) in query(big, "SELECT payload FROM events")]
        assert all(isinstance(json.loads(text), dict) for text in payloads)
        assert min(map(len, payloads)) >= 128
        assert 1200 < max(map(len, payloads)) <= 2168

    def test_rows_in_the_order_of_time_with_ties(self, big: Path) -> None:
        rows = query(big, "SELECT session_id, occurred_at FROM events ORDER BY rowid")
        times = [datetime.fromisoformat(time) for _, time in rows]
        assert times == sorted(times)
        assert len({row for row in rows if row[0] == BIG_SESSION}) < SMALL["events"]

    def test_shuffled_rows_are_in_no_order(self, tmp_path: Path, big: Path) -> None:
        """The worst case of a loader is one where rows near in time are far apart on disk."""
        path = tmp_path / "shuffled.db"
        write_big(path, **SMALL, shuffled=True, journal="wal")
        assert_is_a_backend_file(path, journal="wal")
        sql = "SELECT occurred_at FROM events ORDER BY "
        times = query(path, sql + "rowid")
        assert sum(before > after for before, after in pairwise(times)) > len(times) // 3
        assert query(path, sql + "occurred_at") == query(big, sql + "occurred_at")

    def test_same_arguments_same_rows_other_seed_other_rows(
        self, tmp_path: Path, big: Path
    ) -> None:
        """Two runs of a benchmark are comparable only on the same log."""
        again, other = tmp_path / "again.db", tmp_path / "other.db"
        write_big(again, **SMALL)
        write_big(other, **SMALL | {"seed": 6})
        sql = "SELECT * FROM events ORDER BY rowid"
        assert query(again, sql) == query(big, sql)
        assert query(other, sql) != query(big, sql)

    def test_one_session_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "alone.db"
        write_big(path, events=400, others=0, sessions=0, concepts=3000)
        sizes = query(path, "SELECT session_id, count(*) FROM events GROUP BY 1")
        assert sizes == [(BIG_SESSION, 400)]

    @pytest.mark.parametrize(
        "numbers",
        [
            {"events": -1},
            {"concepts": 0},
            {"others": 5, "sessions": 6},
            {"others": 5, "sessions": 0},
        ],
    )
    def test_numbers_that_cannot_be(self, tmp_path: Path, numbers: dict[str, int]) -> None:
        with pytest.raises(ValueError, match=r"0 or more|at least one"):
            write_big(tmp_path / "never.db", **SMALL | numbers)
        assert not list(tmp_path.iterdir())


class TestCommandLine:
    SMALL_BIG = ("--events", "20", "--others", "9", "--sessions", "3", "--concepts", "5")

    @pytest.mark.parametrize("command", [("big", *SMALL_BIG), ("sample",)])
    def test_a_file_that_is_there_is_not_replaced(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
    ) -> None:
        """Somebody's real events.db must not be lost to a wrong argument."""
        path = tmp_path / "events.db"
        path.write_bytes(b"precious")
        with pytest.raises(SystemExit) as stop:
            main([*command, str(path)])
        assert stop.value.code == 2
        assert "--force" in capsys.readouterr().err
        assert path.read_bytes() == b"precious"
        with pytest.raises(FileExistsError):
            write_big(path, **SMALL)

    def test_forced_it_is_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "events.db"
        path.write_bytes(b"rubbish")
        path.with_name("events.db-wal").write_bytes(b"of the old file")
        assert main(["big", str(path), *self.SMALL_BIG, "--force"]) == 0
        assert query(path, "SELECT count(*) FROM events") == [(29,)]
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            (["big", "{}/no/such/folder.db"], "folder"),
            (["big", "{}"], "folder"),
            (["sample", "{}"], "folder"),
            (["big", "{}/x.db", "--others", "2", "--sessions", "3"], "at least one"),
            (["big", "{}/x.db", "--events", "many"], "many"),
        ],
    )
    def test_a_wrong_argument_says_what_to_do(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], word: str
    ) -> None:
        with pytest.raises(SystemExit) as stop:
            main([argument.format(tmp_path) for argument in arguments])
        assert stop.value.code == 2
        assert word in capsys.readouterr().err

    def test_the_sample_elsewhere(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.db"
        assert main(["sample", str(path)]) == 0
        assert query(path, "SELECT count(*) FROM events") == [(len(sample_rows()),)]
