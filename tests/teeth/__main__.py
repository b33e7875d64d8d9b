"""`python -m tests.teeth [NAME…]`: shows that each mutant is caught. Exits 0 only when all are."""

from __future__ import annotations

import time

import click

from .biting import AT_ONCE, bite_all, copied_tree, run_test
from .mutants import MUTANTS, by_name


@click.command()
@click.argument("names", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="Name the mutants and what is wrong with each.")
@click.option("--control", is_flag=True, help="Run the tests without any mutant: all of them must pass.")
def main(names: tuple[str, ...], listing: bool, control: bool) -> None:
    """Put each mutant into a copy of the code and run the one test that must catch it."""
    try:
        chosen = [by_name(name) for name in names] or list(MUTANTS)
    except KeyError as unknown:
        raise click.ClickException(f"there is no mutant {unknown}; see --list") from unknown
    if listing:
        for mutant in chosen:
            click.echo(f"{mutant.name:32} {mutant.why}")
        return
    began, missed = time.monotonic(), 0
    if control:
        missed = _control(sorted({mutant.test for mutant in chosen}))
    else:
        for bitten in bite_all(chosen):
            click.echo(bitten.told())
            missed += not bitten.caught
    took = time.monotonic() - began
    click.echo(f"{len(chosen)} mutants, {missed} not as they should be, {took:.0f} s, {AT_ONCE} at a time")
    raise SystemExit(1 if missed else 0)


def _control(tests: list[str]) -> int:
    failed = 0
    with copied_tree() as folder:
        for test in tests:
            code, last = run_test(test, folder)
            click.echo(f"{'passes' if code == 0 else 'FAILS'}  {test}  {'' if code == 0 else last}")
            failed += code != 0
    return failed


if __name__ == "__main__":
    main()
