"""What is said of a session that is not there: enough to find the one that was meant."""

from __future__ import annotations

from app.nearest import no_such_session

KNOWN = ["session_1794474072480_9c2hv6ron", "session_1794335527000_p0w4zt81a", "unknown"]


def test_a_slip_of_the_finger_is_answered_with_what_was_meant() -> None:
    """An id of 31 characters is not typed twice."""
    said = no_such_session("session_1794474072480_9c2hv6rom", KNOWN)
    assert said.startswith("There is no session “session_1794474072480_9c2hv6rom” in this log.")
    assert said.index(KNOWN[0]) < said.index(KNOWN[1])


def test_what_resembles_nothing_is_answered_without_a_guess() -> None:
    """A far-fetched suggestion sends the reader into another person's session."""
    assert no_such_session("zzz", KNOWN) == "There is no session “zzz” in this log."
    assert no_such_session("zzz", []) == "There is no session “zzz” in this log."


def test_names_are_shown_as_plain_text() -> None:
    """A session's name could colour or clear the terminal that it is listed on."""
    said = no_such_session("a\x1bb", ["a\x1bc"])
    assert "\x1b" not in said
    assert "a�c" in said


def test_many_sessions_are_looked_through_in_good_time() -> None:
    """With a hundred thousand sessions the answer to a typo would take minutes."""
    known = [f"session_{number:013}_abcdefghi" for number in range(100_000)]
    assert "session_0000000000042_abcdefghi" in no_such_session(
        "session_0000000000042_abcdefghj", known
    )
