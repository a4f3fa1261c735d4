"""Rules as files of TOML: read, written exactly, and found by name or by path."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.events.errors import StoreError
from core.projectors.rule_fields import BELOW_EXPECTED, FIELDS, KIND, UNCERTAINTY_FIELDS
from core.projectors.rules import BRAIN_WEB, PRESETS, ProjectionRules, preset

SUFFIX = ".toml"
NAME_MOST = 60
"""How many characters a name may have."""
_SIZE_MOST = 1 << 20
_UNPRINTABLE = '/\\:*?"<>|'


class RuleError(StoreError):
    """Rules that cannot be used; the message names the field, its value and what was expected."""


def to_toml(rules: ProjectionRules) -> str:
    """The rules as a file; what is read of it is the same value to the last bit."""
    fields = rules.model_dump(mode="python", exclude={"uncertainty"}, exclude_none=True)
    lines = [f"{key} = {_value(value)}" for key, value in fields.items()]
    formula = rules.uncertainty.model_dump(mode="python")
    lines += ["", "[uncertainty]", *(f"{key} = {_value(value)}" for key, value in formula.items())]
    head = "# Rules of a projection. half_life is in seconds; without it nothing decays.\n"
    return head + "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    # The shortest number that reads as the same one.
    return repr(value)


def _quoted(text: str) -> str:
    escaped = "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c
        for c in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'


def from_toml(text: str, *, name: str | None = None) -> ProjectionRules:
    """The rules of a file; what it does not say is as in Brain Web. Raises RuleError.

    They are called ``name`` where that is given.
    """
    try:
        found = tomllib.loads(text)
    except ValueError as error:
        raise RuleError(f"This is no TOML: {error}.") from error
    except RecursionError as error:
        raise RuleError("This is no file of rules: it nests too deep.") from error
    if name is not None:
        found["name"] = name
    try:
        checked_name(found.get("name", BRAIN_WEB.name))
        given = json.dumps(_with_kind(found), default=str)
        return ProjectionRules.model_validate_json(given, strict=True)
    except ValidationError as error:
        raise RuleError(_told(error, found)) from error


def _with_kind(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the formula is not named, it is the one that has these fields."""
    formula = found.get("uncertainty")
    if not isinstance(formula, dict) or "kind" in formula:
        return found
    return {
        **found,
        "uncertainty": {"kind": "fading" if "scale" in formula else "stepped"} | formula,
    }


def checked_name(name: object) -> str:
    """A name that rules can have: it is shown, typed, and names a file. Raises RuleError."""
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= NAME_MOST
        or not name.isprintable()
        or name != name.strip()
        or name.startswith(".")
        or any(character in _UNPRINTABLE for character in name)
    ):
        shown = name if isinstance(name, str) else repr(name)
        raise RuleError(
            f"name = {_short(shown)!r}: expected 1 to {NAME_MOST} characters that can be shown, "
            f"none of them {' '.join(_UNPRINTABLE)}, no dot first and no space at the ends."
        )
    return name


def _told(error: ValidationError, found: Mapping[str, Any]) -> str:
    """The first thing that is wrong: the field, its value, what was expected."""
    first = error.errors(include_url=False)[0]
    path = [part for part in first["loc"] if part not in UNCERTAINTY_FIELDS]
    field = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")
    if first["type"] == "extra_forbidden":
        known = _known(path[0] == "uncertainty" and len(path) > 1, found)
        return f"{field} is no field of rules. There are {', '.join(known)}."
    value = _at(found, path)
    return f"{field} = {_short(repr(value))}: expected {_expected(path)}."


def _known(in_uncertainty: bool, found: Mapping[str, Any]) -> list[str]:
    if not in_uncertainty:
        return list(ProjectionRules.model_fields)
    kind = found["uncertainty"].get("kind", "stepped")
    return ["kind", *(["below"] if kind == "stepped" else []), *(
        field.key for field in UNCERTAINTY_FIELDS.get(kind, ())
    )]  # fmt: skip


def _at(found: Any, path: list[Any]) -> Any:
    for part in path:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            return found
    return found


def _expected(path: list[Any]) -> str:
    if path[0] != "uncertainty":
        return next((f.expected for f in FIELDS if f.key == path[0]), "another value")
    if len(path) == 1:
        return f"a table with kind = {KIND.expected}"
    if path[1] == "below":
        return BELOW_EXPECTED
    fields = [KIND, *(field for known in UNCERTAINTY_FIELDS.values() for field in known)]
    return next((f.expected for f in fields if f.key == path[1]), "another value")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def read_rules(path: Path, *, name: str | None = None) -> ProjectionRules:
    """The rules of a file. Raises RuleError, its message with the file's name."""
    try:
        with path.open("rb") as file:
            raw = file.read(_SIZE_MOST + 1)
        if len(raw) > _SIZE_MOST:
            raise RuleError("it is too large for a file of rules.")
        return from_toml(raw.decode(), name=name)
    except OSError as error:
        raise RuleError(f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise RuleError(f"{path.name}: this is no text in UTF-8.") from error
    except RuleError as error:
        raise RuleError(f"{path.name}: {error}") from error


def rules_named_or_in(
    text: str, saved: Mapping[str, ProjectionRules] | None = None
) -> ProjectionRules:
    """The preset of that name, or the saved rules, or those of a file with that path.

    Letter case of names aside. Raises RuleError, which says what there is.
    """
    try:
        return preset(text)
    except KeyError:
        pass
    saved = saved or {}
    for name, rules in saved.items():
        if name.casefold() == text.strip().casefold():
            return rules
    path = Path(text)
    if path.suffix.casefold() == SUFFIX or path.is_file():
        return read_rules(path)
    known = ", ".join(f"“{name}”" for name in [*(rules.name for rules in PRESETS), *saved])
    raise RuleError(
        f"There are no rules named “{_short(text)}”. There are {known}; a file of rules ends in "
        f"{SUFFIX}."
    )
