"""`ronda field city`: bring the map of the city from a file, where the line is too thin. Draws nothing."""

from __future__ import annotations

from pathlib import Path

import click

from ..store import tiles
from ..store.db import Store
from .options import json_option, say, with_closed_laptop


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@with_closed_laptop
def city(store: Store, file: Path, as_json: bool) -> None:
    """Keep FILE (the office's tiles.pmtiles of your city) for this laptop's maps.

    The office's own map takes its place as soon as it has come by sync.
    """
    try:
        with store.writing() as db:
            said = tiles.bring(db, file)
    except (tiles.WrongTiles, OSError) as wrong:
        raise click.ClickException(str(wrong)) from wrong
    say(said, as_json, f"The map {said['name']} ({said['size'] / 2**20:.1f} MB) is on this laptop.")
