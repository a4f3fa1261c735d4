"""The token: made once, and known to nobody else."""

from __future__ import annotations

import logging
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.server.errors import ServerError
from core.server.token import read_or_make_token, token_path

POSIX = pytest.mark.skipif(os.name != "posix", reason="there are no such modes here")


def test_it_is_made_once_and_then_read(tmp_path: Path) -> None:
    """A page or program that was given the token would be shut out by the next start."""
    path = tmp_path / "deep" / "server-token"
    token = read_or_make_token(path)
    assert len(token) >= 43
    assert read_or_make_token(path) == token
    assert [each.name for each in path.parent.iterdir()] == ["server-token"]


def test_it_lies_among_the_user_s_own_data() -> None:
    """It would be looked for in vain where the documentation says it is."""
    token = read_or_make_token()
    assert token_path().read_text(encoding="ascii").strip() == token
    assert token_path().name == "server-token"


@POSIX
def test_the_file_is_the_user_s_alone(tmp_path: Path) -> None:
    """Everybody on the machine could read the log through the server."""
    path = tmp_path / "server-token"
    before = os.umask(0)
    try:
        read_or_make_token(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@POSIX
def test_one_that_others_could_read_is_made_anew(tmp_path: Path) -> None:
    """Whoever read it meanwhile would go on being let in."""
    path = tmp_path / "server-token"
    known = read_or_make_token(path)
    path.chmod(0o644)
    assert read_or_make_token(path) != known
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 50, b"x" * 5_000])
def test_what_is_no_token_is_made_anew(tmp_path: Path, content: bytes) -> None:
    """An empty file, left by a full disk, would let in everybody who shows no token."""
    path = tmp_path / "server-token"
    path.write_bytes(content)
    path.chmod(0o600)
    token = read_or_make_token(path)
    assert len(token) >= 43
    assert read_or_make_token(path) == token


def test_several_programs_at_once_agree(tmp_path: Path) -> None:
    """One of two servers would ask for a token that is written nowhere."""
    path = tmp_path / "server-token"
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(read_or_make_token, [path] * 32))
    assert tokens == {read_or_make_token(path)}


@POSIX
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link that another user placed would have their file trusted, or overwritten."""
    (tmp_path / "elsewhere").write_text("y" * 43, encoding="ascii")
    (tmp_path / "elsewhere").chmod(0o600)
    path = tmp_path / "server-token"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ServerError, match=r"server-token.*Check the permissions"):
        read_or_make_token(path)


def test_a_folder_in_its_place_is_a_fault_that_says_so(tmp_path: Path) -> None:
    """A traceback would not say which file is in the way."""
    path = tmp_path / "server-token"
    path.mkdir()
    with pytest.raises(ServerError, match="server-token"):
        read_or_make_token(path)


def test_it_is_never_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A log that is sent with a question would give the token away."""
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "server-token"
    path.write_text("no token", encoding="ascii")
    path.chmod(0o600)
    assert read_or_make_token(path) not in caplog.text
    assert "a new one is made" in caplog.text
