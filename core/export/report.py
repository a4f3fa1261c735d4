"""A session as one page of HTML that opens anywhere: no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from core.export.report_charts import COLOURS, Grid, concept_chart, grid_of, uncertainty_chart
from core.export.report_facts import Facts, Tally, facts_of, weightiest
from core.export.report_text import length, moment, safe
from core.export.target import write_whole
from core.projectors.context import SessionContext
from core.replay.columns import NONE, SessionLog
from core.replay.index import ContextIndex

_ROWS_MOST = 50
_WEIGHTY = 10


class Mark(NamedTuple):
    """A moment (µs) that somebody marked, its name, and a note on it."""

    time: int
    name: str
    note: str


def export_report(
    index: ContextIndex, target: Path, *, log_file: Path, bookmarks: Sequence[Mark] = ()
) -> None:
    """Write the report of a session; see `replacing`. ``log_file`` is the log that is open."""
    page = session_report(index, file_name=log_file.name, bookmarks=bookmarks)
    write_whole(target, page.encode("utf-8"), protect=[log_file])


def session_report(index: ContextIndex, *, file_name: str, bookmarks: Sequence[Mark] = ()) -> str:
    """The page: what happened, the concepts over time, what is left at the end."""
    log = index.log
    body = [_head(index, file_name)]
    if len(log):
        facts, grid, end = facts_of(log), grid_of(index), index.context_at(len(log))
        body += [
            _tiles(facts, log, end),
            _concepts(index, grid),
            _figure("Uncertainty", uncertainty_chart(index, grid)),
            _end(end),
            _pair(
                _tallies("Events by type", "Type", facts.kinds),
                _tallies("Actors", "Actor", facts.actors),
            ),
            _moments(index),
            _bookmarks(bookmarks),
        ]
    else:
        body.append("<p>There is no event in this session.</p>")
    return _PAGE.format(
        title=f"Session {safe(log.session_id)}",
        style=files("core.export").joinpath("report.css").read_text(encoding="utf-8"),
        body="\n".join(filter(None, body)),
    )


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def _head(index: ContextIndex, file_name: str) -> str:
    log = index.log
    actor = "—"
    if len(log) and log.actors[0] != NONE:
        actor = log.actor_names[log.actors[0]]
    when = f"{moment(log.start)} to {moment(log.end)} UTC" if len(log) else "no events"
    return (
        f"<header><h1>{safe(log.session_id)}</h1>"
        f'<p class="muted">{safe(file_name)} · actor {safe(actor)} · {when} · '
        f"rules {safe(index.rules.name)}{_left_out(log)}</p></header>"
    )


def _left_out(log: SessionLog) -> str:
    """A report of a what-if says that it is one."""
    if log.left_out is None:
        return ""
    return f" · as if {int(log.left_out.sum()):,} of the events said nothing"


def _tiles(facts: Facts, log: SessionLog, end: SessionContext) -> str:
    gaps = f"{facts.gaps:,} gap" + ("" if facts.gaps == 1 else "s")
    tiles = [
        ("Events", f"{facts.events:,}"),
        ("Length", length(log.end - log.start)),
        ("Active", length(facts.active)),
        (f"Idle, {gaps}" if facts.gaps else "Idle", length(facts.idle)),
        ("Concepts", f"{len(log.contributions.concept_ids):,}"),
        ("Uncertainty at the end", f"{end.uncertainty_score:.2f}"),
    ]
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in tiles)
    return f'<dl class="facts">{cells}</dl>'


def _concepts(index: ContextIndex, grid: Grid) -> str:
    log = index.log
    concepts = index.top_concepts(0, len(log), COLOURS)
    if not concepts:
        return ""
    last = index.weights_at(len(log), log.end)
    key = '<svg class="key" viewBox="0 0 18 8" aria-hidden="true"><line class="c{}" x2="18" y1="4" y2="4"/></svg>'  # noqa: E501
    rows = [
        (
            key.format(place) + safe(log.concept_label(code)),
            safe(log.contributions.concept_ids[code]),
            f"{len(index.contributes(code)):,}",
            f"{last[code]:.2f}",
        )
        for place, code in enumerate(concepts)
    ]
    table = _table(("Concept", "Id", "Events#", "Weight at the end#"), rows)
    return _figure("Concepts over time", concept_chart(index, grid, concepts), table)


def _end(end: SessionContext) -> str:
    concepts = [(safe(c.label), f"{c.weight:.2f}") for c in end.active_concepts]
    objects = [
        (safe(o.object_type), safe(o.object_id), f"{o.relevance_score:.2f}")
        for o in end.active_objects
    ]
    return _pair(
        _section("Active concepts at the end", _table(("Concept", "Weight#"), concepts)),
        _section("Active objects at the end", _table(("Type", "Object", "Relevance#"), objects)),
    )


def _tallies(title: str, column: str, tallies: Sequence[Tally]) -> str:
    rows = [(safe(each.name or "—"), f"{each.count:,}") for each in tallies[:_ROWS_MOST]]
    more = len(tallies) - len(rows)
    note = f'<p class="muted">and {more:,} more</p>' if more else ""
    return _section(title, _table((column, "Events#"), rows) + note)


def _moments(index: ContextIndex) -> str:
    log = index.log
    rows = []
    for each in weightiest(index, _WEIGHTY):
        code = log.objects[each.event]
        about = "" if code == NONE else " ".join(log.object_keys[code])
        rows.append(
            (
                f"{each.event + 1:,}",
                moment(int(log.times[each.event])),
                safe(log.kind_names[log.kinds[each.event]]),
                safe(about),
                safe(", ".join(each.concepts)),
                f"+{each.amount:.2f}",
            )
        )
    columns = ("##", "Time (UTC)!", "Type", "Object", "Concepts", "Added#")
    return _section("The weightiest moments", _table(columns, rows)) if rows else ""


def _bookmarks(bookmarks: Sequence[Mark]) -> str:
    rows = [(moment(each.time), safe(each.name), safe(each.note)) for each in bookmarks]
    return _section("Bookmarks", _table(("Time (UTC)!", "Name", "Note"), rows)) if rows else ""


def _figure(title: str, chart: str, table: str = "") -> str:
    return _section(title, f"<figure>{chart}</figure>{table}")


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _pair(one: str, other: str) -> str:
    return f'<div class="pair">{one}{other}</div>'


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a column named with `#` at its end holds numbers, with `!` what must not wrap."""
    rows = list(rows)
    if not rows:
        return '<p class="muted">none</p>'
    kinds = [{"#": ' class="n"', "!": ' class="t"'}.get(name[-1], "") for name in columns]
    names = [name[:-1] if kind else name for name, kind in zip(columns, kinds, strict=True)]
    head = "".join(
        f'<th scope="col"{kind}>{name}</th>' for name, kind in zip(names, kinds, strict=True)
    )
    lines = (
        "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, kinds, strict=True))
        for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
