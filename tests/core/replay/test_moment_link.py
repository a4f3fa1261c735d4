"""Links to a moment: what is made is understood again, and nothing hostile is followed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replay.moment_link import LONGEST, MomentLink, MomentLinkError, is_link, parse_link
from core.replay.playback import Playhead
from tests.builders import log_of, viewed

HEAD = "brainweb-replay://open?v=1&"
WHERE = "source=/a.db&session=s&"

anything = st.text(
    st.characters(), min_size=1, max_size=30
)  # lone surrogates too, which a log may hold
paths = st.text(st.characters(min_codepoint=32), max_size=30).map(lambda t: "/a" + t)
instants = st.integers(-60_000_000_000_000_000, 200_000_000_000_000_000)


@st.composite
def links(draw: st.DrawFn) -> MomentLink:
    at = draw(st.none() | instants)
    start = draw(st.none() | instants)
    return MomentLink(
        source=draw(paths | st.just("dynamodb://events?region=eu-west-1")),
        session_id=draw(anything),
        event_id=draw(anything) if at is not None and draw(st.booleans()) else None,
        position=draw(st.none() | st.integers(0, 10**12)),
        at=at,
        range=None if start is None else (start, start + draw(st.integers(1, 10**12))),
        rules=draw(st.none() | anything),
        filter=draw(st.none() | anything),
    )


@given(links())
def test_what_is_made_is_understood_again(link: MomentLink) -> None:
    """A link would lead somewhere else than where it was copied, for some names of sessions."""
    text = str(link)
    assert text.isascii()
    assert " " not in text
    assert is_link(text)
    assert parse_link(text) == link
    assert parse_link(f"  {text}\n") == link


@given(st.text(st.characters(), max_size=200))
def test_any_text_is_a_link_or_told_why_not(text: str) -> None:
    """A text that is pasted would take the program down."""
    for candidate in (text, HEAD + text, HEAD + WHERE + text):
        try:
            parse_link(candidate)
        except MomentLinkError as fault:
            assert "xpected" in str(fault)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "brainweb-replay://open?v=1&source="),
        ("https://example.org/?v=1", "brainweb-replay://open?v=1&source="),
        ("brainweb-replay://write?v=1&source=/a.db", "brainweb-replay://open?v=1&source="),
        ("brainweb-replay://open?source=/a.db", "expected v=1"),
        ("brainweb-replay://open?v=2&source=/a.db", "version 2: expected 1"),
        (HEAD, "expected source="),
        (HEAD + "source=a.db", "“a.db” is relative"),
        (HEAD + "source=..%2Fa.db", "relative"),
        (HEAD + "source=//evil/share/a.db", "of another machine"),
        (HEAD + "source=%5C%5Cevil%5Cshare%5Ca.db", "of another machine"),
        (HEAD + "source=/a%00.db", "control characters"),
        (HEAD + "source=/a.db&source=/b.db", "“source” of the link twice|“source” twice"),
        (HEAD + "source=/%FF.db", "percent-encoded UTF-8"),
        (HEAD + "source=/%2.db", "a lone %"),
        (HEAD + "source=", "is empty"),
        (HEAD + "source=/a.db&session", "expected key=value"),
        (HEAD + "source=/a.db&at=2026-11-12T10:04:40Z", "expected session="),
        (HEAD + WHERE + "event=e", "expected at="),
        (HEAD + WHERE + "at=noon", "expected a time such as"),
        (HEAD + WHERE + "position=-1", "expected how many events"),
        (HEAD + WHERE + "position=%D9%A1", "expected how many events"),
        (HEAD + WHERE + "from=2026-11-12T10:04:40Z", "range is not whole"),
        (HEAD + WHERE + "from=2026-11-12T10:04:40Z&to=2026-11-12T10:04:40Z", "not whole"),
        (HEAD + "source=dynamodb://", "Expected dynamodb://TABLE"),
        (HEAD + "source=dynamodb://a/b", "Expected dynamodb://TABLE"),
        (HEAD + "source=dynamodb://tbl?endpoint=http://evil.example", "another server than AWS"),
        (HEAD + "source=dynamodb://tbl?endpoint_url=https://evil.example", "none of region"),
        (HEAD + "source=dynamodb://tbl?endpoint=evil", "an endpoint is a URL"),
        (HEAD + "source=dynamodb://tbl?profile=admin", "expected no profile"),
        (HEAD + "source=/a" + "a" * LONGEST, "expected at most"),
    ],
)
def test_what_is_no_link_says_what_was_expected(text: str, says: str) -> None:
    """Who pastes the wrong thing, or a trap, would not learn what is wrong with it."""
    with pytest.raises(MomentLinkError, match=says.replace("?", r"\?")):
        parse_link(text)


def test_a_table_on_this_machine_may_be_named() -> None:
    """A developer's local table could not be linked to."""
    source = "dynamodb://events?region=eu-west-1&endpoint=http://127.0.0.1:4566"
    assert parse_link(str(MomentLink(source))).is_cloud


def test_what_a_newer_program_adds_is_left_out() -> None:
    """A link with one more thing in it would open nothing at all."""
    assert parse_link(HEAD + WHERE + "colour=red") == MomentLink("/a.db", "s")


class TestPlayhead:
    LOG = log_of([viewed("c", seconds=s) for s in (0, 10, 10, 10, 20)])

    def at(self, **values: int) -> Playhead | None:
        return MomentLink("/a.db", "s", **values).playhead_in(self.LOG)  # type: ignore[arg-type]

    def test_of_events_at_one_instant_as_many_have_happened(self) -> None:
        """A link to the second of three equal times would show all three."""
        ten = self.LOG.start + 10_000_000
        assert self.at(at=ten, position=2) == Playhead(2, ten)

    def test_a_position_that_cannot_be_gives_way_to_the_time(self) -> None:
        """In a log that grew before the moment, the link would show another moment."""
        ten = self.LOG.start + 10_000_000
        assert self.at(at=ten, position=77) == Playhead(4, ten)
        assert self.at(at=ten + 1, position=1) == Playhead(4, ten + 1)

    def test_a_position_alone_will_do(self) -> None:
        """A link written by hand needs no time."""
        assert self.at(position=2) == Playhead(2, self.LOG.start + 10_000_000)
        assert self.at(position=99) == Playhead(5, self.LOG.end)
        assert self.at() is None
