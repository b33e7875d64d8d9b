"""`ronda office city`: makes, lists and uses city packages; calibrates travel times; writes a matrix."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from .. import cities
from ..cities import City, UnknownCity, WrongExtract
from ..office import Office
from ..roads import MatrixProvider
from ..roads.calibrating import LEAST_LEGS, Calibrated, calibrate_city
from ..roads.classes import PROFILES
from ..roads.matrix import Unreadable, read_points, rows_of
from ..roads.network import WrongRoads
from ..roads.osrm import NoRouter
from ..roads.picking import of_city
from .options import answer, json_option, now, with_office

FILE = click.Path(path_type=Path)
WRONG = (WrongExtract, WrongRoads, UnknownCity, NoRouter, Unreadable)


@click.group()
def city() -> None:
    """Turn an OpenStreetMap extract into roads, addresses and a map that need no internet."""


@city.command()
@with_office
@click.argument("extract", metavar="EXTRACT.osm.pbf", type=FILE)
@click.option("--name", required=True, help="What to call the city.")
@click.option("--replace", is_flag=True, help="Take the place of the package of that name.")
@json_option
def add(office: Office, extract: Path, name: str, replace: bool, as_json: bool) -> None:
    """Make a city package from an extract. The first one of an office is used at once.

    A package that is under way counts for nothing; one that is replaced stays until the new one is whole.
    """
    try:
        made = cities.add(office.config.cities, extract, name, _teller(as_json), replace=replace)
    except WrongExtract as wrong:
        raise click.ClickException(str(wrong)) from wrong
    fit = cities.fit(office.engine, made)
    used = cities.used(office.engine, office.config.cities)
    if (used is None and not fit.elsewhere) or (used is not None and used.slug == made.slug):
        used = cities.use(office.engine, office.config.cities, made.name, "cli", now())
    figures = _figures(made) | {"used": used == made, "inside": fit.inside, "located": fit.located}
    lines = [
        f"{made.name}: {made.bytes / 2**20:.1f} MB from {figures['source_bytes'] / 2**20:.1f} MB in "
        f"{made.facts['seconds']:.0f} s, {made.facts['peak_mb']} MB of memory",
        f"  {made.facts['roads']['edges']} roads, {made.facts['addresses']['streets']} streets, "
        f"{made.facts['tiles']['tiles']} tiles; {made.attribution}",
        "The office uses it from now on."
        if used == made
        else f"Use it with `ronda office city use {made.slug}`.",
    ]
    if fit.said(made):
        figures["warning"] = fit.said(made)
        click.echo(f"Warning: {fit.said(made)}", err=True)
    answer(figures, as_json, lines)


@city.command("list")
@with_office
@json_option
def listed(office: Office, as_json: bool) -> None:
    """List the city packages of this office."""
    used = cities.used(office.engine, office.config.cities)
    found = cities.listed(office.config.cities)
    figures = {"cities": [_figures(one) | {"used": one == used} for one in found]}
    lines = [
        f"{'*' if one == used else ' '} {one.name}  {one.bytes / 2**20:.1f} MB  {one.fingerprint[:16]}"
        for one in found
    ]
    answer(
        figures, as_json, lines or ["no city yet; add one with `ronda office city add EXTRACT --name NAME`"]
    )


@city.command()
@with_office
@click.argument("name")
@click.option("--even-so", is_flag=True, help="Though no place this office knows lies in it.")
@json_option
def use(office: Office, name: str, even_so: bool, as_json: bool) -> None:
    """Plan, locate and draw on this city from now on."""
    try:
        found = cities.find(office.config.cities, name)
        fit = cities.fit(office.engine, found)
        if fit.elsewhere and not even_so:
            raise click.ClickException(
                f"{fit.said(found)}; add the extract of the portfolio's own city, or use it with --even-so"
            )
        found = cities.use(office.engine, office.config.cities, name, "cli", now())
    except WrongExtract as wrong:
        raise click.ClickException(str(wrong)) from wrong
    figures = {"name": found.name, "fingerprint": found.fingerprint, **vars(fit)}
    if fit.said(found):
        click.echo(f"Warning: {fit.said(found)}", err=True)
    answer(figures, as_json, [f"{found.name} is used from now on"])


@city.command()
@with_office
@click.argument("name")
@click.option("--even-so", is_flag=True, help="Though the office uses it.")
@json_option
def remove(office: Office, name: str, even_so: bool, as_json: bool) -> None:
    """Delete a city package. Plans made on it stay as they are."""
    folder = office.config.cities
    try:
        found = cities.find(folder, name)
        if cities.used(office.engine, folder) == found:
            if not even_so:
                raise click.ClickException(
                    f"the office uses {found.name}; use another city first, or remove it with --even-so"
                )
            cities.stop_using(office.engine, "cli", now())
        cities.remove(folder, name)
    except WrongExtract as wrong:
        raise click.ClickException(str(wrong)) from wrong
    answer({"removed": found.name}, as_json, [f"{found.name} was removed"])


@city.command()
@with_office
@click.option("--city", "name", help="The city (else the one in use).")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only legs from this day on, YYYY-MM-DD.")
@json_option
def calibrate(office: Office, name: str | None, since: datetime | None, as_json: bool) -> None:
    """Fit travel times to the ways that agents really took between one visit and the next.

    A leg is free travel `t` on the city's roads against the time from the end of one visit to the start of
    the next; `a + b*t` is fitted by least absolute deviation, for each means of travel.
    """
    try:
        found = _city(office, name)
        done = calibrate_city(
            office.engine, found, since=since.date() if since else None, actor="cli", now=now()
        )
    except WRONG as wrong:
        raise click.ClickException(str(wrong)) from wrong
    answer(
        {"city": found.name, "profiles": [one.to_json() for one in done]},
        as_json,
        [_fitted(one) for one in done],
    )
    if not any(one.fitted for one in done):
        raise SystemExit(1)


@city.command()
@with_office
@click.argument("points", metavar="POINTS.csv", type=FILE)
@click.option("--city", "name", help="The city (else the one in use).")
@click.option("--out", required=True, type=FILE, help="The CSV to write: from, to, seconds, metres.")
@click.option(
    "--profile", type=click.Choice(PROFILES), default="motorcycle", show_default=True, help="How he travels."
)
@json_option
def matrix(office: Office, points: Path, name: str | None, out: Path, profile: str, as_json: bool) -> None:
    """Write the travel times and lengths between all points of a CSV with the columns lat and lon.

    `from` and `to` are the column `id` where there is one, else the number of the row, from 1. Points on no
    road are named and left out; the exit code is then 3.
    """
    try:
        ids, places = read_points(points)
        roads: MatrixProvider = of_city(office.engine, _city(office, name), profile)
        snapped = roads.snap(places)
        on = [place for place, one in enumerate(snapped) if one.point is not None]
        seconds, metres = roads.table([places[place] for place in on], [places[place] for place in on])
        _write(out, rows_of([ids[place] for place in on], seconds, metres))
    except WRONG as wrong:
        raise click.ClickException(str(wrong)) from wrong
    off = [
        {"point": ids[place], "why": one.why, "metres": round(one.moved_m)}
        for place, one in enumerate(snapped)
        if one.point is None
    ]
    figures = {"points": len(ids), "routed": len(on), "off": off, "fingerprint": roads.fingerprint()}
    lines = [f"{len(on)} x {len(on)} times written to {out}"]
    lines += [f"not routed: {one['point']} is {_OFF[str(one['why'])]} ({one['metres']} m)" for one in off]
    answer(figures, as_json, lines)
    if off:
        raise SystemExit(3)


_OFF = {
    "away": "away from every road",
    "island": "on roads that are cut off from the others",
}


def _write(out: Path, rows: Any) -> None:
    try:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["from", "to", "seconds", "metres"])
            writer.writerows(rows)
    except OSError as wrong:
        raise Unreadable(f"{out} cannot be written ({wrong.strerror}); name another file") from wrong


def _city(office: Office, name: str | None) -> City:
    if name is not None:
        return cities.find(office.config.cities, name)
    found = cities.used(office.engine, office.config.cities)
    if found is None:
        raise WrongExtract("the office uses no city; name one with --city, or `ronda office city use NAME`")
    return found


def _figures(one: City) -> dict[str, Any]:
    facts = one.facts
    source = int(facts["source"]["bytes"])
    return {
        "name": one.name,
        "path": str(one.path),
        "bounds": list(one.bounds),
        "attribution": one.attribution,
        "fingerprint": one.fingerprint,
        "bytes": one.bytes,
        "files": {name: about["bytes"] for name, about in facts["files"].items()},
        "source": facts["source"]["name"],
        "source_bytes": source,
        "source_sha256": facts["source"]["sha256"],
        "share_of_source": round(one.bytes / source, 2),
        "seconds": facts["seconds"],
        "peak_mb": facts["peak_mb"],
        "roads": facts["roads"],
        "addresses": facts["addresses"],
        "tiles": facts["tiles"],
        "made_with": facts["made_with"],
    }


def _fitted(one: Calibrated) -> str:
    if not one.fitted:
        missing = LEAST_LEGS - one.legs
        return (
            f"{one.profile}: {one.legs} legs can be used, {missing} more are needed; {one.now.said()} stays"
        )
    return (
        f"{one.profile}: {one.now.said()} from {one.legs} legs; half are within {one.off_s:.0f} s "
        f"({one.off_share:.0%})"
    )


def _teller(quiet: bool) -> cities.Progress:
    """Progress on standard error, a line a step; standard output is for the answer."""
    last = ""

    def tell(step: str, share: float) -> None:
        nonlocal last
        if not quiet and step != last:
            click.echo(f"{share:4.0%}  {step}", err=True)
        last = step

    return tell
