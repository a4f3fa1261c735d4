"""Starting Qt: the window on a display, played offscreen, or rendered to a picture."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app import privacy
from app import theme as themes
from app.collector import collected_at_rest
from app.font_scale import follow_system_font
from app.models.opening import Wish
from app.sample import sample_path
from app.settings import Settings, SettingsFile
from app.sources import Place, file_of
from app.theme import ThemeChoice
from app.uncaught import called_on_interrupt, told_of_uncaught
from app.window import Window
from core.events.errors import StoreError
from core.notes.bookmark import Bookmark
from core.notes.bookmark_file import BookmarkFile
from core.privacy.key_file import pseudonyms_of_user
from core.projectors.context import SessionContext
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.collector import collector_paused
from core.replay.moment import Moment
from core.replay.moment_link import MomentLink
from core.replay.playback import SPEEDS

MOST_WINDOWS = 12
"""So many windows are opened again at most."""

_FRAMES = 240
_PATIENCE = 600_000
"""How long (ms) a picture may take to be complete."""
_HEART = 50
_SLEEPING = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents


def has_display() -> bool:
    """Whether a window can be shown to a person."""
    if os.environ.get("QT_QPA_PLATFORM", "") in {"offscreen", "minimal"}:
        return False
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def show_window(
    source: Place | None,
    session: str | None,
    at: str | None,
    *,
    serve: int | None = None,
    link: MomentLink | None = None,
    fresh: bool = False,
) -> int:
    """Open the window and stay until it is closed; answers the exit status.

    With ``serve`` the file is served on that port from the start. A ``link`` is followed. With
    neither, what was open at the end of the last time is opened again, unless ``fresh``.
    """
    if not has_display():
        raise StoreError(
            "There is no display to open a window on. `brainweb-replay render SOURCE --out x.png`"
            " writes a picture instead, `brainweb-replay context` prints the context."
        )
    app = application()
    # In the midst of making a window KeyboardInterrupt would be in the midst of Qt's work: a crash.
    with called_on_interrupt(lambda: window.others.quit()):
        window = _first_window()
        if link is not None:
            window.moment_links.go(link)
        if source is not None:
            window.open(source, _wish(session, at))
            if serve is not None:
                window.server.model.start(file_of(source), port=serve)
        if source is None and link is None and not fresh and window.settings.reopen:
            reopen(window)
        others = window.others
        with (
            told_of_uncaught(others.tell, others.faults),
            collected_at_rest(lambda: not any(each.busy for each in others.all)),
        ):
            return app.exec()


def _first_window() -> Window:
    with collector_paused():
        window = Window(SettingsFile())
    window.show()
    return window


def reopen(window: Window) -> None:
    """Show what was open in the windows of the last time, the first of them in this one."""
    was = window.settings.windows
    for number, known in enumerate(was[:MOST_WINDOWS]):
        (window if not number else window.others.new(window)).reopening.restore(known)


def render(
    source: Place,
    session: str | None,
    at: str | None,
    *,
    out: Path,
    theme: str = "dark",
    size: tuple[int, int] = (1600, 1000),
    rules: ProjectionRules = BRAIN_WEB,
    scale: float = 1,
    bookmarks: bool = False,
    private: bool = False,
) -> None:
    """Write a picture of the window; raises StoreError where it cannot be had.

    The user's ``bookmarks`` are in it where asked for; a ``private`` one has pseudonyms.
    """
    offscreen(scale)
    application()
    with (
        _read_privately(private),
        opened_offscreen(
            source, session, at, theme=ThemeChoice(theme), size=size, bookmarks=bookmarks
        ) as window,
    ):
        window.what_if.model.choose(rules)
        wait(lambda: not window.busy)
        save(window, out)


@contextmanager
def _read_privately(private: bool) -> Iterator[None]:
    """Meanwhile read logs with pseudonyms, where that is asked for."""
    before = privacy.pseudonyms()
    privacy.read_privately(pseudonyms_of_user() if private else before)
    try:
        yield
    finally:
        privacy.read_privately(before)


def play_offscreen(
    source: Place | None, session: str | None, at: str | None, *, out: Path
) -> SessionContext:
    """Play a session (by default of the sample) through the real window; answers the context.

    With ``at`` it stops there, else at the session's end.
    """
    offscreen(1)
    application()
    source = source or sample_path()
    with opened_offscreen(source, session, at or "#0", theme=ThemeChoice.DARK) as window:
        if at is None:
            _play(window)
        save(window, out)
        playback, index = window.clock.playback, window.replay.index
        if playback is None or index is None:
            raise StoreError("There is no session with events in this log to play.")
        return index.context_at(playback.position, playback.instant)


def _play(window: Window) -> None:
    """Play to the end, idle gaps skipped, in so many frames however long the session is."""
    axis = window.viewport.axis
    length = 0.0 if axis is None else axis.length
    # At least so much that the playhead, which counts microseconds, moves.
    seconds = max(length / SPEEDS[-1] / _FRAMES, 1e-6)
    window.clock.change(lambda p: p.at_speed(SPEEDS[-1]).skipping_idle(True).played())
    while window.clock.playback is not None and window.clock.playback.playing:
        window.clock.change(lambda p: p.advanced(seconds))
        QApplication.processEvents()
    wait(lambda: not window.busy)


def application() -> QApplication:
    """The one Qt application, with its fonts."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        follow_system_font()
        app = QApplication(sys.argv[:1])
    app.setApplicationName("Brain Web Replay")
    app.setDesktopFileName("brainweb-replay")
    themes.use_fonts(app)
    return app


