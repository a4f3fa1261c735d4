"""The table of commands: every command can be reached, by one name and by keys of its own."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.commands import (
    COMMANDS,
    MENUS,
    Command,
    build_actions,
    keys_as_markdown,
    shown_key,
    tip,
)

KEYS = [key for command in COMMANDS for key in command.keys]


def test_ids_are_unique() -> None:
    """Of two commands with one id, one could never be run."""
    assert [i for i, n in Counter(command.id for command in COMMANDS).items() if n > 1] == []


def test_texts_are_unique() -> None:
    """Of two commands with one name in the palette, nobody could tell which is which."""
    assert [t for t, n in Counter(command.text for command in COMMANDS).items() if n > 1] == []


def test_no_key_belongs_to_two_commands() -> None:
    """Qt runs neither of two commands with one key."""
    sequences = Counter(QKeySequence(key).toString() for key in KEYS)
    assert [key for key, n in sequences.items() if n > 1] == []


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_one_that_can_be_pressed(key: str) -> None:
    """A key that Qt does not know is listed in the help and does nothing."""
    sequence = QKeySequence(key)
    assert sequence.count() == 1
    assert sequence[0].key() != Qt.Key.Key_unknown
    assert sequence.toString(QKeySequence.SequenceFormat.PortableText) == key


def test_every_command_is_in_a_menu() -> None:
    """A command without a menu is found by nobody who does not know it."""
    assert all(command.menu for command in COMMANDS)
    assert [command.menu for command in COMMANDS] == sorted(
        (command.menu for command in COMMANDS), key=MENUS.index
    )


def test_of_a_group_one_is_chosen() -> None:
    """A choice whose members lie in two menus, or have no state, shows nothing as chosen."""
    grouped = [command for command in COMMANDS if command.group]
    assert all(command.checkable for command in grouped)
    for group in {command.group for command in grouped}:
        members = [command for command in grouped if command.group == group]
        assert len(members) > 1
        assert len({command.menu for command in members}) == 1


class TestActions:
    @pytest.fixture
    def owner(self, qtbot: QtBot) -> QWidget:
        owner = QWidget()
        qtbot.addWidget(owner)
        return owner

    def test_each_runs_its_own_slot(self, owner: QWidget) -> None:
        """A menu entry would do what another one says."""
        ran: list[str] = []
        slots = {c.id: (lambda *_, own=c.id: ran.append(own)) for c in COMMANDS}
        actions = build_actions(owner, slots)
        for action in actions.values():
            action.trigger()
        assert ran == list(actions) == [command.id for command in COMMANDS]
        assert set(owner.actions()) == set(actions.values())

    def test_a_state_is_handed_to_the_slot(self, owner: QWidget) -> None:
        """Loop could be turned on and never off."""
        states: list[bool] = []
        command = Command("loop", "Loop", "Playback", ("L",), checkable=True)
        actions = build_actions(owner, {"loop": lambda on: states.append(on)}, [command])
        actions["loop"].trigger()
        actions["loop"].trigger()
        assert states == [True, False]

    def test_they_carry_name_and_keys(self, owner: QWidget) -> None:
        """The key that the table promises would do nothing."""
        command = Command("next", "Next event", "Playback", ("Shift+.", ">"))
        action = build_actions(owner, {"next": print}, [command])["next"]
        assert action.text() == "Next event"
        assert [key.toString() for key in action.shortcuts()] == ["Shift+.", ">"]
        assert action.toolTip() == "Next event (Shift+.)"
        assert not action.isCheckable()

    def test_a_command_that_nobody_carries_out_is_noticed(self, owner: QWidget) -> None:
        """A new command without a slot would be a dead entry in every menu."""
        with pytest.raises(KeyError, match="next"):
            build_actions(owner, {}, [Command("next", "Next event", "Playback")])


def test_keys_are_written_as_people_write_them() -> None:
    """`Left` is a word, and the key has an arrow on it."""
    assert [shown_key(key) for key in ("Left", "Shift+Right", "Ctrl+K", ",")] == [
        "←", "Shift+→", "Ctrl+K", ",",
    ]  # fmt: skip


def test_a_tip_names_the_first_key() -> None:
    """Nobody would learn a key from the mouse."""
    assert tip(Command("a", "Do it", "File", ("F5", "Ctrl+R"))) == "Do it (F5)"
    assert tip(Command("a", "Do it", "File")) == "Do it"


def test_the_table_of_keys_has_every_key_once() -> None:
    """A key that is not written down is pressed by accident only."""
    lines = keys_as_markdown().splitlines()
    assert lines[:2] == ["| Keys | What they do |", "|---|---|"]
    assert [line.rsplit("| ", 1)[1] for line in lines[2:]] == [
        f"{command.text} |" for command in COMMANDS if command.keys
    ]
    for key in KEYS:
        assert sum(f"`{shown_key(key)}`" in line for line in lines) == 1
