"""Runs a command with a Neo4j of its own to test on, where one can be had.

python tools/with_neo4j.py COMMAND…

Neo4j is fetched by Maven and run by Java. Where these are not there, nothing can be fetched or the
server does not start, one line says so, and the command is run without. Its exit code is given on.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from neo4j import Driver, GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

ROOT = Path(__file__).resolve().parent.parent
POM = ROOT / "tests" / "servers" / "neo4j" / "pom.xml"
GOAL = "dependency:build-classpath"
CLASSPATH = ROOT / "build" / "neo4j-classpath.txt"
FETCH_SECONDS = 420
START_SECONDS = 180
PASSWORD = "for-tests-alone"
# What Neo4j reaches into, and Java 17 keeps closed.
OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch")
CONFIGURATION = """\
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=64m
db.tx_log.preallocate=false
dbms.usage_report.enabled=false
"""


class NotTried(Exception):  # noqa: N818 - named by what it means.
    """Neo4j cannot be had here; the message says why."""


def main(command: list[str]) -> int:
    try:
        with neo4j_server() as (environment, version):
            say(f"on ArcadeDB and on Neo4j {version}")
            return subprocess.call(command, env=os.environ | environment)
    except NotTried as reason:
        say(f"on ArcadeDB; not on Neo4j itself, because {reason}")
    return subprocess.call(command)


def say(where: str) -> None:
    print(f"== read models are tested {where}", flush=True)


@contextmanager
def neo4j_server() -> Iterator[tuple[dict[str, str], str]]:
    """What tells the tests of a server that runs until the end of the block, and its version."""
    if uri := os.environ.get("NEO4J_TEST_URI"):
        yield {}, f"at {uri}"
        return
    java = program("java")
    classpath = fetched(program("mvn"))
    with tempfile.TemporaryDirectory(prefix="neo4j-", ignore_cleanup_errors=True) as folder:
        port = free_port()
        server = started(java, classpath, Path(folder), port)
        try:
            uri = f"bolt://127.0.0.1:{port}"
            version = answered(server, uri, Path(folder))
            yield (
                {
                    "NEO4J_TEST_URI": uri,
                    "NEO4J_TEST_USER": "neo4j",
                    "NEO4J_TEST_PASSWORD": PASSWORD,
                },
                version,
            )
        finally:
            server.kill()
            server.wait()


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NotTried(f"there is no {name}")
    return found


def fetched(maven: str) -> str:
    """The class path of Neo4j, from what Maven has already or fetches now."""
    CLASSPATH.parent.mkdir(exist_ok=True)
    command = [
        maven, "--batch-mode", "--quiet", "--file", str(POM), GOAL,
        "-DincludeScope=runtime", f"-Dmdep.outputFile={CLASSPATH}",
    ]  # fmt: skip
    for more in (["--offline"], []):
        try:
            done = subprocess.run(
                [*command, *more], capture_output=True, text=True, timeout=FETCH_SECONDS,
                stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as late:
            raise NotTried(
                f"Maven has not fetched it in {FETCH_SECONDS} s; it goes on from there next time"
            ) from late
        if done.returncode == 0:
            return CLASSPATH.read_text(encoding="utf-8").strip()
    raise NotTried(f"Maven cannot fetch it: `mvn --file {POM.relative_to(ROOT)} {GOAL}` says why")


def started(java: str, classpath: str, folder: Path, port: int) -> subprocess.Popen[bytes]:
    settings = folder / "conf"
    settings.mkdir()
    (settings / "neo4j.conf").write_text(CONFIGURATION.format(port=port), encoding="utf-8")
    opened = [f"--add-opens={package}=ALL-UNNAMED" for package in OPENED]
    command = [
        java, "-Xmx512m", *opened, "-cp", classpath, "org.neo4j.server.CommunityEntryPoint",
        f"--home-dir={folder}", f"--config-dir={settings}",
    ]  # fmt: skip
    with (folder / "output.txt").open("wb") as output:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)


def answered(server: subprocess.Popen[bytes], uri: str, folder: Path) -> str:
    """The version, once the server answers a query by the password for tests."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return version_of(uri)
        except (DriverError, Neo4jError) as error:
            if server.poll() is not None or time.monotonic() > deadline:
                said = (folder / "output.txt").read_text("utf-8", "replace").splitlines()[-1:]
                raise NotTried(f"it does not start: {' '.join(said)}") from error
        time.sleep(0.3)


def version_of(uri: str) -> str:
    with connected(uri, "neo4j") as driver:
        driver.execute_query(
            "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password",
            password=PASSWORD,
            database_="system",
        )
    with connected(uri, PASSWORD) as driver:
        answer = driver.execute_query("CALL dbms.components() YIELD versions RETURN versions")
        return str(answer.records[0]["versions"][0])


def connected(uri: str, password: str) -> Driver:
    return GraphDatabase.driver(
        uri, auth=("neo4j", password), connection_timeout=2, max_transaction_retry_time=0
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
        assert isinstance(port, int)
        return port


def stop(signum: int, frame: FrameType | None) -> NoReturn:
    # By an exception, so that the server is ended too.
    raise SystemExit(128 + signum)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    sys.exit(main(sys.argv[1:]))
