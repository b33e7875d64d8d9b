"""A small made town as a real .osm.pbf: a grid of named streets, an island beyond the river, a farm track."""

from __future__ import annotations

from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

BASE = (5.80, -73.06)
BLOCK = 0.001  # about 111 m
SIZE = 7


def corner(row: float, column: float, base: tuple[float, float] = BASE) -> tuple[float, float]:
    return base[0] + row * BLOCK, base[1] + column * BLOCK


# Beyond the river: two corners, no bridge.
ISLAND = (0.0, 30.0), (0.0, 31.0)


def write_town(path: Path, base: tuple[float, float] = BASE, *, roads: bool = True) -> Path:
    """Streets `Calle 1…` run east, `Carrera 1…` north; every second Carrera is one way."""
    number = {(row, column): 1 + row * SIZE + column for row in range(SIZE) for column in range(SIZE)}
    with osmium.SimpleWriter(str(path)) as writer:
        for (row, column), ref in number.items():
            lat, lon = corner(row, column, base)
            writer.add_node(Node(id=ref, location=(lon, lat)))
        for ref, place in enumerate(ISLAND, 900):
            lat, lon = corner(*place, base)
            writer.add_node(Node(id=ref, location=(lon, lat)))
        highway = {"highway": "residential"} if roads else {"highway": "proposed"}
        for row in range(SIZE):
            nodes = [number[row, column] for column in range(SIZE)]
            writer.add_way(Way(id=1 + row, nodes=nodes, tags=highway | {"name": f"Calle {row + 1}"}))
        for column in range(SIZE):
            nodes = [number[row, column] for row in range(SIZE)]
            tags = highway | {"name": f"Carrera {column + 1}"} | ({"oneway": "yes"} if column % 2 else {})
            writer.add_way(Way(id=100 + column, nodes=nodes, tags=tags))
        writer.add_way(Way(id=200, nodes=[900, 901], tags=highway))
    return path
