"""The clock is the only “now”: it loses no time, and what follows it hears of every change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QElapsedTimer, QTimer
from pytestqt.qtbot import QtBot

from app.models.clock import Clock
from core.replay.columns import SessionLog
from core.replay.playback import Playback, Playhead
from tests.app.windows import PATIENCE
from tests.builders import log_of, viewed


def log_over(*seconds: float) -> SessionLog:
    return log_of([viewed("raft", seconds=at) for at in seconds])


HOUR = log_over(0, 1200, 2400, 3600)


@pytest.fixture
def clock(qtbot: QtBot) -> Clock:
    return Clock()


@pytest.fixture
def told(clock: Clock) -> list[Playback]:
    """What the clock has told of, in order."""
    told: list[Playback] = []
    clock.playback_changed.connect(told.append)
    return told


def playback_of(clock: Clock) -> Playback:
    assert clock.playback is not None
    return clock.playback


class TestPlaying:
    def test_it_plays_every_event_and_stops_at_the_end(
        self, clock: Clock, told: list[Playback], qtbot: QtBot
    ) -> None:
        """A replay would hang before its last event, or run on into nothing."""
        clock.open(log_over(0, 0.02, 0.02, 0.05, 0.12), Playhead(0, 0))
        clock.change(Playback.played)
        qtbot.wait_until(lambda: not playback_of(clock).playing, timeout=PATIENCE)
        assert playback_of(clock).position == 5
        positions = [playback.position for playback in told]
        assert positions == sorted(positions)
        instants = [playback.instant for playback in told]
        assert instants == sorted(instants)

    def test_a_slow_view_costs_frames_and_never_time(self, clock: Clock, qtbot: QtBot) -> None:
        """On a slow machine a minute of the session would take two, and nobody would know."""
        since = QElapsedTimer()
        frames: list[tuple[int, int]] = []

        def slow_view(playback: Playback) -> None:
            frames.append((since.nsecsElapsed(), playback.instant - resumed_at))
            called = since.nsecsElapsed()
            while since.nsecsElapsed() - called < 25_000_000:
                pass

        clock.open(HOUR, Playhead(1, HOUR.start))
        clock.change(lambda playback: playback.at_speed(4).played())
        qtbot.wait_until(
            lambda: playback_of(clock).instant > HOUR.start + 1_000_000, timeout=PATIENCE
        )
        clock.change(Playback.paused)
        resumed_at = playback_of(clock).instant
        since.start()
        clock.playback_changed.connect(slow_view)
        clock.change(Playback.played)
        qtbot.wait_until(lambda: len(frames) > 6, timeout=PATIENCE)
        clock.change(Playback.paused)
        (begun, _), *later = frames[:7]
        # Each frame's time is read between the frame before it and itself.
        for (before, _), (after, played) in zip(frames, later, strict=False):
            assert 4 * (before - begun) / 1e3 - 10 <= played <= 4 * after / 1e3 + 10

    def test_a_pause_takes_no_part(self, clock: Clock, qtbot: QtBot) -> None:
        """Coming back from lunch, the first frame would leap an hour."""
        clock.open(HOUR, Playhead(1, HOUR.start))
        since = QElapsedTimer()
        since.start()
        clock.change(Playback.played)
        qtbot.wait_until(lambda: playback_of(clock).instant > HOUR.start, timeout=PATIENCE)
        clock.change(Playback.paused)
        paused_at, paused_for = playback_of(clock).instant, since.nsecsElapsed()
        with qtbot.wait_signal(clock.settled, timeout=PATIENCE):
            pass
        assert playback_of(clock).instant == paused_at
        resumed = since.nsecsElapsed()
        clock.change(Playback.played)
        qtbot.wait_until(lambda: playback_of(clock).instant > paused_at, timeout=PATIENCE)
        clock.change(Playback.paused)
        played = since.nsecsElapsed() - resumed
        assert playback_of(clock).instant - paused_at <= played / 1e3 + 10
        assert paused_at - HOUR.start <= paused_for / 1e3 + 10

    def test_a_seek_keeps_playing(self, clock: Clock, told: list[Playback], qtbot: QtBot) -> None:
        """A click into the timeline while it plays would stop the replay."""
        clock.open(HOUR, Playhead(1, HOUR.start))
        clock.change(Playback.played)
        middle = HOUR.start + 1_800_000_000
        clock.seek(Playhead(2, middle))
        assert playback_of(clock).playhead == Playhead(2, middle)
        assert playback_of(clock).playing
        qtbot.wait_until(lambda: playback_of(clock).instant > middle, timeout=PATIENCE)

    def test_a_seek_while_paused_does_not_start_it(self, clock: Clock) -> None:
        """A look at one moment would run away under the eyes."""
        clock.open(HOUR)
        clock.seek(Playhead(2, HOUR.instant_at(2)))
        assert playback_of(clock).position == 2
        assert not playback_of(clock).playing

    def test_closing_stops_it(self, clock: Clock, told: list[Playback], qtbot: QtBot) -> None:
        """A session that was left would go on playing into the next one's views."""
        settled: list[Playback] = []
        clock.settled.connect(settled.append)
        clock.open(HOUR, Playhead(1, HOUR.start))
        clock.change(Playback.played)
        clock.close()
        assert clock.playback is None
        assert not clock.unsettled
        heard = len(told)
        other = Clock()
        with qtbot.wait_signal(other.settled, timeout=PATIENCE):
            other.open(HOUR)
        assert len(told) == heard
        assert settled == []


