"""The commands that have modules of their own, imported when they are called or told of."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperGroup

LATER = MappingProxyType(
    {
        "preferences": "app.preferences_command:preferences",
        "compare": "app.range_commands:compare",
        "stats": "app.range_commands:stats",
        "bookmarks": "app.bookmarks_command:bookmarks",
        "link": "app.link_command:link",
        "unlink": "app.link_command:unlink",
        "links": "app.link_command:links",
        "export": "app.export_command:export",
        "import": "app.import_command:import_",
        "copy": "app.copy_command:copy",
        "table": "app.table_command:table_commands",
        "serve": "app.serving:serve",
        "why": "app.why_command:why",
        "verify": "app.verify_command:verify_",
        "demo": "app.demo:demo",
    }
)
"""Where each of them is, by its name."""


class LaterGroup(TyperGroup):
    """Has the commands of other modules, too: all of them would be much to import for one."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *LATER]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in LATER:
            return _imported(cmd_name)
        return super().get_command(ctx, cmd_name)


def _imported(name: str) -> Any:
    module, _, attribute = LATER[name].partition(":")
    found = getattr(import_module(module), attribute)
    alone = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    return typer.main.get_group(alone).commands[name]
