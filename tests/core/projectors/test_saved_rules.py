"""What a user named and saved is there the next time, or a word says what became of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.projectors.rule_files import RuleError
from core.projectors.rules import RECENCY
from core.projectors.saved_rules import RuleFolder


def test_saved_rules_are_kept_renamed_and_deleted(tmp_path: Path) -> None:
    folder = RuleFolder(tmp_path / "data" / "rules")
    assert folder.read().rules == {}
    mine = RECENCY.model_copy(update={"name": "Mine"})
    folder.save(mine)
    path = folder.path / "Mine.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.read().rules == {"Mine": mine}
    renamed = folder.rename(mine, "Ours")
    assert folder.read().rules == {"Ours": renamed}
    assert list(folder.rename(renamed, "ours").name) == list("ours")
    folder.delete("ours")
    folder.delete("ours")
    assert folder.read().rules == {}


def test_names_that_are_taken_or_cannot_be_are_refused(tmp_path: Path) -> None:
    folder = RuleFolder(tmp_path)
    with pytest.raises(RuleError, match="every window has"):
        folder.save(RECENCY.model_copy(update={"name": "recency"}))
    for name in ("", "../up", "a\nb", ".hidden", "x" * 61, " padded "):
        with pytest.raises(RuleError, match="expected 1 to 60"):
            folder.save(RECENCY.model_copy(update={"name": name}))
    one, two = (RECENCY.model_copy(update={"name": name}) for name in ("One", "Two"))
    folder.save(one)
    folder.save(two)
    with pytest.raises(RuleError, match="named “two” already"):
        folder.rename(one, "two")


def test_a_broken_file_is_set_aside_with_a_word(tmp_path: Path) -> None:
    """One bad file must not hide the others, nor be lost."""
    folder = RuleFolder(tmp_path)
    folder.save(RECENCY.model_copy(update={"name": "Good"}))
    (tmp_path / "Bad.toml").write_text("viewed = -1")
    found = folder.read()
    assert list(found.rules) == ["Good"]
    assert "Bad.toml: viewed = -1: expected" in found.notice
    assert "set aside as Bad.broken.toml" in found.notice
    assert (tmp_path / "Bad.broken.toml").read_text() == "viewed = -1"
    again = folder.read()
    assert (list(again.rules), again.notice) == (["Good"], "")
