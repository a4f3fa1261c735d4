"""The people of a log: who acted, what they prefer, and the events behind it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QSplitter,
)

from app.models.people import Found, PeopleState, Preference
from app.models.preference_rows import PreferenceRow, preference_rows
from app.text import count, plain
from app.theme import SPACE, Theme
from app.views.found_page import FoundPage
from app.views.people_tables import EvidenceTable, PersonTable
from app.views.preference_list import PreferenceList
from core.projectors.actor_preferences import ActorPreferences
from core.projectors.people import People

NOBODY = "No one has acted in this log yet"
_COUNTING = "Counting who did what"
_NO_FILE = "Open a log to see who acted in it"
_LOW = 170
_READING = "Reading…"
_NOTHING = "No event stands behind this"


class PeoplePage(FoundPage):
    """Shows a `PeopleState` and asks for what it lacks.

    ``find_requested`` carries a `Preference` whose
    events are to be shown, ``event_requested`` the `Evidence` of an event to go to.
    """

    find_requested = Signal(object)
    event_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__("people", "People", progress="Counted so far")
        self._state = PeopleState()
        self._actor: ActorPreferences | None = None
        self._counted: People | None = None
        self._asked: Preference | None = None
        self._people = PersonTable()
        self._preferences = PreferenceList()
        self._evidence = EvidenceTable()
        self._lay_out()
        self._connect()
        self.show_state(PeopleState())

    def _lay_out(self) -> None:
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setHandleWidth(1)
        self._parts.setChildrenCollapsible(False)
        for part in (self._people, self._preferences, self._evidence):
            part.setMinimumWidth(25 * SPACE)
            self._parts.addWidget(part)
        self._parts.setStretchFactor(2, 1)
        self._chose_widths = False
        self._lay_out_found(self._parts, margin=3 * SPACE)
        self.setTabOrder(self._people, self._preferences)
        self.setTabOrder(self._preferences, self._evidence)
        self.setTabOrder(self._evidence, self._button)

    def _connect(self) -> None:
        self._people.person_chosen.connect(self._show_actor)
        self._preferences.preference_chosen.connect(self._ask)
        self._evidence.event_requested.connect(self.event_requested)
        self._parts.splitterMoved.connect(self._note_widths)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        super().show_theme(theme)
        for part in (self._people, self._preferences, self._evidence):
            part.show_theme(theme)

    def show_state(self, state: PeopleState) -> None:
        """Show the people, how far counting is, or why there are none."""
        self._state, people = state, state.people
        counting = state.share is not None
        self._show_job(state.share, scope=_scope(state))
        again = "Count again" if people or state.fault else "Count"
        self._show_button("Stop" if counting else again, shown=state != PeopleState())
        self._show_message(_message(state))
        self._show_head()
        if people is None:
            self._asked = None
            self._evidence.show_events(())
        elif people is not self._counted:
            self._people.show_actors(people.actors)
        self._counted = people

    def show_found(self, found: Found) -> None:
        """Show the events behind what was asked for last; others are passed over."""
        if found.preference != self._asked:
            return
        self._evidence.show_events(found.events, found.fault or _NOTHING)
        self._tell(found)

    def _show_head(self) -> None:
        """Where there is little room and nothing to wait for, the rows have it all."""
        waits = self._state.people is None or self._state.grew
        self._head.setVisible(waits or self.height() >= _LOW)

    def _show_message(self, text: str) -> None:
        self._show_words(text)
        # What is out of sight takes no focus: who came by keyboard waits at the button.
        self.setFocusProxy(self._button if text else self._people)
        if not text and self._button.hasFocus():
            self._people.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_actor(self, actor: ActorPreferences) -> None:
        self._actor = actor
        self._preferences.show_rows(preference_rows(actor))

    def _ask(self, row: PreferenceRow) -> None:
        if self._actor is None or row.facet is None:
            return
        asked = Preference(self._actor.user_id, row.facet, row.key)
        if asked != self._asked:
            self._asked = asked
            self._evidence.show_events((), _READING)
            self.find_requested.emit(asked)

    def _tell(self, found: Found) -> None:
        """Say to those who do not see it what the events are behind."""
        row = self._preferences.chosen
        label = "" if row is None else row.text
        shown = len(found.events)
        latest = f"the latest {shown:,} of " if shown < found.total else ""
        who, events = plain(found.preference.user_id, limit=100), count(found.total, "event")
        text = f"{label} of {who}: {latest}{events}"
        self._evidence.setAccessibleDescription(text)
        self._scope.setText(f"{_scope(self._state)} · {text}" if latest else _scope(self._state))

    def _note_widths(self) -> None:
        self._chose_widths = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give each part its share of the width, until the user chose otherwise."""
        super().resizeEvent(event)
        self._show_head()
        if not self._chose_widths:
            people = min(max(self.width() * 23 // 100, 100), 240)
            preferences = min(max(self.width() * 30 // 100, 150), 300)
            rest = self.width() - people - preferences
            self._parts.setSizes([people, preferences, rest])


def _message(state: PeopleState) -> str:
    if state.share is not None:
        return f"{_COUNTING}…"
    if state.fault:
        return plain(state.fault)
    if state.people is None:
        return _NO_FILE
    return "" if state.people.actors else NOBODY


def _scope(state: PeopleState) -> str:
    if state.share is not None:
        return f"Reading the whole file… {state.share:.0%}"
    if state.people is None:
        return ""
    actors = state.people.actors
    people = "1 person" if len(actors) == 1 else f"{len(actors):,} people"
    sessions = count(len(state.people.sessions), "session")
    grew = " · the log has grown since" if state.grew else ""
    return f"{people} in {sessions} and {count(len(state.people.rows), 'event')}{grew}"
