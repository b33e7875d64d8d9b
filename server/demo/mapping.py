"""Writes the made town as an OpenStreetMap extract: a city like any other. Makes no town."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

from .geometry import Point, along, offset
from .streets import Barrio, Street
from .town import Town

# What kind of road each kind of street is.
HIGHWAY = {"Calle": "residential", "Carrera": "residential", "Vía": "tertiary"}
MAIN = {"Calle 10", "Calle 15", "Carrera 8", "Carrera 14"}
# Real maps know few houses: one block in so many has some, at these metres from its corner.
KNOWN_BLOCKS, KNOWN_METRES = 12, (12, 25, 48, 61)
DOOR_OFFSET_M = 4.0


def write_extract(town: Town, path: Path) -> Path:
    """The town as `path` (an .osm.pbf); the same town gives the same streets, houses and quarters."""
    sheet = _Sheet()
    for street in (*town.streets, town.road):
        for piece in street.pieces:
            sheet.way(piece, _of_street(street))
    sheet.way(town.river, {"waterway": "river", "name": town.river_name})
    for barrio in town.barrios:
        sheet.way((*barrio.polygon, barrio.polygon[0]), _of_barrio(barrio))
    for bridge in town.bridges:
        sheet.node(bridge.at, {"man_made": "bridge", "name": bridge.name})
    for mark in town.landmarks:
        start, end, rest = along(town.road.pieces[0], mark.metre)
        sheet.node(offset(start, end, rest, DOOR_OFFSET_M), {"tourism": "attraction", "name": mark.name})
    for block in town.blocks[::KNOWN_BLOCKS]:
        for metre in KNOWN_METRES:
            if metre < block.length_m - 3:
                door = offset(block.start, block.end, metre, DOOR_OFFSET_M if metre % 2 else -DOOR_OFFSET_M)
                number = f"{block.cross}-{metre:02d}"
                sheet.node(door, {"addr:street": block.street.name, "addr:housenumber": number})
    sheet.node(town.center, {"place": "town", "name": town.name})
    path.unlink(missing_ok=True)
    sheet.write(path)
    return path


def _of_street(street: Street) -> dict[str, str]:
    kind = "secondary" if street.name in MAIN else HIGHWAY.get(street.kind, "residential")
    return {"highway": kind, "name": street.name}


def _of_barrio(barrio: Barrio) -> dict[str, str]:
    if barrio.is_vereda:
        return {"place": "hamlet", "name": barrio.name}
    return {"landuse": "residential", "place": "neighbourhood", "name": barrio.name}


class _Sheet:
    """Nodes shared where streets meet, and the ways through them."""

    def __init__(self) -> None:
        self._at: dict[Point, int] = {}
        self._nodes: list[Node] = []
        self._ways: list[Way] = []

    def node(self, point: Point, tags: dict[str, str]) -> int:
        """A node of its own, for what stands there."""
        number = len(self._nodes) + 1
        self._nodes.append(Node(id=number, version=1, location=(point[1], point[0]), tags=tags))
        return number

    def way(self, line: Sequence[Point], tags: dict[str, str]) -> None:
        refs = [self._ref(point) for point in line]
        self._ways.append(Way(id=len(self._ways) + 1, version=1, nodes=refs, tags=tags))

    def write(self, path: Path) -> None:
        with osmium.SimpleWriter(str(path)) as writer:
            for node in self._nodes:
                writer.add_node(node)
            for way in self._ways:
                writer.add_way(way)

    def _ref(self, point: Point) -> int:
        if point not in self._at:
            self._at[point] = self.node(point, {})
        return self._at[point]
