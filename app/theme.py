"""Palettes, fonts, sizes and the colours of event types, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from core.events.schema import EventType
from core.late_dataclass import dataclass

SPACE = 4
"""The spacing scale is its multiples: 4, 8, 12, 16, 24 px."""
ROW = 24
"""The height of a row of text in tables and lists (px)."""
GUTTER = 150
"""The width left of all charts that holds their titles and labels (px)."""
RADIUS = 5


class ThemeChoice(StrEnum):
    """What the user chose: a theme, or to follow the system."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of the window; text on its ground has a contrast of 4.5:1 at least.

    ``ground`` lies behind the charts, ``panel`` behind lists, tables and tracks, ``raised`` is the
    bar at the top, ``control`` a button. ``concepts`` colour the curves in turn and ``other`` is
    the bar of a concept without a curve; ``types`` are by event type, ``unknown_type`` the rest.
    """

    name: str
    ground: QColor
    panel: QColor
    raised: QColor
    control: QColor
    control_hover: QColor
    line: QColor
    grid: QColor
    text: QColor
    muted: QColor
    accent: QColor
    on_accent: QColor
    selection: QColor
    range_fill: QColor
    cursor: QColor
    good: QColor
    warning: QColor
    bad: QColor
    track: QColor
    uncertainty: QColor
    other: QColor
    unknown_type: QColor
    concepts: tuple[QColor, ...]
    types: dict[str, QColor]

    @property
    def is_dark(self) -> bool:
        """Whether text is light on dark."""
        return self.panel.lightness() < 128

    def type_colour(self, event_type: str) -> QColor:
        """The colour of an event type, colour-blind safe; grey for one that nobody knows."""
        return self.types.get(event_type, self.unknown_type)

    def concept_colour(self, slot: int | None) -> QColor:
        """The colour of a curve's slot, in turn; None is a concept without a curve."""
        return self.other if slot is None else self.concepts[slot % len(self.concepts)]


def _types(colours: Sequence[str]) -> dict[str, QColor]:
    return {kind: QColor(colour) for kind, colour in zip(EventType, colours, strict=True)}


DARK = Theme(
    name="dark",
    ground=QColor("#14171c"),
    panel=QColor("#1a1e25"),
    raised=QColor("#20252e"),
    control=QColor("#292e37"),
    control_hover=QColor("#343a45"),
    line=QColor("#2b313b"),
    grid=QColor("#272c35"),
    text=QColor("#e6e9ef"),
    muted=QColor("#97a0ae"),
    accent=QColor("#5aa9ff"),
    on_accent=QColor("#0b1320"),
    selection=QColor("#26405f"),
    range_fill=QColor(90, 169, 255, 30),
    cursor=QColor("#ff5c5c"),
    good=QColor("#3ecf97"),
    warning=QColor("#f2b84b"),
    bad=QColor("#ff7b72"),
    track=QColor("#262b34"),
    uncertainty=QColor("#ff8f6b"),
    other=QColor("#8a93a3"),
    unknown_type=QColor("#c0c6d0"),
    concepts=tuple(
        QColor(c)
        for c in (
            "#5aa9ff", "#ff8f6b", "#4fd1a5", "#d774b8", "#e6c84f", "#9d8cff", "#7fd0e8", "#c2d36b",
            "#f0a3b5",
        )
    ),
    types=_types(
        ("#56b4e9", "#e6c84f", "#d774b8", "#2fb288", "#f2993f", "#9d8cff", "#8a93a3")
    ),
)  # fmt: skip

