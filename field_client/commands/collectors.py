"""`ronda field collectors`: who works with this laptop. Opens nobody's data."""

from __future__ import annotations

from pathlib import Path

import click

from .. import collectors as people
from ..folder import NotEnrolled
from .options import clear_errors, json_option, root_option, say


@click.command()
@root_option
@json_option
@clear_errors
def collectors(data: Path, as_json: bool) -> None:
    """List the collectors of this laptop, each with what waited when he last locked it.

    Name one with `--who` in every other command. Add one with `ronda field enrol --add`.
    """
    held = people.all_of(data)
    if not held:
        raise NotEnrolled(data)
    said = [{"number": one.number, "label": one.label, "unsent": one.unsent} for one in held]
    lines = [f"{one.number:>2}  {one.label or '(no label)':<24} {one.unsent} waiting" for one in held]
    say({"collectors": said}, as_json, "\n".join(lines))
