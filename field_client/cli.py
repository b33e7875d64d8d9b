"""`ronda field`: the laptop's commands. Knows what none of them does."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "enrol": "Make this computer a collector's laptop, with a one-time code from the office.",
    "serve": "Open the laptop's pages in a browser, on this computer only.",
    "today": "Print the day's stops.",
    "visit": "Save visits: one from options, or many from a file typed from the paper sheet.",
    "sync": "Send what waits and receive the day.",
    "status": "Print what waits, what the office holds, and what this laptop holds.",
    "export": "Write this laptop's ledger and visits as files, or its queue for the office (--queue).",
    "leave": "Give the laptop up, for another collector; refused while work is unsent.",
    "lease": "Tell until when the laptop works without its office; type the office's code.",
    "where": "Read the GPS receiver, if there is one: where this laptop is.",
    "city": "Bring the map of the city from a file, where the line is too thin for it.",
    "collectors": "List those who work with this laptop and how much of each waits.",
    "backup": "Copy the encrypted laptop to a file, here and on the second folder.",
    "restore": "Put a laptop back from one of its copies.",
    "keyring": "Let this computer's session open the laptop as well, or no longer.",
    "diagnose": "Write how the laptop is to a file with nothing personal in it.",
    "update": "Look for a newer program, install it, or go back to the one before.",
    "recover": "Choose a new passphrase with the office's recovery file.",
    "wipe": "Empty the laptop; what is unsent goes to a file only the office can open.",
}


class Field(click.Group):
    """A click group that loads only the command called: `status` needs no Flask."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"field_client.commands.{cmd_name}"), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"field_client.commands.{cmd_name} has no command {cmd_name}")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Field)
def field() -> None:
    """The laptop: works with no network; what is saved is sent when the office answers."""
