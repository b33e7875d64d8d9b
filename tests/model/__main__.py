"""`python -m tests.model`: runs the model and prints the first failing run, made short, with its seed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from .building import template
from .running import LENGTH, Ran, read_script, run_many, run_one, script_of, shortened


@click.command()
@click.option("--runs", type=int, default=100, show_default=True, help="How many runs.")
@click.option("--steps", type=int, default=LENGTH, show_default=True, help="How many steps a run.")
@click.option("--seed", type=int, envvar="RONDA_MODEL_SEED", help="One run only, with its log.")
@click.option("--start", type=int, default=0, show_default=True, help="The first seed of many.")
@click.option("--script", default="", help="With --seed: these steps in place of the seed's own.")
@click.option("--jobs", type=int, default=os.cpu_count() or 1, show_default=True)
@click.option("--exports", type=click.Path(path_type=Path), help="Keep each run's export in a folder here.")
@click.option("--all", "every", is_flag=True, help="Go on after a failing run; print each in one line.")
def main(
    runs: int,
    steps: int,
    seed: int | None,
    start: int,
    script: str,
    jobs: int,
    exports: Path | None,
    every: bool,
) -> None:
    """Run the model of laptops, office, network, disks and clocks."""
    if seed is not None:
        with template() as made:
            ran = run_one(made, seed, read_script(script) if script else script_of(seed, steps), exports)
        click.echo("\n".join(ran.log) if ran.ok else ran.told())
        raise SystemExit(0 if ran.ok else 1)
    began, done, broken, erased, verified = time.monotonic(), 0, 0, 0, 0
    for ran in run_many(range(start, start + runs), jobs, exports, steps):
        done += 1
        erased += ran.erased > 0
        verified += ran.verified
        if ran.ok:
            continue
        broken += 1
        if every:
            click.echo(f"{ran.seed}: step {ran.done}: {ran.why.splitlines()[0][:200]}")
            continue
        click.echo(short(ran))
        break
    took = time.monotonic() - began
    which = f"seeds {start} to {start + done - 1}: {done} runs of {steps} steps"
    exported = f"{verified} exports verified with no false alarm, {erased} of the office held an erasure"
    click.echo(f"{which}, {broken} broken; {exported}; {took:.1f} s")
    raise SystemExit(1 if broken else 0)


def short(ran: Ran) -> str:
    with template() as made:
        return shortened(made, ran).told()


if __name__ == "__main__":
    main()
