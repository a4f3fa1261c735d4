"""The settings and what the program is: two dialogs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path, user_data_path
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app.features.base import Feature, Slot
from app.settings import Motion, Settings
from app.theme import DARK, Theme
from app.time_format import TimeFormat
from app.versions import versions, versions_text

if TYPE_CHECKING:
    from app.views.settings_dialog import SettingsDialog, SettingValues
    from app.window import Window

_RESET = ("theme", "axis", "skip_idle", "times", "zone", "reduced_motion", "reopen")
"""The settings that the dialog shows, and gives back their defaults."""


class SettingsFeature(Feature):
    """Shows what is set and carries out what is changed, at once."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._theme = DARK
        self.dialog: SettingsDialog | None = None
        self._before: Settings | None = None

    def slots(self) -> Mapping[str, Slot]:
        return {"settings": self.show, "about": self.show_about}

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self.dialog is not None:
            self.dialog.show_theme(theme)
            self._refresh()

    def show_times(self) -> None:
        self._refresh()

    def show(self, *_: object) -> None:
        """Show the settings."""
        from app.views.settings_dialog import SettingsDialog

        menu = self.window.status_line.times.menu()
        dialog = self.dialog = SettingsDialog(self.window, self._theme, menu)
        self._before = None
        dialog.changed.connect(self._change)
        dialog.command_requested.connect(self._run)
        dialog.folder_requested.connect(_show_folder)
        dialog.reset_requested.connect(self._reset)
        dialog.undo_requested.connect(self._undo)
        dialog.finished.connect(lambda _: self._forget())
        self._refresh()
        dialog.open()

    def show_about(self, *_: object) -> None:
        """Show what the program is, and what it runs on."""
        from app.views.about_dialog import AboutDialog

        AboutDialog(self.window, self._theme, versions=versions(), report=versions_text()).open()

    def _forget(self) -> None:
        self.dialog = None

    def _refresh(self) -> None:
        if self.dialog is not None:
            self.dialog.show_values(self._values())
            self.dialog.show_can_undo(self._before is not None)

    def _values(self) -> SettingValues:
        from app.views.settings_dialog import SettingValues

        kept = self.window.settings
        return SettingValues(
            theme=kept.theme,
            motion=kept.reduced_motion,
            axis=kept.axis,
            skip_idle=kept.skip_idle,
            times=self.window.status_line.times.text(),
            reopen=getattr(kept, "reopen", None),
            private=self.window.actions_by_id["private"].isChecked(),
            folders=_folders(self.window.settings_file.path.parent),
        )

    def _change(self, field: str, value: object) -> None:
        """Carry out one change; the reset cannot be taken back any more."""
        self._before = None
        self._apply({"reduced_motion" if field == "motion" else field: value})

    def _apply(self, changes: Mapping[str, object]) -> None:
        w = self.window
        for field, value in changes.items():
            if field in ("theme", "axis"):
                w.actions_by_id[f"{field}-{value}"].trigger()
            elif field == "skip_idle" and w.actions_by_id["skip-idle"].isChecked() != value:
                w.actions_by_id["skip-idle"].trigger()
            elif field == "reduced_motion":
                w.keep(reduced_motion=Motion(str(value)))
                w.telling.show_motion(Motion(str(value)))
            elif field == "private":
                w.privacy.choose(bool(value))
            elif field == "reopen":
                w.keep(reopen=value)
        self._refresh()

    def _reset(self) -> None:
        """Everything that the dialog shows as it was at first."""
        self._before = self.window.settings
        self._take(Settings())

    def _undo(self) -> None:
        before, self._before = self._before, None
        if before is not None:
            self._take(before)

    def _take(self, settings: Settings) -> None:
        fields = [field for field in _RESET if field in Settings.model_fields]
        self.window.times.choose(TimeFormat(settings.times, settings.zone))
        self._apply({field: getattr(settings, field) for field in fields})

    def _run(self, command: str) -> None:
        if self.dialog is not None:
            self.dialog.accept()
        self.window.actions_by_id[command].trigger()


def _folders(settings: Path) -> tuple[tuple[str, str], ...]:
    name = "brainweb-replay"
    return (
        ("Settings", str(settings)),
        ("Bookmarks, links", str(user_data_path(name, appauthor=False))),
        ("Cache", str(user_cache_path(name, appauthor=False))),
    )


def _show_folder(path: str) -> None:
    """In the system's own program; one that is not there yet is made."""
    Path(path).mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))
