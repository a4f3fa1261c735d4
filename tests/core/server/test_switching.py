"""Threads give way sooner while clients are served, and as before after that."""

from __future__ import annotations

import sys
from pathlib import Path

from core.server.switching import quick_switching
from tests.builders import viewed
from tests.builders_files import in_session, write_log
from tests.core.server.serving import serving


def test_the_last_of_several_servers_sets_it_back() -> None:
    """A window that is left would paint more slowly for the rest of the day."""
    before = sys.getswitchinterval()
    with quick_switching():
        with quick_switching():
            assert sys.getswitchinterval() < before
        assert sys.getswitchinterval() < before
    assert sys.getswitchinterval() == before


def test_it_is_so_as_long_as_a_server_runs(tmp_path: Path) -> None:
    """A window that paints would hold up every frame that is sent."""
    before = sys.getswitchinterval()
    path = write_log(tmp_path / "log.db", in_session("s", [viewed("raft")]))
    with serving(path):
        assert sys.getswitchinterval() < before
    assert sys.getswitchinterval() == before
