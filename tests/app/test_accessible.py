"""Everything can be reached and read without a mouse and without seeing it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QMenu,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.commands import COMMANDS, MENUS, Command
from app.features.paged import PagedFeature
from app.models.opening import Wish
from app.motion import EFFECTS
from app.sample import sample_path
from app.settings import Motion
from app.text import weight
from app.theme import DARK, LIGHT, Theme, _style_sheet
from app.views.contrast import ENOUGH, contrast
from app.views.timeline.view import TimelineView
from app.window import Window
from core.replay.moment import Moment
from tests.app.windows import LONGEST, PATIENCE, position

CONTROLS = (
    QAbstractButton, QLineEdit, QTextEdit, QAbstractSpinBox, QComboBox, QAbstractItemView, QTabBar,
    QAbstractSlider, QProgressBar, TimelineView,
)  # fmt: skip
TESTS = Path(__file__).parents[1]


@pytest.fixture
def sample(window: Window, settled: Callable[[], None]) -> Window:
    """The sample's longest session, in a window that has all its parts, also those made late."""
    assert window.comparing and window.exporting and window.server.panel
    for feature in window.features:
        assert not isinstance(feature, PagedFeature) or feature.page
    window.open(sample_path(), Wish(LONGEST, Moment("#214")))
    settled()
    return window


def controls(root: QWidget) -> Iterator[QWidget]:
    """What of a widget people act on or read a value of, Qt's own parts of it left aside."""
    for widget in root.findChildren(QWidget):
        inner = widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar)
        inner = inner or isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox | QLineEdit)
        inner = inner or any(isinstance(above, QComboBox) for above in above_of(widget))
        corner = isinstance(widget.parentWidget(), QAbstractItemView)
        wanted = isinstance(widget, CONTROLS) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        if wanted and not inner and not corner and not isinstance(widget, QMenu | QDialog):
            yield widget


def name(widget: QWidget) -> str:
    """What a screen reader calls it."""
    found = QAccessible.queryAccessibleInterface(widget)
    return "" if found is None else found.text(QAccessible.Text.Name).strip()


def told(widget: QWidget) -> str:
    parent = widget.parentWidget()
    above = "" if parent is None else f" in {type(parent).__name__} {parent.objectName()}"
    return f"{type(widget).__name__} {widget.objectName()!r}{above}"


def nameless(root: QWidget) -> list[str]:
    return sorted({told(widget) for widget in controls(root) if not name(widget)})


def test_every_control_of_the_window_has_a_name(sample: Window) -> None:
    """Who does not see it would hear “button” and no more."""
    assert nameless(sample) == []


def test_every_control_can_be_reached_by_keyboard(sample: Window) -> None:
    """Who has no mouse could not press it."""
    out_of_reach = {
        told(widget)
        for widget in controls(sample)
        if not isinstance(widget, QProgressBar)
        and not widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and not is_proxied(widget)
    }
    assert sorted(out_of_reach) == []


def is_proxied(widget: QWidget) -> bool:
    """Whether a control is one part of another that has the focus for it."""
    return any(isinstance(above, CONTROLS) for above in above_of(widget))


def above_of(widget: QWidget) -> Iterator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None:
        yield parent
        parent = parent.parentWidget()


def test_the_charts_tell_their_values_once_the_playhead_rests(
    sample: Window, settled: Callable[[], None]
) -> None:
    """Who does not see the curves would hear “timeline” and no more."""
    assert sample.timeline.accessibleName().startswith("Timeline, event 214 of 404")
    words = sample.timeline.accessibleDescription()
    index = sample.replay.index
    assert index is not None
    context = index.context_at(214)
    for concept in context.active_concepts:
        assert f"{concept.name} {weight(concept.weight)}" in words
    assert f"Uncertainty {weight(context.uncertainty_score)}" in words
    sample.clock.change(lambda playback: playback.at_position(0))
    settled()
    assert sample.timeline.accessibleDescription().startswith("Concepts: none. Objects: none.")


