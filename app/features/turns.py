"""Turns: which events answer each other, drawn as a thread and stepped through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from app.features.base import Feature, Slot
from app.models.turns import Turn, TurnModel, TurnState
from app.theme import Theme
from app.views.timeline.thread import Thread
from app.views.turn_bar import TurnBar
from core.replay.columns import NONE
from core.replay.playback import Playback

if TYPE_CHECKING:
    from app.window import Window

_LAYER = "turn"


class TurnsFeature(Feature):
    """The turn of the event at the playhead, on the lanes, in the table and in the detail."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.model = TurnModel(
            window.source, window.background, window, told=lambda e: window.own_faults.told(e)
        )
        self.bar = TurnBar()
        self._position = 0
        self._shown: tuple[TurnState, int] | None = None
        self._step: bool | None = None

    def slots(self) -> Mapping[str, Slot]:
        return {
            "next-in-turn": lambda *_: self.step(forward=True),
            "previous-in-turn": lambda *_: self.step(forward=False),
        }

    def connect(self) -> None:
        w = self.window
        w.event_detail.add_line(self.bar)
        w.opening.log_changed.connect(w.afterwards.later(self.model.show_log))
        w.clock.settled.connect(w.afterwards.later(self._settle, patient=True))
        self.model.changed.connect(self._take)
        self.bar.seek_requested.connect(w.clock.seek)
        self.bar.read_requested.connect(self.model.read)

    def show_theme(self, theme: Theme) -> None:
        self.bar.show_theme(theme)

    def step(self, *, forward: bool) -> None:
        """To the next (or previous) event of the turn; of any turn, from an event without one.

        In a long session the turns are read first.
        """
        state, playback = self.model.state, self.window.clock.playback
        if playback is None:
            return
        if state.turns is None:
            self._step = forward
            self.model.read()
            return
        turn = state.turn_of(playback.position - 1)
        tied = np.flatnonzero(state.turns.turn != NONE).astype(np.int32)
        events = tied if turn is None else turn.events
        self.window.clock.change(lambda p: p.stepped_among(events, forward=forward))

    def _settle(self, playback: Playback) -> None:
        self._position = playback.position
        self._show(self.model.state)

    def _take(self, state: TurnState) -> None:
        if state.log is None:
            self._step = None
        self._show(state)
        step, self._step = self._step, None if state.turns is not None else self._step
        if state.turns is not None and step is not None:
            self.step(forward=step)

    def _show(self, state: TurnState) -> None:
        self.bar.show_turn(state, self._position)
        turn = state.turn_of(self._position - 1)
        self._mark(state, turn)

    def _mark(self, state: TurnState, turn: Turn | None) -> None:
        """Draw the thread, where it is another one: a still picture is painted anew for it."""
        shown = None if turn is None else (state, int(turn.events[0]))
        same = shown == self._shown
        self._shown = shown
        if same:
            return
        w = self.window
        w.timeline.show_layer(_LAYER, None if turn is None else Thread(turn.log, turn.events))
        w.event_table.show_marks(None if turn is None else turn.marks)