def offscreen(scale: float) -> None:
    """Have Qt draw to memory, so many pixels for each; before the application is made."""
    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ["QT_SCALE_FACTOR"] = str(scale)


@contextmanager
def opened_offscreen(
    source: Place,
    session: str | None,
    at: str | None,
    *,
    theme: ThemeChoice,
    size: tuple[int, int] = (1600, 1000),
    bookmarks: bool = False,
) -> Iterator[Window]:
    """A window that nobody sees, with a session read and everything of it on screen.

    Raises what would be told on screen, also what happens until the window is done with.
    """
    with collector_paused():
        window = Window(NoSettings(), theme=theme)
    if not bookmarks:
        window.bookmarks.model.file = NoBookmarks()
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(*size)
    window.show()
    faults: list[Exception] = []
    for failed in (window.source.failed, window.source.load_failed, window.background.failed):
        failed.connect(faults.append)
    window.opening.complained.connect(lambda text: faults.append(StoreError(text)))
    try:
        with told_of_uncaught(faults.append):
            window.open(source, _wish(session, at))
            wait(lambda: bool(faults) or not window.busy)
            _raise_first(faults)
            yield window
            QApplication.processEvents()
            _raise_first(faults)
    finally:
        window.close()
        window.deleteLater()


def _raise_first(faults: list[Exception]) -> None:
    if faults:
        raise faults[0]


class NoSettings(SettingsFile):
    """The defaults, and nothing kept: a picture does not depend on who makes it."""

    def __init__(self) -> None:
        super().__init__(Path(os.devnull))

    def read(self) -> Settings:
        """The defaults."""
        return Settings()

    def keeping(self, settings: Settings) -> Callable[[], None]:
        """Have them for as long as this lives."""
        super().keeping(settings)
        return lambda: None

    def write(self, settings: Settings) -> bool:
        """Nothing."""
        return True


class NoBookmarks(BookmarkFile):
    """None of anybody's: a picture does not depend on who makes it."""

    def of_session(self, session_id: str) -> list[Bookmark]:
        """None."""
        return []

    def all(self) -> list[Bookmark]:
        """None."""
        return []


def wait(until: Callable[[], bool]) -> None:
    """Let Qt work until something is so; raises StoreError where it takes ten minutes."""
    app = QApplication.instance()
    assert app is not None
    passed = QElapsedTimer()
    passed.start()
    # It sleeps until there is something to do: to ask all the time would hold up who works. What is
    # waited for comes by an event; the heart is for the patience alone.
    heart = QTimer(interval=_HEART)
    heart.start()
    while not until():
        app.processEvents(_SLEEPING)
        if passed.elapsed() > _PATIENCE:
            raise StoreError("The picture was not ready after ten minutes; is the disk very slow?")


def save(window: QWidget, out: Path) -> None:
    """Write a picture of a widget; raises StoreError where it cannot be written."""
    app = QApplication.instance()
    assert app is not None
    app.processEvents()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder of {out} cannot be made: {error.strerror}.") from error
    if not window.grab().save(str(out), "PNG"):
        raise StoreError(f"The picture cannot be written to {out}. Is the folder writable?")


def _wish(session: str | None, at: str | None) -> Wish:
    return Wish(session, None if at is None else Moment(at))