def test_motion_is_reduced_where_it_is_asked_for(sample: Window) -> None:
    """Who feels sick from what glides could not use the program."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = app.cursorFlashTime()
    sample.telling.show_motion(Motion.REDUCED)
    assert not any(app.isEffectEnabled(effect) for effect in EFFECTS)
    assert app.cursorFlashTime() == 0
    sample.telling.show_motion(Motion.FULL)
    assert all(app.isEffectEnabled(effect) for effect in EFFECTS)
    assert app.cursorFlashTime() > 0
    sample.telling.show_motion(Motion.SYSTEM)
    assert app.cursorFlashTime() == before


def test_tab_leads_through_the_window_once_around(sample: Window, qtbot: QtBot) -> None:
    """Some part of the window could not be reached, or there were no way out of it."""
    sample.activateWindow()
    qtbot.wait_until(sample.isActiveWindow, timeout=PATIENCE)
    sample.timeline.setFocus()
    seen: list[QWidget] = []
    for _ in range(400):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in seen:
            break
        seen.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is seen[0], "it ends where it began"
    for part in (sample.top_bar, sample.session_list, sample.transport, sample.context_panel):
        assert any(part.isAncestorOf(each) for each in seen), part.objectName()
    assert sample.event_table in seen


@pytest.mark.parametrize("key", [Qt.Key.Key_Right, Qt.Key.Key_Space])
def test_the_player_s_keys_work_while_the_timeline_has_the_focus(
    sample: Window, qtbot: QtBot, key: Qt.Key
) -> None:
    """Who reached it with Tab could look at it and not move."""
    sample.activateWindow()
    qtbot.wait_until(sample.isActiveWindow, timeout=PATIENCE)
    sample.timeline.setFocus(Qt.FocusReason.TabFocusReason)
    before = sample.clock.playback
    qtbot.keyClick(sample.timeline, key)
    assert sample.clock.playback != before


@pytest.mark.parametrize(
    "command",
    [
        "export", "bookmark", "link-sessions", "serve", "keys", "open-table", "go-to-link",
        "settings", "times-zone", "compare-with", "palette", "about",
    ],
)  # fmt: skip
def test_a_dialog_has_names_and_gives_the_focus_back(
    sample: Window, settled: Callable[[], None], qtbot: QtBot, command: str
) -> None:
    """Who closes one would have to find again where they were."""
    sample.activateWindow()
    qtbot.wait_until(sample.isActiveWindow, timeout=PATIENCE)
    sample.event_table.setFocus(Qt.FocusReason.TabFocusReason)
    found: list[str] = []
    faults: list[str] = []

    def look() -> None:
        for dialog in [d for d in sample.findChildren(QDialog) if d.isVisible()]:
            found.append(dialog.objectName())
            faults.extend(nameless(dialog))
            dialog.reject()

    looking = QTimer(interval=20)
    looking.timeout.connect(look)
    looking.start()
    sample.actions_by_id[command].trigger()
    qtbot.wait_until(lambda: bool(found), timeout=PATIENCE)
    looking.stop()
    settled()
    assert faults == []
    # A system's window manager does this.
    sample.activateWindow()
    qtbot.wait_until(lambda: QApplication.focusWidget() is sample.event_table, timeout=PATIENCE)
    before = position(sample)
    qtbot.keyClick(sample.event_table, Qt.Key.Key_Up)
    assert position(sample) == before - 1, "the keys are the table's still"


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
class TestContrast:
    def test_text_can_be_read_wherever_it_stands(self, theme: Theme) -> None:
        """Who sees little would see nothing in one of the themes."""
        everywhere = ("ground", "panel", "raised", "control")
        pairs = {
            "text": (*everywhere, "control_hover", "selection", "track"),
            "muted": everywhere,
            "accent": ("ground", "panel", "raised"),
            "good": ("ground", "panel"), "warning": ("ground", "panel", "raised"),
            "bad": ("ground", "panel", "raised"), "on_accent": ("accent",),
        }  # fmt: skip
        weak = [
            f"{colour} on {ground}"
            for colour, grounds in pairs.items()
            for ground in grounds
            if contrast(getattr(theme, colour), getattr(theme, ground)) < ENOUGH
        ]
        assert weak == []

    def test_every_rule_of_the_style_sheet_can_be_read(self, theme: Theme) -> None:
        """A rule that is added could have a pair that no list names."""
        rules = re.findall(r"([^{}]+)\{([^{}]*)\}", _style_sheet(theme))
        weak = []
        for selector, body in rules:
            colour = re.search(r"(?<![-\w])color: (#\w+)", body)
            ground = re.search(r"background(?:-color)?: (#\w+)", body)
            if colour and ground and contrast(QColor(colour[1]), QColor(ground[1])) < ENOUGH:
                weak.append(selector.strip())
        assert weak == []

    def test_shapes_and_the_frame_of_the_focus_stand_out(self, theme: Theme) -> None:
        """WCAG 2.2 asks for 3:1 of what is no text."""
        shapes = [*theme.concepts, *theme.types.values(), theme.accent, theme.uncertainty]
        assert all(contrast(shape, theme.panel) >= 3 for shape in shapes)
        assert all(contrast(theme.accent, g) >= 3 for g in (theme.ground, theme.raised))


SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in TESTS.rglob("test_*.py")
    if path.name != Path(__file__).name
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_has_a_text_a_place_and_a_test_that_triggers_it(command: Command) -> None:
    """A key that does nothing would be found by who presses it."""
    assert command.text
    assert command.menu in MENUS
    assert f'"{command.id}"' in SOURCES


def test_every_command_is_in_a_menu_of_the_window(window: Window) -> None:
    """Who knows no keys could not find it."""
    listed = {action for menu in window.findChildren(QMenu) for action in menu.actions()}
    missing = [name for name, action in window.actions_by_id.items() if action not in listed]
    assert missing == []
