"""Measures planning: on the literature's instances, and days on any city's roads with the peers.

python -m bench.plan toptw DIR --seconds 5 --json
python -m bench.plan solomon DIR --seconds 10
python -m bench.plan pcvrptw DIR --seconds 60 --only RC2
python -m bench.plan day --city FILE.osm.pbf --candidates 1000 --agents 20 --seed 1 --json
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from . import plan_day, plan_literature
from .plan_instances import Unreadable
from .plan_literature import KINDS, Row, Run


@click.group(help=__doc__)
def main() -> None:
    """The commands below."""


def _literature(kind: str, usual: float) -> click.Command:
    @click.command(kind, help=KINDS[kind].__doc__)
    @click.argument("folder", type=click.Path(path_type=Path))
    @click.option("--seconds", default=usual, show_default=True, help="For each instance.")
    @click.option("--seed", default=1, show_default=True)
    @click.option("--only", default="", metavar="PREFIX", help="Instances whose name begins so.")
    @click.option(
        "--processor", is_flag=True, help="Seconds of the processor: for a machine with other work."
    )
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    def command(folder: Path, seconds: float, seed: int, only: str, processor: bool, as_json: bool) -> None:
        rows: list[Row] = []
        run = Run(seconds, seed, only, time.process_time if processor else time.perf_counter)
        try:
            for row in KINDS[kind](folder, run):
                rows.append(row)
                _say(row, err=as_json)
        except Unreadable as wrong:
            raise click.ClickException(str(wrong)) from wrong
        found = plan_literature.summary(kind, rows, run)
        if as_json:
            click.echo(json.dumps(found))
            return
        for name, mean in found["mean_gap"].items():
            click.echo(f"mean gap, {name}: {'-' if mean is None else f'{mean:.2f} %'}")

    return command


def _say(row: Row, *, err: bool) -> None:
    best = "-" if row.best_known is None else f"{row.best_known:g}"
    gap = "-" if row.gap is None else f"{row.gap:+.2f} %"
    told = f"{row.instance:10} x{row.vehicles:<3} {row.value:>12g}  best known {best:>10}  gap {gap:>9}"
    click.echo(f"{told}  {row.iterations} iterations {row.wrong}", err=err)


for _kind, _usual in (("toptw", 5.0), ("solomon", 10.0), ("pcvrptw", 60.0)):
    main.add_command(_literature(_kind, _usual))


@main.command("day")
@click.option(
    "--city", "extract", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--candidates", default=1000, show_default=True)
@click.option("--agents", default=20, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--seeds", default=1, show_default=True, help="So many days, from --seed on.")
@click.option("--iterations", default=plan_day.ITERATIONS, show_default=True, help="Of each agent's search.")
@click.option(
    "--peers", default=",".join(plan_day.PEERS), show_default=True, help="Commas between; may be empty."
)
@click.option("--peer-seconds", default=60.0, show_default=True, help="For OR-Tools.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a day.")
def day(
    extract: Path,
    candidates: int,
    agents: int,
    seed: int,
    seeds: int,
    iterations: int,
    peers: str,
    peer_seconds: float,
    as_json: bool,
) -> None:
    """Make a day on an extract, plan it, and let the peers plan it."""
    chosen = [name for name in peers.split(",") if name]
    if unknown := set(chosen) - set(plan_day.PEERS):
        raise click.BadParameter(f"{', '.join(sorted(unknown))}; there are {', '.join(plan_day.PEERS)}")
    for number in range(seed, seed + seeds):
        found = plan_day.run(
            extract,
            candidates=candidates,
            agents=agents,
            seed=number,
            iterations=iterations,
            peers=chosen,
            peer_seconds=peer_seconds,
            say=lambda line: click.echo(line, err=True),
        )
        click.echo(json.dumps(found) if as_json else _told(found))


def _told(found: dict[str, Any]) -> str:
    lines = [
        f"{found['city']}, {found['candidates']} candidates, {found['agents']} agents, seed {found['seed']}: "
        f"{found['wall_s']} s {found['steps']}, {found['appointments']} appointments"
    ]
    for name, one in found["planned"].items():
        ratio = found["ratios"].get(name)
        told = "" if ratio is None else f"  ronda is {ratio:.4f} of it, wanted {found['wanted'][name]}"
        lines.append(
            f"  {name:18} value {one['value']:6}  visits {one['visits']:5}  appointments {one['appointments']:4}"
            f"  travel {one['travel_h']:6} h  {one['wall_s']:6} s{told}"
        )
    return "\n".join([*lines, *found["notes"]])


if __name__ == "__main__":
    main()
