"""Sets of rules: saved under names, renamed, deleted, imported and exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu

from app.features.base import Slot
from app.models.saved_rules import SavedRulesModel
from app.models.whatif import EDITED, WhatIfModel
from app.text import plain
from core.projectors.rule_files import NAME_MOST, SUFFIX, RuleError, checked_name
from core.projectors.rules import PRESETS, ProjectionRules

if TYPE_CHECKING:
    from app.window import Window

NOT_SAVED = "These rules have no name of yours yet: save them first."
_FILES = f"Rules (*{SUFFIX});;All files (*)"


class RuleSets:
    """What can be done with the rules in force and with those that the user saved."""

    def __init__(
        self, window: Window, model: WhatIfModel, saved: SavedRulesModel, menu: QMenu
    ) -> None:
        self.window = window
        self.model = model
        self.saved = saved
        self.menu = menu

    def slots(self) -> Mapping[str, Slot]:
        """What the commands do, by their ids."""
        return {
            "save-rules": self.ask_to_save,
            "rename-rules": self.ask_to_rename,
            "delete-rules": self.delete,
            "import-rules": self.ask_to_import,
            "export-rules": self.ask_to_export,
        }

    def connect(self) -> None:
        """Listen to what is saved, and read what was."""
        w, saved = self.window, self.saved
        saved.changed.connect(self._take_saved)
        saved.saved.connect(self.model.choose)
        saved.imported.connect(self._take_imported)
        saved.complained.connect(w.presenter.complaint)
        saved.told.connect(w.banner.show_message)
        saved.read()
        self._fill_menu()

    def choices(self) -> dict[str, ProjectionRules]:
        """All rules that have a name."""
        return {rules.name: rules for rules in PRESETS} | dict(self.saved.rules)

    def choose(self, name: str, how: Callable[[ProjectionRules], None]) -> None:
        """Do something with the rules of a name, where there are any."""
        rules = self.choices().get(name)
        if rules is not None:
            how(rules)

    def ask_to_save(self, *_: object) -> None:
        """Ask for the name to save the rules under."""
        name = self.model.state.rules.name.removesuffix(EDITED)
        taken = name in {rules.name for rules in PRESETS}
        self._ask("Save the rules", f"{name} 2" if taken else name, self._save)

    def _save(self, name: str) -> None:
        rules = self.model.state.rules.model_copy(update={"name": name})
        self.saved.save(rules)

    def ask_to_rename(self, *_: object) -> None:
        """Ask for another name of the saved rules in force."""
        rules = self._mine()
        if rules is not None:
            self._ask("Rename the rules", rules.name, partial(self.saved.rename, rules))

    def delete(self, *_: object) -> None:
        """Let go of the saved rules in force; they stay in force until others are chosen."""
        rules = self._mine()
        if rules is not None:
            self.saved.delete(rules.name)
            self.window.banner.show_message(
                f"Deleted the rules “{rules.name}”.", action="Undo", then=self.saved.restore
            )

    def ask_to_import(self, *_: object) -> None:
        """Ask for a file of rules and replay under it."""
        name, _kind = QFileDialog.getOpenFileName(self.window, "Import rules", "", _FILES)
        if name:
            self.saved.import_from(Path(name))

    def ask_to_export(self, *_: object) -> None:
        """Ask where to write the rules in force."""
        rules = self.model.state.rules
        name, _kind = QFileDialog.getSaveFileName(
            self.window, "Export the rules", f"{rules.name}{SUFFIX}", _FILES
        )
        if name:
            self.saved.export_to(Path(name), rules)

    def _mine(self) -> ProjectionRules | None:
        """The saved rules in force; a word where they are none."""
        rules = self.saved.rules.get(self.model.state.rules.name)
        if rules is None:
            self.window.presenter.complaint(NOT_SAVED)
        return rules

    def _take_imported(self, rules: ProjectionRules) -> None:
        self.model.choose(rules)
        self.window.banner.show_message(
            f"Replaying under “{plain(rules.name)}”. Save rules… keeps them."
        )

    def _ask(self, title: str, text: str, then: Callable[[str], None]) -> None:
        dialog = QInputDialog(self.window)
        dialog.setWindowTitle(title)
        dialog.setLabelText("Name")
        dialog.setTextValue(text[:NAME_MOST])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def take(name: str) -> None:
            try:
                then(checked_name(name.strip()))
            except RuleError as error:
                self.window.presenter.complaint(str(error))

        dialog.textValueSelected.connect(take)
        dialog.open()

    def _fill_menu(self) -> None:
        menu, actions = self.menu, self.window.actions_by_id
        menu.clear()
        for name in ("save-rules", "rename-rules", "delete-rules", "import-rules", "export-rules"):
            menu.addAction(actions[name])
        menu.addSeparator()
        for name in ("undo-what-if", "redo-what-if", "reset-what-if"):
            menu.addAction(actions[name])
        if self.saved.deleted is not None:
            menu.addAction(f"Restore “{self.saved.deleted.name}”", self.saved.restore)

    def _take_saved(self, rules: Mapping[str, ProjectionRules]) -> None:
        self.model.know(rules.values())
        self._fill_menu()
