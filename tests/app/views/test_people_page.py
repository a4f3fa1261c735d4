"""The page of people by itself: what it shows of each state, and what it asks for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from app.models.people import Found, PeopleState, Preference
from app.models.preference_rows import LISTED, preference_rows
from app.theme import DARK
from app.views.people_page import PeoplePage
from app.views.people_tables import EvidenceTable, PersonTable
from app.views.preference_list import PreferenceList
from core.projectors.actor_preferences import ActorPreferences, Tally
from core.projectors.people import Evidence, Facet
from core.projectors.user_preferences import Style
from tests.app.windows import texts
from tests.builders import viewed

ADA = ActorPreferences(
    user_id="ada",
    sessions=("one", "two"),
    events=12,
    style=Style(chats=1, captures=0, views=3),
    domains=(Tally("ml", 4), Tally("law", 1)),
    concepts=(Tally("c-1", 2, "Raft"),),
)


@pytest.fixture
def listed(qtbot: QtBot) -> PreferenceList:
    """The list of what ada prefers."""
    view = PreferenceList()
    qtbot.addWidget(view)
    view.resize(260, 400)
    view.show()
    view.show_theme(DARK)
    view.show_rows(preference_rows(ADA))
    return view


@pytest.fixture
def page(qtbot: QtBot) -> PeoplePage:
    page = PeoplePage()
    qtbot.addWidget(page)
    page.show_theme(DARK)
    page.resize(900, 300)
    page.show()
    return page


def chosen(view: PreferenceList) -> str:
    assert view.chosen is not None
    return view.chosen.text


def test_arrows_choose_items_and_pass_over_headings(listed: PreferenceList, qtbot: QtBot) -> None:
    """On a heading the events behind nothing would be looked for."""
    asked: list[str] = []
    listed.preference_chosen.connect(lambda row: asked.append(row.text))
    assert chosen(listed) == "Views"
    for _ in range(8):
        qtbot.keyClick(listed, Qt.Key.Key_Down)
    assert asked == ["Chats", "Captures", "ml", "law", "Raft"]
    qtbot.keyClick(listed, Qt.Key.Key_Home)
    assert chosen(listed) == "Views"
    qtbot.keyClick(listed, Qt.Key.Key_Up)
    assert chosen(listed) == "Views"
    qtbot.keyClick(listed, Qt.Key.Key_End)
    assert chosen(listed) == "Raft"


def test_a_press_chooses_an_item_and_no_heading(listed: PreferenceList, qtbot: QtBot) -> None:
    heights = listed.rowHeight(0)
    for place, expected in ((5, "ml"), (4, "ml"), (0, "ml"), (1, "Views")):
        at = QPoint(20, place * heights + heights // 2)
        qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert chosen(listed) == expected


def test_what_is_chosen_stays_so_for_another_person_who_has_it(listed: PreferenceList) -> None:
    """To compare people in one respect it would have to be chosen for each of them."""
    listed.press(6)
    assert chosen(listed) == "law"
    rows = preference_rows(ActorPreferences("bo", ("x",), 1, Style(), (Tally("law", 1),), ()))
    listed.show_rows(rows)
    assert chosen(listed) == "law"
    listed.show_rows(preference_rows(ActorPreferences("cy", ("x",), 1, Style(1), (), ())))
    assert chosen(listed) == "Chats"


def test_those_who_do_not_see_the_bars_are_told(listed: PreferenceList) -> None:
    model = listed.model()
    told = [
        model.data(model.index(row, 0), Qt.ItemDataRole.AccessibleTextRole)
        for row in range(model.rowCount())
    ]
    assert told == [
        "Style: explorer",
        "Views: 75%, 3 events",
        "Chats: 25%, 1 event",
        "Captures: 0%, 0 events",
        "2 domains",
        "ml: 4 events",
        "law: 1 event",
        "1 concept",
        "Raft: 2 events",
    ]


def test_of_very_many_concepts_the_commonest_are_listed() -> None:
    """A list of a hundred thousand would hold the window up, a silent cut would mislead."""
    many = tuple(Tally(f"c-{n}", 1) for n in range(LISTED + 7))
    rows = preference_rows(ActorPreferences("ada", ("one",), 1, Style(), (), many))
    assert rows[-1].text == "AND 7 RARER ONES"
    assert rows[-1].facet is None
    assert sum(row.facet is Facet.CONCEPT for row in rows) == LISTED


def test_counting_shows_how_far_it_is_and_can_be_stopped(page: PeoplePage, qtbot: QtBot) -> None:
    """One would wait without knowing for what."""
    bar, button = page.findChild(QProgressBar), page.findChild(QPushButton)
    assert isinstance(bar, QProgressBar)
    assert isinstance(button, QPushButton)
    page.show_state(PeopleState(share=0.25))
    assert (bar.isVisible(), bar.value()) == (True, 250)
    assert "25%" in texts(page)
    with qtbot.wait_signal(page.stop_requested):
        button.click()
    page.show_state(PeopleState(fault="The file is locked. Try again."))
    assert not bar.isVisible()
    assert "The file is locked. Try again." in texts(page)
    with qtbot.wait_signal(page.start_requested):
        button.click()


def test_events_of_another_question_are_passed_over(page: PeoplePage) -> None:
    """An answer that comes late would stand beside another preference."""
    found = (Evidence("one", 1, 0, 1), viewed("raft"))
    page.show_found(Found(Preference("ada", Facet.CONCEPT, "raft"), (found,), 1))
    table = page.findChild(EvidenceTable)
    assert isinstance(table, EvidenceTable)
    assert table.model().rowCount() == 0


def test_a_hidden_column_is_not_painted_over_the_one_beside_it(qtbot: QtBot) -> None:
    """Two numbers, one upon the other, can be read as neither."""
    images = []
    for sessions in (1, 888):
        table = PersonTable()
        qtbot.addWidget(table)
        table.resize(170, 100)
        table.show()
        actor = ActorPreferences("ada", ("s",) * sessions, 5, Style(), (), ())
        table.show_actors([actor])
        assert table.isColumnHidden(1)
        images.append(table.viewport().grab().toImage())
    assert images[0] == images[1]
