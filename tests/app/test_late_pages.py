"""Pages that are made when first looked at: as complete as if they had always been there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.features.paged import PagedFeature
from app.models.opening import Wish
from app.sample import sample_path
from app.theme import ThemeChoice
from app.views.found_page import FoundPage
from app.views.late_page import LatePage
from app.window import Window
from core.replay.moment import Moment
from tests.app.windows import LONGEST

COMMANDS = ("show-people", "show-range", "show-impact", "show-recorded", "show-rules")


def paged(window: Window) -> list[PagedFeature[QWidget]]:
    return [each for each in window.features if isinstance(each, PagedFeature)]


def test_a_page_is_made_when_somebody_looks_and_not_before(
    window: Window, settled: Callable[[], None]
) -> None:
    """The window would come later, each time, for pages that nobody looks at."""
    window.open(sample_path(), Wish(LONGEST, Moment("#214")))
    settled()
    assert len(paged(window)) == len(COMMANDS)
    # That of the rules is made by itself once the window rests.
    waiting = [each for each in paged(window) if each is not window.what_if]
    assert [each.place.made for each in waiting] == [None] * len(waiting)
    for command in COMMANDS:
        window.actions_by_id[command].trigger()
        settled()
    for feature in paged(window):
        assert feature.place.made is not None
        assert window.desk.panel_of(feature.page) is window.desk.panel_of(feature.place)


@pytest.mark.parametrize("command", COMMANDS)
def test_who_calls_for_a_page_has_it_and_its_keys(
    window: Window, settled: Callable[[], None], command: str
) -> None:
    """An empty place would come up, or the keys would go to what was there before."""
    window.open(sample_path(), Wish(LONGEST, Moment("#214")))
    settled()
    window.actions_by_id[command].trigger()
    settled()
    (shown,) = [each for each in paged(window) if window.desk.is_shown(each.place)]
    assert shown.place.made is not None
    assert shown.page.isVisible()
    assert shown.page.size() == shown.place.size()
    takes_keys = shown.page.focusProxy()
    if takes_keys is not None and takes_keys.isVisible():
        focused = QApplication.focusWidget()
        assert focused is not None
        assert shown.page.isAncestorOf(focused)


def test_a_page_made_late_knows_the_session_and_the_theme(
    window: Window, settled: Callable[[], None]
) -> None:
    """It would say that there is no session, or be light in a dark window."""
    window.choose_theme(ThemeChoice.LIGHT)
    window.open(sample_path(), Wish(LONGEST, Moment("#214")))
    settled()
    for command in ("show-recorded", "show-impact"):
        window.actions_by_id[command].trigger()
        settled()
    late = window.recorded.page.grab().toImage(), window.impact.page.grab().toImage()
    window.recorded.page.show_theme(window.recorded._theme)
    log = window.opening.log
    assert log is not None
    window.recorded.page.show_session(log.start)
    window.recorded.page.show_state(window.recorded.model.state)
    window.impact.page.show_times(log.start)
    window.impact.page.show_state(window.impact.model.state)
    assert late == (window.recorded.page.grab().toImage(), window.impact.page.grab().toImage())


def test_a_place_makes_its_page_once() -> None:
    """What was looked at would be forgotten with each change of the tab."""
    made: list[QWidget] = []

    def make() -> QWidget:
        made.append(FoundPage("x", "X", progress="How far"))
        return made[-1]

    place = LatePage(make)
    assert place.made is None
    assert place.page is place.page
    assert len(made) == 1
    place.deleteLater()
    QApplication.sendPostedEvents(place, QEvent.Type.DeferredDelete)
