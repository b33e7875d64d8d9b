"""`ronda office`: finds its commands by name and loads only the one called. Knows what none of them does."""

from __future__ import annotations

from importlib import import_module

import click

from sync.cli import load_or_say

COMMANDS = {
    "init": ("init:init", "Make the data folder, the keys and a first administrator."),
    "serve": ("serve:serve", "Serve the office's pages and the laptops' sync."),
    "import": ("import_:import_", "Bring in portfolios, payments, contacts, stops, or a laptop's queue."),
    "assign": ("assign:assign", "Give the 90+-day accounts to field agents, with a reason each."),
    "remote": ("remote:remote", "Who works accounts that may not be visited, and when each may be called."),
    "stop": ("stop:stop", "What stops collection; lift it, on a resolution."),
    "city": ("city:city", "Make an OpenStreetMap extract into roads, addresses and a map."),
    "geocode": ("geocode:geocode", "Find where addresses are with the city's own index, offline."),
    "plan": ("plan:plan", "Plan a day or a week; --publish sends the routes to the laptops."),
    "notice": ("notice:notice", "Make letters and slips; record who got them; what is printed on them."),
    "policy": ("policy:policy", "Check a contact-policy pack; judge situations by one."),
    "offers": ("offers:offers", "Rules of offers: check a file, show or put those that hold."),
    "strategy": ("strategy:strategy", "Segments, worklists, write-offs; how right the score was."),
    "audit": ("audit:audit", "Go over the visits again and list the findings."),
    "figures": ("figures:figures", "The trade's figures with their formulas, for any past day."),
    "export": ("export:export", "Write everything as CSV with schemas, GeoPackage and GeoJSON."),
    "erase": ("erase:erase", "Erase a debtor who asks for it; places past their time."),
    "case": ("case:case", "A complaint's dossier; a case handed over: folders read without Ronda."),
    "evidence": ("evidence:evidence", "Prove one visit to someone else, and show nobody else's."),
    "user": ("user:user", "Add and manage people: roles, scopes, passwords, agents."),
    "device": ("device:device", "Enrol, list, revoke and wipe laptops."),
    "recover": ("recover:recover", "Open a laptop whose passphrase or collector is gone; two people."),
    "backup": ("backup:backup", "Make and verify a backup while the office serves."),
    "keys": ("keys:keys", "List the signing keys; make a new one or a new TLS key."),
    "restore": ("restore:restore", "Bring the office back from a backup, into an empty place."),
}


class Office(click.Group):
    """A click group whose commands are modules of `server.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        return load_or_say(
            lambda: getattr(import_module(f"server.commands.{module}"), attribute),
            f"office {cmd_name}",
            "office",
        )

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.command(cls=Office)
def office() -> None:
    """The office: everything works on the data folder, without a running server."""
