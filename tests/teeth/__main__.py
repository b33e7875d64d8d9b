"""`python -m tests.teeth [NAME…]`: shows that each mutant is caught. Exits 0 only when all are."""

from __future__ import annotations

import time

import click

from .biting import AT_ONCE, bite_all, control
from .mutants import MUTANTS, by_name


@click.command()
@click.argument("names", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="Name the mutants and what is wrong with each.")
def main(names: tuple[str, ...], listing: bool) -> None:
    """Put each mutant into a copy of the code and run the one test that must catch it.

    The control comes first: without a mutant every one of these tests passes, or no bite would say anything.
    """
    try:
        chosen = [by_name(name) for name in names] or list(MUTANTS)
    except KeyError as unknown:
        raise click.ClickException(f"there is no mutant {unknown}; see --list") from unknown
    if listing:
        for mutant in chosen:
            click.echo(f"{mutant.name:32} {mutant.why}")
        return
    began, missed = time.monotonic(), 0
    wrong = control(chosen)
    click.echo(f"control    {wrong or 'without a mutant all of their tests pass'}")
    if wrong:
        raise SystemExit(1)
    for bitten in bite_all(chosen):
        click.echo(bitten.told())
        missed += not bitten.caught
    took = time.monotonic() - began
    click.echo(f"{len(chosen)} mutants, {missed} not caught, {took:.0f} s, {AT_ONCE} at a time")
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
