"""`ronda office offers`: checks a company's rules of offers, shows those that hold, and puts new ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sync import offers as built_in
from sync.rules.clauses import PolicyError
from sync.rules.offer_rules import OfferRules, limit_to_wire

from .. import offering
from ..agreeing import put_rules
from ..office import Office
from .options import answer, json_option, now, with_office

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def offers() -> None:
    """What may be offered to whom: opening, target and floor per segment, and how far each may go alone."""


@offers.command()
@click.argument("file", type=FILE)
@json_option
def check(file: Path, as_json: bool) -> None:
    """Check that FILE (TOML) can be taken as the office's rules of offers, and show what it says."""
    _show(_read(file), as_json)


@offers.command()
@with_office
@json_option
def show(office: Office, as_json: bool) -> None:
    """Show the rules that hold at this office: its own, or those that come with Ronda."""
    _show(offering.held(office.engine), as_json)


@offers.command()
@click.argument("file", type=FILE)
@click.option("--actor", default="cli", show_default=True, help="Who does it, for the office's log.")
@with_office
@json_option
def put(office: Office, file: Path, actor: str, as_json: bool) -> None:
    """Put the rules of FILE in force; every laptop gets them with its next exchange."""
    _read(file)
    text = file.read_text(encoding="utf-8")
    _show(put_rules(office.engine, text, actor=actor, now=now()), as_json)


def _read(file: Path) -> OfferRules:
    try:
        return built_in.load(file)
    except PolicyError as wrong:
        raise click.ClickException(str(wrong)) from wrong


def _show(found: OfferRules, as_json: bool) -> None:
    told: dict[str, Any] = {
        "version": found.version,
        "segments": [
            {
                "name": one.name,
                "opening": f"{one.opening_percent:f}",
                "target": f"{one.target_percent:f}",
                "floor": f"{one.floor_percent:f}",
                "max_discount": f"{one.max_discount_percent:f}",
                "max_instalments": one.max_instalments,
            }
            for one in found.segments
        ],
        "limits": {name: limit_to_wire(one) for name, one in {**found.roles, **found.persons}.items()},
        "late_interest": {"annual": f"{found.late.annual_percent:f}", "method": found.late.method},
    }
    lines = [f"version {found.version}"]
    lines += [
        f"{one['name']:<18} {one['opening']:>5} % {one['target']:>5} % {one['floor']:>5} %  "
        f"discount {one['max_discount']:>3} %  {one['max_instalments']:>2} instalments"
        for one in told["segments"]
    ]
    lines += [
        f"{name:<18} down to {one['lowest']}, discount {one['max_discount_percent']} %, "
        f"{one['max_instalments']} instalments"
        for name, one in told["limits"].items()
    ]
    answer(told, as_json, lines)
