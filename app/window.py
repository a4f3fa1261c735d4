"""The window: it composes the views and connects them; nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import theme as themes
from app.afterwards import Afterwards
from app.background import Background
from app.commands import build_actions
from app.features.arranging import ArrangingFeature
from app.features.arrival import ArrivalFeature
from app.features.base import Feature
from app.features.bookmarks import BookmarkFeature
from app.features.filtering import FilterFeature
from app.features.impact import ImpactFeature
from app.features.late import COMPARING, EXPORTING, LateFeature, comparing, exporting
from app.features.linking import LinkingFeature
from app.features.moment_links import MomentLinksFeature
from app.features.own_faults import OwnFaultsFeature
from app.features.palette import PaletteFeature
from app.features.people import PeopleFeature
from app.features.privacy import PrivacyFeature
from app.features.range import RangeFeature
from app.features.recorded import RecordedFeature
from app.features.reopening import ReopeningFeature
from app.features.serving import ServingFeature
from app.features.settings import SettingsFeature
from app.features.tables import TablesFeature
from app.features.telling import TellingFeature
from app.features.times import TimesFeature
from app.features.turns import TurnsFeature
from app.features.whatif import WhatIfFeature
from app.features.why import WhyFeature
from app.keyboard import KeyboardManners
from app.menus import Menus
from app.models.clock import Clock
from app.models.opening import Opening, Wish
from app.models.range_selection import RangeSelection
from app.models.replay import Replay
from app.models.source import Source
from app.models.viewport import Viewport
from app.open_windows import OpenWindows
from app.presenter import Presenter
from app.settings import Settings, SettingsFile
from app.sources import Place, place_of
from app.theme import ThemeChoice
from app.views.banner import Banner, BannerKind, LoadingBar
from app.views.before_after import BeforeAfterView
from app.views.context_panel import ContextPanel
from app.views.desk import Area, Desk
from app.views.event_detail import EventDetailView
from app.views.event_table import EventTableView
from app.views.problem_page import ProblemPage
from app.views.session_list import SessionListView
from app.views.start_page import StartPage
from app.views.status_line import StatusLine
from app.views.timeline.view import TimelineView
from app.views.top_bar import TopBar
from app.views.transport_bar import TransportBar
from app.wishes import Wishes

if TYPE_CHECKING:
    from app.features.comparing import ComparingFeature
    from app.features.exporting import ExportingFeature


class Window(QMainWindow):
    """Everything the user sees of one source."""

    def __init__(
        self,
        settings_file: SettingsFile,
        *,
        theme: ThemeChoice | None = None,
        others: OpenWindows | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("Brain Web Replay")
        self.setAcceptDrops(True)
        self.settings_file = settings_file
        if others is None:
            # The first window reads them for all.
            settings_file.read()
        self.others = others or OpenWindows()
        self.theme_choice = theme or self.settings.theme
        self._build_models()
        self._build_features()
        self._build_views()
        self._lay_out()
        self._connect_signals()
        self._restore()
        # Last, for every event of the program comes by there.
        self._keyboard = KeyboardManners(self)
        self.others.add(self)

    def _build_models(self) -> None:
        self.background = Background(self)
        self.source = Source(self.background, self)
        self.clock = Clock(self)
        self.viewport = Viewport(self)
        self.replay = Replay(self.background, self)
        self.selection = RangeSelection(self)
        self.opening = Opening(
            self.source,
            clock=self.clock,
            viewport=self.viewport,
            replay=self.replay,
            parent=self,
        )
        self.afterwards = Afterwards(
            lambda: self.opening.paints_first or self.replay.paints_first, self
        )

    def _build_features(self) -> None:
        self.server = ServingFeature(self)
        self.people = PeopleFeature(self)
        self.turns = TurnsFeature(self)
        self.linking = LinkingFeature(self)
        self.range = RangeFeature(self)
        self.recorded = RecordedFeature(self)
        self.arrival = ArrivalFeature(self)
        self.bookmarks = BookmarkFeature(self)
        self.why = WhyFeature(self)
        self.filter = FilterFeature(self)
        self.impact = ImpactFeature(self)
        self._exporting = LateFeature(self, exporting, commands=EXPORTING)
        self._comparing = LateFeature(self, comparing, commands=COMPARING)
        self.tables = TablesFeature(self)
        self.moment_links = MomentLinksFeature(self)
        self.times = TimesFeature(self)
        self.palette_of_all = PaletteFeature(self)
        self.what_if = WhatIfFeature(self)
        self.arranging = ArrangingFeature(self)
        self.reopening = ReopeningFeature(self)
        self.privacy = PrivacyFeature(self)
        self.own_faults = OwnFaultsFeature(self)
        self.telling = TellingFeature(self)
        self.settings_shown = SettingsFeature(self)
        self.features: tuple[Feature, ...] = (
            self.privacy,
            self.own_faults,
            self.telling,
            self.why,
            self.filter,
            self.impact,
            self.server,
            self.people,
            self.range,
            self.recorded,
            self.arrival,
            self.bookmarks,
            self.turns,
            self.linking,
            self._exporting,
            self.what_if,
            self._comparing,
            self.tables,
            self.moment_links,
            self.times,
            self.palette_of_all,
            self.arranging,
            self.reopening,
            self.settings_shown,
        )

    def _build_views(self) -> None:
        self.wishes = Wishes(self)
        slots = dict(self.wishes.slots())
        for feature in self.features:
            slots |= feature.slots()
        self.actions_by_id = build_actions(self, slots)
        self.menus = Menus(self.actions_by_id, self)
        self.top_bar = TopBar(
            open_menu=self.menus.open, rules_menu=self.menus.rules, main_menu=self.menus.main
        )
        self.notice = Banner()
        self.banner = Banner()
        self.loading_bar = LoadingBar()
        self.start_page = StartPage()
        self.session_list = SessionListView()
        self.timeline = TimelineView()
        self.transport = TransportBar(self.actions_by_id)
        self.event_table = EventTableView()
        self.event_detail = EventDetailView()
        self.before_after = BeforeAfterView()
        self.problem_page = ProblemPage()
        self.context_panel = ContextPanel()
        self.status_line = StatusLine()
        self.presenter = Presenter(self)

    def _lay_out(self) -> None:
        middle = _column(self.banner, self.loading_bar, self.timeline, self.transport)
        middle.layout().setStretchFactor(self.timeline, 1)  # type: ignore[union-attr]
        self.desk = Desk(middle)
        left, right, below = (
            Area.LeftDockWidgetArea, Area.RightDockWidgetArea, Area.BottomDockWidgetArea,
        )  # fmt: skip
        self.desk.add(self.session_list, "Sessions", area=left, head=self.session_list.head)
        self.desk.add(self.context_panel, "Context", area=right, head=self.context_panel.head)
        for view, title in (
            (self.event_table, "Events"),
            (self.event_detail, "Event detail"),
            (self.before_after, "Before / after"),
            (self.problem_page, "Problems"),
            *filter(None, (feature.tab() for feature in self.features)),
        ):
            self.desk.add(view, title, area=below)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start_page)
        self.pages.addWidget(self.desk)
        self.setCentralWidget(_column(self.top_bar, self.notice, self.pages, self.status_line))
        self.setMinimumSize(_on_screen(QSize(900, 600)))
        self.resize(_first_size())

    def _connect_signals(self) -> None:
        source, opening, clock, replay = self.source, self.opening, self.clock, self.replay
        show, later = self.presenter, self.afterwards.later

        source.opened.connect(show.opened)
        source.failed.connect(show.failed)
        source.sessions_changed.connect(show.sessions)
        source.actors_changed.connect(self.session_list.show_actors)
        source.counts_changed.connect(show.counts)
        source.summaries_changed.connect(show.summaries)
        source.running_changed.connect(show.running)
        source.activity_changed.connect(self.session_list.show_activity)
        source.envelopes_read.connect(show.envelopes)
        source.summaries_read.connect(show.read_summaries)
        source.load_failed.connect(show.load_failed)
        source.state_changed.connect(show.file_state)
        source.step_loaded.connect(show.progress)
        source.problems_found.connect(show.problems_found)
        source.check_ended.connect(show.checked)
        source.closed.connect(show.closed)

        opening.session_changed.connect(show.session)
        opening.log_changed.connect(show.log)
        opening.log_changed.connect(later(show.log_below))
        opening.loaded.connect(later(show.loaded))
        opening.complained.connect(show.complaint)

        clock.playback_changed.connect(show.playback)
        clock.settled.connect(later(show.settled, patient=True))
        clock.passed.connect(show.passed)
        self.viewport.changed.connect(show.range)
        self.selection.changed.connect(self.timeline.show_loop)
        self.selection.loop_changed.connect(show.loop)

        replay.index_changed.connect(self.timeline.show_index)
        replay.curves_changed.connect(show.curves)
        replay.moment_changed.connect(show.moment)
        replay.selected_changed.connect(show.selected)
        replay.why_changed.connect(show.why)
        replay.rules_changed.connect(show.rules)

        for view in (self.timeline, self.event_table, self.context_panel):
            view.seek_requested.connect(clock.seek)
        self.timeline.range_requested.connect(lambda wanted: self.viewport.show(*wanted))
        self.timeline.fit_requested.connect(self.viewport.leap_to_all)
        self.timeline.concept_selected.connect(replay.select)
        self.context_panel.concept_selected.connect(replay.select_id)
        self.event_table.rows_requested.connect(show.wanted_rows)
        self.session_list.session_requested.connect(opening.open_session)
        self.session_list.activity_requested.connect(show.wanted_activity)
        self.transport.speed_requested.connect(
            lambda speed: clock.change(lambda playback: playback.at_speed(speed))
        )
        self.transport.axis_requested.connect(self.wishes.show_axis)
        self.top_bar.live_requested.connect(self.actions_by_id["end"].trigger)
        self.problem_page.check_requested.connect(self.wishes.check_file)
        self.problem_page.problem_activated.connect(self.wishes.show_problem)
        self.loading_bar.cancel_requested.connect(self.wishes.cancel_loading)
        self.banner.action_requested.connect(self.wishes.reload)
        self.status_line.commands_requested.connect(self.actions_by_id["palette"].trigger)

        self.start_page.open_requested.connect(self.wishes.choose_file)
        self.start_page.sample_requested.connect(self.wishes.open_sample)
        self.start_page.table_requested.connect(self.actions_by_id["open-table"].trigger)
        self.start_page.recent_requested.connect(lambda name: self.open(place_of(name)))
        self.start_page.retry_requested.connect(self.wishes.retry)
        self.menus.recent_requested.connect(lambda name: self.open(place_of(name)))

        self.background.failed.connect(show.failed)
        for feature in self.features:
            feature.connect()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.apply_theme)

    def _restore(self) -> None:
        self.opening.axis_mode = self.settings.axis
        self.clock.change(lambda playback: playback.skipping_idle(self.settings.skip_idle))
        self.apply_theme()
        self.presenter.start()
        self.arranging.restore(self.settings.placement, self.settings.layout)
        if self.settings_file.notice:
            self.notice.show_message(self.settings_file.notice, kind=BannerKind.WARNING)
            self.settings_file.notice = ""

    @property
    def exporting(self) -> ExportingFeature:
        """The feature of exports."""
        return self._exporting.feature

    @property
    def comparing(self) -> ComparingFeature:
        """The feature of comparing two sessions."""
        return self._comparing.feature

    @property
    def compares(self) -> bool:
        """Whether two sessions are compared now."""
        return self._comparing.made is not None and self._comparing.made.shown

    @property
    def settings(self) -> Settings:
        """What is remembered of the user, the same for all windows."""
        return self.settings_file.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self.settings_file.keeping(settings)

    def open(self, place: Place, wish: Wish | None = None) -> None:
        """Open a file or a table, and in it what is wished for."""
        self.wishes.last_place = place
        self.opening.open(place, wish)

    def keep(self, **changes: object) -> None:
        """Change settings and keep them."""
        write = self.settings_file.keeping(self.settings.model_copy(update=changes))
        self.background.run(write, then=lambda _: None, lasting=True)

    def choose_theme(self, choice: ThemeChoice) -> None:
        """Show this theme, and remember it."""
        self.theme_choice = choice
        self.keep(theme=choice)
        self.apply_theme()

    def apply_theme(self) -> None:
        """Draw everything in the chosen theme."""
        theme = themes.theme_for(self.theme_choice)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        themes.apply(app, self, theme)
        for view in (
            self.top_bar, self.banner, self.loading_bar, self.start_page, self.session_list,
            self.timeline, self.transport, self.event_table, self.event_detail, self.before_after,
            self.problem_page, self.context_panel, self.status_line, self.desk, self.notice,
        ):  # fmt: skip
            view.show_theme(theme)
        for feature in self.features:
            feature.show_theme(theme)
        self.actions_by_id[f"theme-{self.theme_choice}"].setChecked(True)

    @property
    def busy(self) -> bool:
        """Whether anything is still being read or computed for what is on screen."""
        models = (self.background, self.source, self.replay, self.afterwards)
        working = self.clock.unsettled or any(model.busy for model in models)
        return working or any(feature.busy for feature in self.features)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the timeline has fewer tracks."""
        super().resizeEvent(event)
        self.timeline.updateGeometry()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the file that was dropped."""
        event.acceptProposedAction()
        self.open(Path(event.mimeData().urls()[0].toLocalFile()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let everything end before the window goes."""
        for feature in self.features:
            feature.leave()
        self.others.leave(self)
        self.hide()
        self.afterwards.stop()
        self.opening.close()
        self.background.close()
        for feature in self.features:
            feature.close()
        self.others.remove(self)
        super().closeEvent(event)


_DRAWN = QSize(1600, 1000)


def _first_size() -> QSize:
    """As large as the drawing, where the screen has room for it."""
    return _on_screen(_DRAWN)


def _on_screen(size: QSize) -> QSize:
    """So large, or as the screen has room for with the frame: where text is large, less."""
    if QGuiApplication.platformName() == "offscreen":
        return size
    return size.boundedTo(QGuiApplication.primaryScreen().availableSize() - QSize(16, 48))


def _column(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget)
    return holder
