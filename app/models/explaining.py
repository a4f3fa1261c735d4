"""Why the selected object or the uncertainty is what it is, where the playhead is."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Signal

from app.background import Background, Latest
from app.models.reasons import Reason, object_reason, uncertainty_reason
from core.replay.explain_object import explain_object
from core.replay.explain_uncertainty import explain_uncertainty
from core.replay.index import ContextIndex
from core.replay.playback import Playhead


class Whole(Enum):
    """What can be selected and has no key."""

    UNCERTAINTY = "uncertainty"


Subject = tuple[str, str] | Whole
"""An object, by its type and id, or the uncertainty."""


class Explaining(QObject):
    """Owns which object is selected, or whether the uncertainty is; concepts are `Replay`'s.

    ``subject_changed`` carries a `Subject` or None, ``reason_changed`` a `Reason` or None, always
    of the latest subject, index and playhead that were shown.
    """

    subject_changed = Signal(object)
    reason_changed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject: Subject | None = None
        self._reason: Reason | None = None
        self._index: ContextIndex | None = None
        self._playhead = Playhead(0, 0)
        self._working = Latest(background)

    @property
    def subject(self) -> Subject | None:
        """What is selected."""
        return self._subject

    @property
    def reason(self) -> Reason | None:
        """The reason that was told last."""
        return self._reason

    @property
    def busy(self) -> bool:
        """Whether a reason is still to come."""
        return self._working.busy

    def select(self, subject: Subject | None) -> None:
        """Select this, and nothing else."""
        if subject == self._subject:
            return
        self._subject = subject
        self._working.cancel()
        self._reason = None
        self.subject_changed.emit(subject)
        self.explain()

    def show_index(self, index: ContextIndex | None) -> None:
        """Explain by this index from now on."""
        self._index = index
        self.explain()

    def show_playhead(self, playhead: Playhead) -> None:
        """Explain what is there."""
        self._playhead = playhead
        self.explain()

    def explain(self) -> None:
        """Tell the reason anew."""
        index, subject, at = self._index, self._subject, self._playhead
        if index is None or subject is None or at.position > len(index.log):
            return
        self._working.run(
            lambda: reason_of(index, subject, at),
            then=lambda reason: self._take(subject, reason),
        )

    def _take(self, subject: Subject, reason: Reason | None) -> None:
        if subject == self._subject:
            self._reason = reason
            self.reason_changed.emit(reason)


def reason_of(index: ContextIndex, subject: Subject, at: Playhead) -> Reason | None:
    """Why this is what it is at a playhead; None for an object that the log does not have."""
    if isinstance(subject, Whole):
        why = explain_uncertainty(index, position=at.position, instant=at.instant)
        return uncertainty_reason(why)
    code = index.log.object_keys.find(subject)
    if code is None:
        return None
    found = explain_object(index, code, position=at.position, instant=at.instant)
    return object_reason(subject, found)
