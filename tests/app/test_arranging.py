"""The desk of one's own: what a user moves stays moved, and nothing is moved beyond recall."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from app.commands import COMMANDS
from app.features.arranging import PANELS
from app.kept import Layout, Placement
from app.models.opening import Wish
from app.sample import sample_path
from app.settings import SettingsFile
from app.views.desk import Area
from app.views.panel import Panel
from app.window import Window
from tests.app.windows import LONGEST, make_window, texts


@pytest.fixture
def desk(window: Window, settled: Callable[[], None]) -> Window:
    """The window with the sample open."""
    window.open(sample_path(), Wish(LONGEST))
    settled()
    return window


def run(window: Window, command: str) -> None:
    window.actions_by_id[command].trigger()
    QApplication.processEvents()


def panel(window: Window, name: str) -> Panel:
    return next(panel for panel in window.desk.panels if panel.name == name)


def shown(window: Window) -> list[str]:
    return [panel.name for panel in window.desk.panels if panel.shown]


def area_of(window: Window, name: str) -> Qt.DockWidgetArea:
    return window.desk.dockWidgetArea(panel(window, name))


def test_it_begins_as_it_is_drawn(desk: Window) -> None:
    """Sessions at the left, the context at the right, and below the timeline the events."""
    assert shown(desk) == ["sessions", "context", "events"]
    assert area_of(desk, "sessions") == Area.LeftDockWidgetArea
    assert area_of(desk, "context") == Area.RightDockWidgetArea
    below = [p.name for p in desk.desk.panels if not p.has_head]
    assert {area_of(desk, name) for name in below} == {Area.BottomDockWidgetArea}
    assert all(panel(desk, name).bar.collapsed for name in below)
    assert panel(desk, "sessions").height() == panel(desk, "context").height() == desk.desk.height()


def test_of_tabs_only_the_front_one_works(desk: Window) -> None:
    """Qt has the others stand visible outside of the window: all would compute, and take keys."""
    hidden = [p for p in desk.desk.panels if not p.shown]
    assert hidden
    assert not any(p.page.isVisible() for p in hidden)
    desk.desk.show_page(desk.event_detail)
    assert shown(desk) == ["sessions", "context", "event-detail"]
    assert not desk.event_table.isVisible()


@pytest.mark.parametrize("command", PANELS)
def test_a_panel_hides_and_comes_back_where_it_was(desk: Window, command: str) -> None:
    """A closed panel would be gone for good, or come back somewhere else."""
    one = panel(desk, PANELS[command])
    desk.desk.show_page(one.page)
    QApplication.processEvents()
    before = (area_of(desk, one.name), one.size().width(), one.x())
    assert desk.actions_by_id[command].isChecked()
    run(desk, command)
    assert not one.shown
    assert not desk.actions_by_id[command].isChecked()
    run(desk, command)
    assert one.shown
    assert desk.actions_by_id[command].isChecked()
    assert (area_of(desk, one.name), one.size().width(), one.x()) == before


def test_a_panel_floats_and_goes_back(desk: Window) -> None:
    """The event's detail on a second screen, while the events go on in the first."""
    run(desk, "show-detail")
    run(desk, "float-panel")
    detail = panel(desk, "event-detail")
    assert detail.isFloating()
    assert detail.shown
    assert not detail.bar.collapsed
    run(desk, "show-events")
    assert desk.event_table.isVisible()
    assert detail.shown
    run(desk, "show-detail")
    run(desk, "float-panel")
    assert not detail.isFloating()
    assert area_of(desk, "event-detail") == Area.BottomDockWidgetArea
    assert detail.shown


def test_the_keys_of_the_player_work_on_a_panel_that_floats(desk: Window, qtbot: QtBot) -> None:
    """Who reads on the other screen would have to go back to the first for every step."""
    run(desk, "show-detail")
    run(desk, "float-panel")
    escape = []
    desk.replay.select_id("c-raft")
    desk.replay.selected_changed.connect(escape.append)
    qtbot.keyClick(panel(desk, "event-detail"), Qt.Key.Key_Escape)
    assert escape == [None]


@pytest.mark.parametrize(
    ("command", "area"),
    [
        ("move-panel-left", Area.LeftDockWidgetArea),
        ("move-panel-right", Area.RightDockWidgetArea),
        ("move-panel-bottom", Area.BottomDockWidgetArea),
    ],
)
def test_a_panel_is_moved_by_a_command(desk: Window, command: str, area: Area) -> None:
    """Without a mouse the desk could not be arranged."""
    run(desk, "show-change")
    run(desk, command)
    assert area_of(desk, "before-after") == area
    assert panel(desk, "before-after").shown
    run(desk, "undo-layout")
    assert area_of(desk, "before-after") == Area.BottomDockWidgetArea


def test_a_panel_is_sized_by_commands(desk: Window) -> None:
    """Without a mouse nothing could be made larger."""
    run(desk, "show-events")
    before = panel(desk, "events").height()
    run(desk, "grow-panel")
    assert panel(desk, "events").height() > before
    run(desk, "shrink-panel")
    assert panel(desk, "events").height() == before


