"""Who has the system's text larger has ours larger, and its rows with it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.font_scale import scale_of

ASK = (
    "import os; from app import start; start.application();print(os.environ.get('QT_SCALE_FACTOR'))"
)


@pytest.mark.parametrize(
    ("pixels", "scale"),
    [(11, 1.0), (12, 1.0), (13.3, 1.0), (16, 1.25), (19.5, 1.5), (26, 2.0), (90, 3.0)],
)
def test_all_is_as_much_larger_as_the_system_s_text(pixels: float, scale: float) -> None:
    """Text would be too small to read, or larger than the rows that it stands in."""
    assert scale_of(pixels) == scale


@pytest.mark.parametrize(("given", "answer"), [({"QT_SCALE_FACTOR": "1.5"}, "1.5"), ({}, "None")])
def test_a_factor_of_the_user_s_own_holds_and_pictures_have_none(
    given: dict[str, str], answer: str
) -> None:
    """Two would be multiplied, and a picture would depend on the system it is made on."""
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environ.pop("QT_SCALE_FACTOR", None)
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environ | given, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == answer
