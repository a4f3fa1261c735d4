"""Rules in files are the rules that were meant, or a word about what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from core.projectors.rule_fields import FIELDS, UNCERTAINTY_FIELDS
from core.projectors.rule_files import RuleError, from_toml, read_rules, rules_named_or_in, to_toml
from core.projectors.rules import (
    BRAIN_WEB,
    PRESETS,
    RECENCY,
    FadingUncertainty,
    ProjectionRules,
    SteppedUncertainty,
)
from tests.core.replay.strategies import rules as any_rules


@given(rules=any_rules(decay=False) | any_rules(decay=True))
def test_what_is_written_reads_as_the_same_rules(rules: ProjectionRules) -> None:
    """A set that is shared gives another context, where a digit is lost."""
    assert from_toml(to_toml(rules)) == rules


@pytest.mark.parametrize("rules", PRESETS, ids=lambda rules: rules.name)
def test_presets_are_written_too(rules: ProjectionRules) -> None:
    assert from_toml(to_toml(rules)) == rules


def test_odd_names_survive() -> None:
    rules = RECENCY.model_copy(update={"name": "知識, “mine” & 'theirs' #1"})
    assert from_toml(to_toml(rules)) == rules


def test_a_file_says_what_differs_from_brain_web() -> None:
    rules = from_toml('name = "Mine"\nhalf_life = 60\n[uncertainty]\nscale = 3\n')
    assert rules == ProjectionRules(
        name="Mine", half_life=60.0, uncertainty=FadingUncertainty(scale=3.0)
    )
    assert from_toml("") == BRAIN_WEB


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("viewed = -1", "viewed = -1: expected a number of 0 or more"),
        ('viewed = "0.2"', "viewed = '0.2': expected a number of 0 or more"),
        ("viewed = true", "viewed = True: expected a number"),
        ("cap = inf", "cap = inf: expected a number above 0"),
        ("half_life = 0", "half_life = 0: expected seconds above 0"),
        ("max_concepts = 1.5", "max_concepts = 1.5: expected a whole number"),
        ('objects = "last"', "objects = 'last': expected \"first\" or \"recent\""),
        ("captured_relevance = 1.1", "captured_relevance = 1.1: expected a number from 0 to 1"),
        ("view = 1", "view is no field of rules. There are name, viewed, "),
        ("uncertainty = 3", 'uncertainty = 3: expected a table with kind = "stepped" or "fading"'),
        ("[uncertainty]\nbelow = [[1]]", "expected pairs of a whole number of events and"),
        ("[uncertainty]\nbelow = [[1, 2.0]]", "uncertainty.below[0][1] = 2.0: expected pairs"),
        ("[uncertainty]\nscale = 0", "uncertainty.scale = 0: expected a number above 0"),
        ('[uncertainty]\nkind = "stepped"\nscale = 1', "There are kind, below, otherwise"),
        ('name = "a/b"', "name = 'a/b': expected 1 to 60 characters"),
        ("name = 7", "expected 1 to 60 characters"),
        ("viewed = = 1", "This is no TOML: Invalid value (at line 1, column 10)"),
        ("viewed = 1979-05-27", "expected a number of 0 or more"),
        ("max_concepts = " + "9" * 5_000, "This is no TOML"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_value_and_what_was_expected(text: str, told: str) -> None:
    with pytest.raises(RuleError) as caught:
        from_toml(text)
    assert told in str(caught.value)


def test_every_field_of_the_rules_can_be_shown_and_set() -> None:
    """A field that the panel does not know could be set by a file alone."""
    shown = {field.key for field in FIELDS}
    assert shown == ProjectionRules.model_fields.keys() - {"name", "uncertainty"}
    for kind, formula in (("stepped", SteppedUncertainty), ("fading", FadingUncertainty)):
        own = {field.key for field in UNCERTAINTY_FIELDS[kind]}
        assert own == formula.model_fields.keys() - {"kind", "below"}


def test_rules_are_found_by_name_or_by_path(tmp_path: Path) -> None:
    path = tmp_path / "quick.toml"
    path.write_text('name = "Quick"\nhalf_life = 30\n')
    mine = BRAIN_WEB.model_copy(update={"name": "Mine"})
    assert rules_named_or_in(" recency ") == RECENCY
    assert rules_named_or_in("mine", {"Mine": mine}) == mine
    assert rules_named_or_in(str(path)).half_life == 30
    with pytest.raises(RuleError, match=r"no rules named “other”\. There are .*“Recency”, “Mine”"):
        rules_named_or_in("other", {"Mine": mine})
    with pytest.raises(RuleError, match="No such file"):
        rules_named_or_in(str(tmp_path / "none.toml"))


def test_files_that_are_no_rules_say_so(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RuleError, match="no text in UTF-8"):
        read_rules(path)
    path.write_bytes(b"#" * (1 << 20) + b"##")
    with pytest.raises(RuleError, match="too large"):
        read_rules(path)
