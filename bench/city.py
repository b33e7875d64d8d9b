"""Prints what a city takes and reaches: packages, matrices, days, addresses, maps.

    python -m bench.city [--json] [--quick] [--only packages,matrix,days,geocoding,maps]

Packages are made by `ronda office city add`; tables and days are compared with a real `osrm-routed`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import numpy as np

from bench import city_days, osrm_server
from server.roads import Point
from server.roads.calibrating import fit
from server.roads.contracted import NEVER, Calibration, CityRoads
from server.roads.network import load
from server.roads.osrm import Osrm
from server.roads.picking import DEFAULTS

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "city"
CITIES = ("duitama", "porto_alegre")
PARTS = ("packages", "matrix", "days")
OTHERS = {"geocoding": "bench.geocoding", "maps": "bench.maps"}
SEED = 20261122


def package(name: str, folder: Path) -> dict[str, Any]:
    """One package by the command, timed from outside."""
    environ = os.environ | {"RONDA_DATA": str(folder)}
    environ.pop("RONDA_DATABASE_URL", None)
    ronda = [sys.executable, "-c", "from sync.cli import main; main()", "office"]
    if not folder.exists():
        subprocess.run([*ronda, "init"], env=environ, check=True, capture_output=True)
    began, cpu = time.monotonic(), os.times()
    extract = DATA / f"{name}.osm.pbf"
    done = subprocess.run(
        [*ronda, "city", "add", str(extract), "--name", name, "--replace", "--json"],
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    now = os.times()
    return {
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(
            now.children_user + now.children_system - cpu.children_user - cpu.children_system, 1
        ),
        "peak_mb": figures["peak_mb"],
        "bytes": figures["bytes"],
        "share_of_extract": figures["share_of_source"],
        "wanted": "<= 60 s, <= 1024 MB, <= 3 x the extract",
        "met": figures["seconds"] <= 60 and figures["peak_mb"] <= 1024 and figures["share_of_source"] <= 3,
    }


def points_of(roads: CityRoads, rng: np.random.Generator, count: int) -> list[Point]:
    """Places beside streets: the middle of a road, up to 25 m off it."""
    shapes = roads.network.shapes
    picked = rng.choice(len(shapes), count)
    off = rng.uniform(-25, 25, (count, 2)) / 111_195
    return [
        (float(shapes[road][:, 0].mean() + away[0]), float(shapes[road][:, 1].mean() + away[1]))
        for road, away in zip(picked, off, strict=True)
    ]


def matrix(roads_file: Path, osrm: Osrm | None, count: int) -> dict[str, Any]:
    """A table of `count` places: its time after loading, and how far from OSRM's it is."""
    began = time.process_time()
    roads = CityRoads(load(roads_file, "car"), DEFAULTS["car"])
    rng = np.random.default_rng(SEED)
    points = points_of(roads, rng, count)
    roads.table(points[:2], points[:2])
    loaded, wall = time.process_time(), time.monotonic()
    seconds, _ = roads.table(points, points)
    took_cpu, took = time.process_time() - loaded, time.monotonic() - wall
    found: dict[str, Any] = {
        "places": count,
        "load_cpu_s": round(loaded - began, 2),
        "table_cpu_s": round(took_cpu, 2),
        "table_s": round(took, 2),
        "wanted": "1000 x 1000 in <= 1 s after load; median error <= 5 % after calibration",
    }
    if osrm is None:
        return found
    began = time.monotonic()
    theirs, _ = osrm.table(points, points)
    found["osrm_http_s"] = round(time.monotonic() - began, 2)
    told = (seconds < NEVER) & (theirs < NEVER) & (theirs > 0) & (seconds > 0)
    free: Any = (seconds[told] - DEFAULTS["car"].constant_s) / DEFAULTS["car"].factor
    found["default"] = {"calibration": DEFAULTS["car"].said()} | _errors(DEFAULTS["car"], free, theirs[told])
    sample = rng.choice(len(free), min(len(free), 20_000), replace=False)
    constant, factor = fit(free[sample].astype(np.float64), theirs[told][sample].astype(float))
    fitted = Calibration(round(constant, 1), round(factor, 3), "fitted here")
    found["calibrated"] = {"calibration": fitted.said()} | _errors(fitted, free, theirs[told])
    found["met"] = took_cpu <= 1 and found["calibrated"]["median_error"] <= 0.05
    return found


