"""The HTTP side, asked by a real client over a real socket."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from core.events.emission import Delivery
from core.events.errors import SourceChanged, SourceLocked
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.context import SessionContext
from core.projectors.read_model.base import KeptContext, ReadModelDown
from core.projectors.read_model.sqlite import SQLiteReadModel
from core.projectors.session_context import fold
from core.server.answers import JsonBytes, without_folders
from tests.builders import START, captured, chat, claim, event, viewed
from tests.builders_files import append_elsewhere, in_session, row_of, write_log
from tests.core.server.serving import BEARER, PATIENCE, Serving, ask_raw, serving, wait_until

STUDY = [
    viewed("raft", seconds=0, name="Raft"),
    chat("raft", "paxos", seconds=10),
    claim("cl-1", "paxos", seconds=20),
    captured("document", "d-1", seconds=30),
]
EVENTS = "/api/sessions/study/events"
CONTEXT = "/api/sessions/study/context"
VIEW = {
    "event_type": "UserViewed",
    "payload": {"name": "Raft"},
    "actor_id": "user-ada",
    "object_ref": {"type": "concept", "id": "raft"},
}
NO_QUERIES: tuple[dict[str, Any], ...] = (
    {"after_ts": "yesterday"}, {"after_ts": ""}, {"cursor": "x"}, {"cursor": "1"},
    {"cursor": "99999999999999999999.1"}, {"cursor": "9999999999999999999.1"},
    {"cursor": "1.-9999999999999999999"}, {"cursor": "1.2.3"}, {"cursor": ""},
    {"limit": "many"}, {"limit": 1e9},
)  # fmt: skip
NO_EVENTS = (
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff", b'{"event_type": "x"}',
    b'{"event_type": "", "payload": {}}', b'{"event_type": 1, "payload": {}}',
    b'{"event_type": "x", "payload": []}', b'{"event_type": "x", "payload": null}',
    b'{"event_type": "x", "payload": {"a": NaN}}',
    b'{"event_type": "\\ud800", "payload": {}}',
    b'{"event_type": "x", "payload": {}, "occurred_at": "2026-01-01T00:00:00Z"}',
    b'{"event_type": "x", "payload": {}, "object_ref": {"type": "concept"}}',
    b'{"event_type": "x", "payload": {}, "object_ref": {"type": "", "id": "x"}}',
    b'{"event_type": "x", "payload": {}, "idempotency_key": ""}',
    b'{"event_type": "x", "payload": {"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    b'{"event_type": "x", "payload": {"a": ' + b"9" * 5_000 + b"}}",
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    other = in_session("glimpse", [viewed("elft", seconds=3600)])
    return write_log(tmp_path / "events.db", [*in_session("study", STUDY), *other])


@pytest.fixture
def served(path: Path) -> Iterator[Serving]:
    with serving(path) as found:
        yield found


@pytest.fixture
def writable(path: Path) -> Iterator[Serving]:
    with serving(path, writable=True) as found:
        yield found


def post(served: Serving, body: Any, *, session: str = "study", **headers: str) -> httpx.Response:
    return served.http.post(f"/api/sessions/{session}/events", json=body, headers=headers)


def pages(served: Serving, url: str, **parameters: Any) -> Iterator[list[Any]]:
    """Every page from a first one on, by the links that the answers give."""
    answer = served.get(url, **parameters)
    while True:
        assert answer.status_code == 200, answer.text
        yield answer.json()
        if "next" not in answer.links:
            assert "x-next-cursor" not in answer.headers
            return
        assert answer.headers["x-next-cursor"]
        answer = served.http.get(answer.links["next"]["url"])


class TestSessions:
    def test_they_are_listed_the_latest_first(self, served: Serving) -> None:
        """The running session would have to be looked for among thousands."""
        assert served.get("/api/sessions").json() == [
            {
                "session_id": "glimpse",
                "first": "2026-11-12T10:00:00Z",
                "last": "2026-11-12T10:00:00Z",
                "count": 1,
                "actor_id": "user-ada",
            },
            {
                "session_id": "study",
                "first": "2026-11-12T09:00:00Z",
                "last": "2026-11-12T09:00:30Z",
                "count": 4,
                "actor_id": "user-ada",
            },
        ]

    def test_pages_give_each_once(self, tmp_path: Path) -> None:
        """Sessions that end at one instant would be lost between two pages."""
        names = [f"s-{number:02}" for number in range(23)]
        events = [each for name in names for each in in_session(name, [viewed("raft")])]
        with serving(write_log(tmp_path / "log.db", events)) as served:
            found = list(pages(served, "/api/sessions", limit=5))
        assert [len(page) for page in found] == [5, 5, 5, 5, 3]
        assert [each["session_id"] for page in found for each in page] == names

    def test_a_name_with_a_slash_or_umlaut_can_be_asked_for(self, tmp_path: Path) -> None:
        """A link to the next page that is not escaped leads elsewhere."""
        events = in_session("größe & a/b", [viewed("raft", seconds=n) for n in range(3)])
        name = "gr%C3%B6%C3%9Fe%20%26%20a%2Fb"
        with serving(write_log(tmp_path / "log.db", events)) as served:
            found = list(pages(served, f"/api/sessions/{name}/events", limit=2))
            context = served.get(f"/api/sessions/{name}/context").json()
        assert [len(page) for page in found] == [2, 1]
        assert context["session_id"] == "größe & a/b"


class TestEvents:
    def test_a_bare_array_of_envelopes_in_order(self, served: Serving) -> None:
        """Programs that read the backend's answers would not read ours."""
        found = served.get(EVENTS).json()
        with SQLiteEventStore(served.path) as store:
            assert found == [each.to_wire() for each in store.replay("study")]
        assert list(found[0]) == [
            "event_id", "event_type", "session_id", "actor_id", "occurred_at", "version",
            "idempotency_key", "correlation_id", "trace_id", "object_ref", "payload",
        ]  # fmt: skip
        assert all(each["occurred_at"].endswith("Z") for each in found)

    def test_after_a_time_which_is_itself_left_out(self, served: Serving) -> None:
        """A program that asks for what is new would be given its last event for ever."""
        for after in (
            "2026-11-12T09:00:10Z", "2026-11-12T09:00:10", "2026-11-12T10:00:10+01:00",
            "2026-11-12 09:00:10.000000",
        ):  # fmt: skip
            found = served.get(EVENTS, after_ts=after).json()
            assert [each["event_type"] for each in found] == ["ClaimUpserted", "SourceCaptured"]
        unescaped = served.http.get(f"{EVENTS}?after_ts=2026-11-12T10:00:10+01:00").json()
        assert len(unescaped) == 2

    def test_pages_lose_none_of_one_instant(self, tmp_path: Path) -> None:
        """Paging by time, as the backend does, drops what shares an instant with a page's end."""
        same = [viewed(f"c-{n}", seconds=n // 10) for n in range(37)]
        with serving(write_log(tmp_path / "log.db", in_session("study", same))) as served:
            found = list(pages(served, EVENTS, limit=4))
            later = list(pages(served, EVENTS, limit=4, after_ts="2026-11-12T09:00:00Z"))
        concepts = [each["object_ref"]["id"] for page in found for each in page]
        assert concepts == [f"c-{n}" for n in range(37)]
        concepts = [each["object_ref"]["id"] for page in later for each in page]
        assert concepts == [f"c-{n}" for n in range(10, 37)]

    def test_a_hundred_unless_asked_and_ten_thousand_at_most(self, tmp_path: Path) -> None:
        """A request could have a million events read into memory, or more than it said lost."""
        many = [viewed("raft", seconds=n / 100) for n in range(10_050)]
        with serving(write_log(tmp_path / "log.db", in_session("study", many))) as served:
            assert len(served.get(EVENTS).json()) == 100
            assert len(served.get(EVENTS, limit=10_000).json()) == 10_000
            assert served.get(EVENTS, limit=10_001).status_code == 422
            assert served.get(EVENTS, limit=0).status_code == 422

    def test_a_page_of_large_events_ends_early(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A few requests for events of 250 KB would take all the memory that there is."""
        monkeypatch.setattr("core.server.pages.PAGE_BYTES", 100_000)
        large = [viewed(f"c-{n}", seconds=n // 7, name="x" * 10_000) for n in range(40)]
        with serving(write_log(tmp_path / "log.db", in_session("study", large))) as served:
            found = list(pages(served, EVENTS, limit=10_000))
            assert len(served.get(EVENTS, limit=5).json()) == 5
        concepts = [each["object_ref"]["id"] for page in found for each in page]
        assert concepts == [f"c-{n}" for n in range(40)]
        assert all(10 <= len(page) <= 20 for page in found[:-1])
        assert len(found) > 2

    def test_what_is_no_json_in_a_payload_is_sent_as_json(self, tmp_path: Path) -> None:
        """One NaN would make a whole page unreadable to every browser."""
        rows = [
            row_of(viewed("raft"), session_id="study", payload='{"score": NaN, "big": -Infinity}'),
            row_of(
                viewed("raft", seconds=1),
                session_id="study",
                payload='{"\\ud800": ["\\udfff", NaN, 1.5, {"n": 340282366920938463463374607431}]}',
            ),
        ]
        with serving(write_log(tmp_path / "log.db", rows)) as served:
            text = served.get(EVENTS).text
        first, second = json.loads(text, parse_constant=lambda name: pytest.fail(name))
        assert first["payload"] == {"score": None, "big": None}
        assert second["payload"] == {
            "\ufffd": ["\ufffd", None, 1.5, {"n": 340282366920938463463374607431}]
        }

    def test_what_cannot_be_understood_is_said(self, served: Serving) -> None:
        """A page that begins anew because of a mistyped cursor gives everything twice."""
        for query in NO_QUERIES:
            answer = served.get(EVENTS, **query)
            assert answer.status_code == 422, query
            assert answer.json()["detail"]

    def test_an_unknown_session_is_not_found(self, served: Serving) -> None:
        """An empty answer to a mistyped name looks like a session without events."""
        for url in (EVENTS, CONTEXT, f"{CONTEXT}?at=%230"):
            answer = served.http.get(url.replace("study", "stduy"))
            assert answer.status_code == 404
            assert "no session" in answer.json()["detail"]


class TestContext:
    def test_it_is_the_fold_s_with_its_position(self, served: Serving) -> None:
        """What is served would not be what the window shows."""
        assert served.get(CONTEXT).json() == {**fold("study", STUDY).to_wire(), "position": 4}

    @pytest.mark.parametrize(
        ("at", "position", "instant"),
        [
            ("#2", 2, "2026-11-12T09:00:10Z"),
            ("0", 0, "2026-11-12T09:00:00Z"),
            ("2026-11-12T09:00:25Z", 3, "2026-11-12T09:00:25Z"),
            ("09:00:25", 3, "2026-11-12T09:00:25Z"),
            ("+00:00:10", 2, "2026-11-12T09:00:10Z"),
        ],
    )
    def test_at_a_moment(self, served: Serving, at: str, position: int, instant: str) -> None:
        """What the system knew when it answered cannot be looked up."""
        found = served.get(CONTEXT, at=at).json()
        assert (found["position"], found["at"]) == (position, instant)
        assert (
            found["active_concepts"] == fold("study", STUDY[:position]).to_wire()["active_concepts"]
        )

    def test_a_plus_that_was_not_escaped_is_understood(self, served: Serving) -> None:
        """What is typed into an address is seldom escaped."""
        assert served.http.get(f"{CONTEXT}?at=+00:00:10").json()["position"] == 2

    @pytest.mark.parametrize("at", ["#5", "tomorrow", "", "#-1", "25:00:00"])
    def test_a_moment_that_it_has_not_is_said(self, served: Serving, at: str) -> None:
        """Another moment than the one asked for would be taken for it."""
        assert served.get(CONTEXT, at=at).status_code == 422

    def test_what_it_does_not_know_is_said(self, served: Serving) -> None:
        """A context under other rules, or of another moment, would be taken for what was asked."""
        for query in ({"rules": "Other"}, {"At": "#1"}, {"at": "#1", "follow": "playhead"}):
            answer = served.get(CONTEXT, **query)
            assert answer.status_code == 422
            assert f"“{list(query)[-1]}”" in answer.json()["detail"]

    def test_it_grows_with_the_log(self, served: Serving) -> None:
        """Contexts that are kept for ever are those of this morning."""
        assert served.get(CONTEXT).json()["position"] == 4
        assert served.get(CONTEXT, at="#4").json()["position"] == 4
        append_elsewhere(served.path, in_session("study", [viewed("elft", seconds=40)]))
        found = served.get(CONTEXT).json()
        assert found["position"] == 5
        assert "elft" in [each["concept_id"] for each in found["active_concepts"]]
        assert served.get(CONTEXT, at="#5").json()["position"] == 5

    def test_the_read_model_answers_where_it_is_at_the_end(self, path: Path) -> None:
        """A session of a million events is folded anew for each who asks."""
        kept = SessionContext("study", 4, int(START.timestamp() + 30) * 1_000_000)
        with SQLiteEventStore(path) as store:
            last = store.list_events("study")[-1].event_id
        with SQLiteReadModel(source="test") as model, serving(path, read_model=model) as served:
            model.keep_context(KeptContext(kept, last))
            assert served.get(CONTEXT).json() == {**kept.to_wire(), "position": 4}
            append_elsewhere(path, in_session("study", [viewed("elft", seconds=40)]))
            found = served.get(CONTEXT).json()
        assert found["position"] == 5
        assert found["active_concepts"]

    def test_a_read_model_of_another_log_is_not_believed(self, path: Path) -> None:
        """A log that was replaced by one of the same length would show the old one's context."""
        kept = SessionContext("study", 4, int(START.timestamp() + 30) * 1_000_000)
        with SQLiteReadModel(source="test") as model, serving(path, read_model=model) as served:
            model.keep_context(KeptContext(kept, "an-event-of-before"))
            assert served.get(CONTEXT).json()["active_concepts"]

    def test_a_read_model_that_is_down_does_no_harm(self, path: Path) -> None:
        """A database that is only there to be fast would take the answers with it."""

        class Down(SQLiteReadModel):
            def context(self, session_id: str) -> KeptContext | None:
                raise ReadModelDown("It is down.")

            def preferences_of(self, user_id: str) -> list[Any]:
                raise ReadModelDown("It is down.")

        with Down(source="test") as model, serving(path, read_model=model) as served:
            assert served.get(CONTEXT).json()["position"] == 4
            assert len(served.get("/api/users/user-ada/preferences").json()) == 2


class TestPreferences:
    def test_each_session_of_the_user_has_its_own(self, tmp_path: Path) -> None:
        """A colleague's sessions would be taken for the user's."""
        of_bob = event(ref=("concept", "lisp"), actor="user-bob", session_id="of-bob")
        of_nobody = event(ref=("concept", "lisp"), actor=None, session_id="of-nobody")
        events = [*in_session("study", STUDY), of_bob, of_nobody]
        with serving(write_log(tmp_path / "log.db", events)) as served:
            ada, bob, nobody, other = (
                served.get(f"/api/users/{user}/preferences").json()
                for user in ("user-ada", "user-bob", "unknown", "user-eve")
            )
        assert ada == [
            {
                "session_id": "study",
                "user_id": "user-ada",
                "preferred_domains": [],
                "preferred_concepts": ["raft"],
                "interaction_style": "mixed",
            }
        ]
        assert [each["session_id"] for each in bob] == ["of-bob"]
        assert [each["session_id"] for each in nobody] == ["of-nobody"]
        assert other == []

    def test_what_is_not_kept_yet_is_projected(self, path: Path) -> None:
        """A read model that was begun today would know nothing of yesterday's sessions."""
        with SQLiteReadModel(source="test") as model, serving(path, read_model=model) as served:
            found = served.get("/api/users/user-ada/preferences").json()
        assert [each["session_id"] for each in found] == ["glimpse", "study"]


class TestAppending:
    def test_the_answer_is_the_event_as_it_is_stored(self, writable: Serving) -> None:
        """An event that was dropped, and answered with a new id, is missed by nobody."""
        answer = post(writable, VIEW)
        assert answer.status_code == 201
        stored = writable.get(EVENTS).json()[-1]
        assert answer.json() == stored
        assert {name: stored[name] for name in VIEW} == VIEW
        assert writable.get(CONTEXT).json()["position"] == 5

    def test_without_a_key_the_same_thing_twice_is_two_events(self, writable: Serving) -> None:
        """The second look at a concept, and the second question, would be lost."""
        first, second = post(writable, VIEW), post(writable, VIEW)
        other = post(writable, {"event_type": "ChatMessageCreated", "payload": {"message": "Why?"}})
        assert [first.status_code, second.status_code, other.status_code] == [201, 201, 201]
        assert first.json()["event_id"] != second.json()["event_id"]
        assert len(writable.get(EVENTS).json()) == 7

    def test_the_same_key_twice_is_one_event(self, writable: Serving) -> None:
        """A request that is sent again because its answer was lost would count twice."""
        keyed = VIEW | {"idempotency_key": "k-1"}
        first, second = post(writable, keyed), post(writable, keyed)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert len(writable.get(EVENTS).json()) == 5

    def test_the_same_key_for_another_thing_is_a_conflict(self, writable: Serving) -> None:
        """The second event would be dropped, and answered as if it were stored."""
        first = post(writable, VIEW | {"idempotency_key": "k-1"})
        other = VIEW | {"idempotency_key": "k-1", "payload": {"name": "Paxos"}}
        answer = post(writable, other)
        assert answer.status_code == 409
        assert answer.json()["event"] == first.json()
        assert "key" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("delivery", "status"),
        [(Delivery.SPOOLED, 202), (Delivery.HELD, 202), (Delivery.LOST, 503)],
    )
    def test_what_is_not_stored_is_not_said_to_be(
        self, writable: Serving, delivery: Delivery, status: int
    ) -> None:
        """Who sent it would look for it in the log at once, or not send it again."""
        writable.emitter.delivery = delivery
        answer = post(writable, VIEW)
        assert answer.status_code == status
        assert ("event_id" in answer.json()) == (status == 202)

    def test_a_log_that_is_only_read_takes_none(self, served: Serving) -> None:
        """Somebody's production log would be written by a program that was to look at it."""
        answer = post(served, VIEW)
        assert answer.status_code == 403
        assert "--writable" in answer.json()["detail"]
        assert len(served.get(EVENTS).json()) == 4

    def test_a_form_is_not_taken(self, writable: Serving) -> None:
        """A page's form needs no permission to be sent anywhere; JSON does."""
        for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"):
            answer = writable.http.post(
                EVENTS, content=json.dumps(VIEW), headers={"Content-Type": kind}
            )
            assert answer.status_code == 415
        told = {"Content-Type": "application/json; charset=utf-8"}
        answer = writable.http.post(EVENTS, content=json.dumps(VIEW), headers=told)
        assert answer.status_code == 201

    def test_what_is_no_event_is_refused_with_a_reason(self, writable: Serving) -> None:
        """A field of another name or shape would be dropped in silence."""
        told = {"Content-Type": "application/json"}
        for body in NO_EVENTS:
            answer = writable.http.post(EVENTS, content=body, headers=told)
            assert answer.status_code == 422, body[:80]
            assert answer.json()["detail"]
        assert len(writable.get(EVENTS).json()) == 4

    def test_a_session_s_name_can_be_read(self, writable: Serving) -> None:
        """A session of control characters cannot be told from another in any list."""
        for name in ("%00", "a%0Ab", "x" * 257):
            assert writable.http.post(f"/api/sessions/{name}/events", json=VIEW).status_code in (
                404,
                422,
            )
        assert post(writable, VIEW, session="x" * 256).status_code == 201

    def test_half_a_character_in_a_payload_is_kept(self, writable: Serving) -> None:
        """A message that was cut in the middle of an emoji could not be stored."""
        body = b'{"event_type": "ChatMessageCreated", "payload": {"message": "\\ud83d"}}'
        told = {"Content-Type": "application/json"}
        answer = writable.http.post(EVENTS, content=body, headers=told)
        assert answer.status_code == 201
        assert answer.json()["payload"] == {"message": "\ufffd"}
        assert writable.store.list_events("study")[-1].payload == {"message": "\ud83d"}

    def test_a_body_that_is_too_long_is_not_read(self, writable: Serving) -> None:
        """A request could fill the memory."""
        long = VIEW | {"payload": {"text": "x" * (256 << 10)}}
        assert post(writable, long).status_code == 413
        assert post(writable, VIEW | {"payload": {"text": "x" * 200_000}}).status_code == 201

    def test_a_body_of_unknown_length_is_cut_off(self, writable: Serving) -> None:
        """Without its length told, a body could go on for ever."""
        told = {"Content-Type": "application/json"}
        sent = 0

        def endless() -> Iterator[bytes]:
            nonlocal sent
            for _ in range(100):
                sent += 64 << 10
                yield b" " * (64 << 10)

        answer = writable.http.post(EVENTS, content=endless(), headers=told)
        assert answer.status_code == 413
        # The connection is still good for the next.
        assert post(writable, VIEW).status_code == 201

    def test_a_length_that_is_told_is_enough(self, writable: Serving) -> None:
        """A client that waits to be asked for its gigabyte would wait for ever."""
        headers = {
            "Host": f"127.0.0.1:{writable.port}",
            "Content-Type": "application/json",
            "Content-Length": str(1 << 30),
            "Expect": "100-continue",
            **BEARER,
        }
        assert ask_raw(writable.port, EVENTS, headers, method="POST")[0] == 413

    def test_nothing_but_posting_writes(self, writable: Serving) -> None:
        """A link that is looked at in advance would change the log."""
        before = writable.store.revision()
        for url in ("/", "/healthz", "/openapi.json", "/api/sessions", EVENTS, CONTEXT):
            for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
                answer = writable.http.request(method, url, json=VIEW)
                assert answer.status_code in (200, 401, 405), (method, url)
        assert writable.store.revision() == before


class TestFaults:
    def test_a_log_that_cannot_be_read_is_a_passing_fault(
        self, served: Serving, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A program would take a locked file for a bug of its own request."""

        def locked(*_: object, **__: object) -> None:
            raise SourceLocked("“events.db” is locked. Try again when it is done.")

        monkeypatch.setattr(served.store, "page", locked)
        answer = served.get(EVENTS)
        assert answer.status_code == 503
        assert answer.json() == {"detail": "“events.db” is locked. Try again when it is done."}
        assert answer.headers["retry-after"] == "1"

    def test_folders_are_not_told(self, served: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
        """Names of users and customers stand in them, and a class has its screens on the wall."""

        def gone(*_: object, **__: object) -> None:
            raise SourceChanged(f"“{served.path}” was replaced. Open it again.")

        told = "“events.db” was replaced. Open it again."
        for name in ("page", "since", "revision"):
            monkeypatch.setattr(served.store, name, gone)
        for url in (EVENTS, CONTEXT):
            assert (served.get(url).status_code, served.get(url).json()["detail"]) == (503, told)
        wait_until(lambda: served.service.problem, "the log cannot be followed")
        answer = served.get("/healthz")
        assert (answer.status_code, answer.json()["detail"]) == (503, told)
        with served.stream("study") as stream, pytest.raises(ConnectionClosed) as end:
            stream.recv(timeout=PATIENCE)
        assert end.value.rcvd is not None
        assert end.value.rcvd.reason == told

    def test_a_path_in_what_python_says_is_not_told_either(self) -> None:
        """The same, of another form of quotes; what is no path stays."""
        for folder in ("/home/ada/", "C:\\Users\\ada\\", "\\\\server\\ada\\", "../ada/"):
            assert (
                without_folders(f"“{folder}a.db” of “b.db” is gone.") == "“a.db” of “b.db” is gone."
            )
        error = str(FileNotFoundError(2, "No such file", "/home/ada/a.db"))
        assert without_folders(error) == "[Errno 2] No such file: 'a.db'"
        for plain in ("It isn't 1/2, it's 2/3.", "“events.db”", ""):
            assert without_folders(plain) == plain

    def test_a_bug_gives_nothing_away(
        self, served: Serving, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A traceback tells a stranger of folders and versions; none at all tells nobody."""

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("secret of /home/ada")

        monkeypatch.setattr(served.store, "page", broken)
        answer = served.get(EVENTS)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert answer.json()["id"] in caplog.text
        assert "secret of /home/ada" in caplog.text
        assert served.get("/api/sessions").status_code == 200

    def test_nothing_is_sent_to_who_has_left(self) -> None:
        """Each piece of a long answer would be a line in the log, and all others wait for them."""
        pieces, gone = [], []

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body" and not gone:
                pieces.append(message)
                asyncio.get_running_loop().call_soon(gone.append, True)

        async def nothing() -> Any: ...

        asyncio.run(JsonBytes(b"x" * (1 << 20))({"type": "http"}, nothing, send))
        assert len(pieces) == 1

    def test_a_damaged_request_does_no_harm(self, served: Serving) -> None:
        """One client that speaks another language would end the server."""
        for sent in (b"\x16\x03\x01\x00\xa5", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nHost\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", served.port), PATIENCE) as made:
                made.sendall(sent)
                made.shutdown(socket.SHUT_WR)
                while made.recv(1024):
                    pass
        assert served.get("/healthz").json()["status"] == "ok"
