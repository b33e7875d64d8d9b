"""`ronda office init`: asks nothing, makes the office, prints the one-time password."""

from __future__ import annotations

import click

from ..config import config_from
from ..office import initialise
from .options import answer, clear_errors, data_option, json_option, now


@click.command()
@data_option
@json_option
@click.option("--name", default="Ronda", help="The office's name, shown on laptops.")
@clear_errors
def init(data: str | None, as_json: bool, name: str) -> None:
    """Make the data folder, the keys and a first administrator; on an existing office, migrate it."""
    config = config_from(data=data)
    made = initialise(config, now(), name)
    figures = {"data": str(config.data), "username": made.username, "password": made.password}
    if made.password is None:
        answer(
            figures, as_json, [f"The office in {config.data} was already there; its tables are up to date."]
        )
        return
    answer(
        figures,
        as_json,
        [
            f"Office made in {config.data}",
            f"  administrator: {made.username}",
            f"  password:      {made.password}   (shown once; it must be changed at the first login)",
            "Keep the folder 'keys' safe: it opens the office's backups and the laptops' recovery.",
        ],
    )
