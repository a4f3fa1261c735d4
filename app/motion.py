"""Whether anything moves that nobody asked to: menus that unroll, a cursor that blinks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.settings import Motion

EFFECTS = (
    Qt.UIEffect.UI_General,
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
    Qt.UIEffect.UI_AnimateToolBox,
)
_USUAL_BLINK = 1_000
"""How often (ms) a cursor blinks where the system says that it does not."""


class SystemMotion:
    """What the system asks for, as Qt took it at the start; the playhead moves whatever it is."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._effects = {effect for effect in EFFECTS if app.isEffectEnabled(effect)}
        self._blink = app.cursorFlashTime()

    def apply(self, motion: Motion) -> None:
        """Have things move as the system does, not at all, or always."""
        everything = motion is Motion.FULL
        wanted = set(EFFECTS) if everything else self._effects
        for effect in EFFECTS:
            on = motion is not Motion.REDUCED and effect in wanted
            self._app.setEffectEnabled(effect, on)
        blink = 0 if motion is Motion.REDUCED else self._blink
        self._app.setCursorFlashTime(blink or (_USUAL_BLINK if everything else 0))
