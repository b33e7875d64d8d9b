"""Reads from an OpenStreetMap extract what a base map shows, as columns of shapes. Knows no tile.

Shapes are in the world square of the web's maps: x and y from 0 to 1, y growing to the south.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from osmium.filter import KeyFilter

from .coast import sea

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

ROADS = {
    "motorway": "motorway",
    "trunk": "trunk",
    "primary": "primary",
    "secondary": "secondary",
    "tertiary": "tertiary",
    "residential": "minor",
    "unclassified": "minor",
    "living_street": "minor",
    "road": "minor",
    "pedestrian": "minor",
    "service": "service",
    "track": "track",
    "footway": "path",
    "path": "path",
    "cycleway": "path",
    "steps": "path",
    "bridleway": "path",
}
WATERWAYS = {"river": "river", "canal": "river", "stream": "stream", "drain": "stream", "ditch": "stream"}
AREAS = {
    ("natural", "water"): ("water", "water"),
    ("waterway", "riverbank"): ("water", "water"),
    ("landuse", "reservoir"): ("water", "water"),
    ("landuse", "basin"): ("water", "water"),
    ("leisure", "park"): ("landuse", "green"),
    ("leisure", "garden"): ("landuse", "green"),
    ("leisure", "golf_course"): ("landuse", "green"),
    ("leisure", "nature_reserve"): ("landuse", "wood"),
    ("leisure", "playground"): ("landuse", "green"),
    ("leisure", "pitch"): ("landuse", "pitch"),
    ("landuse", "grass"): ("landuse", "green"),
    ("landuse", "meadow"): ("landuse", "green"),
    ("landuse", "recreation_ground"): ("landuse", "green"),
    ("landuse", "village_green"): ("landuse", "green"),
    ("landuse", "forest"): ("landuse", "wood"),
    ("natural", "wood"): ("landuse", "wood"),
    ("natural", "scrub"): ("landuse", "wood"),
    ("natural", "grassland"): ("landuse", "green"),
    ("landuse", "cemetery"): ("landuse", "cemetery"),
    ("landuse", "industrial"): ("landuse", "industry"),
    ("amenity", "school"): ("landuse", "civic"),
    ("amenity", "university"): ("landuse", "civic"),
    ("amenity", "college"): ("landuse", "civic"),
    ("amenity", "hospital"): ("landuse", "civic"),
}
PLACES = frozenset({"city", "town", "village", "hamlet", "suburb", "quarter", "neighbourhood", "borough"})
# What people name when they say where somebody lives.
LANDMARKS = {
    "amenity": frozenset(
        {
            "hospital",
            "clinic",
            "school",
            "university",
            "college",
            "place_of_worship",
            "marketplace",
            "townhall",
            "police",
            "bus_station",
            "fire_station",
            "fuel",
            "theatre",
            "library",
        }
    ),
    "leisure": frozenset({"park", "stadium", "sports_centre"}),
    "shop": frozenset({"mall", "supermarket"}),
    "aeroway": frozenset({"aerodrome"}),
}
LONGEST_NAME = 60


@dataclass
class Column:
    """The shapes of one layer, each with what is told of it: a class, a name, a short number of a road."""

    shapes: list[Any] = field(default_factory=list)
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, shape: Any, kind: str, name: str = "", ref: str = "") -> None:
        self.shapes.append(shape)
        self.told.append((kind, name, ref))


@dataclass
class Shapes:
    """Everything a map of the city can show, by layer, and the box the extract speaks about."""

    bounds: Bounds
    roads: Column = field(default_factory=Column)
    waterways: Column = field(default_factory=Column)
    water: Column = field(default_factory=Column)
    landuse: Column = field(default_factory=Column)
    buildings: Column = field(default_factory=Column)
    places: Column = field(default_factory=Column)
    landmarks: Column = field(default_factory=Column)
    doors: Column = field(default_factory=Column)
    coast: list[Any] = field(default_factory=list)


class NothingToDraw(ValueError):
    """The extract holds no place at all."""


def read(extract: Path, say: Callable[[float], None]) -> Shapes:
    """Read the extract once for nodes and ways, once more for areas. Raises NothingToDraw."""
    found = Shapes(_told_bounds(extract) or (0.0, 0.0, 0.0, 0.0))
    widest = [180.0, 90.0, -180.0, -90.0]
    wanted = KeyFilter(*sorted({key for key, _ in AREAS} | {"building"}))
    things = osmium.FileProcessor(str(extract)).with_areas(wanted)
    for number, thing in enumerate(things):
        if isinstance(thing, osmium.osm.Node):
            _reach(widest, thing)
            if thing.tags:
                _node(found, thing)
        elif isinstance(thing, osmium.osm.Way):
            if thing.tags:
                _way(found, thing)
        elif isinstance(thing, osmium.osm.Area):
            _area(found, thing)
        if number % 100_000 == 0:
            say(1 - 1 / (2 + number / 200_000))
    if widest[0] > widest[2]:
        raise NothingToDraw("the extract has no place to draw; take one that covers streets")
    if found.bounds == (0.0, 0.0, 0.0, 0.0):
        found.bounds = (widest[0], widest[1], widest[2], widest[3])
    for shape in sea(found.coast, found.bounds):
        found.water.add(shape, "water")
    return found


def to_world(points: Floats) -> Floats:
    """Degrees (longitude, latitude) into the world square."""
    lat = np.radians(np.clip(points[:, 1], -85.05, 85.05))
    y = 0.5 - np.log(np.tan(np.pi / 4 + lat / 2)) / (2 * np.pi)
    return np.column_stack((points[:, 0] / 360 + 0.5, y))


def world_box(bounds: Bounds) -> tuple[float, float, float, float]:
    """Degrees west, south, east, north into least x, least y, largest x, largest y of the world square."""
    west, south, east, north = bounds
    corners = to_world(np.array([[west, north], [east, south]]))
    return float(corners[0, 0]), float(corners[0, 1]), float(corners[1, 0]), float(corners[1, 1])


def metre(bounds: Bounds) -> float:
    """The length of a metre at the middle of these bounds, in world squares."""
    return 1 / (40_075_016.7 * math.cos(math.radians((bounds[1] + bounds[3]) / 2)))


def _told_bounds(extract: Path) -> Bounds | None:
    with osmium.io.Reader(str(extract)) as reader:
        box = reader.header().box()
    if not box.valid() or box.bottom_left == box.top_right:
        return None
    return box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat


def _reach(widest: list[float], node: Any) -> None:
    lon, lat = node.location.lon, node.location.lat
    widest[:] = min(widest[0], lon), min(widest[1], lat), max(widest[2], lon), max(widest[3], lat)


def _node(found: Shapes, node: Any) -> None:
    tags = node.tags
    name = _name(tags)
    at = (node.location.lon, node.location.lat)
    if name and tags.get("place") in PLACES:
        found.places.add(shapely.Point(at), tags["place"], name)
    elif name and _is_landmark(tags):
        found.landmarks.add(shapely.Point(at), "landmark", name)
    if "addr:housenumber" in tags:
        found.doors.add(shapely.Point(at), "door", tags["addr:housenumber"][:12])


def _way(found: Shapes, way: Any) -> None:
    tags = way.tags
    road = ROADS.get(tags.get("highway", "").removesuffix("_link"))
    if road and tags.get("area") != "yes":
        if road == "service" and tags.get("service") in ("parking_aisle", "drive-through"):
            return
        _line(found.roads, way, road, _name(tags), tags.get("ref", "").split(";")[0][:12])
    elif tags.get("railway") in ("rail", "light_rail", "subway", "tram"):
        if tags.get("tunnel") != "yes":
            _line(found.roads, way, "rail")
    elif tags.get("waterway") in WATERWAYS and tags.get("tunnel") not in ("yes", "culvert"):
        _line(found.waterways, way, WATERWAYS[tags["waterway"]], _name(tags))
    elif tags.get("natural") == "coastline" and (drawn := _drawn(way)) is not None:
        found.coast.append(drawn)


def _line(column: Column, way: Any, kind: str, name: str = "", ref: str = "") -> None:
    drawn = _drawn(way)
    if drawn is not None:
        column.add(drawn, kind, name, ref)


def _drawn(way: Any) -> Any:
    points = [(node.location.lon, node.location.lat) for node in way.nodes if node.location.valid()]
    return shapely.LineString(points) if len(points) > 1 else None


def _area(found: Shapes, area: Any) -> None:
    tags = area.tags
    building = tags.get("building", "no") != "no"
    kind = (
        None
        if building
        else next((told for (key, value), told in AREAS.items() if tags.get(key) == value), None)
    )
    if not building and kind is None:
        return
    for outer in area.outer_rings():
        ring = [(node.lon, node.lat) for node in outer]
        if len(ring) < 4:
            continue
        holes = [[(node.lon, node.lat) for node in inner] for inner in area.inner_rings(outer)]
        shape = shapely.Polygon(ring, [hole for hole in holes if len(hole) > 3])
        if kind is None:
            found.buildings.add(shape, "building")
        else:
            (found.water if kind[0] == "water" else found.landuse).add(shape, kind[1])
        _named(found, tags, shape)


def _named(found: Shapes, tags: Any, shape: Any) -> None:
    name = _name(tags)
    if name and _is_landmark(tags):
        found.landmarks.add(shapely.Point(shape.representative_point()), "landmark", name)
    if "addr:housenumber" in tags:
        found.doors.add(shapely.Point(shape.centroid), "door", tags["addr:housenumber"][:12])


def _is_landmark(tags: Any) -> bool:
    return any(tags.get(key) in values for key, values in LANDMARKS.items())


def _name(tags: Any) -> str:
    return str(tags.get("name", "")).strip()[:LONGEST_NAME]