def _errors(calibration: Calibration, free: Any, theirs: Any) -> dict[str, float]:
    error = np.abs(calibration.constant_s + calibration.factor * free - theirs) / theirs
    return {
        "median_error": round(float(np.median(error)), 4),
        "p90_error": round(float(np.quantile(error, 0.9)), 4),
    }


def days(roads_file: Path, osrm: Osrm, count: int, calibration: Calibration, say: Any) -> dict[str, Any]:
    """So many days of 20 agents, planned on our times and carried out on OSRM's."""
    roads = CityRoads(load(roads_file, "car"), calibration)
    lived: list[city_days.Lived] = []

    def place(rng: np.random.Generator, many: int) -> list[Point]:
        return points_of(roads, rng, many)

    for day in range(count):
        lived += city_days.carry_out(SEED + day, place, roads.table, osrm.table)
        so_far = city_days.told(lived)
        say(f"  day {day + 1} of {count}: {so_far['over']} of {so_far['days']} over, {so_far['late']} late")
    found = city_days.told(lived) | {"calibration": calibration.said()}
    found["wanted"] = "<= 0.5 % of agent-days > 5 min over, <= 0.5 % of appointments > 2 min late"
    found["met"] = found["share_over"] <= 0.005 and found["share_late"] <= 0.005
    return found


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--quick", is_flag=True, help="300 places, 2 days: below two minutes.")
@click.option(
    "--only", default="", metavar="PART,PART", help="packages, matrix, days, geocoding, maps, osrm."
)
@click.option("--days", "many", type=int, help="So many days instead of 20.")
@click.option("--safety", default="", metavar="A,B", help="Plan the days with A s + B t instead.")
def main(as_json: bool, quick: bool, only: str, many: int | None, safety: str) -> None:
    """Measure and print."""

    def say(line: str) -> None:
        click.echo(line, err=True)

    parts = only.split(",") if only else [*PARTS, *([] if quick else OTHERS)]
    found: dict[str, Any] = {"notes": []}
    if not (DATA / "duitama.osm.pbf").exists():
        raise click.ClickException(f"the extracts are not in {DATA}; nothing can be measured")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "office"
        if {"packages", "matrix", "days"} & set(parts):
            found["packages"] = {name: package(name, folder) for name in CITIES}
        base = _osrm(found["notes"]) if {"matrix", "days", "osrm"} & set(parts) else None
        roads_file = folder / "cities" / "porto-alegre" / "roads.npz"
        if base is None:
            if "matrix" in parts:
                found["matrix"] = matrix(roads_file, None, 300 if quick else 1000)
        else:
            with osrm_server.served(base, most=1000) as url:
                osrm = Osrm(url, "car")
                if "matrix" in parts:
                    found["matrix"] = matrix(roads_file, osrm, 300 if quick else 1000)
                if "days" in parts:
                    a, b = (float(one) for one in (safety or "0,0").split(","))
                    used = Calibration(a, b, "--safety") if safety else DEFAULTS["car"]
                    found["days"] = days(roads_file, osrm, many or (2 if quick else 20), used, say)
    for part, module in OTHERS.items():
        if part in parts:
            found[part] = _other(module, found["notes"])
    click.echo(json.dumps(found, ensure_ascii=False, indent=None if as_json else 1))


def _osrm(notes: list[str]) -> Path | None:
    try:
        return osrm_server.prepare(DATA / "porto_alegre.osm.pbf", osrm_server.CACHE / "porto_alegre")
    except osrm_server.NoOsrm as wrong:
        notes.append(f"not compared with OSRM: {wrong}")
        return None


def _other(module: str, notes: list[str]) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", module, "--json"], capture_output=True, text=True, check=False
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        notes.append(f"{module}: {done.stderr.strip()[-200:]}")
        return None


if __name__ == "__main__":
    main()