class TestSettling:
    def test_it_tells_the_last_of_many_moves(
        self, clock: Clock, told: list[Playback], qtbot: QtBot
    ) -> None:
        """After a scrub the table and the detail would stand at an event that was passed."""
        clock.open(HOUR)
        settled: list[Playback] = []
        clock.settled.connect(settled.append)
        for position in range(5):
            clock.change(lambda playback, to=position: playback.at_position(to))
        assert clock.unsettled
        qtbot.wait_until(lambda: not clock.unsettled, timeout=PATIENCE)
        assert len(told) == 6
        assert settled == [told[-1]]

    def test_it_tells_now_and_then_while_it_plays(
        self, clock: Clock, told: list[Playback], qtbot: QtBot
    ) -> None:
        """The table would stand still during a replay, or be filled anew with every frame."""
        clock.open(HOUR, Playhead(1, HOUR.start))
        settled: list[Playback] = []
        clock.settled.connect(settled.append)
        clock.change(Playback.played)
        qtbot.wait_until(lambda: len(settled) > 3, timeout=PATIENCE)
        assert playback_of(clock).playing
        assert len(settled) < len(told)

    def test_nothing_settles_without_a_change(self, clock: Clock, qtbot: QtBot) -> None:
        """An idle window would go on working."""
        clock.open(HOUR)
        qtbot.wait_until(lambda: not clock.unsettled, timeout=PATIENCE)
        settled: list[Playback] = []
        clock.settled.connect(settled.append)
        other = Clock()
        with qtbot.wait_signal(other.settled, timeout=PATIENCE):
            other.open(HOUR)
        assert settled == []


class TestOpening:
    def test_a_session_is_opened_at_its_end_and_paused(self, clock: Clock) -> None:
        """The first look is for what the system held last."""
        clock.open(HOUR)
        assert playback_of(clock).playhead == Playhead(4, HOUR.end)
        assert not playback_of(clock).playing

    def test_or_where_it_was_told_to(self, clock: Clock) -> None:
        """`--at #2` would be lost."""
        clock.open(HOUR, Playhead(2, HOUR.instant_at(2)))
        assert playback_of(clock).position == 2

    @pytest.mark.parametrize("closed_between", [False, True])
    def test_speed_and_skipping_stay_from_session_to_session(
        self, clock: Clock, closed_between: bool
    ) -> None:
        """Going through ten sessions, one would set the speed ten times."""
        clock.open(HOUR)
        clock.change(lambda playback: playback.at_speed(16).skipping_idle(True).played())
        if closed_between:
            clock.close()
        clock.open(log_over(0, 1))
        assert playback_of(clock).speed == 16
        assert playback_of(clock).skip_idle
        assert not playback_of(clock).playing

    def test_a_manner_chosen_before_the_first_session_counts(
        self, clock: Clock, told: list[Playback]
    ) -> None:
        """Skip idle, ticked on the start page, would be ticked and not done."""
        clock.change(lambda playback: playback.skipping_idle(True))
        assert clock.playback is None
        assert told == []
        clock.open(HOUR)
        assert playback_of(clock).skip_idle

    def test_the_loop_of_one_session_is_none_of_the_next(self, clock: Clock) -> None:
        """A range of instants means nothing in another session: playing would leap out of it."""
        clock.open(HOUR)
        clock.change(lambda playback: playback.looping((HOUR.start, HOUR.end)))
        clock.close()
        clock.open(log_over(0, 1))
        assert playback_of(clock).loop is None

    def test_a_seek_without_a_session_is_nothing(self, clock: Clock, told: list[Playback]) -> None:
        """A click that arrives after the file was closed would be a crash."""
        clock.seek(Playhead(3, 0))
        clock.grow(HOUR)
        assert clock.playback is None
        assert told == []


