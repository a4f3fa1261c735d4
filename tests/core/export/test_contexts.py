"""Contexts over time as files: what each moment held, by the index that the window asks."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from core.export.contexts import ContextFormat, export_contexts, moments_of
from core.export.errors import ExportError
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.replay.index import ContextIndex
from tests.builders import chat, claim, event, log_of, viewed
from tests.core.export.exporting import last

EVENTS = [
    event("Unknown", seconds=0),
    viewed("raft", seconds=1, name="=Raft"),
    chat("raft", "paxos", seconds=1),
    claim("cl", "paxos", seconds=65),
]


@pytest.mark.parametrize("rules", [BRAIN_WEB, RECENCY])
@pytest.mark.parametrize("every", [None, 10.0])
def test_each_moment_is_the_index_s_context(
    tmp_path: Path, rules: ProjectionRules, every: float | None
) -> None:
    """The numbers in the file would be others than those on screen."""
    index = ContextIndex(log_of(EVENTS), rules)
    moments = moments_of(index.log, np.arange(4), every=every)
    target = tmp_path / "x.parquet"
    told = last(export_contexts(index, target, ContextFormat.PARQUET, moments))
    assert told.done == told.total == (4 if every is None else 8)
    expected = []
    for position, instant in zip(
        moments.positions.tolist(), moments.instants.tolist(), strict=True
    ):
        context = index.context_at(position, instant)
        head = (position, context.last_updated, context.uncertainty_score)
        concepts = enumerate(context.active_concepts, 1)
        expected += [(*head, n, c.concept_id, c.name, c.weight) for n, c in concepts] or [
            (*head, None, None, None, None)
        ]
    found = [tuple(row.values()) for row in pyarrow.parquet.read_table(target).to_pylist()]
    assert found == expected


def test_csv_is_in_long_form(tmp_path: Path) -> None:
    index = ContextIndex(log_of(EVENTS))
    target = tmp_path / "x.csv"
    last(export_contexts(index, target, ContextFormat.CSV, moments_of(index.log, np.arange(1, 3))))
    text = target.read_bytes().decode()
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["position", "instant", "uncertainty", "rank", "concept_id", "name", "weight"],
        ["2", "2026-11-12T09:00:01Z", "0.8", "1", "raft", "'=Raft", "0.2"],
        ["3", "2026-11-12T09:00:01Z", "0.8", "1", "raft", "Raft", "0.35"],
        ["3", "2026-11-12T09:00:01Z", "0.8", "2", "paxos", "Paxos", "0.15"],
    ]


@pytest.mark.parametrize("every", [0.0, -1.0, float("nan"), 1e-9])
def test_a_step_that_is_none_is_told(every: float) -> None:
    """It would never end."""
    with pytest.raises(ExportError, match="no step of time"):
        moments_of(log_of(EVENTS), np.arange(4), every=every)


def test_a_step_that_is_far_too_small_is_told_with_the_least() -> None:
    """A slip of the finger would fill the disk."""
    with pytest.raises(ExportError, match=r"Take at least 1\.3e-05 s"):
        moments_of(log_of(EVENTS), np.arange(4), every=1e-6)


def test_no_events_are_no_moments() -> None:
    assert len(moments_of(log_of([]), np.arange(0), every=1.0)) == 0
