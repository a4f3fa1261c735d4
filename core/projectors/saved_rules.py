"""The rules that a user saved under names: a file each, in a folder of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs

from core.files.whole import set_aside, write_whole
from core.late_dataclass import dataclass
from core.projectors.rule_files import SUFFIX, RuleError, checked_name, read_rules, to_toml
from core.projectors.rules import PRESETS, ProjectionRules

_ASIDE = ".broken"
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class SavedRules:
    """The saved rules by name, in the order of names, and a sentence where one was set aside."""

    rules: Mapping[str, ProjectionRules]
    notice: str = ""


class RuleFolder:
    """The folder of saved rules; the name of a file is the name of its rules."""

    def __init__(self, path: Path | None = None) -> None:
        folder = platformdirs.user_data_path("brainweb-replay", appauthor=False)
        self.path = path or folder / "rules"

    def read(self) -> SavedRules:
        """All saved rules; a broken file is set aside, and an odd one left alone."""
        found: dict[str, ProjectionRules] = {}
        told = []
        try:
            paths = sorted(self.path.glob(f"*{SUFFIX}"), key=lambda path: path.name.casefold())
        except OSError as error:
            return SavedRules({}, f"The saved rules cannot be read: {error.strerror}.")
        for path in paths[:_MOST]:
            if path.stem.endswith(_ASIDE) or not path.is_file():
                continue
            try:
                found[path.stem] = read_rules(path, name=path.stem)
            except RuleError as error:
                told.append(_aside(path, error))
        return SavedRules(found, " ".join(told[:3]))

    def save(self, rules: ProjectionRules) -> None:
        """Keep these rules under their name, in place of what had it. Raises RuleError."""
        path = self._path(rules.name)
        try:
            write_whole(path, to_toml(rules).encode())
        except OSError as error:
            raise RuleError(f"The rules cannot be saved: {error.strerror}.") from error

    def delete(self, name: str) -> None:
        """Let go of the rules of that name; none there is no fault. Raises RuleError."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise RuleError(f"The rules cannot be deleted: {error.strerror}.") from error

    def rename(self, rules: ProjectionRules, name: str) -> ProjectionRules:
        """Give saved rules another name, which must be free. Raises RuleError."""
        renamed = rules.model_copy(update={"name": checked_name(name)})
        same = name.casefold() == rules.name.casefold()
        if not same and name.casefold() in {known.casefold() for known in self.read().rules}:
            raise RuleError(f"There are rules named “{name}” already.")
        if same:
            # On a file system that tells no letter case apart, the new file would be the old one.
            self.delete(rules.name)
        self.save(renamed)
        if not same:
            self.delete(rules.name)
        return renamed

    def _path(self, name: str) -> Path:
        checked_name(name)
        if name.casefold() in {preset.name.casefold() for preset in PRESETS}:
            raise RuleError(f"“{name}” is the name of rules that every window has. Choose another.")
        return self.path / f"{name}{SUFFIX}"


def _aside(path: Path, fault: RuleError) -> str:
    if isinstance(fault.__cause__, OSError):
        return f"{fault}"
    try:
        aside = set_aside(path)
    except OSError as error:
        return f"{fault} It cannot be set aside: {error.strerror}."
    return f"{fault} It was set aside as {aside.name}."
