"""The one table of commands and keys: menus, palette, the sheet of keys and the README read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from core.late_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """Something the user can do: its id, what it is called, its menu, and its keys.

    ``checkable`` commands have a state that is on or off; those of one ``group`` exclude another.
    ``needs`` says what must be open for it: nothing, a ``file`` (or table), a ``table``, or a
    ``session`` with events.
    """

    id: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    checkable: bool = False
    group: str = ""
    needs: Literal["", "file", "table", "session", "compare"] = ""


COMMANDS: tuple[Command, ...] = (
    Command("open", "Open…", "File", ("Ctrl+O",)),
    Command("open-table", "Open a table…", "File", ("Ctrl+Shift+O",)),
    Command("open-sample", "Open the sample", "File"),
    Command("reload", "Reload", "File", ("F5",), needs="file"),
    Command("list-table", "List the table's sessions again", "File", needs="table"),
    Command("write-heads", "Write a list of sessions into the table…", "File", needs="table"),
    Command("table-cache", "Cache of tables…", "File"),
    Command("serve", "Serve the context…", "File", ("Ctrl+Shift+S",), needs="file"),
    Command("export", "Export…", "File", ("Ctrl+E",), needs="session"),
    Command("export-report", "Write a report…", "File", needs="session"),
    Command("export-picture", "Save a picture…", "File", needs="session"),
    Command("link-sessions", "Link sessions…", "File", ("Ctrl+L",), needs="session"),
    Command("unlink-session", "Unlink the session", "File", needs="session"),
    Command("copy-link", "Copy a link to this moment", "File", ("Ctrl+Shift+L",), needs="session"),
    Command("go-to-link", "Go to a link…", "File"),
    Command("paste-link", "Go to the copied link", "File", ("Ctrl+V",)),
    Command("settings", "Settings…", "File", ("Ctrl+,",)),
    Command("close", "Close the file", "File", ("Ctrl+W",), needs="file"),
    Command("quit", "Quit", "File", ("Ctrl+Q",)),
    Command("play", "Play or pause", "Playback", ("Space",), needs="session"),
    Command("previous", "Previous event", "Playback", (",",), needs="session"),
    Command("next", "Next event", "Playback", (".",), needs="session"),
    Command(
        "previous-of-type",
        "Previous event of the same type",
        "Playback",
        ("Shift+,", "<"),
        needs="session",
    ),
    Command(
        "next-of-type", "Next event of the same type", "Playback", ("Shift+.", ">"), needs="session"
    ),
    Command(
        "previous-in-turn", "Previous event of the turn", "Playback", ("Shift+T",), needs="session"
    ),
    Command("next-in-turn", "Next event of the turn", "Playback", ("T",), needs="session"),
    Command(
        "previous-change",
        "Previous event that changed this",
        "Playback",
        ("Shift+N",),
        needs="session",
    ),
    Command("next-change", "Next event that changed this", "Playback", ("N",), needs="session"),
    Command("previous-late", "Previous late event", "Playback", ("Shift+Y",), needs="session"),
    Command("next-late", "Next late event", "Playback", ("Y",), needs="session"),
    Command(
        "previous-arrived",
        "Previous event by arrival",
        "Playback",
        ("Shift+E",),
        needs="session",
    ),
    Command("next-arrived", "Next event by arrival", "Playback", ("E",), needs="session"),
    Command("back", "One second back", "Playback", ("Left",), needs="session"),
    Command("forward", "One second on", "Playback", ("Right",), needs="session"),
    Command("back-10", "Ten seconds back", "Playback", ("Shift+Left",), needs="session"),
    Command("forward-10", "Ten seconds on", "Playback", ("Shift+Right",), needs="session"),
    Command("start", "To the start", "Playback", ("Home",), needs="session"),
    Command("end", "To the end, live", "Playback", ("End",), needs="session"),
    Command("faster", "Faster", "Playback", ("Up",), needs="session"),
    Command("slower", "Slower", "Playback", ("Down",), needs="session"),
    Command("skip-idle", "Skip idle", "Playback", checkable=True),
    Command("range-start", "Range starts here", "Playback", ("[",), needs="session"),
    Command("range-end", "Range ends here", "Playback", ("]",), needs="session"),
    Command("loop", "Loop the range", "Playback", ("L",), checkable=True, needs="session"),
    Command("clear-range", "Clear the range", "Playback", needs="session"),
    Command("undo-range", "Undo the change of the range", "Playback", ("Ctrl+Z",), needs="session"),
    Command("swap-range", "Compare the range's ends the other way", "Playback", needs="session"),
    Command("zoom-in", "Zoom in", "View", ("W",), needs="session"),
    Command("zoom-out", "Zoom out", "View", ("S",), needs="session"),
    Command("pan-left", "Pan left", "View", ("A",), needs="session"),
    Command("pan-right", "Pan right", "View", ("D",), needs="session"),
    Command("fit", "Fit the session", "View", ("F",), needs="session"),
    Command("zoom-range", "Zoom to the range", "View", ("Z",), needs="session"),
    Command("zoom-back", "Zoom back", "View", ("Shift+Z",), needs="session"),
    Command("axis-time", "Time axis", "View", checkable=True, group="axis"),
    Command("axis-folded", "Time axis, idle folded", "View", checkable=True, group="axis"),
    Command("axis-event", "Axis by event", "View", checkable=True, group="axis"),
    Command("axis-arrival", "Axis by arrival", "View", checkable=True, group="axis"),
    Command("as-known", "As it was known", "View", ("Shift+K",), checkable=True, needs="session"),
    Command("private", "Private mode", "View", ("Ctrl+Shift+P",), checkable=True),
    Command("theme-system", "Theme: as the system", "View", checkable=True, group="theme"),
    Command("theme-dark", "Theme: dark", "View", checkable=True, group="theme"),
    Command("theme-light", "Theme: light", "View", checkable=True, group="theme"),
    Command("times-utc", "Times in UTC", "View", checkable=True, group="times"),
    Command("times-local", "Times in local time", "View", checkable=True, group="times"),
    Command("times-zone", "Times in another zone…", "View", checkable=True, group="times"),
    Command("times-start", "Times since the start", "View", checkable=True, group="times"),
    Command("times-event", "Times by event number", "View", checkable=True, group="times"),
    Command("rules-brain-web", "Rules: Brain Web", "View", checkable=True, group="rules"),
    Command("rules-recency", "Rules: Recency", "View", checkable=True, group="rules"),
    Command("show-rules", "Show the rules", "What if", ("R",)),
    Command("leave-out", "Leave out this event", "What if", ("X",), needs="session"),
    Command("leave-out-hits", "Leave out the filter's hits", "What if", needs="session"),
    Command("put-back", "Put this event back", "What if", ("Shift+X",), needs="session"),
    Command("put-all-back", "Put all back", "What if", needs="session"),
    Command("reset-what-if", "Reset the what-if", "What if"),
    Command("undo-what-if", "Undo the change of the what-if", "What if"),
    Command("redo-what-if", "Redo the change of the what-if", "What if", ("Ctrl+Shift+Z",)),
    Command("save-rules", "Save the rules…", "What if"),
    Command("rename-rules", "Rename the rules…", "What if"),
    Command("delete-rules", "Delete the rules", "What if"),
    Command("import-rules", "Import rules…", "What if"),
    Command("export-rules", "Export the rules…", "What if"),
    Command("find-session", "Find a session", "Go", ("Ctrl+P",), needs="file"),
    Command("find-events", "Filter the events", "Go", ("/", "Ctrl+F"), needs="session"),
    Command("next-hit", "Next hit of the filter", "Go", ("F3",), needs="session"),
    Command("previous-hit", "Previous hit of the filter", "Go", ("Shift+F3",), needs="session"),
    Command("only-hits", "Show the hits alone", "Go", checkable=True, needs="session"),
    Command("save-filter", "Save the filter…", "Go", needs="session"),
    Command("clear-filter", "Clear the filter", "Go", needs="session"),
    Command("show-events", "Show the events", "Go", ("Alt+1",)),
    Command("show-detail", "Show the event's detail", "Go", ("Alt+2",)),
    Command("show-change", "Show before and after", "Go", ("Alt+3",)),
    Command("show-problems", "Show the problems", "Go", ("Alt+4",)),
    Command("show-people", "Show the people", "Go", ("Alt+5",)),
    Command("show-range", "Show the range", "Go", ("Alt+6",)),
    Command("show-bookmarks", "Show the bookmarks", "Go", ("Alt+7",)),
    Command("bookmark", "Bookmark this moment…", "Go", ("M",), needs="session"),
    Command("bookmark-range", "Bookmark the range…", "Go", ("Shift+M",), needs="session"),
    Command("next-bookmark", "Next bookmark", "Go", ("B",), needs="session"),
    Command("previous-bookmark", "Previous bookmark", "Go", ("Shift+B",), needs="session"),
    Command("import-bookmarks", "Import bookmarks…", "Go"),
    Command("export-bookmarks", "Export the bookmarks…", "Go", needs="session"),
    Command("show-impact", "Show the events by impact", "Go", ("I",), needs="session"),
    Command("show-recorded", "Show the recorded contexts", "Go", ("K",), needs="session"),
    Command("next-recorded", "Next recorded context that differs", "Go", ("V",), needs="session"),
    Command(
        "previous-recorded",
        "Previous recorded context that differs",
        "Go",
        ("Shift+V",),
        needs="session",
    ),
    Command("explain-uncertainty", "Explain the uncertainty", "Go", ("U",), needs="session"),
    Command("explain-object", "Explain the event's object", "Go", ("O",), needs="session"),
    Command("clear-selection", "Select nothing", "Go", needs="session"),
    Command("copy-event", "Copy the event as JSON", "Go", ("Ctrl+Shift+C",), needs="session"),
    Command("check-file", "Check the whole file for problems", "Go", needs="file"),
    Command("compare-with", "Compare with…", "Compare", ("C",), needs="session"),
    Command("compare-swap", "Swap A and B", "Compare", ("Alt+S",), needs="compare"),
    Command(
        "compare-start", "Align by start", "Compare", checkable=True, group="align", needs="compare"
    ),
    Command(
        "compare-clock", "Align by clock", "Compare", checkable=True, group="align", needs="compare"
    ),
    Command(
        "compare-number",
        "Align by event number",
        "Compare",
        checkable=True,
        group="align",
        needs="compare",
    ),
    Command(
        "compare-event",
        "Align by chosen event",
        "Compare",
        checkable=True,
        group="align",
        needs="compare",
    ),
    Command("compare-here", "Align here", "Compare", ("H",), needs="compare"),
    Command("compare-choose-a", "Choose A’s event here", "Compare", ("Alt+A",), needs="compare"),
    Command("compare-choose-b", "Choose B’s event here", "Compare", ("Alt+B",), needs="compare"),
    Command("compare-parting", "To where they part", "Compare", ("P",), needs="compare"),
    Command("compare-leave", "Leave compare", "Compare", ("Esc",), needs="compare"),
    Command("new-window", "New window", "Window", ("Ctrl+Shift+N",)),
    Command("session-window", "Open the session in a new window", "Window", needs="session"),
    Command("close-window", "Close the window", "Window", ("Ctrl+Shift+W",)),
    Command("panel-sessions", "Panel of sessions", "Window", ("Ctrl+1",), checkable=True),
    Command("panel-context", "Panel of the context", "Window", ("Ctrl+2",), checkable=True),
    Command("panel-events", "Panel of events", "Window", ("Ctrl+3",), checkable=True),
    Command("panel-detail", "Panel of the event’s detail", "Window", ("Ctrl+4",), checkable=True),
    Command("panel-change", "Panel of before and after", "Window", ("Ctrl+5",), checkable=True),
    Command("panel-problems", "Panel of problems", "Window", ("Ctrl+6",), checkable=True),
    Command("next-panel", "To the next panel", "Window", ("F6",)),
    Command("previous-panel", "To the previous panel", "Window", ("Shift+F6",)),
    Command("float-panel", "Float or dock the panel", "Window", ("Ctrl+Shift+F",)),
    Command("move-panel-left", "Move the panel to the left", "Window", ("Ctrl+Shift+Left",)),
    Command("move-panel-right", "Move the panel to the right", "Window", ("Ctrl+Shift+Right",)),
    Command("move-panel-bottom", "Move the panel to the bottom", "Window", ("Ctrl+Shift+Down",)),
    Command("grow-panel", "Make the panel larger", "Window", ("Ctrl+Shift+PgUp",)),
    Command("shrink-panel", "Make the panel smaller", "Window", ("Ctrl+Shift+PgDown",)),
    Command("hide-panel", "Hide the panel", "Window"),
    Command("hide-panels", "Hide all panels, or show them again", "Window", ("Ctrl+\\",)),
    Command("lock-panels", "Lock the panels", "Window", checkable=True),
    Command("layout-standard", "Layout: Standard", "Window"),
    Command("layout-reading", "Layout: Reading", "Window"),
    Command("layout-timeline", "Layout: Timeline alone", "Window"),
    Command("save-layout", "Save the layout…", "Window"),
    Command("restore-layout", "Restore a layout…", "Window"),
    Command("delete-layout", "Delete a layout…", "Window"),
    Command("reset-layout", "Reset the layout", "Window"),
    Command("undo-layout", "Undo the change of the layout", "Window"),
    Command("palette", "Commands…", "Help", ("Ctrl+K",)),
    Command("keys", "Keys", "Help", ("?",)),
    Command("fault-report", "Faults of the program…", "Help"),
    Command("about", "About Brain Web Replay", "Help"),
)
"""Every command of the program, in the order of the menus."""

MENUS: tuple[str, ...] = tuple(dict.fromkeys(command.menu for command in COMMANDS))


def build_actions(
    parent: QWidget,
    slots: Mapping[str, Callable[..., object]],
    commands: Iterable[Command] = COMMANDS,
) -> dict[str, QAction]:
    """An action for each command, connected to its slot; KeyError where a command has none."""
    actions: dict[str, QAction] = {}
    for command in commands:
        action = QAction(command.text, parent)
        action.setObjectName(command.id)
        action.setProperty("menu", command.menu)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setCheckable(command.checkable)
        action.setToolTip(tip(command))
        action.triggered.connect(slots[command.id])
        parent.addAction(action)
        actions[command.id] = action
    return actions


def tip(command: Command) -> str:
    """What the command does, and its first key."""
    return f"{command.text} ({shown_key(command.keys[0])})" if command.keys else command.text


def shown_key(key: str) -> str:
    """A key as people write it."""
    named = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}
    return "+".join(named.get(part, part) for part in key.split("+"))


def keys_as_markdown() -> str:
    """The table of keys for the README."""
    rows = ["| Keys | What they do |", "|---|---|"]
    for command in COMMANDS:
        if command.keys:
            keys = " or ".join(f"`{shown_key(key)}`" for key in command.keys)
            rows.append(f"| {keys} | {command.text} |")
    return "\n".join(rows) + "\n"
