"""The commands by name, each in a module of its own, imported when it is called or told of."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = MappingProxyType(
    {
        "window": "app.command_line.window:window",
        "sessions": "app.command_line.sessions:sessions",
        "events": "app.command_line.events:events",
        "context": "app.command_line.context:context",
        "render": "app.command_line.render:render",
        "check": "app.command_line.check:check",
        "preferences": "app.command_line.preferences:preferences",
        "compare": "app.command_line.ranges:compare",
        "stats": "app.command_line.ranges:stats",
        "bookmarks": "app.command_line.bookmarks:bookmarks",
        "link": "app.command_line.link:link",
        "unlink": "app.command_line.link:unlink",
        "links": "app.command_line.link:links",
        "export": "app.command_line.export:export",
        "import": "app.command_line.import_:import_",
        "copy": "app.command_line.copy:copy",
        "table": "app.command_line.table:table_commands",
        "serve": "app.command_line.serve:serve",
        "why": "app.command_line.why:why",
        "verify": "app.command_line.verify:verify_",
        "demo": "app.command_line.demo:demo",
    }
)
"""Where each of them is, by its name."""


class CommandGroup(TyperGroup):
    """Knows its commands by name: all of them would be much to import for one."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _imported(cmd_name) if cmd_name in COMMANDS else None


def _imported(name: str) -> Any:
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(import_module(module), attribute)
    alone = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    return typer.main.get_group(alone).commands[name]
