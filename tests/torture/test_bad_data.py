"""Ten thousand good rows, ten thousand odd ones: what can be read is shown, the rest told."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from pytestqt.qtbot import QtBot

from app.views.problem_list import ProblemListView
from app.window import Window
from core.events.problems import Problem
from core.events.store import SQLiteEventStore
from core.projectors.rules import BRAIN_WEB
from core.replay.index import ContextIndex
from core.replay.loader import load
from tests.app.windows import make_window
from tests.core.events.logs import INDEX, LAX_TABLE, row
from tests.torture.conftest import FULL, Figure, amount
from tests.torture.sour import Kind, kinds, odd_rows

PATIENCE = amount(20_000, 200_000)
GOOD = amount(500, 10_000)
ODD = amount(150, 10_000)


@pytest.fixture(scope="module")
def sour(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, str]]:
    """A log of good and odd rows in turn, and by key of which kind an odd one is."""
    path = tmp_path_factory.mktemp("logs") / "events.db"
    good = (row(f"good-{n}", n % 3_600) for n in range(GOOD))
    odd, found = odd_rows(ODD, huge=FULL), {}
    with closing(apsw.Connection(str(path))) as connection, connection:
        connection.execute(LAX_TABLE)
        connection.execute(INDEX)
        for n in range(max(GOOD, ODD)):
            if each := next(good, None):
                insert(connection, each)
            if (kind := next(odd, None)) and n < ODD:
                insert(connection, kind[1])
                found[connection.last_insert_rowid()] = kind[0]
    return path, found


def insert(connection: apsw.Connection, columns: dict[str, Any]) -> None:
    marks = ("CAST(? AS TEXT)" if isinstance(v, tuple) else "?" for v in columns.values())
    values = [v[1] if isinstance(v, tuple) else v for v in columns.values()]
    connection.execute(
        f"INSERT INTO events ({', '.join(columns)}) VALUES ({', '.join(marks)})", values
    )


def seconds() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def told_since(start: tuple[float, float]) -> str:
    """By the clock, and by the processor: other programs may be at work on the same machine."""
    clock, processor = (now - then for now, then in zip(seconds(), start, strict=True))
    return f"{clock:.1f} s, of the processor {processor:.1f} s"


def test_every_readable_row_is_shown_and_every_fault_listed(
    sour: tuple[Path, dict[int, str]], figure: Figure
) -> None:
    """One bad row would make a session unreadable, or be left out without anybody knowing."""
    path, odd = sour
    readable = GOOD + sum(kinds()[kind].readable for kind in odd.values())
    start = seconds()
    with SQLiteEventStore(path) as store:
        log = load(store, "s")
        index = ContextIndex(log, BRAIN_WEB)
        took = told_since(start)
        assert len(log) == readable
        assert index.context_at(readable).position == readable
        shown = set(log.rows.tolist())
        assert sum(1 for _ in store.replay("s")) == readable
        told: dict[int, list[Problem]] = defaultdict(list)
        for problem in store.problems():
            assert problem.row is not None
            told[problem.row].append(problem)
    assert set(told) <= set(odd), "a good row was said to be bad"
    for rowid, kind in odd.items():
        assert (rowid in shown) == kinds()[kind].readable, kind
        assert_told(kind, kinds()[kind], told[rowid])
    figure("rows: good, odd of kinds", f"{GOOD}, {ODD} of {len(set(odd.values()))}")
    figure("rows shown of those that have an instant and a session", f"{readable} of {readable}")
    figure("faults listed with reason and raw text", sum(map(len, told.values())))
    figure("read and indexed (promised within 5 s)", took)


def assert_told(name: str, kind: Kind, problems: list[Problem]) -> None:
    """What is wrong with a row is told, in words that a terminal and a label can show."""
    reasons = " | ".join(problem.reason for problem in problems)
    if kind.reason is None:
        assert not problems, f"{name}: {reasons}"
    else:
        assert problems, name
        assert kind.reason in reasons, f"{name}: {reasons}"
    for problem in problems:
        assert problem.raw.isprintable(), name
        assert len(problem.raw) < 1_000, name
        assert problem.reason.isprintable(), name


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[Window]:
    window = make_window(qtbot, tmp_path / "settings" / "settings.json")
    yield window
    window.close()


def test_the_window_opens_it_and_lists_the_faults(
    window: Window, sour: tuple[Path, dict[int, str]], qtbot: QtBot, figure: Figure
) -> None:
    """The user would look at an empty window for a row that somebody else spoilt."""
    path, odd = sour
    readable = GOOD + sum(kinds()[kind].readable for kind in odd.values())
    start = seconds()
    window.open(path)
    qtbot.wait_until(
        lambda: window.opening.log is not None and window.opening.log.complete, timeout=PATIENCE
    )
    figure("in the window (promised within 5 s)", told_since(start))
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    assert window.opening.log is not None
    assert len(window.opening.log) == readable
    window.actions_by_id["check-file"].trigger()
    qtbot.wait_until(lambda: not window.source.checking and not window.busy, timeout=PATIENCE)
    listed = window.problem_page.findChild(ProblemListView)
    assert listed is not None
    with SQLiteEventStore(path) as store:
        assert listed.count == sum(1 for _ in store.problems())
    # Each of them can be looked at: none is too odd to be drawn.
    rows = window.opening.log.rows.tolist()
    firsts = {kind: rowid for rowid, kind in reversed(odd.items())}
    for rowid in list(firsts.values())[:: 1 if FULL else 5]:
        if rowid in rows:
            look_at(window, rows.index(rowid))
            qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)


def look_at(window: Window, event: int) -> None:
    window.clock.change(lambda p: p.at_position(event + 1))
    assert not window.grab().isNull()
