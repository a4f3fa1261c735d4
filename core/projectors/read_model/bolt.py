"""Talking to a Neo4j server: short waits, another try where that helps, faults in words."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

import neo4j
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    ConstraintError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from core.projectors.read_model.base import ReadModelDown

log = logging.getLogger(__name__)
# It tells of labels and types that nobody has used yet, each time they are asked for.
logging.getLogger("neo4j.notifications").setLevel(logging.ERROR)

Answer = TypeVar("Answer")

_CONNECT_SECONDS = 2.0
_ACQUIRE_SECONDS = 3.0
_CALL_SECONDS = 12.0
"""A busy server that has just started plans its first queries for seconds."""
_FROZEN_SECONDS = 15.0
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.3
_SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
_EXAMPLE = "Write it as neo4j://localhost:7687."


class BadAddress(ValueError):  # noqa: N818 - named by what is wrong.
    """The address is none of a Neo4j server; the message says why, without what is secret."""


class Bolt:
    """A server that is connected to when it is first asked; any thread may ask.

    Raises BadAddress at once where the address cannot be one, ReadModelDown from every call that
    the server does not answer. ``schema`` is run before the first call that it answers.
    """

    def __init__(
        self, uri: str, user: str, password: str, *, database: str | None, schema: tuple[str, ...]
    ) -> None:
        address = _checked(uri)
        self.name = f"Neo4j at {address.hostname}:{address.port or 7687}"
        self._database = database
        self._schema = schema
        self._ready = False
        self._preparing = threading.Lock()
        self._closed = threading.Event()
        self._renewing = threading.Lock()
        self._new_driver = partial(
            neo4j.GraphDatabase.driver,
            uri,
            auth=(user, password),
            connection_timeout=_CONNECT_SECONDS,
            connection_write_timeout=_ACQUIRE_SECONDS,
            connection_acquisition_timeout=_ACQUIRE_SECONDS,
        )
        try:
            self._driver = self._new_driver()
        except (ConfigurationError, ValueError) as error:
            raise BadAddress(f"NEO4J_URI cannot be used: {error}. {_EXAMPLE}") from error

    def run(self, work: Callable[[neo4j.Transaction], Answer]) -> Answer:
        """What ``work`` answers in a transaction, which may be begun more than once."""
        deadline = time.monotonic() + _CALL_SECONDS
        pause = _FIRST_PAUSE
        reached_for = 0
        while True:
            try:
                return self._once(work)
            except (DriverError, Neo4jError, OSError) as error:
                unreachable = _is_unreachable(error)
                reached_for += unreachable
                # One more try: the server may have been started anew since the last call.
                again = reached_for <= 1 if unreachable else _may_pass(error)
                if not again or time.monotonic() > deadline or self._closed.is_set():
                    self._ready = False
                    raise self._fault(error) from error
            self._closed.wait(random.uniform(0.5, 1.0) * pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def close(self) -> None:
        """Let go of the server; closing twice is no fault."""
        with self._renewing:
            self._closed.set()
        _close(self._driver)

    def _once(self, work: Callable[[neo4j.Transaction], Answer]) -> Answer:
        if self._closed.is_set():
            raise ReadModelDown(f"The connection to {self.name} was closed. Open it again.")
        if not self._ready:
            self._prepare()
        with (
            self._session() as session,
            session.begin_transaction(timeout=_CALL_SECONDS) as transaction,
        ):
            answer = work(transaction)
            transaction.commit()
            return answer

    @contextmanager
    def _session(self) -> Iterator[neo4j.Session]:
        """A session that ends even if the server has frozen.

        The driver itself would wait as long as the server bids it, which may be two minutes.
        """
        driver = self._driver
        watch = threading.Timer(_FROZEN_SECONDS, self._renew, [driver])
        watch.daemon = True
        watch.start()
        try:
            with driver.session(database=self._database) as session:
                yield session
        finally:
            watch.cancel()
            watch.join()

    def _renew(self, frozen: neo4j.Driver) -> None:
        with self._renewing:
            if self._driver is frozen and not self._closed.is_set():
                self._driver = self._new_driver()
        # Whoever reads from one of its connections is told that it is broken.
        _close(frozen)

    def _prepare(self) -> None:
        if not self._preparing.acquire(timeout=_CALL_SECONDS):
            raise ServiceUnavailable("another call has been waiting for it")
        try:
            for statement in () if self._ready else self._schema:
                self._run_of_schema(statement)
            self._ready = True
        finally:
            self._preparing.release()

    def _run_of_schema(self, statement: str) -> None:
        try:
            with self._session() as session:
                session.run(statement).consume()
        except AuthError:
            raise
        except ClientError as error:
            # It can be written all the same, if more slowly.
            log.warning("%s does not take “%s”: %s", self.name, statement, error.message)

    def _fault(self, error: Exception) -> ReadModelDown:
        if isinstance(error, AuthError):
            return ReadModelDown(
                f"{self.name} does not accept the user or the password. Check NEO4J_USER and "
                "NEO4J_PASSWORD."
            )
        if isinstance(error, Neo4jError):
            return ReadModelDown(
                f"{self.name} refuses ({_first_line(error.message)}). Its log says more; try again "
                "when it is mended."
            )
        return ReadModelDown(
            f"{self.name} cannot be reached ({_first_line(error)}). Start it, or check NEO4J_URI."
        )


def _first_line(message: object) -> str:
    return str(message).partition("\n")[0].rstrip(". ")


def _close(driver: neo4j.Driver) -> None:
    with suppress(DriverError, OSError):
        driver.close()


def _checked(uri: str) -> SplitResult:
    try:
        address = urlsplit(uri)
        port = address.port
    except ValueError as error:
        raise BadAddress(f"NEO4J_URI is no address. {_EXAMPLE}") from error
    if "@" in address.netloc:
        raise BadAddress(
            "NEO4J_URI holds a user or a password. Put them into NEO4J_USER and NEO4J_PASSWORD."
        )
    if address.scheme not in _SCHEMES or not address.hostname or port == 0:
        raise BadAddress(f"NEO4J_URI is “{uri}”, which is no address of Neo4j. {_EXAMPLE}")
    return address


def _is_unreachable(error: Exception) -> bool:
    return isinstance(error, ServiceUnavailable | SessionExpired | OSError)


def _may_pass(error: Exception) -> bool:
    """Whether another try may do: a deadlock, or a node that two have made at once."""
    if isinstance(error, ConstraintError):
        return True
    return isinstance(error, DriverError | Neo4jError) and error.is_retryable()
