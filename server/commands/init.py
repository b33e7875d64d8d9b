"""`ronda office init`: asks nothing, makes the office, prints the one-time password."""

from __future__ import annotations

from typing import Any

import click

from ..config import config_from
from ..office import initialise, open_office
from ..receiving.replaying import replay
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
    figures: dict[str, Any] = {
        "data": str(config.data),
        "username": made.username,
        "password": made.password,
    }
    if made.password is None:
        office = open_office(config)
        try:
            replayed = replay(office.engine, now(), "cli")
        finally:
            office.engine.dispose()
        lines = [f"The office in {config.data} was already there; its tables are up to date."]
        if replayed.applied:
            lines.append(f"{replayed.applied} events that an older Ronda set aside are applied now.")
        answer(figures | {"replayed": replayed.to_json()}, as_json, lines)
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
