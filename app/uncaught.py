"""What no slot caught: logged in full and told, where Qt would print it and go on."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer, Signal

logger = logging.getLogger(__name__)

_WAKE = 250


class _Uncaught(QObject):
    raised = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._told = ""

    def take(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        """What `sys.excepthook` is given, on any thread."""
        logger.critical("nobody caught this", exc_info=(kind, error, traceback))
        # Told once: what is raised while painting would be told with each frame.
        if isinstance(error, Exception) and repr(error) != self._told:
            self._told = repr(error)
            self.raised.emit(error)


@contextmanager
def told_of_uncaught(tell: Callable[[Exception], None]) -> Iterator[None]:
    """Meanwhile ``tell`` gets what no slot caught, from the event loop of the thread here."""
    uncaught = _Uncaught()
    uncaught.raised.connect(tell, Qt.ConnectionType.QueuedConnection)
    before, sys.excepthook = sys.excepthook, uncaught.take
    try:
        yield
    finally:
        sys.excepthook = before


@contextmanager
def called_on_interrupt(call: Callable[[], object]) -> Iterator[None]:
    """Meanwhile Ctrl+C calls this; KeyboardInterrupt could come in the midst of Qt's own work."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return
    # A signal reaches Python when Python runs next, which in a window at rest may be never.
    waker = QTimer(interval=_WAKE)
    waker.timeout.connect(lambda: None)
    waker.start()
    signal.signal(signal.SIGINT, lambda *_: QTimer.singleShot(0, call))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        waker.stop()
