"""Which city's tiles the office and its laptops draw maps on: one setting of the office. Reads no file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from . import offices

SETTING = "city_map"
CITIES, TILES = "cities", "tiles.pmtiles"
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class CityMap:
    """The tiles in use. `folder` is the package's folder among the office's cities; `bounds` are west,
    south, east, north."""

    id: str
    name: str
    folder: str
    bounds: Bounds
    attribution: str
    size: int
    sha256: str

    def file(self, data: Path) -> Path:
        """Where the tiles lie in the office's data folder."""
        return data / CITIES / self.folder / TILES

    def record(self) -> dict[str, Any]:
        """What a laptop is told: the feed's record `city`."""
        told = asdict(self) | {"bounds": list(self.bounds)}
        del told["folder"]
        return told


def announced(connection: Connection) -> CityMap | None:
    told = offices.get(connection, SETTING)
    if told is None:
        return None
    west, south, east, north = told["bounds"]
    return CityMap(**told | {"bounds": (west, south, east, north)})


def put(connection: Connection, city: CityMap | None) -> None:
    told = None if city is None else asdict(city) | {"bounds": list(city.bounds)}
    offices.put(connection, SETTING, told)
