"""The README tells the keys that the program has: a reader presses what is written there."""

from __future__ import annotations

from pathlib import Path

from tools.write_keys import with_keys

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_has_the_keys_of_today() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_keys(text) == text, "run `python tools/write_keys.py`"
    assert "| `Space` | Play or pause |" in text
