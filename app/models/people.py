"""Who acted in the log and what they prefer: counted when asked for, with the events behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.background import Background, Latest, Task
from app.models.source import Source
from core.events.errors import SourceChanged
from core.events.instants import from_datetime
from core.events.schema import EventEnvelope
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass
from core.projectors.people import Evidence, Facet, People
from core.projectors.people_reading import PeopleStep, read_people

STOPPED = "Counting was stopped."


@dataclass(frozen=True, slots=True)
class PeopleState:
    """What is known of the people of a log.

    ``share`` (0 to 1) is how much of it was counted while that goes on, None where it does not;
    ``people`` are there once it is done, and ``grew`` says that events arrived since it began.
    ``fault`` says why it ended otherwise.
    """

    share: float | None = None
    people: People | None = None
    grew: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Preference:
    """What is asked about: a habit, domain or concept of somebody."""

    user_id: str
    facet: Facet
    key: str


@dataclass(frozen=True, slots=True)
class Found:
    """The events behind a preference, the latest first, and how many there are in all.

    ``fault`` says why they could not be read.
    """

    preference: Preference
    events: tuple[tuple[Evidence, EventEnvelope], ...] = ()
    total: int = 0
    fault: str = ""


class PeopleModel(QObject):
    """Counts a log once it is looked at (`show`), and again after it was opened anew.

    ``changed`` carries a `PeopleState`, ``found`` what `find` asked for. What fails is told in the
    words that ``told`` has for it.
    """

    changed = Signal(object)
    found = Signal(object)

    def __init__(
        self,
        source: Source,
        background: Background,
        parent: QObject | None,
        *,
        told: Callable[[Exception], str],
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._background = background
        self._told = told
        self._shown = False
        self._counting: Task | None = None
        self._finding = Latest(background)
        self._state = PeopleState()
        source.opened.connect(self._begin_anew)
        source.closed.connect(self._forget)
        source.grown.connect(self._note_growth)

    @property
    def state(self) -> PeopleState:
        """What is known now."""
        return self._state

    def show(self, shown: bool) -> None:
        """Whether anybody looks; nothing is counted before."""
        self._shown = shown
        if shown and self._state == PeopleState():
            self.count()

    def count(self) -> None:
        """Read the whole log, once more if it was."""
        store = self._source.store
        if store is None:
            return
        self._forget()
        self._tell(PeopleState(share=0.0))
        self._counting = self._background.stream(
            lambda: read_people(store), each=self._take, error=self._fail
        )

    def stop(self) -> None:
        """Count no further; what was counted is let go."""
        if self._counting is not None:
            self._forget()
            self._tell(PeopleState(fault=STOPPED))

    def find(self, preference: Preference) -> None:
        """Read the events behind a preference; ``found`` brings them, of the latest call at least.

        Those whose row cannot be read any more are left out.
        """
        store, people = self._source.store, self._state.people
        if store is None or people is None:
            return
        self._finding.run(
            lambda: _find(store, people, preference),
            then=self.found.emit,
            error=lambda error: self.found.emit(Found(preference, fault=self._told(error))),
        )

    def _begin_anew(self) -> None:
        self._forget()
        if self._shown:
            self.count()

    def _forget(self) -> None:
        """Hear no more of what is being read."""
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        self._finding.cancel()
        self._tell(PeopleState())

    def _note_growth(self) -> None:
        if self._state != PeopleState():
            self._tell(replace(self._state, grew=True))

    def _take(self, step: PeopleStep) -> None:
        if step.people is None:
            self._tell(replace(self._state, share=step.share))
        else:
            self._counting = None
            self._tell(PeopleState(people=step.people, grew=self._state.grew))

    def _fail(self, error: Exception) -> None:
        self._counting = None
        self._tell(PeopleState(fault=self._told(error)))

    def _tell(self, state: PeopleState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit(state)


def _find(store: SQLiteEventStore, people: People, preference: Preference) -> Found:
    behind = people.behind(preference.user_id, preference.facet, preference.key)
    envelopes = store.envelopes([each.row for each in behind.events])
    events = tuple((e, envelopes[e.row]) for e in behind.events if e.row in envelopes)
    for evidence, envelope in events:
        at = from_datetime(envelope.occurred_at)
        if (envelope.session_id, at) != (evidence.session_id, evidence.instant):
            raise SourceChanged(
                "The file was rewritten while it was open. Press F5 to read it again."
            )
    return Found(preference, events, behind.total)
