"""`ronda office geocode`: places a file's addresses or the office's own, and learns from visits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .. import cities
from ..cities import City, WrongExtract
from ..geocoding import Gazetteer
from ..geocoding.learned import learn_portfolio
from ..geocoding.listing import WrongList, geocode_list
from ..geocoding.online import Online
from ..geocoding.placing import place_portfolio
from ..office import Office
from ..store.gazetteers import WrongGazetteer
from .options import answer, json_option, now, with_office

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@with_office
@click.argument("file", metavar="[FILE.csv]", type=FILE, required=False)
@click.option("--city", "name", metavar="NAME", help="The city to look in (else the one the office uses).")
@click.option("--out", type=OUT, help="Where to write the file again, with coordinates.")
@click.option("--portfolio", is_flag=True, help="Place the office's own addresses (also without FILE).")
@click.option("--learn", is_flag=True, help="Correct the office's addresses by where visits took place.")
@json_option
def geocode(
    office: Office,
    file: Path | None,
    name: str | None,
    out: Path | None,
    portfolio: bool,
    learn: bool,
    as_json: bool,
) -> None:
    """Find where addresses are, with no network and no guess.

    FILE.csv has a column `address` (and `neighbourhood`, `city` where known); --out gets it back with
    `lat, lon, precision, expected_error_m, source`. Without FILE the office's own addresses are placed.
    """
    if file is not None and (portfolio or learn):
        raise click.UsageError("a file or the office's own addresses: leave out FILE or --portfolio/--learn")
    if (file is None) is not (out is None):
        raise click.UsageError("FILE.csv and --out OUT.csv go together")
    if learn and not portfolio:
        _learn(office, as_json)
        return
    gazetteer = _gazetteer(_city(office, name))
    if file is not None and out is not None:
        try:
            listed = geocode_list(file, out, gazetteer)
        except WrongList as wrong:
            raise click.ClickException(str(wrong)) from wrong
        figures = listed.to_json()
        answer(figures | {"out": str(out)}, as_json, [*_counted(figures), f"written to {out}"])
        return
    url = office.config.geocoder_url
    placed = place_portfolio(
        office.engine,
        gazetteer,
        actor="cli",
        now=now(),
        progress=_teller(as_json),
        online=Online(office.engine, url) if url else None,
    )
    lines = [
        f"{placed.addresses} addresses: {placed.placed} placed, {placed.unchanged} as before, "
        f"{placed.not_found} not found, {placed.kept} kept as they are",
        *(f"  {precision}: {count}" for precision, count in sorted(placed.by_precision.items())),
    ]
    if placed.flagged:
        lines.append(
            f"{placed.flagged} new coordinates from lenders are far from their address; see /geocoding"
        )
    if placed.online:
        lines.append(f"the online geocoder was left aside: {placed.online}")
    figures = placed.to_json()
    if learn:
        learned = learn_portfolio(office.engine, actor="cli", now=now())
        figures["learned"] = learned.to_json()
        lines.append(learned.said())
    answer(figures, as_json, lines)


def _learn(office: Office, as_json: bool) -> None:
    learned = learn_portfolio(office.engine, actor="cli", now=now())
    answer(learned.to_json(), as_json, [learned.said()])


def _city(office: Office, name: str | None) -> City:
    try:
        used = (
            cities.find(office.config.cities, name)
            if name
            else cities.used(office.engine, office.config.cities)
        )
    except WrongExtract as wrong:
        raise click.ClickException(str(wrong)) from wrong
    if used is None:
        raise click.ClickException(
            "the office uses no city; add one with `ronda office city add EXTRACT.osm.pbf --name NAME`"
        )
    return used


def _gazetteer(city: City) -> Gazetteer:
    try:
        return Gazetteer.open(city.gazetteer_file, called=city.name)
    except WrongGazetteer as wrong:
        raise click.ClickException(str(wrong)) from wrong


def _counted(figures: dict[str, Any]) -> list[str]:
    return [
        f"{figures['found']} of {figures['addresses']} addresses found",
        *(f"  {precision}: {count}" for precision, count in figures["by_precision"].items()),
    ]


def _teller(quiet: bool) -> Any:
    def tell(step: str, share: float) -> None:
        if not quiet and share in (0.0, 1.0):
            click.echo(f"{step}: {share:.0%}", err=True)

    return tell
