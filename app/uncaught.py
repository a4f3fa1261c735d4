"""What nobody caught: logged in full and told, where Qt would print it and go on."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.fault import Faults

logger = logging.getLogger(__name__)

_WAKE = 250


class _Uncaught(QObject):
    raised = Signal(object)

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self._faults = faults

    def take(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        """What `sys.excepthook` is given, on any thread."""
        if not isinstance(error, Exception):
            logger.critical("ended by %s", kind.__name__)
        elif self._faults.add(error):
            # Once: what is raised while painting would be told with each frame.
            logger.critical("nobody caught this", exc_info=(kind, error, traceback))
            self.raised.emit(error)

    def take_of_thread(self, args: threading.ExceptHookArgs) -> None:
        """What `threading.excepthook` is given."""
        if args.exc_value is not None:
            self.take(args.exc_type, args.exc_value, args.exc_traceback)

    def take_unraisable(self, args: sys.UnraisableHookArgs) -> None:
        """What `sys.unraisablehook` is given."""
        if args.exc_value is not None:
            self.take(args.exc_type, args.exc_value, args.exc_traceback)


@contextmanager
def told_of_uncaught(
    tell: Callable[[Exception], None], faults: Faults | None = None
) -> Iterator[None]:
    """Meanwhile ``tell`` gets what nobody caught, from the event loop of the thread here.

    What no slot, no thread and no finaliser caught; the same fault once, noted in ``faults``.
    """
    uncaught = _Uncaught(faults or Faults())
    uncaught.raised.connect(tell, Qt.ConnectionType.QueuedConnection)
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook = uncaught.take
    threading.excepthook = uncaught.take_of_thread
    sys.unraisablehook = uncaught.take_unraisable
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before


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
