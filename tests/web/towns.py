"""The small office on a made city: its tiles are in use, and one route knows its roads. Knows no page."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from server.cities import tiling
from server.cities.announcing import announce
from server.store import tables as t
from server.store.city_maps import CityMap
from server.store.engine import writing
from sync.wire.lines import encoded
from tests.office.streets import Extract, at, city

from .worlds import NOW, World

ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"
CORNERS = [at(8, 4.5), at(8, 6), at(9, 6), at(9, 4.5)]


def town() -> Extract:
    """Wide enough for the maps of the world's debtors in Duitama."""
    made = city()
    for calle in range(11, 25):
        made.street(f"Calle {calle}", *((calle, carrera) for carrera in range(-8, 11)))
    for carrera in range(-8, 1):
        made.street(f"Carrera {20 - carrera}", *((calle, carrera) for calle in range(11, 25)))
    return made


def with_city(world: World, folder: Path) -> CityMap:
    """The world with tiles in use, and Gustavo's route along four corners."""
    package = world.office.config.data / "cities" / "duitama"
    package.mkdir(parents=True)
    figures = tiling.build(town().write(folder / "town.osm.pbf"), package / "tiles.pmtiles")
    west, south, east, north = figures["bounds"]
    with writing(world.office.engine) as connection:
        held = announce(
            connection,
            package / "tiles.pmtiles",
            fingerprint="a made city",
            name="Duitama",
            bounds=(west, south, east, north),
            attribution=ATTRIBUTION,
            now=NOW,
        )
        matrix = {"points": [""], "seconds": [[0]], "metres": [[0]], "line": encoded(CORNERS)}
        mine = t.routes.c.id == world.routes["gustavo"]
        connection.execute(update(t.routes).where(mine).values(matrix=matrix))
    return held
