"""`ronda office device program`: which version laptops should run. Knows no laptop."""

from __future__ import annotations

import click

from sync.wire.errors import Problem

from .. import program as programs
from ..office import Office
from ..store.engine import reading
from .options import answer, json_option, now, with_office


@click.command()
@with_office
@click.option("--newest", default=None, help="Worth having, such as 0.3.0; laptops below it say so.")
@click.option("--least", default=None, help="Below this a laptop asks its collector to act today.")
@json_option
def program(office: Office, newest: str | None, least: str | None, as_json: bool) -> None:
    """Which program laptops should run; without options, tell it. No laptop is refused for its version."""
    if newest is None and least is None:
        with reading(office.engine) as connection:
            said = programs.wanted(connection)
    else:
        with reading(office.engine) as connection:
            held = programs.wanted(connection)
        wish = {"newest": newest, "least": least}
        both = {name: held.get(name, "") if value is None else value for name, value in wish.items()}
        try:
            said = programs.want(office.engine, **both, actor="cli", now=now())
        except Problem as problem:
            raise click.ClickException(str(problem.detail)) from problem
    lines = [f"newest {said.get('newest', 'not said')}, least {said.get('least', 'not said')}"]
    answer({"newest": said.get("newest"), "least": said.get("least")}, as_json, lines)
