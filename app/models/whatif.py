"""What if: other rules, and events left out; every change can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background, Latest
from app.models.replay import Moment, Replay
from app.text import clock
from core.late_dataclass import dataclass
from core.projectors.rules import BRAIN_WEB, PRESETS, ProjectionRules
from core.replay.columns import Int64, SessionLog
from core.replay.index import ContextIndex
from core.replay.leaving_out import NOTHING
from core.replay.whatif import Comparison, WhatIfDifference

EDITED = ", edited"
"""What follows the name of rules that are no longer what the name says."""
_UNDO_MOST = 200


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Events that were left out at once: what was asked for, and their keys in the store.

    A single event has its ``instant`` (µs), which `told` adds to the label as times are told now;
    ``start`` is the session's.
    """

    label: str
    session_id: str
    rows: Int64
    instant: int | None = None

    def told(self, start: int | None = None) -> str:
        """`UserViewed concept c-018 at 10:04:40.901`, or the filter that was asked for."""
        at = "" if self.instant is None else f" at {clock(self.instant, start=start)}"
        return f"{self.label}{at}"


@dataclass(frozen=True)
class WhatIf:
    """The rules in force, the rules that they are held against, and what is left out."""

    rules: ProjectionRules = BRAIN_WEB
    base: ProjectionRules = BRAIN_WEB
    left_out: tuple[LeftOut, ...] = ()

    def of(self, session_id: str | None) -> tuple[LeftOut, ...]:
        """What is left out of this session."""
        return tuple(each for each in self.left_out if each.session_id == session_id)

    @cached_property
    def has_other_rules(self) -> bool:
        """Whether the rules differ from the base."""
        return not same_rules(self.rules, self.base)


def same_rules(one: ProjectionRules, other: ProjectionRules) -> bool:
    """Whether two rules are the same but for their names."""
    return one.model_copy(update={"name": other.name}) == other


def rows_of(entries: Iterable[LeftOut]) -> Int64:
    """The keys of all these events."""
    rows = [entry.rows for entry in entries]
    return np.concatenate(rows) if rows else NOTHING


