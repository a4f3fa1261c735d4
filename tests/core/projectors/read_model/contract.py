"""What every read model must do; a back end fills one hole, `make_read_model`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.projectors.read_model import KeptContext, ReadModel, ReadModelDown
from core.projectors.session_context import ActiveConcept, ActiveObject, SessionContext
from core.projectors.user_preferences import UserPreferences

INSTANT = 1_794_474_072_480_123
ODD = [
    "it's",
    '"; DROP TABLE contexts; --',
    "'}) DETACH DELETE s //",
    "知識 🧠",
    "a\0b",
    "\ud800",
    "",
]

texts = st.text(st.characters(exclude_categories=()), max_size=8)
shares = st.floats(0, 1)
concepts = st.builds(ActiveConcept, texts, st.floats(0, allow_nan=False), st.none() | texts)
objects = st.builds(ActiveObject, texts, texts, shares)
instants = st.none() | st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)


def context(session_id: str, position: int = 1, *concept_ids: str, **fields: Any) -> KeptContext:
    """A context whose concepts are these, the heaviest first."""
    active = tuple(ActiveConcept(c, 0.9 - 0.1 * i, c.title()) for i, c in enumerate(concept_ids))
    made = SessionContext(session_id, position, INSTANT, active, uncertainty_score=0.8)
    last = fields.pop("last_event_id", f"event-{position}")
    return KeptContext(made, last)


def preferences(session_id: str, user_id: str, style: str = "mixed") -> UserPreferences:
    return UserPreferences(session_id, user_id, ("biology", "art"), ("c-2", "c-1"), style)


class ReadModelContract:
    """The promises of `ReadModel`."""

    def make_read_model(self, source: str = "log") -> ReadModel:
        """A read model of that source, in the place that all of a test's models share."""
        raise NotImplementedError

    @pytest.fixture
    def token(self) -> str:
        """What the names of this test begin with, since others may use the server too."""
        return f"t-{uuid4().hex}-"

    @pytest.fixture
    def model(self, token: str) -> Iterator[ReadModel]:
        with self.make_read_model() as model:
            yield model

    def test_of_an_unknown_session_there_is_nothing(self, model: ReadModel, token: str) -> None:
        """A reader could not tell a new session from a fault."""
        assert model.context(token) is None
        assert model.preferences_of(token) == []

    @settings(
        max_examples=25,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
            HealthCheck.too_slow,
        ],
    )
    @given(
        st.lists(concepts, max_size=4, unique_by=lambda each: each.concept_id),
        st.lists(objects, max_size=4, unique_by=lambda o: (o.object_type, o.object_id)),
        shares, instants, st.none() | st.text(max_size=5), st.text(max_size=5),
    )  # fmt: skip
    def test_what_is_kept_is_read_to_the_last_bit(
        self, model: ReadModel, token: str,
        active: list[ActiveConcept], touched: list[ActiveObject],
        uncertainty: float, instant: int | None, last: str | None, name: str,
    ) -> None:  # fmt: skip
        """A rank that hangs on the last digit would turn over, an odd name be another's."""
        named = tuple(ActiveConcept(token + c.concept_id, c.weight, c.name) for c in active)
        played = tuple(
            ActiveObject(o.object_type, token + o.object_id, o.relevance_score) for o in touched
        )
        made = SessionContext(token + name, 3, instant, named, played, uncertainty)
        assert model.keep_context(KeptContext(made, last))
        assert model.context(token + name) == KeptContext(made, last)

    def test_a_second_model_of_the_place_reads_what_the_first_kept(
        self, model: ReadModel, token: str
    ) -> None:
        """A server would project again what the emitter has projected."""
        kept = context(token, 4, token + "raft", token + "paxos")
        model.keep_context(kept)
        with self.make_read_model() as other:
            assert other.context(token) == kept

    def test_writes_only_move_forward(self, model: ReadModel, token: str) -> None:
        """A projection that was late would take a session back to what it was."""
        assert model.keep_context(context(token, 5, token + "new"))
        assert not model.keep_context(context(token, 4, token + "old"))
        assert model.context(token) == context(token, 5, token + "new")
        assert model.keep_context(context(token, 6, token + "newer"))
        assert model.context(token) == context(token, 6, token + "newer")

    def test_the_same_position_is_written_again(self, model: ReadModel, token: str) -> None:
        """A late event that takes its place among the earlier ones would never be told of."""
        model.keep_context(context(token, 5, token + "first"))
        assert model.keep_context(context(token, 5, token + "second"))
        assert model.context(token) == context(token, 5, token + "second")

    @pytest.fixture
    def two_programs(self, model: ReadModel) -> Iterator[tuple[ReadModel, ReadModel]]:
        """Two models, as two programs have them."""
        with self.make_read_model() as other:
            yield model, other

    def test_of_many_writers_at_once_the_furthest_stays(
        self, two_programs: tuple[ReadModel, ReadModel], token: str
    ) -> None:
        """Two emitters of one session would leave what the slower one knew."""
        start = Barrier(8)
        shared = [f"{token}c-{i}" for i in range(5)]

        def write(writer: int) -> list[bool]:
            start.wait()
            model = two_programs[writer // 4]
            # Half of them begin with their last position.
            positions = range(writer, 48, 8)[:: -1 if writer % 2 else 1]
            return [model.keep_context(context(token, p, *shared[p % 3 :])) for p in positions]

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(write, range(8)))
        assert answers[7][0]
        for model in two_programs:
            assert model.context(token) == context(token, 47, *shared[47 % 3 :])

    def test_sessions_are_written_at_once(
        self, two_programs: tuple[ReadModel, ReadModel], token: str
    ) -> None:
        """Sessions with the same concepts in mind would get in each other's way."""
        start = Barrier(8)
        shared = [f"{token}c-{i}" for i in range(5)]

        def last(writer: int, position: int) -> KeptContext:
            order = shared if (writer + position) % 2 else shared[::-1]
            return context(f"{token}s-{writer}", position, *order[: 2 + position])

        def write(writer: int) -> None:
            start.wait()
            for position in range(4):
                assert two_programs[writer // 4].keep_context(last(writer, position))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(8)))
        for writer in range(8):
            assert two_programs[0].context(f"{token}s-{writer}") == last(writer, 3)

    def test_preferences_are_kept_by_user(self, model: ReadModel, token: str) -> None:
        """A user's sessions would be lost among those of others, or come in any order."""
        ada, bob = token + "ada", token + "bob"
        mine = [preferences(f"{token}{i}", ada, style="explorer") for i in (3, 1, 2)]
        for each in [*mine, preferences(token + "0", bob)]:
            assert model.keep_preferences(each, position=1)
        assert model.preferences_of(ada) == sorted(mine, key=lambda each: each.session_id)
        assert model.preferences_of(bob) == [preferences(token + "0", bob)]

    def test_preferences_only_move_forward(self, model: ReadModel, token: str) -> None:
        """What a person came to prefer would be forgotten again."""
        user = token + "ada"
        model.keep_preferences(preferences(token, user, "collector"), position=7)
        assert not model.keep_preferences(preferences(token, user, "mixed"), position=6)
        assert model.preferences_of(user) == [preferences(token, user, "collector")]
        assert model.keep_preferences(preferences(token, user, "explorer"), position=7)
        assert model.preferences_of(user) == [preferences(token, user, "explorer")]

    def test_a_session_whose_user_became_known_is_that_users(
        self, model: ReadModel, token: str
    ) -> None:
        """A late first event names the user: the session would stay with nobody as well."""
        nobody, ada = token + "unknown", token + "ada"
        model.keep_preferences(preferences(token, nobody), position=1)
        model.keep_preferences(preferences(token, ada), position=2)
        assert model.preferences_of(nobody) == []
        assert model.preferences_of(ada) == [preferences(token, ada)]

    @pytest.mark.parametrize("name", [*ODD, "é" * 1_000, "🧠" * 10_000], ids=range(len(ODD) + 2))
    def test_names_are_data(self, model: ReadModel, token: str, name: str) -> None:
        """A quote in a title would break a query, or be one."""
        odd = token + name
        kept = KeptContext(
            SessionContext(
                odd, 1, INSTANT,
                (ActiveConcept(odd, 1 / 3, name), ActiveConcept(odd + "2", 0.1 + 0.2, None)),
                (ActiveObject(odd, odd, 0.7),), 0.8,
            ),
            "event",
        )  # fmt: skip
        assert model.keep_context(kept)
        assert model.context(odd) == kept
        wished = UserPreferences(odd, odd, (name, "art"), (odd,), "mixed")
        assert model.keep_preferences(wished, position=1)
        assert model.preferences_of(odd) == [wished]

    @pytest.mark.parametrize("ends", ["12", "\ud800\udfff"], ids=["long", "half pairs"])
    def test_names_that_differ_at_their_end_are_two(
        self, model: ReadModel, token: str, ends: str
    ) -> None:
        """Of two sessions with odd ids the second would overwrite the first."""
        first, second = (context(token + "x" * 9_000 + end) for end in ends)
        model.keep_context(first)
        model.keep_context(second)
        assert model.context(first.context.session_id) == first
        assert model.context(second.context.session_id) == second

    def test_once_closed_it_says_so(self, token: str) -> None:
        """A program that ends would crash, or hang, in its last write."""
        model = self.make_read_model()
        model.keep_context(context(token))
        model.close()
        model.close()
        with pytest.raises(ReadModelDown, match="closed"):
            model.context(token)
        with pytest.raises(ReadModelDown, match="closed"):
            model.keep_context(context(token, 2))

    def test_what_was_never_used_is_closed_too(self) -> None:
        """A program that ends at once would leave a connection behind."""
        self.make_read_model().close()
