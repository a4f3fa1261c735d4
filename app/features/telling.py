"""Telling what the charts show to those who do not see them, and moving nothing unasked."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app.features.base import Feature
from app.models.moment_words import words_of
from app.models.replay import Moment
from app.motion import SystemMotion
from app.settings import Motion

if TYPE_CHECKING:
    from app.window import Window


class TellingFeature(Feature):
    """Says the values at the playhead once it rests: a screen reader cannot follow every frame."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._moment: Moment | None = None

    def connect(self) -> None:
        w = self.window
        w.replay.moment_changed.connect(w.afterwards.later(self._take, patient=True))
        w.clock.settled.connect(w.afterwards.later(lambda _: self._tell(), patient=True))
        w.opening.session_changed.connect(self._forget)
        self.show_motion(w.settings.reduced_motion)

    def show_motion(self, motion: Motion) -> None:
        """Have things move by themselves, or not."""
        _of_system().apply(motion)

    def _take(self, moment: Moment) -> None:
        self._moment = moment
        if not self.window.clock.unsettled:
            self._tell()

    def _tell(self) -> None:
        moment = self._moment
        words = "" if moment is None else words_of(moment.context, moment.change)
        self.window.timeline.tell(words)

    def _forget(self, _session_id: str | None) -> None:
        self._moment = None


@cache
def _of_system() -> SystemMotion:
    """As it was before anything was changed."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return SystemMotion(app)