def test_the_panel_with_the_keys_is_hidden(desk: Window) -> None:
    """The command would hide another one."""
    run(desk, "show-problems")
    run(desk, "hide-panel")
    assert panel(desk, "problems").isHidden()
    assert not panel(desk, "events").isHidden()


def test_the_keys_go_from_panel_to_panel_and_round(desk: Window) -> None:
    """By Tab it takes a hundred presses from the timeline to the context."""
    desk.timeline.setFocus()
    been = []
    for _ in range(4):
        run(desk, "next-panel")
        now = desk.desk.panel_with(desk.desk.focused())
        been.append("timeline" if now is None else now.name)
    assert been == ["sessions", "context", "events", "timeline"]
    run(desk, "previous-panel")
    assert desk.desk.panel_with(desk.desk.focused()) is panel(desk, "events")


def test_all_panels_hide_and_come_back(desk: Window) -> None:
    """For a look at the timeline alone one would lose the arrangement."""
    run(desk, "move-panel-right")
    before = shown(desk)
    run(desk, "hide-panels")
    assert shown(desk) == []
    assert desk.timeline.width() == desk.desk.width()
    run(desk, "hide-panels")
    assert shown(desk) == before


@pytest.mark.parametrize(
    ("command", "front"),
    [
        ("layout-standard", ["sessions", "context", "events"]),
        ("reset-layout", ["sessions", "context", "events"]),
        ("layout-reading", ["events", "event-detail"]),
        ("layout-timeline", []),
    ],
)
def test_a_layout_is_one_command_away_and_so_is_the_way_back(
    desk: Window, command: str, front: list[str]
) -> None:
    """An hour of arranging would be lost by one wrong click."""
    run(desk, "show-detail")
    run(desk, "move-panel-left")
    before = shown(desk)
    run(desk, command)
    assert shown(desk) == front
    assert "Layout: " in texts(desk.notice)
    desk.notice.action_requested.connect(lambda: pytest.fail("the banner does not undo itself"))
    desk.notice.findChild(type(desk.notice._action), "banner-action").click()
    QApplication.processEvents()
    assert shown(desk) == before
    assert area_of(desk, "event-detail") == Area.LeftDockWidgetArea


def test_reading_gives_the_detail_half_of_the_window(desk: Window) -> None:
    """Long payloads would be read line by line in a strip."""
    run(desk, "layout-reading")
    assert panel(desk, "event-detail").width() > desk.width() * 2 // 5


def test_a_layout_is_kept_under_a_name(desk: Window, qtbot: QtBot) -> None:
    """Each way of working has an arrangement of its own, and nobody arranges it twice."""
    run(desk, "show-detail")
    run(desk, "move-panel-right")
    run(desk, "save-layout")
    answer(desk, "Two  columns")
    run(desk, "reset-layout")
    run(desk, "restore-layout")
    answer(desk, "Two columns")
    assert area_of(desk, "event-detail") == Area.RightDockWidgetArea
    run(desk, "undo-layout")
    assert area_of(desk, "event-detail") == Area.BottomDockWidgetArea
    run(desk, "delete-layout")
    answer(desk, "Two columns")
    assert desk.settings.layouts == {}
    run(desk, "restore-layout")
    assert "No layout is saved yet" in texts(desk.notice)


def answer(window: Window, text: str) -> None:
    """Type into the question that is asked, or choose, and press Enter."""
    dialog = window.findChildren(QInputDialog)[-1]
    dialog.setTextValue(text)
    dialog.accept()
    QApplication.sendPostedEvents(None, 52)  # deferred deletes
    QApplication.processEvents()


def test_a_layout_without_a_name_is_not_kept(desk: Window) -> None:
    """An entry without a text could be found in no menu."""
    desk.arranging.save("   ")
    assert desk.settings.layouts == {}
    assert "needs a name" in texts(desk.notice)


def test_locked_panels_stay_where_they_are(desk: Window) -> None:
    """On a shared screen everything is dragged about by accident."""
    run(desk, "lock-panels")
    feature = Panel.DockWidgetFeature.DockWidgetMovable
    assert not any(p.features() & feature for p in desk.desk.panels)
    assert desk.settings.locked
    run(desk, "lock-panels")
    assert all(p.features() & feature for p in desk.desk.panels)


def test_the_panels_have_their_share_until_the_user_arranges_them(desk: Window) -> None:
    """In a small window the timeline would have no room; and what was sized would not stay."""
    desk.resize(900, 600)
    QApplication.processEvents()
    assert panel(desk, "sessions").width() == 200
    desk.resize(1600, 1000)
    QApplication.processEvents()
    assert panel(desk, "sessions").width() == 250
    run(desk, "find-session")
    run(desk, "grow-panel")
    wide = panel(desk, "sessions").width()
    desk.resize(1500, 1000)
    QApplication.processEvents()
    assert panel(desk, "sessions").width() == wide > 250


