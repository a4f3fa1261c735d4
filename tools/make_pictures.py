"""Draws the pictures of the documentation from the real program, on the sample.

    python tools/make_pictures.py [NAME…]

Each scene opens the window, does what a user would, and saves what is on screen.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

# The root of the checkout, before what is installed.
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
# What a user keeps on this machine is no part of a picture.
for name in ("CONFIG", "DATA", "CACHE"):
    os.environ[f"XDG_{name}_HOME"] = tempfile.mkdtemp(prefix="brainweb-pictures-")

from PySide6.QtWidgets import QWidget  # noqa: E402

from app import start  # noqa: E402
from app.sample import sample_path  # noqa: E402
from app.theme import ThemeChoice  # noqa: E402
from app.window import Window  # noqa: E402

OUT = ROOT / "docs" / "pictures"
SESSION = "session_1794474072480_9c2hv6ron"
COMPARED = "session_1794229824118_k3f9x2mq7"
LATE_SESSION = "session_1794229824118_k3f9x2mq7"
Scene = Callable[[Window], QWidget]


def done(window: Window) -> None:
    """Wait until all that was asked for is on screen."""
    start.wait(lambda: not window.busy)


def whole(window: Window) -> QWidget:
    """The window as it opens."""
    return window


def server(window: Window) -> QWidget:
    """The panel of the server while it serves."""
    window.actions_by_id["serve"].trigger()
    window.server.start(port=8765)
    start.wait(lambda: window.server.model.state.running)
    return window.server.panel


def people(window: Window) -> QWidget:
    """Who acted, and what they prefer."""
    window.actions_by_id["show-people"].trigger()
    start.wait(lambda: window.people.model.state.share is None and not window.busy)
    return window.desk


def filtering(window: Window) -> QWidget:
    """What a filter finds, lit on the lanes and in the table."""
    window.filter.show_filter("type:ChatMessageCreated concept:Raft")
    return window


def why(window: Window) -> QWidget:
    """Why a concept weighs what it does."""
    window.replay.select_id("c-raft")
    return window.context_panel


def two_moments(window: Window) -> QWidget:
    """A range with its ends, what differs between them, and what it holds."""
    for position, command in ((100, "range-start"), (300, "range-end")):
        window.clock.change(lambda p, at=position: p.at_position(at))  # type: ignore[misc]
        window.actions_by_id[command].trigger()
    window.actions_by_id["show-range"].trigger()
    return window


def impact(window: Window) -> QWidget:
    """The events in view, ranked by what they changed."""
    window.actions_by_id["show-impact"].trigger()
    return window.desk


def recorded(window: Window) -> QWidget:
    """Where recorded contexts are not what the rules give."""
    window.clock.change(lambda p: p.at_position(328))
    window.actions_by_id["show-recorded"].trigger()
    return window


def as_known(window: Window) -> QWidget:
    """Late events, and what was known when an event arrived."""
    window.opening.open_session(LATE_SESSION)
    done(window)
    window.clock.change(lambda p: p.at_position(79))
    window.actions_by_id["as-known"].trigger()
    return window


def since_start(window: Window) -> QWidget:
    """Times since the session's start."""
    window.actions_by_id["times-start"].trigger()
    return window


def palette(window: Window) -> QWidget:
    """What a few letters find."""
    window.actions_by_id["times-utc"].trigger()
    shown = window.palette_of_all.open()
    shown.search.setText("clo")
    return shown


def comparing(window: Window) -> QWidget:
    """Two sessions on one transport, and what differs at the playhead."""
    window.actions_by_id["compare-with"].trigger()
    done(window)
    chooser = window.comparing.dialog
    assert chooser is not None
    chooser.words.setText(COMPARED)
    done(window)
    chooser.press()
    done(window)
    window.comparing.model.clock.change(lambda playback: playback.moved(-6_000))
    return window


def what_if(window: Window) -> QWidget:
    """Other rules, the chats left out, and the session as it was beside it."""
    window.actions_by_id["show-rules"].trigger()
    rules = window.replay.rules
    window.what_if.model.edit(rules.model_copy(update={"viewed": 0.3, "half_life": 5_400.0}))
    window.filter.show_filter("type:ChatMessageCreated actor:user-ada")
    done(window)
    window.actions_by_id["leave-out-hits"].trigger()
    window.filter.show_filter("")
    return window


SCENES: dict[str, tuple[ThemeChoice, tuple[int, int], Scene]] = {
    "window-dark": (ThemeChoice.DARK, (1600, 1000), whole),
    "window-light": (ThemeChoice.LIGHT, (1600, 1000), whole),
    "server": (ThemeChoice.DARK, (1280, 800), server),
    "people": (ThemeChoice.DARK, (1600, 1000), people),
    "filter": (ThemeChoice.DARK, (1440, 900), filtering),
    "why": (ThemeChoice.DARK, (1600, 1000), why),
    "range": (ThemeChoice.LIGHT, (1440, 900), two_moments),
    "compare": (ThemeChoice.DARK, (1600, 1000), comparing),
    "recorded": (ThemeChoice.DARK, (1440, 900), recorded),
    "as-known": (ThemeChoice.LIGHT, (1440, 900), as_known),
    "what-if": (ThemeChoice.DARK, (1600, 1000), what_if),
    "impact": (ThemeChoice.DARK, (1600, 1000), impact),
    "palette": (ThemeChoice.DARK, (1280, 800), palette),
    "since-start": (ThemeChoice.LIGHT, (1440, 900), since_start),
}


def main(names: list[str]) -> int:
    """Draw the scenes of these names, by default all."""
    unknown = [name for name in names if name not in SCENES]
    if unknown:
        print(f"No such picture: {', '.join(unknown)}. There are {', '.join(SCENES)}.")
        return 2
    start.offscreen(1)
    start.application()
    for name in names or SCENES:
        theme, size, scene = SCENES[name]
        with start.opened_offscreen(
            sample_path(), SESSION, "#214", theme=theme, size=size, bookmarks=True
        ) as window:
            shown = scene(window)
            done(window)
            start.save(shown, OUT / f"{name}.png")
        print(f"docs/pictures/{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