LIGHT = Theme(
    name="light",
    ground=QColor("#f4f5f7"),
    panel=QColor("#ffffff"),
    raised=QColor("#eef0f4"),
    control=QColor("#e2e5ea"),
    control_hover=QColor("#d5dae1"),
    line=QColor("#dfe3e8"),
    grid=QColor("#e7eaee"),
    text=QColor("#1b2330"),
    muted=QColor("#5c6675"),
    accent=QColor("#1668dc"),
    on_accent=QColor("#ffffff"),
    selection=QColor("#d6e6fb"),
    range_fill=QColor(22, 104, 220, 26),
    cursor=QColor("#d92c20"),
    good=QColor("#0f7a55"),
    warning=QColor("#8a5a00"),
    bad=QColor("#c0271b"),
    track=QColor("#e9ecf0"),
    uncertainty=QColor("#e0623a"),
    other=QColor("#657083"),
    unknown_type=QColor("#454d5a"),
    concepts=tuple(
        QColor(c)
        for c in (
            "#1f7ae0", "#d9572b", "#12936b", "#b8478f", "#a67c00", "#6f57e0", "#1487a8", "#6b8417",
            "#c2486a",
        )
    ),
    types=_types(
        ("#1b86c4", "#b08a00", "#b8478f", "#138a66", "#cf6f12", "#6f57e0", "#657083")
    ),
)  # fmt: skip


def theme_for(choice: ThemeChoice) -> Theme:
    """The theme to show for a choice, the system's where it is to be followed."""
    if choice is ThemeChoice.SYSTEM:
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return DARK if dark else LIGHT
    return DARK if choice is ThemeChoice.DARK else LIGHT


@cache
def load_fonts() -> None:
    """Make the bundled Inter known to Qt; the system's fonts stand behind it."""
    for font in files("resources").joinpath("fonts").iterdir():
        if font.name.endswith(".ttf"):
            with as_file(font) as path:
                QFontDatabase.addApplicationFont(str(path))


def ui_font(
    pixels: int = 13, *, weight: QFont.Weight = QFont.Weight.Normal, tabular: bool = True
) -> QFont:
    """Inter in a size given in pixels; figures are of equal width unless told otherwise."""
    font = QFont()
    font.setFamilies(["Inter", *_FALLBACKS])
    font.setPixelSize(pixels)
    font.setWeight(weight)
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


_FALLBACKS = ("Noto Sans", "Noto Sans CJK SC", "Segoe UI", "Helvetica Neue", "sans-serif")


def heading_font() -> QFont:
    """The small capitals that head a panel."""
    font = ui_font(11, weight=QFont.Weight.DemiBold)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.8)
    return font


def use_fonts(app: QApplication) -> None:
    """Set all text in Inter; before the first widget, since some keep the font they began with."""
    load_fonts()
    app.setFont(ui_font(tabular=False))


def apply(app: QApplication, window: QWidget, theme: Theme) -> None:
    """Give a window and all that belongs to it this theme.

    The sheet is the window's. Were it the program's, each widget of a second window would be styled
    anew wherever it is put: three times the time that the window takes.
    """
    if app.style().name() != "fusion":
        # Where it is that already, setting it would only have every widget made up once more.
        app.setStyle("Fusion")
    palette = _palette(theme)
    if app.palette() != palette:
        app.setPalette(palette)
    sheet = _style_sheet(theme)
    if window.styleSheet() != sheet:
        window.setStyleSheet(sheet)


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for where, colour in {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.panel,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.control,
        role.ButtonText: theme.text,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Link: theme.accent,
        role.Accent: theme.accent,
    }.items():
        palette.setColor(where, colour)
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, theme.muted)
    return palette


def _style_sheet(theme: Theme) -> str:
    named = {
        name: getattr(theme, name).name()
        for name in (
            "ground", "panel", "raised", "control", "control_hover", "line", "text", "muted",
            "accent", "on_accent", "selection",
        )
    }  # fmt: skip
    # Qt takes a picture in a style sheet from a file alone.
    check = Path(str(files("resources").joinpath("icons", f"check-{theme.name}.svg"))).as_posix()
    return _SHEET.format(**named, radius=RADIUS, check=check)