class TestGrowing:
    def test_the_playhead_stays(self, clock: Clock) -> None:
        """F5 on a log that grew would throw the user to another place."""
        clock.open(HOUR)
        clock.seek(Playhead(2, HOUR.instant_at(2) + 500_000))
        before = playback_of(clock).playhead
        clock.grow(log_over(0, 1200, 2400, 3600, 3700))
        assert playback_of(clock).playhead == before
        assert len(playback_of(clock).times) == 5

    def test_events_that_came_late_count(self, clock: Clock) -> None:
        """The instant is what the user looks at: an earlier event that arrived is part of it."""
        clock.open(HOUR)
        clock.seek(Playhead(2, HOUR.instant_at(2)))
        clock.grow(log_over(0, 600, 1200, 2400, 3600))
        assert playback_of(clock).playhead == Playhead(3, HOUR.instant_at(2))

    def test_playing_goes_on(self, clock: Clock, qtbot: QtBot) -> None:
        """Reading a long session on would stop its replay with each chunk."""
        clock.open(HOUR, Playhead(1, HOUR.start))
        clock.change(Playback.played)
        clock.grow(replace(HOUR))
        assert playback_of(clock).playing
        qtbot.wait_until(lambda: playback_of(clock).instant > HOUR.start, timeout=PATIENCE)


class TestLive:
    def test_a_running_session_is_followed_from_the_start(self, qtbot: QtBot) -> None:
        """Else an operator has to press a key to see what they came for."""
        log = log_over(0, 60)
        clock = Clock(now=lambda: log.end + 5_000_000)
        clock.open(log, running=True)
        assert playback_of(clock).live
        assert playback_of(clock).instant == log.end + 5_000_000
        clock.close()

    def test_one_of_the_past_is_not(self, clock: Clock) -> None:
        clock.open(HOUR)
        assert not playback_of(clock).live
        assert playback_of(clock).position == 4

    def test_between_events_time_goes_on(self, qtbot: QtBot) -> None:
        """Under rules that decay the context fades while nobody acts."""
        log, now = log_over(0, 60), [0]
        clock = Clock(now=lambda: now[0])
        clock.open(log)
        clock.follow()
        assert playback_of(clock).instant == log.end
        now[0] = log.end + 7_000_000
        clock.show_running(True)
        assert playback_of(clock).instant == log.end + 7_000_000
        now[0] += 1_000_000
        qtbot.wait_until(
            lambda: playback_of(clock).instant == log.end + 8_000_000, timeout=PATIENCE
        )
        clock.close()

    def test_it_ends_with_any_seek_and_with_the_session(self, qtbot: QtBot) -> None:
        """A timer that ran on would pull the playhead back."""
        log = log_over(0, 60)
        clock = Clock(now=lambda: log.end + 1)
        clock.open(log, running=True)
        clock.seek(Playhead(1, log.start))
        assert not playback_of(clock).live
        ticking = [timer for timer in clock.findChildren(QTimer) if timer.interval() == 1000]
        assert [timer.isActive() for timer in ticking] == [False]
        clock.follow()
        assert [timer.isActive() for timer in ticking] == [True]
        clock.close()
        assert [timer.isActive() for timer in ticking] == [False]

    def test_a_session_that_grows_is_followed(self, clock: Clock) -> None:
        clock.open(log_over(0, 60))
        clock.follow()
        clock.grow(log_over(0, 60, 90))
        assert playback_of(clock).position == 3
        assert playback_of(clock).live
