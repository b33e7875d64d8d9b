"""`ronda office policy lint`: judges the wording of a file's texts under a pack."""

from __future__ import annotations

from pathlib import Path

import click

from sync import policies
from sync.rules.policy import PolicyError

from ..linting import lint_list
from ..lists import WrongList
from .options import answer, json_option

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command("lint")
@click.argument("file", metavar="FILE.csv", type=FILE)
@click.option("--pack", required=True, help="The policy pack, such as mx-agency, or a pack's TOML file.")
@click.option("--out", type=OUT, required=True, help="Where to write the file again, with the verdicts.")
@json_option
def lint(file: Path, pack: str, out: Path, as_json: bool) -> None:
    """Judge the words of each row's `text`: threats, insults, a court's look, a debt told to others.

    A column `kind` (note, message, letter, template, slip) says what a text is for; in a note what would
    block warns. Adds `verdict, rule, words`. Exits 0 when the file was written, whatever the verdicts.
    """
    try:
        counts = lint_list(file, out, policies.load(pack))
    except (WrongList, PolicyError) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    answer({**counts, "out": str(out)}, as_json, [said, f"written to {out}"])
