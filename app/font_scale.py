"""How large everything is drawn: as large as the system's own text asks for."""

from __future__ import annotations

import os
import sys

from PySide6.QtGui import QFontInfo, QGuiApplication

USUAL = 13
"""How high (px) the system's text is where nothing is to be enlarged."""

_LEAST, _MOST = 1.15, 3.0
_STEP = 0.25
_FACTOR = "QT_SCALE_FACTOR"


def scale_of(pixels: float) -> float:
    """By how much all is enlarged where the system's text is so high: 1, or 1.25 to 3."""
    scale = pixels / USUAL
    return 1.0 if scale < _LEAST else min(round(scale / _STEP) * _STEP, _MOST)


def follow_system_font() -> None:
    """Have Qt draw everything larger where the system's text is; before the application is made.

    Text alone would outgrow its rows. A greater resolution of the screen is Qt's own affair, and a
    factor of the user's own holds. On a Mac all text of the system is of one size.
    """
    drawn_to_memory = os.environ.get("QT_QPA_PLATFORM") == "offscreen"
    if drawn_to_memory or _FACTOR in os.environ or sys.platform == "darwin":
        return
    # The font is known to an application alone, and the factor must be there before one is.
    probe = QGuiApplication(sys.argv[:1])
    scale = scale_of(QFontInfo(QGuiApplication.font()).pixelSize())
    probe.shutdown()
    if scale > 1.0:
        os.environ[_FACTOR] = f"{scale:g}"