_SHEET = """
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px 6px; }}
QToolButton, QPushButton {{ background: {control}; color: {text}; border: 1px solid {line};
    border-radius: {radius}px; padding: 3px 10px; min-height: 20px; }}
QToolButton:hover, QPushButton:hover {{ background: {control_hover}; }}
QToolButton:checked, QToolButton:checked:hover {{ background: {panel}; border-color: {accent};
    color: {accent}; }}
QToolButton:disabled, QPushButton:disabled {{ color: {muted}; }}
QToolButton:focus, QPushButton:focus, QLineEdit:focus {{ border: 1px solid {accent}; }}
QToolButton:checked:focus {{ border: 1px solid {text}; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QToolButton[primary="true"], QPushButton[primary="true"] {{ background: {accent};
    color: {on_accent}; border-color: {accent}; }}
QToolButton[primary="true"]:focus, QPushButton[primary="true"]:focus {{
    border: 2px solid {text}; padding: 2px 9px; }}
QToolButton[primary="true"]:disabled, QPushButton[primary="true"]:disabled {{
    background: {control}; color: {muted}; border-color: {line}; }}
#panel-menu, #panel-float, #panel-close {{ background: transparent; border-color: transparent;
    padding: 0; min-height: 0; border-radius: 4px; }}
#panel-menu:hover, #panel-float:hover, #panel-close:hover {{ background: {control_hover}; }}
#panel-menu:focus, #panel-float:focus, #panel-close:focus {{ border-color: {accent}; }}
QFileDialog QToolButton {{ padding: 2px; min-width: 20px; }}
QLineEdit {{ background: {ground}; color: {text}; border: 1px solid {line};
    border-radius: {radius}px; padding: 3px 8px; min-height: 20px;
    selection-background-color: {selection}; selection-color: {text}; }}
QSpinBox {{ background: {ground}; color: {text}; border: 1px solid {line};
    border-radius: {radius}px; padding: 3px 4px 3px 8px; min-height: 20px;
    selection-background-color: {selection}; selection-color: {text}; }}
QSpinBox:focus {{ border: 1px solid {accent}; }}
QSpinBox:disabled, QCheckBox:disabled {{ color: {muted}; }}
QCheckBox::indicator {{ width: 12px; height: 12px; border: 1px solid {muted};
    border-radius: 3px; background: {ground}; }}
QCheckBox::indicator:checked {{ background: {accent}; border: 1px solid {accent};
    image: url("{check}"); }}
QCheckBox::indicator:focus {{ border: 1px solid {text}; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
QMenu {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {selection}; }}
QMenu::item:disabled {{ color: {muted}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QMenuBar {{ background: {raised}; color: {text}; }}
QMenuBar::item:selected {{ background: {selection}; }}
QTabBar::tab {{ background: transparent; color: {muted}; padding: 7px 12px 5px 12px;
    border: none; border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:focus {{ color: {accent}; }}
QMainWindow::separator {{ width: 5px; height: 5px; }}
QMainWindow::separator:vertical {{ background: qlineargradient(x1: 0, y1: 0, x2: 1, y2: 0,
    stop: 0 {panel}, stop: 0.39 {panel}, stop: 0.4 {line}, stop: 0.6 {line}, stop: 0.61 {panel}); }}
QMainWindow::separator:horizontal {{ background: qlineargradient(x1: 0, y1: 0, x2: 0, y2: 1,
    stop: 0 {panel}, stop: 0.39 {panel}, stop: 0.4 {line}, stop: 0.6 {line}, stop: 0.61 {panel}); }}
QMainWindow::separator:hover {{ background: {accent}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {line}; }}
QTabWidget {{ background: {panel}; }}
QHeaderView {{ background: {panel}; }}
QHeaderView::section {{ background: {panel}; color: {muted}; border: none;
    border-bottom: 1px solid {line}; padding: 3px 8px; }}
QTableView, QTreeView, QListView, QTextEdit, QPlainTextEdit {{ background: {panel}; color: {text};
    border: none; outline: none; selection-background-color: {selection};
    selection-color: {text}; }}
QScrollArea {{ background: transparent; border: none; }}
QStatusBar {{ background: {panel}; color: {muted}; border-top: 1px solid {line}; }}
QStatusBar::item {{ border: none; }}
QSplitter::handle {{ background: {line}; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {control_hover}; border-radius: 3px; min-height: 24px;
    min-width: 24px; margin: 2px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
    background: none; border: none; width: 0; height: 0; }}
QProgressBar {{ background: {control}; border: none; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
"""
