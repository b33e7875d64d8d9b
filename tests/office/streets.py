"""A small made city as an extract: numbered streets, a named one, quarters and a few known houses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

BASE = (5.82, -73.03)
# A block is about 88 m each way. Calles rise to the north, carreras to the west, as in Duitama.
STEP = 0.0008
FAR = 60.0  # how many blocks south a second quarter with the same numbers lies
CALLES, CARRERAS = range(1, 11), range(1, 11)


def at(calle: float, carrera: float) -> tuple[float, float]:
    """(lat, lon) of the corner of a calle with a carrera; halves lie between corners."""
    return BASE[0] + calle * STEP, BASE[1] - carrera * STEP


class Extract:
    """Nodes and ways of a made city, by hand."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[float, float], int] = {}
        self.tags: dict[int, dict[str, str]] = {}
        self.ways: list[tuple[list[int], dict[str, str]]] = []
        self.relations: list[tuple[list[tuple[str, int, str]], dict[str, str]]] = []

    def node(self, calle: float, carrera: float) -> int:
        return self.nodes.setdefault((calle, carrera), len(self.nodes) + 1)

    def street(self, name: str, *corners: tuple[float, float], **tags: str) -> None:
        kind = {"highway": "residential", "name": name} | tags
        self.ways.append(([self.node(*corner) for corner in corners], kind))

    def way(self, *corners: tuple[float, float], **tags: str) -> int:
        """Its number: what a relation calls it."""
        self.ways.append(([self.node(*corner) for corner in corners], tags))
        return len(self.ways)

    def house(self, calle: float, carrera: float, street: str, number: str) -> None:
        self.tags[self.node(calle, carrera)] = {"addr:street": street, "addr:housenumber": number}

    def place(self, calle: float, carrera: float, kind: str, name: str) -> None:
        self.tags[self.node(calle, carrera)] = {"place": kind, "name": name}

    def write(self, path: Path) -> Path:
        with osmium.SimpleWriter(str(path)) as writer:
            for (calle, carrera), number in self.nodes.items():
                lat, lon = at(calle, carrera)
                writer.add_node(Node(id=number, location=(lon, lat), tags=self.tags.get(number, {})))
            for number, (nodes, tags) in enumerate(self.ways, 1):
                writer.add_way(Way(id=number, nodes=nodes, tags=tags))
            for number, (members, tags) in enumerate(self.relations, 1):
                writer.add_relation(Relation(id=number, members=members, tags=tags))
        return path


def city() -> Extract:
    """Ten calles by ten carreras. Calle 6 stops before Carrera 7; Carrera 4 does not cross Calle 8."""
    made = Extract()
    for calle in CALLES:
        across = [carrera for carrera in CARRERAS if not (calle == 6 and carrera > 6)]
        if calle == 8:
            across.remove(4)
        made.street(f"Calle {calle}", *((calle, carrera) for carrera in across))
    for carrera in CARRERAS:
        along = [calle for calle in CALLES if not (carrera == 4 and calle == 8)]
        along = [calle for calle in along if not (calle == 6 and carrera > 6)]
        made.street(f"Carrera {carrera}", *((calle, carrera) for calle in along))
    made.street("Diagonal 5", (1, 1), (2, 2), (3, 3), (4, 4))
    made.street("Avenida Las Américas", (12, 1), (12, 2), (12, 3), (12, 4))
    made.street("Calle 2 Sur", (-2, 1), (-2, 2), (-2, 3))
    made.street("Carrera 2", (-1, 2), (-2, 2), (-3, 2))
    made.street("Carrera 3", (-1, 3), (-2, 3), (-3, 3))
    made.house(9.06, 5.5, "Calle 9", "5-44")
    made.house(9.06, 5.1, "Calle 9", "5-10")
    made.house(9.06, 5.9, "Calle 9", "5-80")
    made.house(12.06, 1.5, "Avenida Las Américas", "120")
    made.house(12.06, 2.5, "Avenida Las Américas", "220")
    made.place(5, 5, "neighbourhood", "El Centro")
    made.place(-FAR, 2, "neighbourhood", "Villa Lejana")
    made.place(30, 30, "hamlet", "El Carmen")
    # Far south the numbers begin again: another Calle 9 with its own Carrera 5.
    for calle in (8, 9, 10):
        made.street(f"Calle {calle}", *((calle - FAR - 8, carrera - 2) for carrera in (3, 4, 5, 6)))
    for carrera in (3, 4, 5, 6):
        made.street(f"Carrera {carrera}", *((calle - FAR - 8, carrera - 2) for calle in (8, 9, 10)))
    return made


def metres(one: Mapping[str, float] | tuple[float, float], other: tuple[float, float]) -> float:
    """Between two (lat, lon)."""
    from server.geocoding.plane import Plane, apart

    plane = Plane(*other)
    lat, lon = (one["lat"], one["lon"]) if isinstance(one, Mapping) else one
    return apart(plane.spot(lat, lon), (0.0, 0.0))
