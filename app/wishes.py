"""What the user asks for: a slot for each command."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.commands import COMMANDS
from app.sample import sample_path
from app.sources import Place
from app.text import plain
from app.theme import ThemeChoice
from app.views.timeline.steps import x_of_playhead
from core.events.problems import Problem
from core.projectors.people import Evidence
from core.replay.arrival import ArrivalOrder
from core.replay.axis import AxisMode
from core.replay.moment import Moment
from core.replay.playback import Playback

if TYPE_CHECKING:
    from app.models.clock import Clock
    from app.models.viewport import Viewport
    from app.window import Window

logger = logging.getLogger(__name__)

Change = Callable[[Playback], Playback]


class Stage(Protocol):
    """What plays: the window's own clock and what of it is visible, or a page's in its place."""

    @property
    def clock(self) -> Clock:
        """What the commands of playing move."""
        ...

    @property
    def viewport(self) -> Viewport:
        """What the commands of zooming move."""
        ...


ON_STAGE = frozenset(
    {
        "play", "previous", "next", "back", "forward", "back-10", "forward-10", "start", "end",
        "faster", "slower", "zoom-in", "zoom-out", "pan-left", "pan-right", "fit",
    }
)  # fmt: skip
"""The commands that go to whatever plays."""


class Wishes:
    """Carries out commands on the models of a window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.stage: Stage = window
        self.last_place: Place | None = None

    def slots(self) -> dict[str, Callable[..., object]]:
        """What each command does, by its id."""
        w = self._window

        def move(how: Change) -> Callable[..., None]:
            return lambda *_: self.stage.clock.change(how)

        def tab(page: str) -> Callable[..., None]:
            return lambda *_: self.show_tab(getattr(w, page))

        return {
            "open": self.choose_file,
            "open-sample": self.open_sample,
            "reload": self.reload,
            "close": lambda *_: w.opening.close(),
            "quit": lambda *_: w.others.quit(),
            "play": move(Playback.toggled),
            "previous": lambda *_: self._step(-1),
            "next": lambda *_: self._step(1),
            "previous-of-type": lambda *_: self._step_of_type(forward=False),
            "next-of-type": lambda *_: self._step_of_type(forward=True),
            "back": move(lambda p: p.moved(-1)),
            "forward": move(lambda p: p.moved(1)),
            "back-10": move(lambda p: p.moved(-10)),
            "forward-10": move(lambda p: p.moved(10)),
            "start": move(lambda p: p.at_position(0)),
            "end": lambda *_: self._follow(),
            "faster": move(lambda p: p.faster()),
            "slower": move(lambda p: p.faster(-1)),
            "skip-idle": self._skip_idle,
            "loop": self._loop,
            "zoom-in": lambda *_: self._zoom(1),
            "zoom-out": lambda *_: self._zoom(-1),
            "pan-left": lambda *_: self.stage.viewport.pan(-1),
            "pan-right": lambda *_: self.stage.viewport.pan(1),
            "fit": lambda *_: self.stage.viewport.leap_to_all(),
            "axis-time": lambda *_: self.show_axis(AxisMode.TIME),
            "axis-folded": lambda *_: self.show_axis(AxisMode.FOLDED),
            "axis-event": lambda *_: self.show_axis(AxisMode.EVENT),
            "axis-arrival": lambda *_: self.show_axis(AxisMode.ARRIVAL),
            "theme-system": lambda *_: w.choose_theme(ThemeChoice.SYSTEM),
            "theme-dark": lambda *_: w.choose_theme(ThemeChoice.DARK),
            "theme-light": lambda *_: w.choose_theme(ThemeChoice.LIGHT),
            "find-session": lambda *_: w.session_list.focus_search(),
            "show-events": tab("event_table"),
            "show-detail": tab("event_detail"),
            "show-change": tab("before_after"),
            "show-problems": tab("problem_page"),
            "copy-event": lambda *_: w.event_detail.copy_json(),
            "check-file": self.check_file,
            "keys": lambda *_: self.show_keys(),
        }

    def show_keys(self) -> None:
        """Show the sheet of keys."""
        from app.views.key_sheet import KeySheet

        sheet = KeySheet(COMMANDS, self._window)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def choose_file(self, *_: object) -> None:
        """Ask for a file and open it."""
        w = self._window
        last = self.last_place
        folder = str(last.parent) if isinstance(last, Path) else ""
        name, _kind = QFileDialog.getOpenFileName(
            w, "Open an event log", folder, "Event logs (*.db *.sqlite *.sqlite3);;All files (*)"
        )
        if name:
            w.open(Path(name))

    def open_sample(self, *_: object) -> None:
        """Open the sample."""
        self._window.open(sample_path())

    def reload(self, *_: object) -> None:
        """Read the file again."""
        self._window.opening.reload()

    def retry(self) -> None:
        """Try once more to open what could not be opened."""
        if self.last_place is not None:
            self._window.open(self.last_place)

    def cancel_loading(self) -> None:
        """Stop reading the session; of a table what was read stays."""
        if self._window.tables.cancel():
            return
        self._window.opening.cancel()
        self._window.banner.show_message("Reading was stopped. Choose a session to read it.")

    def show_axis(self, mode: AxisMode) -> None:
        """Show the charts over this axis, and remember it."""
        w = self._window
        w.actions_by_id[f"axis-{mode}"].setChecked(True)
        w.transport.show_axis(mode)
        w.opening.show_axis(mode)
        w.afterwards.finish()
        w.event_table.show_order(w.opening.order)
        w.keep(axis=mode)

    def check_file(self, *_: object) -> None:
        """Look for every problem of the file; asked again while it looks, stop."""
        w = self._window
        if w.source.checking:
            w.source.stop_check()
            return
        self.show_tab(w.problem_page)
        w.presenter.checking()
        w.source.check()

    def show_problem(self, problem: Problem) -> None:
        """Go to the event of a problem, where it is one of the session's."""
        w = self._window
        log = w.opening.log
        if log is None or problem.row is None:
            return
        found = np.flatnonzero(log.rows == problem.row)
        if problem.session_id == log.session_id and len(found):
            w.clock.change(lambda p: p.at_position(int(found[0]) + 1).paused())
        else:
            where = f"session “{plain(problem.session_id)}”" if problem.session_id else "no session"
            w.presenter.complaint(f"Row {problem.row} is of {where}; it has no event on screen.")

    def show_event(self, event: Evidence) -> None:
        """Go to an event of the log, in another session where it is of another."""
        w = self._window
        log = w.opening.log
        if log is not None and log.session_id == event.session_id:
            found = np.flatnonzero(log.rows == event.row)
            if len(found):
                w.clock.change(lambda p: p.at_position(int(found[0]) + 1).paused())
                return
        w.opening.open_session(event.session_id, Moment(f"#{event.position}"))

    def _follow(self) -> None:
        """Go to the end, in view, and stay there as the session grows."""
        w = self._window
        if self.stage is not w:
            self.stage.clock.change(lambda p: p.at_position(len(p.times)).paused())
            return
        w.clock.follow()
        if w.viewport.axis is not None:
            w.viewport.reveal(w.viewport.axis.length)

    def _skip_idle(self, on: bool) -> None:
        w = self._window
        w.clock.change(lambda p: p.skipping_idle(on))
        if self.stage is not w:
            self.stage.clock.change(lambda p: p.skipping_idle(on))
        w.keep(skip_idle=on)

    def _loop(self, on: bool) -> None:
        """Repeat the marked range; where there is none, what is visible."""
        w = self._window
        axis = w.viewport.axis
        if on and w.selection.range is None and axis is not None:
            start, end = axis.instants_at(w.viewport.range)
            w.selection.mark(int(start), int(end))
        w.selection.loop(on)

    def _zoom(self, steps: int) -> None:
        stage = self.stage
        playback, axis = stage.clock.playback, stage.viewport.axis
        if playback is not None and axis is not None:
            stage.viewport.zoom(steps, x_of_playhead(axis, playback.playhead))

    def _step(self, events: int) -> None:
        """So many events on, or back: by arrival where the desk is in that order."""
        order = self._window.opening.order if self.stage is self._window else None
        if order is None:
            self.stage.clock.change(lambda p: p.stepped(events))
        else:
            self.step_by_arrival(order, events)

    def step_by_arrival(self, order: ArrivalOrder, events: int) -> None:
        """To the event that arrived so many after the one at the playhead, or before it."""
        self._window.clock.change(
            lambda p: p.at_position(order.stepped(p.position, events)).paused()
        )

    def _step_of_type(self, *, forward: bool) -> None:
        w = self._window
        log, playback = w.opening.log, w.clock.playback
        if log is None or playback is None or not len(log):
            return
        kind = int(log.kinds[max(0, playback.position - 1)])
        if kind < len(log.events_by_kind):
            events = log.events_by_kind[kind]
            w.clock.change(lambda p: p.stepped_among(events, forward=forward))

    def show_tab(self, page: QWidget) -> None:
        """Bring a page to the front, and give it the keys."""
        self._window.desk.show_page(page)
        page.setFocus(Qt.FocusReason.ShortcutFocusReason)
