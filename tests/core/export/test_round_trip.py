"""Export and import: the same events come back, whatever they hold."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import event
from tests.builders_files import row_of, write_log
from tests.core.export.exporting import events_of, exported, imported

ANY_TEXT = st.text(st.characters(), max_size=12)
"""Lone surrogates included: a payload's JSON may hold them, escaped."""
STORABLE = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner), max_leaves=8
)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    payload = json.dumps(draw(st.dictionaries(ANY_TEXT, JSON, max_size=4)))
    ref = draw(st.none() | st.tuples(STORABLE.filter(bool), STORABLE.filter(bool)))
    return row_of(
        event(
            draw(st.sampled_from(["UserViewed", "ChatMessageCreated", "New"]) | STORABLE),
            seconds=draw(st.sampled_from([0.0, 0.0, 1.0, 1.000001, -5.5])),
            actor=draw(st.none() | STORABLE),
            ref=ref,
        ),
        version=draw(st.sampled_from([1, 1, 2, -7, 2**63 - 1])),
        correlation_id=draw(st.none() | STORABLE),
        payload=payload if draw(st.booleans()) else json.dumps(json.loads(payload), indent=1),
    )


def said(log: Path) -> list[str]:
    """What the events of a log say, in order; as text, since NaN is not equal to itself."""
    return [
        json.dumps([each.to_wire(), each.stored_version], sort_keys=True) for each in events_of(log)
    ]


@given(st.lists(rows(), max_size=8))
def test_what_is_exported_and_imported_is_the_same(written: list[dict[str, Any]]) -> None:
    """A log that was moved by JSON Lines would replay otherwise."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = write_log(folder / "events.db", written)
        assert exported(log, folder / "out.jsonl").mended == 0
        report = imported(folder / "out.jsonl", folder / "back.db")
        assert (report.added, report.known, report.refused) == (len(written), 0, 0)
        assert said(folder / "back.db") == said(log)
        exported(folder / "back.db", folder / "again.jsonl")
        again = imported(folder / "out.jsonl", folder / "back.db")
        assert (again.added, again.known, again.refused) == (0, len(written), 0)
        assert said(folder / "back.db") == said(log)


def test_what_cannot_come_back_is_counted(tmp_path: Path) -> None:
    """A payload that nobody can read would be replaced by nothing, in silence."""
    log = write_log(
        tmp_path / "events.db",
        [
            row_of(event()),
            row_of(event(), payload="{broken"),
            row_of(event(), object_ref_type="concept"),
            row_of(event(), actor_id=b"\xff"),
        ],
    )
    assert exported(log, tmp_path / "out.jsonl").mended == 3
