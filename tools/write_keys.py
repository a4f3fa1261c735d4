"""Writes the table of keys into the README."""

from __future__ import annotations

from pathlib import Path

from app.commands import keys_as_markdown

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->"


def with_keys(text: str) -> str:
    """The README's text with the table as it is now."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{keys_as_markdown()}{END}{tail}"


if __name__ == "__main__":
    README.write_text(with_keys(README.read_text(encoding="utf-8")), encoding="utf-8")