class WhatIfModel(QObject):
    """Holds a `WhatIf`, has the session replayed by it, and compares the two.

    ``changed`` tells of each change, ``edited`` of those that can be undone. ``base_changed``
    carries the index of the session as it is under the base, None where nothing differs from that
    or it is still to come. ``differs`` carries a `WhatIfDifference` for the playhead, as long as
    somebody looks (`show`).
    """

    changed = Signal(object)
    edited = Signal()
    base_changed = Signal(object)
    differs = Signal(object)

    def __init__(
        self, replay: Replay, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._replay = replay
        self._state = WhatIf(rules=replay.rules)
        self._undo: list[WhatIf] = []
        self._redo: list[WhatIf] = []
        self._gesture: str | None = None
        self._known: tuple[ProjectionRules, ...] = PRESETS
        self._session_id: str | None = None
        self._log: SessionLog | None = None
        self._base: ContextIndex | None = None
        self._indexing = Latest(background)
        self._comparison: Comparison | None = None
        self._shown = False
        self._moment: Moment | None = None
        # What can be played comes first: the comparison follows in a turn of its own.
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._tell_difference)
        replay.rules_changed.connect(self._take_rules)
        replay.moment_changed.connect(self._take_moment)

    @property
    def state(self) -> WhatIf:
        """What is so now."""
        return self._state

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What is left out of the session on screen."""
        return self._state.of(self._session_id)

    @property
    def is_on(self) -> bool:
        """Whether the session is shown otherwise than it is under the base."""
        return self._state.has_other_rules or bool(self.left_out)

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether something was taken back."""
        return bool(self._redo)

    @property
    def busy(self) -> bool:
        """Whether the base, or what differs from it, is still to come."""
        return self._indexing.busy or self._soon.isActive()

    @property
    def base(self) -> ContextIndex | None:
        """The index under the base, where there is something to compare."""
        return self._base

    # -- rules ------------------------------------------------------------------------------------

    def know(self, rules: Iterable[ProjectionRules]) -> None:
        """Call rules by these names where they are the same."""
        self._known = (*PRESETS, *rules)

    def choose(self, rules: ProjectionRules) -> None:
        """Replay under these rules."""
        self._change(replace(self._state, rules=rules))

    def choose_base(self, base: ProjectionRules) -> None:
        """Compare with these rules."""
        self._change(replace(self._state, base=base))

    def edit(self, rules: ProjectionRules, gesture: str | None = None) -> None:
        """Replay under changed rules; all edits of one gesture are taken back at once."""
        self._change(replace(self._state, rules=self._named(rules)), gesture)

    def end_gesture(self) -> None:
        """What is edited from now on is another change."""
        self._gesture = None

    def reset(self) -> None:
        """Everything as it is under the base."""
        base = self._state.base
        kept = tuple(e for e in self._state.left_out if e.session_id != self._session_id)
        self._change(replace(self._state, rules=base, left_out=kept))

    def _named(self, rules: ProjectionRules) -> ProjectionRules:
        """By the name of rules that are the same, else by what they began as."""
        origin = self._state.rules.name.removesuffix(EDITED)
        by_origin = sorted(self._known, key=lambda known: known.name != origin)
        same = next((known for known in by_origin if same_rules(known, rules)), None)
        name = same.name if same is not None else f"{origin}{EDITED}"
        return rules.model_copy(update={"name": name})

    # -- leaving out ------------------------------------------------------------------------------

    def leave_out(self, label: str, rows: Int64, *, instant: int | None = None) -> None:
        """Have these events of the session on screen say nothing; a single one has an instant."""
        if self._session_id is not None and len(rows):
            entry = LeftOut(label, self._session_id, rows, instant)
            self._change(replace(self._state, left_out=(*self._state.left_out, entry)))

    def put_back(self, entry: LeftOut) -> None:
        """Take back what was left out at once."""
        kept = tuple(each for each in self._state.left_out if each is not entry)
        self._change(replace(self._state, left_out=kept))

    def put_back_row(self, row: int) -> bool:
        """Put one event back; whether it was left out."""
        kept: list[LeftOut] = []
        for entry in self._state.left_out:
            rest = entry.rows[entry.rows != row] if entry in self.left_out else entry.rows
            if len(rest) == len(entry.rows):
                kept.append(entry)
            elif len(rest):
                kept.append(replace(entry, rows=rest))
        found = len(kept) < len(self._state.left_out) or any(
            a is not b for a, b in zip(kept, self._state.left_out, strict=False)
        )
        if found:
            self._change(replace(self._state, left_out=tuple(kept)))
        return found

    def put_all_back(self) -> None:
        """Leave nothing of the session on screen out."""
        mine = self.left_out
        kept = tuple(each for each in self._state.left_out if each not in mine)
        self._change(replace(self._state, left_out=kept))

    def is_left_out(self, row: int) -> bool:
        """Whether the event with this key is left out."""
        return any(bool(np.any(entry.rows == row)) for entry in self.left_out)

    # -- undo -------------------------------------------------------------------------------------

    def undo(self) -> bool:
        """Take back the last change; whether there was one."""
        return self._step(self._undo, self._redo)

    def redo(self) -> bool:
        """Do once more what was taken back; whether there was anything."""
        return self._step(self._redo, self._undo)

    def _step(self, source: list[WhatIf], target: list[WhatIf]) -> bool:
        self._gesture = None
        if not source:
            return False
        target.append(self._state)
        self._apply(source.pop())
        return True

    def _change(self, state: WhatIf, gesture: str | None = None) -> None:
        if state == self._state:
            return
        if gesture is None or gesture != self._gesture:
            self._undo = [*self._undo, self._state][-_UNDO_MOST:]
        self._gesture = gesture
        self._redo.clear()
        self._apply(state)
        self.edited.emit()

    def _apply(self, state: WhatIf) -> None:
        before, self._state = self._state, state
        if state.rules != before.rules:
            self._replay.set_rules(state.rules)
        if state.of(self._session_id) != before.of(self._session_id):
            self._replay.leave_out(rows_of(self.left_out))
        self._reindex()
        self.changed.emit(state)

    # -- what happens elsewhere -------------------------------------------------------------------

    def show_session(self, session_id: str | None) -> None:
        """Another session is on screen; what was left out of this one before is so again."""
        self._session_id = session_id
        self._log = None
        rows = rows_of(self.left_out)
        if len(rows) or len(self._replay.left_out):
            self._replay.leave_out(rows)
        self._take_base(None)
        self.changed.emit(self._state)

    def show_log(self, log: SessionLog | None) -> None:
        """The session on screen, as it is."""
        self._log = log if log is not None and log.complete else None
        self._reindex()

    def forget_left_out(self) -> None:
        """Another file is open: keys of events mean others there."""
        self._undo.clear()
        self._redo.clear()
        if self._state.left_out:
            self._apply(replace(self._state, left_out=()))

    def show(self, shown: bool) -> None:
        """Whether anybody looks at what differs."""
        self._shown = shown
        self._compare()

    def _take_rules(self, rules: ProjectionRules) -> None:
        if rules != self._state.rules:
            self._change(replace(self._state, rules=rules))

    def _reindex(self) -> None:
        log, base = self._log, self._state.base
        if log is None or not self.is_on:
            self._indexing.cancel()
            self._take_base(None)
        elif self._base is None or self._base.log is not log or self._base.rules != base:
            known, shown = self._replay.index, self._replay.shown_concepts
            if known is not None and known.log is log and known.rules == base:
                # Until the one under other rules is there: it is what they are held against.
                self._indexing.cancel()
                self._take_base(known)
            else:
                self._indexing.run(_indexed(log, base, shown), then=self._take_base_if_current)

    def _take_base_if_current(self, index: ContextIndex) -> None:
        # A session that grows quickly is shown against what it was a moment ago.
        same = index.log.session_id == self._session_id
        if same and index.rules == self._state.base and self.is_on:
            self._take_base(index)

    def _take_base(self, index: ContextIndex | None) -> None:
        if index is not self._base:
            self._base = index
            self.base_changed.emit(index)
        self._compare()

    def _take_moment(self, moment: Moment) -> None:
        self._moment = moment
        self._compare()

    def _compare(self) -> None:
        if self._shown:
            self._soon.start()

    def _tell_difference(self) -> None:
        if self._shown:
            self.differs.emit(self._difference())

    def _difference(self) -> WhatIfDifference | None:
        base, now, moment = self._base, self._replay.index, self._moment
        if base is None or now is None or moment is None or now.log.whole is not base.log:
            return None
        at = moment.playhead
        if at.position > len(base.log):
            return None
        if self._comparison is None or (self._comparison.base, self._comparison.now) != (base, now):
            self._comparison = Comparison(base, now)
        return self._comparison.at(at.position, at.instant)


def _indexed(
    log: SessionLog, rules: ProjectionRules, shown: Iterable[str]
) -> Callable[[], ContextIndex]:
    return lambda: ContextIndex(log, rules).prepare().with_series(shown)