def test_no_panel_keeps_a_small_window_from_being_small(desk: Window) -> None:
    """On a laptop the status line would lie below the screen."""
    desk.resize(900, 600)
    QApplication.processEvents()
    for one in desk.desk.panels:
        desk.desk.show_page(one.page)
        QApplication.processEvents()
        assert (desk.width(), desk.height()) == (900, 600)
        assert desk.timeline.height() > 200


class TestWhatIsKept:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "settings" / "settings.json"

    @pytest.fixture
    def again(self, qtbot: QtBot, path: Path, desk: Window) -> Iterator[Callable[..., Window]]:
        """Closes the window and starts the program once more, its settings changed meanwhile."""
        opened: list[Window] = []

        def start(change: Callable[[Layout], Layout] | None = None, **kept: object) -> Window:
            desk.close()
            file = SettingsFile(path)
            settings = file.read()
            assert settings.layout is not None
            if change is not None:
                kept["layout"] = change(settings.layout)
            file.write(settings.model_copy(update=kept))
            window = make_window(qtbot, path)
            opened.append(window)
            window.pages.setCurrentWidget(window.desk)
            QApplication.processEvents()
            return window

        yield start
        for window in opened:
            window.close()

    def test_the_panels_are_where_they_were(
        self, desk: Window, again: Callable[..., Window]
    ) -> None:
        """Every start would begin with the same ten drags."""
        run(desk, "show-detail")
        run(desk, "move-panel-right")
        run(desk, "panel-sessions")
        window = again()
        assert area_of(window, "event-detail") == Area.RightDockWidgetArea
        assert panel(window, "sessions").isHidden()
        assert not window.actions_by_id["panel-sessions"].isChecked()
        assert not window.notice.isVisible()

    @pytest.mark.parametrize(
        "change",
        [
            lambda layout: layout.model_copy(update={"state": "not base64!"}),
            lambda layout: layout.model_copy(update={"state": layout.state[:60]}),
            lambda layout: layout.model_copy(update={"version": 99}),
            lambda layout: Layout.of(b"\x00" * 500, layout.panels),
            lambda layout: Layout.of(base64.b64decode(layout.state)[:90], layout.panels),
        ],
    )
    def test_a_layout_that_does_not_fit_is_the_standard_one(
        self,
        desk: Window,
        again: Callable[..., Window],
        change: Callable[[Layout], Layout],
    ) -> None:
        """A damaged file would leave an empty window, or none."""
        run(desk, "show-detail")
        run(desk, "move-panel-right")
        window = again(change)
        assert shown(window) == ["sessions", "context", "events"]
        assert "could not be restored" in texts(window.notice)

    def test_a_panel_that_is_new_stands_where_it_belongs(
        self, desk: Window, again: Callable[..., Window]
    ) -> None:
        """What a newer version brings would be hidden from who arranged an older one."""
        run(desk, "show-detail")
        run(desk, "panel-problems")
        older = lambda layout: layout.model_copy(  # noqa: E731 - a change in a line
            update={"panels": tuple(n for n in layout.panels if n != "problems")}
        )
        window = again(older)
        assert not panel(window, "problems").isHidden()
        assert area_of(window, "problems") == Area.BottomDockWidgetArea

    @pytest.mark.parametrize(
        "placement",
        [
            Placement(x=-90_000, y=-90_000, width=1_000, height=700),
            Placement(x=90_000, y=90_000, width=90_000, height=90_000),
            Placement(x=0, y=0, width=1, height=1),
        ],
    )
    def test_a_window_is_never_where_no_screen_is(
        self, desk: Window, again: Callable[..., Window], placement: Placement
    ) -> None:
        """After a screen is unplugged the program would run and show nothing."""
        window = again(placement=placement)
        room = window.screen().availableGeometry()
        assert room.contains(window.pos() + QPoint(40, 4))
        assert window.width() <= max(room.width(), 900)
        assert window.height() <= max(room.height(), 600)

    def test_a_panel_that_floats_is_never_where_no_screen_is(self, desk: Window) -> None:
        """The panel would be shown, by its mark in the menu, and found nowhere."""
        run(desk, "show-detail")
        run(desk, "float-panel")
        detail = panel(desk, "event-detail")
        detail.move(50_000, -50_000)
        desk.desk.bring_back(detail)
        assert desk.screen().availableGeometry().contains(detail.pos())


def test_every_command_of_the_window_is_tried_here_or_with_the_windows() -> None:
    """A command that nobody tries is one that nobody knows to work."""
    here = Path(__file__).read_text(encoding="utf-8")
    there = Path(__file__).with_name("test_reopening.py").read_text(encoding="utf-8")
    of_menu = [command.id for command in COMMANDS if command.menu == "Window"]
    tried = [c for c in of_menu if f'"{c}"' in here + there or c in PANELS]
    assert tried == of_menu
