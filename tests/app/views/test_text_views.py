"""Tips show text of a log as it is, and stay on the screen."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from app.views.text_views import tip_of


def read(tip: str) -> str:
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


@pytest.mark.parametrize("text", ["<b>bold</b> & co", "two\nlines", "Raft 0.80", "a  b"])
def test_a_tip_says_what_it_is_given(text: str) -> None:
    assert read(tip_of(text)) == text


def test_a_short_line_is_not_broken(qapp: QApplication) -> None:
    document = QTextDocument()
    document.setHtml(tip_of("#83 UserViewed · 09:49:02.680 · user-ada · source s-1"))
    heights = set()
    for width in (40.0, 4_000.0):
        document.setTextWidth(width)
        heights.add(document.size().height())
    assert len(heights) == 1


@pytest.mark.parametrize("text", ["x" * 10_000, "word " * 10_000, "line\n" * 10_000])
def test_a_long_text_makes_a_tip_that_fits_the_screen(text: str) -> None:
    lines = read(tip_of(text)).split("\n")
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 96
    assert lines[-1] == "…"


def test_nothing_has_no_tip() -> None:
    assert tip_of("") == ""
