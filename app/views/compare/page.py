"""The page that compares two sessions: A above B on one transport, what differs at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.theme import Theme
from app.views.banner import Banner, LoadingBar
from app.views.compare.bar import CompareBar
from app.views.compare.difference_panel import DifferencePanel
from app.views.compare.side_head import SideHead
from app.views.compare.side_timeline import SideTimeline
from app.views.compare.transport import CompareTransport
from app.views.timeline.scene import Curve
from core.replay.axis import Axis
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.playback import Playhead

_PANEL_SHARE = 22
_LEAST_PANEL, _MOST_PANEL = 260, 340


class ComparePage(QWidget):
    """``seek_requested`` carries a side (0 is A) and a playhead of its session, ``range_requested``
    (x0, x1) of the shared axis, ``concept_selected`` a side and a concept's code or None."""

    seek_requested = Signal(int, object)
    range_requested = Signal(object)
    fit_requested = Signal()
    concept_selected = Signal(int, object)

    def __init__(
        self,
        actions: Mapping[str, QAction],
        *,
        align: Sequence[str],
        open_menu: QMenu,
        main_menu: QMenu,
    ) -> None:
        super().__init__()
        self.setObjectName("compare-page")
        self.setAccessibleName("Two sessions compared")
        self.bar = CompareBar(actions, align=align, open_menu=open_menu, main_menu=main_menu)
        self.banner = Banner()
        self.loading_bar = LoadingBar()
        self.heads = SideHead(0), SideHead(1)
        self.timelines = SideTimeline(0), SideTimeline(1)
        self.transport = CompareTransport(actions)
        self.panel = DifferencePanel()
        self._lay_out()
        for side, timeline in enumerate(self.timelines):
            timeline.seek_requested.connect(
                lambda playhead, side=side: self.seek_requested.emit(side, playhead)
            )
            timeline.concept_selected.connect(
                lambda concept, side=side: self.concept_selected.emit(side, concept)
            )
            timeline.range_requested.connect(self.range_requested)
            timeline.fit_requested.connect(self.fit_requested)

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.loading_bar)
        for head, timeline in zip(self.heads, self.timelines, strict=True):
            column.addWidget(head)
            column.addWidget(timeline, 1)
        # A third track, of one session under other rules, would go here.
        column.addWidget(self.transport)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addLayout(column, 1)
        body.addWidget(self.panel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.bar)
        whole.addLayout(body, 1)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        for view in (
            self.bar, self.banner, self.loading_bar, *self.heads, *self.timelines, self.transport,
            self.panel,
        ):  # fmt: skip
            view.show_theme(theme)

    def show_side(
        self, side: int, log: SessionLog | None, index: ContextIndex | None, axis: Axis | None
    ) -> None:
        """Show a session on its axis; without either there is nothing to show."""
        timeline = self.timelines[side]
        timeline.show_log(log if axis is not None else None)
        timeline.show_index(index)
        if axis is not None:
            timeline.show_axis(axis)

    def show_kinds(self, kinds: frozenset[str]) -> None:
        """Have lanes for these types of events, in both."""
        for timeline in self.timelines:
            timeline.show_kinds(kinds)

    def show_range(self, x0: float, x1: float) -> None:
        """Show this range of the shared axis."""
        for timeline in self.timelines:
            timeline.show_range(x0, x1)

    def show_curves(self, curves: tuple[tuple[Curve, ...], tuple[Curve, ...]]) -> None:
        """Draw these concepts."""
        for timeline, own in zip(self.timelines, curves, strict=True):
            timeline.show_curves(own)

    def show_playheads(self, playheads: tuple[Playhead, Playhead]) -> None:
        """Move the cursors."""
        for timeline, playhead in zip(self.timelines, playheads, strict=True):
            timeline.show_playhead(playhead)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        share = self.width() * _PANEL_SHARE // 100
        self.panel.setFixedWidth(min(max(share, _LEAST_PANEL), _MOST_PANEL))
