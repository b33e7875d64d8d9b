"""Measures planning: on the literature's instances, and days on any city's roads with the peers.

python -m bench.plan toptw DIR --seconds 5 --json
python -m bench.plan solomon DIR --seconds 10
python -m bench.plan pcvrptw DIR --seconds 60 --only RC2
python -m bench.plan day --city FILE.osm.pbf --candidates 1000 --agents 20 --seed 1 --json
python -m bench.plan replan --city FILE.osm.pbf --times 50
python -m bench.plan scale --accounts 5000 --agents 50 --json
python -m bench.plan honest --json
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from sync.routing.day import ITERATIONS

from . import plan_day, plan_literature, plan_replanning
from .plan_instances import Unreadable
from .plan_literature import KINDS, Row, Run

PORTO_ALEGRE = Path(__file__).resolve().parents[2] / "shared" / "data" / "city" / "porto_alegre.osm.pbf"


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
@click.option("--iterations", default=ITERATIONS, show_default=True, help="Of each agent's search.")
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


@main.command("replan")
@click.option(
    "--city", "extract", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--candidates", default=100, show_default=True, help="Of each agent.")
@click.option("--times", default=50, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--fresh-seconds", default=10.0, show_default=True, help="Every fifth is compared with it.")
@click.option("--processor", is_flag=True, help="Seconds of the processor: for a machine with other work.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replan(
    extract: Path,
    candidates: int,
    times: int,
    seed: int,
    fresh_seconds: float,
    processor: bool,
    as_json: bool,
) -> None:
    """Replan the rest of an agent's day, and compare with a fresh long search."""
    found = plan_replanning.run(
        extract,
        candidates=candidates,
        times=times,
        seed=seed,
        fresh_seconds=fresh_seconds,
        clock=time.process_time if processor else time.perf_counter,
        say=lambda line: click.echo(line, err=True),
    )
    click.echo(json.dumps(found, indent=None if as_json else 1))


@main.command("scale")
@click.option("--city", "extract", default=PORTO_ALEGRE, show_default=True, type=click.Path(path_type=Path))
@click.option("--accounts", default=5000, show_default=True)
@click.option("--agents", default=50, show_default=True)
@click.option("--grow", metavar="ACCOUNTSxAGENTS,…", default="", help="Then these too, and how times grow.")
@click.option("--seed", default=1, show_default=True)
@click.option("--iterations", default=ITERATIONS, show_default=True, help="Of each agent's search.")
@click.option("--bounds/--no-bounds", "certified", default=True, help="With the bound of each plan.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def scale(
    extract: Path,
    accounts: int,
    agents: int,
    grow: str,
    seed: int,
    iterations: int,
    certified: bool,
    as_json: bool,
) -> None:
    """Assign so many accounts to so many agents and plan everybody's day."""
    from . import plan_scale

    if not extract.is_file():
        raise click.ClickException(f"there is no extract {extract}; name one with --city")
    sizes = [(accounts, agents), *(tuple(map(int, one.split("x"))) for one in grow.split(",") if one)]
    runs = [
        plan_scale.apart(
            extract, accounts=many, agents=each, seed=seed, iterations=iterations, certified=certified
        )
        for many, each in sizes
    ]
    found = {"runs": runs, "growth": plan_scale.grown(runs)}
    click.echo(json.dumps(found, indent=None if as_json else 1))


@main.command("honest")
@click.option("--days", default=1000, show_default=True, help="Small days solved exactly.")
@click.option("--reasons", default=500, show_default=True, help="Reasons tried out.")
@click.option("--iterations", default=ITERATIONS, show_default=True, help="Of each day's search.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def honest(days: int, reasons: int, iterations: int, as_json: bool) -> None:
    """Try the checker, the bounds and the reasons against what is known to be true."""
    from . import plan_honest

    found = plan_honest.run(
        days=days, reasons=reasons, iterations=iterations, say=lambda line: click.echo(line, err=True)
    )
    click.echo(json.dumps(found, indent=None if as_json else 1))


def _told(found: dict[str, Any]) -> str:
    lines = [
        f"{found['city']}, {found['candidates']} candidates, {found['agents']} agents, seed {found['seed']}: "
        f"{found['wall_s']} s {found['steps']}, {found['appointments']} appointments"
    ]
    for name, one in found["planned"].items():
        ratio = found["ratios"].get(name)
        told = "" if ratio is None else f"  ronda is {ratio:.4f} of it, wanted {found['wanted'][name]}"
        lines.append(
            f"  {name:18} value {one['value']:6}  visits {one['visits']:5}"
            f"  appointments {one['appointments']:4}"
            f"  travel {one['travel_h']:6} h  {one['wall_s']:6} s{told}"
        )
    return "\n".join([*lines, *found["notes"]])


if __name__ == "__main__":
    main()
