"""Makes the road network of a city from an OpenStreetMap extract. Routes nothing.

Ways are cut where they meet; what lies between two meetings is one edge with its shape, its class, its
speed limit and who may use it in which direction. Turns that are forbidden are kept beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from . import turns
from .classes import ACCESS, CLASSES, FOOT_ONLY, NO, NO_FOOT, OF_LIMIT, Use

Progress = Callable[[str, float], None]
Point = tuple[float, float]

VERSION = 2
BARRIERS = frozenset({"bollard", "block", "wall", "fence", "debris", "log", "jersey_barrier", "planter"})
GATES = frozenset({"gate", "lift_gate", "swing_gate", "chain"})
# Parts of a service road that nobody passes through at its pace.
AISLES = frozenset({"alley", "driveway", "parking", "parking_aisle", "drive-through"})
# Kilometres per hour that a surface allows, where that is less than its class of road does.
SURFACES = {"earth": 20, "sand": 20, "stone": 20, "rocky": 20, "rock": 20, "laterite": 15, "mud": 10}
CIRCLES = frozenset({"roundabout", "circular"})
MPH = 1.609


class NoRoads(ValueError):
    """The extract holds no road that anybody may use."""


@dataclass
class _Read:
    edges: list[tuple[list[int], int, int, int]] = field(default_factory=list)  # nodes, class, limit, use
    ways: list[int] = field(default_factory=list)
    turns: list[turns.Told] = field(default_factory=list)
    met: Counter[int] = field(default_factory=Counter)
    points: dict[int, Point] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    gates: set[int] = field(default_factory=set)


def build(extract: Path, out: Path, progress: Progress = lambda step, share: None) -> dict[str, Any]:
    """Write the network of `extract` (an .osm.pbf) to `out` (an .npz); its figures for the manifest.

    Raises NoRoads. Positions are kept in millionths of a degree (0.1 m), lengths in decimetres.
    """
    read = _Read()
    progress("roads: reading", 0.0)
    for thing in osmium.FileProcessor(str(extract)).with_locations():
        if isinstance(thing, osmium.osm.Node):
            if thing.tags.get("barrier"):
                _barrier(read, thing)
        elif isinstance(thing, osmium.osm.Way) and "highway" in thing.tags:
            _way(read, thing)
        elif isinstance(thing, osmium.osm.Relation) and (told := turns.told_by(thing)) is not None:
            read.turns.append(told)
    if not read.edges:
        raise NoRoads("the extract has no road that can be used; take one that covers streets (highway=*)")
    progress("roads: cutting", 0.6)
    arrays = _arrays(read)
    progress("roads: writing", 0.9)
    with out.open("wb") as file:
        np.savez_compressed(file, **arrays)
    progress("roads: done", 1.0)
    lat, lon = arrays["node_lat"] / 1e6, arrays["node_lon"] / 1e6
    return {
        "nodes": len(lat),
        "edges": len(arrays["tail"]),
        "bounds": [float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())],
    }


def _barrier(read: _Read, node: Any) -> None:
    kind, access = node.tags["barrier"], node.tags.get("motor_vehicle", node.tags.get("access"))
    if (kind in BARRIERS and access not in ("yes", "permissive")) or (kind in GATES and access in NO):
        read.closed.add(node.id)
    elif kind in GATES:
        read.gates.add(node.id)


def _way(read: _Read, way: Any) -> None:
    tags = way.tags
    kind = tags["highway"]
    if kind not in CLASSES:
        return
    use = _use(tags, kind)
    line = [node.ref for node in way.nodes if node.location.valid()]
    if not use or len(line) < 2:
        return
    if kind == "service" and tags.get("service") in AISLES:
        kind = "aisle"
    for node in way.nodes:
        if node.location.valid():
            read.points[node.ref] = (node.lat, node.lon)
    read.met.update(line)
    read.met.update((line[0], line[-1]))  # an end is always a meeting
    read.ways.append(way.id)
    read.edges.append((line, list(CLASSES).index(kind), _limit(tags, kind), int(use)))


def _use(tags: Any, kind: str) -> Use:
    """Who may use a way in which direction, by the most telling of its tags."""
    use = Use(0)
    oneway = _oneway(tags, kind)
    for mode, keys in ACCESS.items():
        said = next((tags[key] for key in keys if key in tags), None)
        foot = mode == "foot"
        usual = kind not in (NO_FOOT if foot else FOOT_ONLY)
        if said in NO or (said is None and not usual) or (said == "use_sidepath"):
            continue
        forward, backward = Use.of(mode)
        use |= (forward if foot or oneway >= 0 else Use(0)) | (backward if foot or oneway <= 0 else Use(0))
    return use


def _oneway(tags: Any, kind: str) -> int:
    said = tags.get("oneway")
    if said in ("-1", "reverse"):
        return -1
    if said in ("yes", "1", "true"):
        return 1
    if said is None and (tags.get("junction") in CIRCLES or kind in ("motorway", "motorway_link")):
        return 1
    return 0


def _limit(tags: Any, kind: str) -> int:
    """Kilometres per hour; 0 where neither a sign nor the surface says any."""
    words = tags.get("maxspeed", "").split()
    posted = 0
    if words and words[0].isdigit():
        posted = min(round(int(words[0]) * (MPH if words[-1] == "mph" else 1.0)), 140)
    slow = SURFACES.get(tags.get("surface", ""), 140)
    if slow < (posted * OF_LIMIT or CLASSES[kind]):
        return round(slow / OF_LIMIT)
    return posted


def _arrays(read: _Read) -> dict[str, Any]:
    numbers: dict[int, int] = {}
    rows: list[tuple[int, int, int, int, int]] = []
    shape: list[tuple[int, int]] = []
    starts = [0]
    corners = turns.Corners(read.turns)
    for way, (line, kind, limit, use) in zip(read.ways, read.edges, strict=True):
        for piece in _pieces(read, line):
            corners.add(len(rows), way, (piece[0], piece[-1]))
            ends = [numbers.setdefault(ref, len(numbers)) for ref in (piece[0], piece[-1])]
            rows.append((ends[0], ends[1], kind, limit, use))
            shape += [_millionths(read.points[ref]) for ref in piece[1:-1]]
            starts.append(len(shape))
    nodes = np.array([_millionths(read.points[ref]) for ref in numbers], dtype=np.int32)
    table = np.array(rows, dtype=np.int64)
    held = np.array(shape, dtype=np.int32).reshape(-1, 2)
    closed = [(edge, numbers[at], other, binds) for edge, at, other, binds in corners.forbidden()]
    return {
        "version": np.array([VERSION]),
        "node_lat": nodes[:, 0],
        "node_lon": nodes[:, 1],
        "node_gate": np.array([ref in read.gates for ref in numbers]),
        "node_closed": np.array([ref in read.closed for ref in numbers]),
        "tail": table[:, 0].astype(np.uint32),
        "head": table[:, 1].astype(np.uint32),
        "kind": table[:, 2].astype(np.uint8),
        "limit": table[:, 3].astype(np.uint8),
        "use": table[:, 4].astype(np.uint8),
        "shape_count": np.diff(np.array(starts)).astype(np.uint16),
        # As steps from point to point, these are small numbers and compress well.
        "shape_lat": np.diff(held[:, 0], prepend=np.int32(0)),
        # From this edge, at this node, into that edge; and whom it binds.
        "turns": np.array(closed, dtype=np.uint32).reshape(-1, 4),
        "shape_lon": np.diff(held[:, 1], prepend=np.int32(0)),
    }


def _pieces(read: _Read, line: list[int]) -> Iterator[list[int]]:
    """The way from meeting to meeting; a loop is cut once more, so that no edge ends where it begins."""
    begin, stops = 0, read.closed | read.gates
    for at in range(1, len(line)):
        loop = line[at] == line[begin]
        if read.met[line[at]] > 1 or line[at] in stops or at == len(line) - 1:
            if loop and at - begin > 1:
                half = (begin + at) // 2
                yield line[begin : half + 1]
                yield line[half : at + 1]
            elif not loop:
                yield line[begin : at + 1]
            begin = at


def _millionths(point: Point) -> tuple[int, int]:
    return round(point[0] * 1e6), round(point[1] * 1e6)
