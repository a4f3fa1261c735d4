"""Linked sessions are replayed as the merged events of their parts."""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.events.schema import EventEnvelope, uuid7
from core.events.store.base import SessionSummary
from core.projectors.rules import BRAIN_WEB, RECENCY
from core.projectors.session_context import fold
from core.replay.growth import Growth
from core.replay.index import ContextIndex
from core.replay.link_file import LinkFile, free_name
from core.replay.link_suggestions import Reason, suggested_links
from core.replay.linked import Link, LinkedEventStore, LinkError
from core.replay.loader import load
from core.replay.turns import turns_of
from tests.builders import START, chat, event, viewed
from tests.builders_files import in_session, row_of, write_log
from tests.core.replay import strategies
from tests.core.replay.test_growth import told

PARTS = ("one", "two", "three")


@st.composite
def scattered(draw: st.DrawFn) -> list[EventEnvelope]:
    """Events of three sessions that are linked and of one that is not, as they arrive."""
    drawn = draw(st.lists(strategies.events(), max_size=25))
    names = [draw(st.sampled_from([*PARTS, "other"])) for _ in drawn]
    each = [in_session(name, [e])[0] for name, e in zip(names, drawn, strict=True)]
    made = [*(in_session(name, [viewed("raft")])[0] for name in PARTS), *each]
    return [e.model_copy(update={"event_id": str(uuid7())}) for e in made]


def merged(events: Sequence[EventEnvelope]) -> list[EventEnvelope]:
    """Those of the parts by instant, ties in order of arrival."""
    return sorted((e for e in events if e.session_id in PARTS), key=lambda e: e.occurred_at)


