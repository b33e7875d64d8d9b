"""Prints what geocoding reaches: hidden houses of a real city, a real portfolio, a simulated year of visits.

    python -m bench.geocoding --json [--sample N]

The houses of one street are hidden from the index while they are asked for (leave one street out).
"""

from __future__ import annotations

import csv
import io
import json
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import click

from server.geocoding import Gazetteer, geocode, parse
from server.geocoding.gazetteer import build
from server.geocoding.plane import apart
from sync.records import Precision

from .learning import year

DATA = Path(__file__).parents[2] / "shared" / "data"
EXTRACT = DATA / "city" / "duitama.osm.pbf"
ADDRESSES = DATA / "city" / "duitama_addresses.csv"
PORTFOLIO = DATA / "portfolio" / "duitama_cartera.csv"
NUMBERED = (Precision.DOOR, Precision.BLOCK)


def hidden_houses(gazetteer: Gazetteer, rows: list[dict[str, str]], step: int = 1) -> dict[str, Any]:
    """Each house asked for with every house of its street hidden; one in `step` of them."""
    by_street: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows[::step]:
        by_street[row["street"].lower()].append(row)
    off: list[tuple[float, float]] = []
    asked, spent = 0, 0.0
    for houses in by_street.values():
        way = parse(f"{houses[0]['street']} # 1-1").way
        blind = Gazetteer(gazetteer.index, hidden={way.key} if way else ())
        for house in houses:
            began = time.perf_counter()
            found = geocode(blind, f"{house['street']} # {house['housenumber']}", city=house["city"])
            spent += time.perf_counter() - began
            asked += 1
            if found.lat is not None and found.lon is not None and found.expected_error_m is not None:
                true = blind.plane.spot(float(house["lat"]), float(house["lon"]))
                off.append((apart(blind.plane.spot(found.lat, found.lon), true), found.expected_error_m))
    metres = sorted(one for one, _ in off)
    return {
        "asked": asked,
        "resolved": round(len(off) / asked, 4),
        "median_m": round(statistics.median(metres), 1),
        "p90_m": round(metres[int(0.9 * len(metres))], 1),
        "within_50_m": round(sum(one <= 50 for one in metres) / len(metres), 4),
        "stated_error_right": round(sum(one <= 2 * stated for one, stated in off) / len(off), 4),
        "ms_each": round(1000 * spent / asked, 2),
    }


def portfolio(gazetteer: Gazetteer, rows: list[dict[str, str]]) -> dict[str, Any]:
    """How much of a lender's file is found at the precision of a number."""
    began = time.perf_counter()
    found = [
        geocode(gazetteer, row["Dirección"], neighbourhood=row["Barrio"], city=row["Ciudad"]) for row in rows
    ]
    seconds = time.perf_counter() - began
    return {
        "addresses": len(rows),
        "at_a_number": round(sum(one.precision in NUMBERED for one in found) / len(rows), 4),
        "seconds": round(seconds, 1),
        "by_precision": dict(Counter(one.precision.value for one in found)),
        "by_source": dict(Counter(one.source.value for one in found)),
    }


def houses_of_the_city() -> list[dict[str, str]]:
    with ADDRESSES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of_the_portfolio() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(PORTFOLIO.read_bytes().decode("cp1252")), delimiter=";"))


def measured(step: int = 1) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "gazetteer.db"
        began = time.perf_counter()
        about = build(EXTRACT, index)
        built = round(time.perf_counter() - began, 1)
        gazetteer = Gazetteer.open(index)
        return {
            "index": {**about, "seconds": built, "bytes": index.stat().st_size},
            "hidden_houses": hidden_houses(gazetteer, houses_of_the_city(), step),
            "portfolio": portfolio(gazetteer, rows_of_the_portfolio()[::step]),
            "learning": year(),
        }


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--sample", default=1, show_default=True, help="Only one in so many addresses.")
def main(as_json: bool, sample: int) -> None:
    """Measure the geocoder on the city's data, where it is at hand."""
    if not EXTRACT.is_file():
        sys.exit(f"there is no extract at {EXTRACT}: this measures real data only")
    figures = measured(sample)
    click.echo(json.dumps(figures, ensure_ascii=False, indent=None if as_json else 2))


if __name__ == "__main__":
    main()
