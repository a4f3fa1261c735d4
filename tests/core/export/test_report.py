"""The report of a session: what it says, that it asks nobody, and that a browser shows it."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from core.events.store.sqlite import SQLiteEventStore
from core.export.errors import TargetRefused
from core.export.report import Mark, export_report, session_report
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.replay.index import ContextIndex
from core.replay.leaving_out import without
from core.replay.loader import load
from resources.make_events import SAMPLE
from tests.builders import captured, chat, claim, event, log_of, viewed

LONGEST = "session_1794474072480_9c2hv6ron"
NASTY = "<script>alert(1)</script>\"'&\u202e\x00<img src=x onerror=alert(1)>"
CHROMIUM = shutil.which("chromium")
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """Reads a page: its elements, its texts, and whether what is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"] and data.strip():
            self.texts.append(data.strip())


@pytest.fixture(scope="module")
def sample() -> ContextIndex:
    with SQLiteEventStore(SAMPLE) as store:
        return ContextIndex(load(store, LONGEST))


def after(page: Page, heading: str, count: int) -> list[str]:
    place = page.texts.index(heading) + 1
    return page.texts[place : place + count]


def test_it_tells_of_the_session(sample: ContextIndex) -> None:
    """Who was not there would have to open the log all the same."""
    marks = [Mark(sample.log.start, "Look", "at this")]
    page = Page(session_report(sample, file_name="sample.db", bookmarks=marks))
    assert page.texts[:2] == [f"Session {LONGEST}", LONGEST]
    assert "sample.db · actor user-ada · 2026-11-12 09:01:12 to" in page.texts[2]
    assert after(page, "Events", 1) == ["404"]
    assert after(page, "Idle, 5 gaps", 1) == ["1:23:06"]
    assert after(page, "Events by type", 4)[:2] == ["Type", "Events"]
    assert after(page, "Active concepts at the end", 4)[2:] == ["Write-ahead log", "1.00"]
    assert after(page, "Active objects at the end", 6)[3:] == ["claim", "cl-1", "0.80"]
    assert after(page, "Bookmarks", 6)[3:] == ["2026-11-12 09:01:12", "Look", "at this"]
    assert "The weightiest moments" in page.texts


def test_a_report_of_a_what_if_says_so(sample: ContextIndex) -> None:
    """Who is handed it would take it for what the system held."""
    fewer = ContextIndex(without(sample.log, [0, 1, 2]))
    assert "as if 3 of the events said nothing" in session_report(fewer, file_name="a.db")
    assert "said nothing" not in session_report(sample, file_name="a.db")


def test_its_charts_are_drawn_and_told(sample: ContextIndex) -> None:
    """Who hears the page instead of seeing it would be told of an image."""
    page = Page(session_report(sample, file_name="sample.db"))
    charts = [attrs for tag, attrs in page.tags if tag == "svg" and attrs.get("role") == "img"]
    ids = {attrs.get("id") for _, attrs in page.tags}
    for chart in charts:
        assert set((chart["aria-labelledby"] or "").split()) <= ids
    curves = [a for tag, a in page.tags if tag == "path" and (a["class"] or "").startswith("curve")]
    assert (len(charts), len(curves)) == (2, 9)
    assert all((curve["d"] or "").startswith("M36 ") for curve in curves)
    assert any("From 0.80 at the start to 0.20 at the end" in text for text in page.texts)


@pytest.mark.parametrize("rules", [BRAIN_WEB, RECENCY])
def test_a_curve_ends_where_the_context_does(sample: ContextIndex, rules: ProjectionRules) -> None:
    """The last pixel would miss the last events."""
    index = ContextIndex(sample.log, rules)
    page = Page(session_report(index, file_name="x"))
    (area,) = [a["d"] for tag, a in page.tags if a.get("class") == "curve u"]
    assert area is not None
    uncertainty = index.context_at(len(index.log)).uncertainty_score
    lowest = float(area.rpartition("V")[2].partition("H")[0])
    assert lowest == pytest.approx(8 + (1 - uncertainty) * 150, abs=0.1)


def test_nothing_of_a_log_is_markup_and_nothing_is_fetched() -> None:
    """A log from elsewhere would run in the browser of whoever opens the report."""
    events = [
        event(NASTY, seconds=0, actor=NASTY, ref=(NASTY, NASTY)),
        viewed(NASTY, seconds=1, name=NASTY),
        captured(NASTY, NASTY, seconds=2),
        chat(NASTY, seconds=3),
        claim(NASTY, NASTY, seconds=4),
    ]
    text = session_report(
        ContextIndex(log_of(events)), file_name=NASTY, bookmarks=[Mark(0, NASTY, NASTY)]
    )
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "object", "image", "use"} & {
        tag for tag, _ in page.tags
    }
    for _, attributes in page.tags:
        assert not {"src", "href", "xlink:href", "srcset"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)
    for outside in ("http:", "https:", "url(", "@import", "\u202e", "\x00"):
        assert outside not in text


def test_a_session_of_one_event_and_one_of_none_are_told() -> None:
    """An axis of no length would divide by nothing."""
    one = Page(session_report(ContextIndex(log_of([event(actor=None)])), file_name="x"))
    assert after(one, "Actors", 4)[2:] == ["no actor", "1"]
    none = Page(session_report(ContextIndex(log_of([])), file_name="x"))
    assert "There is no event in this session." in none.texts


def test_the_open_log_is_not_replaced(sample: ContextIndex, tmp_path: Path) -> None:
    log = tmp_path / "events.db"
    log.write_bytes(b"log")
    with pytest.raises(TargetRefused):
        export_report(sample, log, log_file=log)
    assert log.read_bytes() == b"log"


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here: see tools/test_system.sh")
def test_a_browser_shows_it(sample: ContextIndex, tmp_path: Path) -> None:
    """What a parser takes may still be nothing to look at."""
    assert CHROMIUM is not None
    target = tmp_path / "report.html"
    export_report(sample, target, log_file=tmp_path / "events.db")
    pdf = tmp_path / "report.pdf"
    done = subprocess.run(
        [
            CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--disable-background-networking", "--no-first-run", "--no-proxy-server",
            f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer",
            f"--print-to-pdf={pdf}", "--enable-logging=stderr", target.as_uri(),
        ],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert pdf.read_bytes().startswith(b"%PDF")
    assert "Content Security Policy" not in done.stderr
    assert "CONSOLE" not in done.stderr
