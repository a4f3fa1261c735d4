"""What rows say is asked for once, kept within bounds, and asked for again where it was dropped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.models.row_summaries import BLOCK, KEPT, UNKNOWN, RowSummaries

ROWS = 2 * KEPT


@given(st.lists(st.integers(0, ROWS // BLOCK - 1), max_size=80))
def test_what_is_looked_at_is_known_or_asked_for(looked_at: list[int]) -> None:
    """Scrolled back, a row would keep its ellipsis for ever, or all that was read be kept."""
    summaries = RowSummaries()
    for block in looked_at:
        for rows in summaries.blocks(block * BLOCK, block * BLOCK):
            asked = summaries.missing(rows)
            summaries.ask_again(summaries.take({row: f"row {row}" for row in asked}))
        assert summaries.of(block * BLOCK) == f"row {block * BLOCK}"
    known = [row for row in range(ROWS) if summaries.of(row) != UNKNOWN]
    assert len(known) <= KEPT


def test_a_block_is_asked_for_once_until_it_is_to_be_asked_anew() -> None:
    """Each painting of the table would read its rows again, or those of a log that grew never."""
    summaries = RowSummaries()
    assert list(summaries.blocks(10, BLOCK)) == [range(BLOCK), range(BLOCK, 2 * BLOCK)]
    assert list(summaries.blocks(10, BLOCK)) == []
    summaries.ask_anew()
    assert list(summaries.blocks(10, 20)) == [range(BLOCK)]
