"""`ronda`: finds the groups of commands by entry point, so that each runs with only what it needs.

Knows no command itself. A group whose packages are not installed stays listed and, when called,
says which extra brings them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

import click

EXTRA_OF = {"office": "office", "demo": "office", "kpi": "office", "field": "", "verify": ""}
SUMMARY = {
    "office": "The office: import, assign, plan, serve, audit, export.",
    "demo": "A made town, a portfolio, an office and a laptop, on this machine.",
    "kpi": "The trade's figures from an export.",
    "field": "The laptop: enrol, serve, today, visit, sync, status, export.",
    "verify": "Check an exported ledger, with no server and no database.",
}


class Ronda(click.Group):
    """A click group whose commands are the entry points of `ronda.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(point.name for point in entry_points(group="ronda.commands"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for point in entry_points(group="ronda.commands"):
            if point.name == cmd_name:
                return load_or_say(point.load, cmd_name, EXTRA_OF.get(cmd_name, ""))
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARY.get(name, "")) for name in self.list_commands(ctx)])


def load_or_say(load: Callable[[], Any], called: str, extra: str) -> click.Command:
    """The command that `load` imports; where a package is missing, one that says which extra brings it."""
    try:
        command = load()
    except ModuleNotFoundError as missing:
        own = (missing.name or "").split(".")[0] in {"sync", "server", "field_client"}
        if own or not extra:
            raise
        return _absent(called, missing.name or "", extra)
    if not isinstance(command, click.Command):
        raise TypeError(f"`ronda {called}` is not a click command")
    return command


def _absent(called: str, module: str, extra: str) -> click.Command:
    @click.command(called, add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def absent(arguments: tuple[str, ...]) -> None:
        raise click.ClickException(
            f"`ronda {called}` needs the extra '{extra}' (the package {module} is missing). "
            f"Install it with: pip install 'ronda[{extra}]'"
        )

    return absent


@click.command(cls=Ronda)
@click.version_option(package_name="ronda", prog_name="ronda")
def main() -> None:
    """Ronda: debt-collection field visits, planned, recorded offline, synced and audited."""