@given(scattered(), st.lists(scattered(), max_size=1))
@settings(max_examples=30, deadline=None)
def test_contexts_are_the_fold_over_the_merged_events(
    events: list[EventEnvelope], more: list[list[EventEnvelope]]
) -> None:
    """What was split by the backend must weigh as if it never had been; also what arrives later."""
    link = Link("all", PARTS)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "events.db"
        with LinkedEventStore(path, writable=True, create=True) as store:
            store.append_many(events)
            store.show_links([link])
            growth = Growth(load(store, link.id))
            for batch in more:
                store.append_many(batch)
                events = events + batch
            log = growth.grow(store)
            assert told(log) == told(load(store, link.id))
            expected = merged(events)
            for rules in (BRAIN_WEB, RECENCY):
                index = ContextIndex(log, rules)
                for position in {0, 1, len(log) // 2, len(log)}:
                    found = index.context_at(position)
                    whole = fold(link.id, expected[:position], rules=rules)
                    assert found.active_objects == whole.active_objects
                    assert [c.concept_id for c in found.active_concepts] == [
                        c.concept_id for c in whole.active_concepts
                    ]
                    assert [c.weight for c in found.active_concepts] == pytest.approx(
                        [c.weight for c in whole.active_concepts]
                    )
                    assert found.uncertainty_score == pytest.approx(whole.uncertainty_score)
            replayed = [(e.session_id, e.occurred_at) for e in store.replay(link.id)]
            assert replayed == [(e.session_id, e.occurred_at) for e in expected]
            assert store.position(link.id) == len(expected)


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """A session, two fragments of it, one that shares a trace, and one of another conversation."""
    tied = {"correlation_id": "c-1", "trace_id": "t-1"}
    events = [
        *(row_of(e, **tied) for e in in_session("main", [viewed("raft"), chat(seconds=60)])),
        row_of(in_session("fragment", [chat("raft", seconds=61)])[0], correlation_id="c-1"),
        row_of(in_session("traced", [event(seconds=9_000, actor="bo")])[0], trace_id="t-1"),
        row_of(in_session("near", [viewed("raft", seconds=120)])[0]),
        row_of(in_session("far", [viewed("raft", seconds=90_000)])[0]),
        row_of(in_session("stranger", [event(seconds=61, actor="bo")])[0]),
    ]
    return write_log(tmp_path / "events.db", events)


def test_a_linked_session_is_summed_up_as_one(log_file: Path) -> None:
    link = Link("chat", ("main", "near", "fragment"))
    with LinkedEventStore(log_file, links=[link]) as store:
        sessions = store.sessions(counts=True)
        assert link.id not in [s.session_id for s in sessions]
        first = round(START.timestamp() * 1_000_000)
        whole = SessionSummary(link.id, first, first + 120_000_000, 4, "user-ada", parts=3)
        assert store.linked_sessions(sessions) == [whole]
        assert store.summary(link.id) == whole
        assert store.session_counts([link.id]) == {link.id: 4}
        assert sum(store.activity(link.id, 4)) == 4
        assert store.linked_with({"near", "far"}) == {link.id}
        assert store.linked_with({"far"}) == set()
        assert turns_of(store, load(store, link.id)).turn.tolist() == [0, 0, 0, -1]


def test_a_link_is_of_a_log_that_has_all_its_sessions(log_file: Path) -> None:
    """A copy of a log keeps its links; a log of others is not shown them."""
    here, elsewhere = Link("here", ("main", "near")), Link("elsewhere", ("main", "gone"))
    with LinkedEventStore(log_file, links=[here, elsewhere]) as store:
        assert list(store.links) == ["linked:here"]
        assert len(load(store, elsewhere.id)) == 0
        store.show_links([Link("here", ("near", "far"))])
        assert [e.session_id for e in store.replay("linked:here")] == ["near", "far"]
        store.show_links([])
        assert list(store.replay("linked:here")) == []


def test_a_real_session_goes_before_a_link_of_its_id(tmp_path: Path) -> None:
    """A log can call a session whatever it likes; it must stay within reach."""
    events = [in_session(name, [viewed("raft")])[0] for name in ("linked:x", "one", "two")]
    path = write_log(tmp_path / "events.db", events)
    with LinkedEventStore(path, links=[Link("x", ("one", "two"))]) as store:
        assert not store.links
        assert [e.session_id for e in store.replay("linked:x")] == ["linked:x"]


@pytest.mark.parametrize("name", ["", " x", "a\nb", "x" * 81, "\u202e"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(LinkError, match="characters that can be shown"):
        Link(name, PARTS)


@pytest.mark.parametrize("sessions", [(), ("one",), ("one", "one")])
def test_fewer_than_two_sessions_are_no_link(sessions: tuple[str, ...]) -> None:
    with pytest.raises(LinkError, match="at least two sessions"):
        Link("x", sessions)


def test_links_are_kept_for_their_user_alone(tmp_path: Path) -> None:
    one, two = Link("one", PARTS), Link("two", ("a", "b"))
    file = LinkFile(tmp_path / "deep" / "links.json")
    assert file.read() == ()
    file.add(one)
    file.add(two)
    assert LinkFile(file.path).read() == (one, two)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    file.remove(one)
    file.remove(one)
    assert file.read() == (two,)
    assert [each.name for each in file.path.parent.iterdir()] == ["links.json"]
    assert free_name(file.read(), "two") == "two 2"


@pytest.mark.parametrize(
    "content", ["{", "[]", json.dumps({"links": [{"name": "x", "sessions": ["one"]}]})]
)
def test_a_broken_file_is_set_aside(tmp_path: Path, content: str) -> None:
    """One bad byte would end the program, or take all links with it in silence."""
    path = tmp_path / "links.json"
    path.write_text(content)
    file = LinkFile(path)
    assert file.read() == ()
    assert file.notice is not None
    assert "links.broken.json" in file.notice
    assert (tmp_path / "links.broken.json").read_text() == content
    file.add(Link("x", PARTS))
    assert len(file.read()) == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LinkError, match="cannot be"):
        LinkFile(tmp_path / "file" / "links.json").add(Link("x", PARTS))


def test_fragments_are_suggested_the_likeliest_first(log_file: Path) -> None:
    """Among ten thousand sessions of one event nobody finds those that belong together."""
    with LinkedEventStore(log_file) as store:
        found = [(each.session_id, each.reason) for each in suggested_links(store, "main")]
        assert found == [
            ("fragment", Reason.CORRELATION),
            ("traced", Reason.TRACE),
            ("near", Reason.ACTOR),
        ]
        assert [each.gap for each in suggested_links(store, "main")] == [
            1_000_000,
            8_940_000_000,
            60_000_000,
        ]
        assert suggested_links(store, "nobody") == []


def test_without_an_index_on_correlation_those_near_by_are_found(tmp_path: Path) -> None:
    """A log of another origin may lack the index; the whole of it must not be read for that."""
    import apsw

    path = tmp_path / "events.db"
    events = [in_session(n, [event(actor=n)])[0] for n in ("main", "fragment")]
    write_log(path, [row_of(e, correlation_id="c") for e in events])
    connection = apsw.Connection(str(path))
    connection.execute("DROP INDEX idx_correlation_id")
    connection.close()
    with LinkedEventStore(path) as store:
        assert [each.session_id for each in suggested_links(store, "main")] == ["fragment"]
