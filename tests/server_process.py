"""A server that tests start by themselves: killed, frozen, and started again on the same port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

_LOOK = 0.05


class ServerProcess:
    """Runs `command` in a folder of its own, between `start` and `kill`.

    Where it does not start, the test is skipped, or fails where it `must_start`. What it is told by
    its standard input is that the tests have ended: by then it is closed.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        start_seconds: float,
        must_start: bool,
    ) -> None:
        self._name, self._folder, self._command = name, folder, command
        self._environment = os.environ | (environment or {})
        self._start_seconds, self._must_start = start_seconds, must_start
        self._process: subprocess.Popen[bytes] | None = None

    def answers(self) -> bool:
        """Whether it can be used by now."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._folder.mkdir(exist_ok=True, parents=True)
        with (self._folder / "output.txt").open("ab") as output:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=output, stderr=output,
                cwd=self._folder, env=self._environment,
            )  # fmt: skip
        deadline = time.monotonic() + self._start_seconds
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                self._give_up()
            time.sleep(_LOOK)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It neither answers nor closes a connection, as when the network has gone."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @contextmanager
    def running(self) -> Iterator[Self]:
        """It runs until the end of the block."""
        self.start()
        try:
            yield self
        finally:
            self.kill()

    def _give_up(self) -> None:
        said = (self._folder / "output.txt").read_text("utf-8", "replace")[-2_000:]
        reason = f"{self._name} does not start here: {said}"
        if self._must_start:
            pytest.fail(reason)
        pytest.skip(reason)


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
