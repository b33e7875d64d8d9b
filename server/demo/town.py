"""Makes Villa Ronda, a fictitious Colombian town, from a seed. Knows no debt, no clock and no file.

Calles run east to west and are numbered northward; Carreras run south to north and are numbered
westward. "Calle 8 # 9-12" is the door 12 m from Carrera 9 toward Carrera 10, on Calle 8; even numbers
stand on one side, odd on the other. Two streets that meet share a vertex exactly, so a road graph can be
read off the polylines. The river cuts every street but those with a bridge.
"""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from . import writing
from .geometry import Point, along, inside, offset
from .streets import Barrio, Block, Bridge, Landmark, Street
from .surveying import survey

DOOR_OFFSET_M = 4.0
VEREDA_SHARE = 0.05
LAST_DOOR_M = 99


@dataclass(frozen=True)
class TownAddress:
    """An address as people write it, and its door. `metre` counts from `cross` (or along the road)."""

    text: str
    barrio: str
    city: str
    lat: float
    lon: float
    is_vereda: bool
    zone: str
    street: str
    cross: str
    metre: float


@dataclass(frozen=True)
class Town:
    name: str
    country: str
    department: str
    city: str
    time_zone: str
    currency: str
    seed: int
    center: Point
    streets: tuple[Street, ...]
    blocks: tuple[Block, ...]
    road: Street  # the only way to the veredas
    river_name: str
    river: tuple[Point, ...]
    bridges: tuple[Bridge, ...]
    barrios: tuple[Barrio, ...]
    landmarks: tuple[Landmark, ...]

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(barrio.zone for barrio in self.barrios))

    def address(self, rng: random.Random) -> TownAddress:
        """A door somewhere in town, one in twenty of them in a vereda."""
        if rng.random() < VEREDA_SHARE:
            return self._vereda_address(rng)
        return self._grid_address(rng)

    def _grid_address(self, rng: random.Random) -> TownAddress:
        reach = list(accumulate(block.length_m for block in self.blocks))
        block = self.blocks[bisect(reach, rng.random() * reach[-1])]
        metre = rng.randint(3, min(LAST_DOOR_M, int(block.length_m) - 3))
        side = 1.0 if metre % 2 else -1.0
        door = offset(block.start, block.end, metre, side * DOOR_OFFSET_M)
        home = self.barrio_at(door)
        text = writing.grid_address(rng, block.street.kind, block.street.label, block.cross, metre)
        return TownAddress(
            text, home.name, self.city, *door, False, home.zone, block.street.name, block.cross, float(metre)
        )

    def _vereda_address(self, rng: random.Random) -> TownAddress:
        mark = rng.choice(self.landmarks)
        text, metre = writing.vereda_address(rng, mark.vereda, mark.name, mark.metre)
        start, end, rest = along(self.road.pieces[0], metre)
        door = offset(start, end, rest, rng.choice((-DOOR_OFFSET_M, DOOR_OFFSET_M)))
        zone = next(barrio.zone for barrio in self.barrios if barrio.name == mark.vereda)
        return TownAddress(text, mark.vereda, self.city, *door, True, zone, self.road.name, "", metre)

    def barrio_at(self, door: Point) -> Barrio:
        """The barrio a door of the grid stands in. Raises LookupError outside the town."""
        for barrio in self.barrios:
            if inside(door, barrio.polygon):
                return barrio
        raise LookupError(f"{door} lies in no barrio of {self.name}")

    def geojson(self) -> dict[str, Any]:
        """A base map: barrios below, then the river, the streets and the bridges (`kind` says which)."""
        features = [_area(barrio) for barrio in self.barrios]
        features.append(_feature("LineString", _line(self.river), kind="river", name=self.river_name))
        features.extend(
            _feature(
                "MultiLineString", [_line(piece) for piece in street.pieces], kind="street", name=street.name
            )
            for street in (*self.streets, self.road)
        )
        features.extend(_feature("Point", _spot(b.at), kind="bridge", name=b.name) for b in self.bridges)
        return {"type": "FeatureCollection", "name": self.name, "features": features}


def make_town(seed: int = 7) -> Town:
    """The same seed always gives the same town, to the last digit."""
    ground = survey(seed)
    return Town(
        name="Villa Ronda",
        country="CO",
        department="Boyacá",
        city="Villa Ronda",
        time_zone="America/Bogota",
        currency="COP",
        seed=seed,
        center=ground.center,
        streets=ground.streets,
        blocks=ground.blocks,
        road=ground.road,
        river_name="Río Chiquito",
        river=ground.river,
        bridges=ground.bridges,
        barrios=ground.barrios,
        landmarks=ground.landmarks,
    )


def _spot(point: Point) -> list[float]:
    return [point[1], point[0]]


def _line(points: tuple[Point, ...]) -> list[list[float]]:
    return [_spot(point) for point in points]


def _feature(geometry: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": geometry, "coordinates": coordinates},
    }


def _area(barrio: Barrio) -> dict[str, Any]:
    ring = _line((*barrio.polygon, barrio.polygon[0]))
    kind = "vereda" if barrio.is_vereda else "barrio"
    return _feature("Polygon", [ring], kind=kind, name=barrio.name, zone=barrio.zone)
