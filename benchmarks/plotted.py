"""The peer of the timeline: a pyqtgraph plot of the raw points, with its own down-sampling."""

from __future__ import annotations

import time

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication

from core.replay.columns import SessionLog

CURVES = 10


def zoom_frames(log: SessionLog, steps: list[int]) -> list[float]:
    """The time (ms) of each frame while the curves of the heaviest concepts are zoomed alike.

    Each curve has a point for each contribution to its concept, as they come. It is painted at the
    size of the drawings' timeline.
    """
    plot = pg.PlotWidget()
    plot.resize(1_000, 560)
    plot.setMouseEnabled(x=True, y=False)
    made = log.contributions
    heaviest = np.argsort(np.bincount(made.concept), kind="stable")[::-1][:CURVES]
    for place, concept in enumerate(heaviest.tolist()):
        of_it = made.of(concept)
        curve = plot.plot(
            log.times[made.event[of_it]] / 1e6, np.arange(1, len(of_it) + 1), pen=pg.mkPen(place)
        )
        curve.setDownsampling(auto=True, method="peak")
        curve.setClipToView(True)
    plot.show()
    QApplication.processEvents()
    taken = []
    for step in steps:
        began = time.perf_counter()
        plot.getViewBox().scaleBy(x=0.8**step)
        QApplication.processEvents()
        taken.append((time.perf_counter() - began) * 1e3)
    plot.close()
    return taken
