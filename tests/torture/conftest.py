"""How much is done here, and the figures that come of it: a sample, or all with TORTURE=1."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

FULL = os.environ.get("TORTURE") == "1"

Figure = Callable[[str, object], None]

_FIGURES = pytest.StashKey[list[tuple[str, str, str]]]()


def amount(sample: int, full: int) -> int:
    """How often something is done: a sample within `make test`, all of it by `make torture`."""
    return full if FULL else sample


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Note what was counted or measured; all of it is printed at the end of the run."""
    noted = request.config.stash.setdefault(_FIGURES, [])
    part = request.path.stem.removeprefix("test_")

    def note(what: str, value: object) -> None:
        noted.append((part, what, str(value)))

    return note


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    noted = config.stash.get(_FIGURES, [])
    if noted and FULL:
        terminalreporter.section("figures")
        for part, what, value in noted:
            terminalreporter.write_line(f"make torture PART={part} | {what} | {value}")
