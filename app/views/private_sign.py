"""The sign that private mode is on, which can be seen in every picture of the window."""

from __future__ import annotations

from app.theme import SPACE, Theme
from app.views.text_views import PlainLabel


class PrivateSign(PlainLabel):
    """Says so; nothing happens on a click, so that nobody turns it off by chance."""

    def __init__(self) -> None:
        super().__init__("Private")
        self.setObjectName("private-sign")
        self.setAccessibleName("Private mode is on")
        self.setToolTip(
            "Private mode is on: pseudonyms stand for people, names, ids and texts of the log"
        )
        self.hide()

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.setStyleSheet(
            f"#private-sign {{ background: {theme.accent.name()}; color: {theme.ground.name()};"
            f" border-radius: 5px; padding: 3px {2 * SPACE}px; font-weight: 600; }}"
        )
