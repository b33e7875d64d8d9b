"""Cuts a city's shapes into vector tiles and writes them as one PMTiles file. Routes and finds nothing.

The same extract gives the same bytes: shapes keep the order of the extract, groups are sorted, and no time is
written. A tile holds one feature per class and name, for a feature costs more than its points.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from .shapes import Bounds, Column, Floats, Shapes, metre, read, to_world, world_box

Progress = Callable[[str, float], None]
Geometries = NDArray[np.object_]
Whole = NDArray[np.int64]
Box = tuple[float, float, float, float]
# The library says no types.
WRITER: Any = Writer

VERSION = 1
ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"
FIRST_ZOOM, LAST_ZOOM = 6, 14
EXTENT = 4096
# Drawn beyond a tile's edge, so that a wide line has no seam: 12 pixels of a tile of 512.
MARGIN = 96
PIXELS = 512
POINT, LINE, POLYGON = 1, 2, 3
MOVE_ONE, CLOSE = 9, 15
# The first zoom of the data at which a class is there; a map shows it from one closer on.
FIRST_SEEN = {
    "motorway": 6,
    "trunk": 6,
    "primary": 8,
    "secondary": 10,
    "tertiary": 11,
    "minor": 12,
    "rail": 12,
    "service": 14,
    "track": 13,
    "path": 14,
    "river": 8,
    "stream": 13,
    "city": 6,
    "town": 8,
    "borough": 11,
    "village": 11,
    "suburb": 12,
    "hamlet": 13,
    "quarter": 13,
    "neighbourhood": 13,
    "landmark": 14,
    "door": 14,
    "building": 13,
}
NAMED_FROM = {"motorway": 12, "trunk": 12, "primary": 12, "secondary": 13, "tertiary": 13, "river": 12}
NAMED_LAST = frozenset({"minor", "stream", "track"})
LARGE_BUILDING_M2, LEAST_BUILDING_M2 = 400.0, 12.0
LEAST_AREA_PX2 = 6.0


@dataclass(frozen=True)
class _Layer:
    """One layer, ready to cut: shapes in the world square, and what is told of each."""

    name: str
    kind: int
    shapes: Geometries
    told: list[tuple[str, str, str]]
    tolerance_m: float


@dataclass(frozen=True)
class _Seen:
    """What of a layer is there at one zoom, in an index."""

    layer: _Layer
    shapes: Geometries
    told: list[tuple[str, str, str]]
    tree: shapely.STRtree


def build(extract: Path, out: Path, progress: Progress = lambda step, share: None) -> dict[str, Any]:
    """Write the tiles of `extract` (an .osm.pbf) to `out` (a .pmtiles); their figures for the manifest.

    Raises `shapes.NothingToDraw` for an extract without places.
    """
    progress("tiles: reading", 0.0)
    shapes = read(extract, lambda share: progress("tiles: reading", 0.6 * share))
    progress("tiles: joining", 0.6)
    layers = _layers(shapes)
    box, a_metre = world_box(shapes.bounds), metre(shapes.bounds)
    tiles: list[tuple[int, bytes]] = []
    for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1):
        progress("tiles: cutting", 0.7 + 0.3 * (zoom - FIRST_ZOOM) / (LAST_ZOOM - FIRST_ZOOM + 1))
        seen = [one for layer in layers if (one := _seen(layer, zoom, a_metre)) is not None]
        tiles += _cut(seen, zoom, box)
    size = _write(out, sorted(tiles), shapes.bounds)
    progress("tiles: done", 1.0)
    return {
        "tiles": len(tiles),
        "bytes": size,
        "zooms": [FIRST_ZOOM, LAST_ZOOM],
        "bounds": list(shapes.bounds),
        "attribution": ATTRIBUTION,
        "version": VERSION,
    }


def _layers(shapes: Shapes) -> list[_Layer]:
    west, north, east, south = world_box(shapes.bounds)
    data = _Layer("data", POLYGON, np.array([shapely.box(west, north, east, south)]), [("", "", "")], 0.0)
    return [
        data,
        _areas("landuse", shapes.landuse, 1.0),
        _areas("water", shapes.water, 1.0),
        _lines("waterways", shapes.waterways),
        _areas("buildings", shapes.buildings, 0.7),
        _lines("roads", shapes.roads),
        *(
            _Layer(name, POINT, _placed(column.shapes), column.told, 0.0)
            for name, column in (
                ("places", shapes.places),
                ("landmarks", shapes.landmarks),
                ("doors", shapes.doors),
            )
        ),
    ]


def _placed(shapes: list[Any]) -> Geometries:
    return np.asarray(shapely.transform(np.array(shapes, dtype=object), to_world), dtype=object)


def _areas(name: str, column: Column, tolerance_m: float) -> _Layer:
    shapes = _placed(column.shapes)
    bad = ~shapely.is_valid(shapes)
    shapes[bad] = shapely.buffer(shapes[bad], 0)
    return _Layer(name, POLYGON, shapes, column.told, tolerance_m)


def _lines(name: str, column: Column) -> _Layer:
    """Ways of one class and name joined end to end: fewer points, and room for their label."""
    shapes, told = _joined(_placed(column.shapes), column.told)
    return _Layer(name, LINE, shapes, told, 0.8)


def _joined(
    shapes: Geometries, told: list[tuple[str, str, str]]
) -> tuple[Geometries, list[tuple[str, str, str]]]:
    order = sorted(range(len(told)), key=lambda place: told[place])
    made: list[Any] = []
    names: list[tuple[str, str, str]] = []
    for key, places in groupby(order, key=lambda place: told[place]):
        merged = shapely.line_merge(shapely.multilinestrings(shapes[list(places)]))
        parts = shapely.get_parts(merged)
        made.extend(parts)
        names += [key] * len(parts)
    return np.array(made, dtype=object), names


def _seen(layer: _Layer, zoom: int, a_metre: float) -> _Seen | None:
    """What is there at this zoom, as simple as its pixels; None when nothing is."""
    there = np.array([FIRST_SEEN.get(kind, FIRST_ZOOM) <= zoom for kind, _, _ in layer.told], dtype=bool)
    if layer.kind == POLYGON and layer.name != "data" and len(there):
        least = LEAST_AREA_PX2 / (PIXELS * 2.0**zoom) ** 2
        if layer.name == "buildings":
            least = (LEAST_BUILDING_M2 if zoom == LAST_ZOOM else LARGE_BUILDING_M2) * a_metre**2
        there &= shapely.area(layer.shapes) >= least
    if not there.any():
        return None
    shapes = layer.shapes[there]
    told = [_named(one, zoom) for one, kept in zip(layer.told, there, strict=True) if kept]
    if layer.kind == LINE and zoom < LAST_ZOOM:
        shapes, told = _joined(shapes, told)
    if layer.tolerance_m:
        tolerance = layer.tolerance_m * a_metre if zoom == LAST_ZOOM else 0.5 / (PIXELS * 2.0**zoom)
        shapes = shapely.simplify(shapes, tolerance, preserve_topology=layer.kind == POLYGON)
    return _Seen(layer, shapes, told, shapely.STRtree(shapes))


def _named(told: tuple[str, str, str], zoom: int) -> tuple[str, str, str]:
    """What is told at this zoom: far off a road has its class and no name."""
    kind, name, ref = told
    last = LAST_ZOOM if kind in NAMED_LAST else FIRST_SEEN.get(kind, LAST_ZOOM)
    return (kind, name, ref) if zoom >= NAMED_FROM.get(kind, last) else (kind, "", "")


def _cut(seen: list[_Seen], zoom: int, box: Box) -> Iterator[tuple[int, bytes]]:
    """The tiles of a zoom that touch the box, each with its number in the file."""
    west, north, east, south = (int(side * 2**zoom) for side in box)
    for column in range(west, east + 1):
        for row in range(north, south + 1):
            tile = vector_tile_pb2.tile()
            for one in seen:
                _add_layer(tile, one, zoom, column, row)
            if tile.layers:
                packed = gzip.compress(tile.SerializeToString(), 9, mtime=0)
                yield zxy_to_tileid(zoom, column, row), packed


def _add_layer(tile: Any, seen: _Seen, zoom: int, column: int, row: int) -> None:
    side, edge = 1 / 2**zoom, MARGIN / EXTENT / 2**zoom
    box = (column * side - edge, row * side - edge, (column + 1) * side + edge, (row + 1) * side + edge)
    touched = np.sort(seen.tree.query(shapely.box(*box)))
    if not len(touched):
        return
    clipped = shapely.clip_by_rect(seen.shapes[touched], *box)
    origin = np.array([column, row]) * side

    def inside(points: Floats) -> Floats:
        whole: Floats = np.rint((points - origin) * (EXTENT * 2**zoom))
        return whole

    drawn = shapely.transform(clipped, inside)
    groups: dict[tuple[str, str, str], list[Whole]] = {}
    for place, shape in zip(touched.tolist(), drawn, strict=True):
        groups.setdefault(seen.told[place], []).extend(_parts(shape, seen.layer.kind))
    layer = _Writer(seen.layer.name, seen.layer.kind)
    for told, parts in sorted(groups.items()):
        if parts:
            layer.add(told, parts)
    layer.into(tile)


def _parts(shape: Any, kind: int) -> Iterator[Whole]:
    """The parts of a shape that are of this kind, each an array of whole points."""
    for part in shapely.get_parts(shape):
        if kind == POLYGON and part.geom_type == "Polygon":
            for number, ring in enumerate([part.exterior, *part.interiors]):
                turned = _ring(np.asarray(ring.coords), outer=number == 0)
                if turned is not None:
                    yield turned
        elif kind == LINE and part.geom_type == "LineString":
            points = _distinct(np.asarray(part.coords))
            if len(points) > 1:
                yield points
        elif kind == POINT and part.geom_type == "Point" and not part.is_empty:
            yield _distinct(np.asarray(part.coords))


def _ring(points: Floats, *, outer: bool) -> Whole | None:
    """The ring without its last point, turned as its role asks; None when nothing of it is left."""
    whole = _distinct(points)[:-1]
    if len(whole) < 3:
        return None
    x, y = whole[:, 0], whole[:, 1]
    doubled = int(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    if doubled == 0:
        return None
    return whole if (doubled > 0) == outer else whole[::-1]


def _distinct(points: Floats) -> Whole:
    whole = points.astype(np.int64)
    keep = np.ones(len(whole), dtype=bool)
    keep[1:] = (np.diff(whole, axis=0) != 0).any(axis=1)
    return whole[keep]


class _Writer:
    """A layer of a tile as the vector tile specification 2.1 writes it: numbers of words, steps of points."""

    def __init__(self, name: str, kind: int) -> None:
        self._layer = vector_tile_pb2.tile.layer()
        self._layer.name, self._layer.version, self._layer.extent = name, 2, EXTENT
        self._kind = kind
        self._words: dict[str, int] = {}
        self._keys: dict[str, int] = {}

    def add(self, told: tuple[str, str, str], parts: list[Whole]) -> None:
        if self._kind == POINT:
            for part in parts:
                self._feature(told, [part])
        else:
            self._feature(told, parts)

    def into(self, tile: Any) -> None:
        if self._layer.features:
            tile.layers.add().CopyFrom(self._layer)

    def _feature(self, told: tuple[str, str, str], parts: list[Whole]) -> None:
        feature = self._layer.features.add()
        feature.type = self._kind
        for key, word in zip(("class", "name", "ref"), told, strict=True):
            if word:
                feature.tags.extend((self._key(key), self._word(word)))
        at = np.zeros(2, dtype=np.int64)
        for part in parts:
            steps = np.diff(part, axis=0, prepend=at[None, :])
            at = part[-1]
            zigzag = ((steps << 1) ^ (steps >> 63)).ravel().tolist()
            feature.geometry.extend([MOVE_ONE, *zigzag[:2]])
            if len(part) > 1:
                feature.geometry.extend([(len(part) - 1) << 3 | 2, *zigzag[2:]])
            if self._kind == POLYGON:
                feature.geometry.append(CLOSE)

    def _key(self, key: str) -> int:
        if key not in self._keys:
            self._keys[key] = len(self._keys)
            self._layer.keys.append(key)
        return self._keys[key]

    def _word(self, word: str) -> int:
        if word not in self._words:
            self._words[word] = len(self._words)
            self._layer.values.add().string_value = word
        return self._words[word]


def _write(out: Path, tiles: list[tuple[int, bytes]], bounds: Bounds) -> int:
    west, south, east, north = (round(side * 10**7) for side in bounds)
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 13,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }
    with out.open("wb") as file:
        writer = WRITER(file)
        for number, tile in tiles:
            writer.write_tile(number, tile)
        writer.finalize(header, {"name": "Ronda", "attribution": ATTRIBUTION, "version": str(VERSION)})
        file.flush()
        os.fsync(file.fileno())
        return file.tell()
