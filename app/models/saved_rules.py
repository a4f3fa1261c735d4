"""The rules that a user saved: read and written in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background import Background
from core.files.whole import write_whole
from core.projectors.rule_files import RuleError, read_rules, to_toml
from core.projectors.rules import ProjectionRules
from core.projectors.saved_rules import RuleFolder, SavedRules


class SavedRulesModel(QObject):
    """The saved rules by name.

    ``changed`` tells of them, ``saved`` of rules that were kept or renamed just now, ``imported``
    of those of a file, ``complained`` carries a sentence about what did not work, ``told`` one
    about what did.
    """

    changed = Signal(object)
    saved = Signal(object)
    imported = Signal(object)
    complained = Signal(str)
    told = Signal(str)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._folder = RuleFolder()
        self.rules: Mapping[str, ProjectionRules] = {}
        self.deleted: ProjectionRules | None = None

    def read(self) -> None:
        """Read what was saved before."""
        self._run(lambda: None)

    def save(self, rules: ProjectionRules) -> None:
        """Keep rules under their name, in place of what had it."""
        self.deleted = None
        self._run(lambda: self._folder.save(rules), lambda: self.saved.emit(rules))

    def rename(self, rules: ProjectionRules, name: str) -> None:
        """Give saved rules another name."""
        renamed = rules.model_copy(update={"name": name})
        self._run(lambda: self._folder.rename(rules, name), lambda: self.saved.emit(renamed))

    def delete(self, name: str) -> None:
        """Let go of the rules of that name; `restore` brings the last ones back."""
        if name in self.rules:
            self.deleted = self.rules[name]
            self._run(lambda: self._folder.delete(name))

    def restore(self) -> None:
        """Save once more what was deleted last."""
        if self.deleted is not None:
            self.save(self.deleted)

    def import_from(self, path: Path) -> None:
        """Take the rules of a file."""
        self._background.run(
            lambda: read_rules(path), then=self.imported.emit, error=self._complain
        )

    def export_to(self, path: Path, rules: ProjectionRules) -> None:
        """Write rules to a file of the user's choice."""

        def write() -> None:
            try:
                write_whole(path, to_toml(rules).encode())
            except OSError as error:
                raise RuleError(f"The rules cannot be written: {error.strerror}.") from error

        told = f"The rules “{rules.name}” were written to {path.name}."
        self._background.run(
            write, then=lambda _: self.told.emit(told), error=self._complain, lasting=True
        )

    def _run(self, job: Callable[[], object], then: Callable[[], None] = lambda: None) -> None:
        def work() -> SavedRules:
            job()
            return self._folder.read()

        def take(found: SavedRules) -> None:
            self.rules = found.rules
            self.changed.emit(found.rules)
            then()
            if found.notice:
                self.complained.emit(found.notice)

        self._background.run(work, then=take, error=self._complain, lasting=True)

    def _complain(self, error: Exception) -> None:
        if not isinstance(error, RuleError):
            raise error
        self.complained.emit(str(error))
