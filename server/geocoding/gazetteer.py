"""Makes the address index of a city from an OpenStreetMap extract. Places no address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium

from ..store import gazetteers
from .grid import order
from .parsing import Kind, Way, parse, parse_way
from .plane import Plane, Spot, apart
from .words import folded

Progress = Callable[[str, float], None]
Point = tuple[float, float]

NOT_YET = frozenset({"proposed", "construction", "abandoned", "razed", "platform"})
NAMES = ("name", "alt_name", "loc_name", "old_name")
PLACES = frozenset(
    {"neighbourhood", "suburb", "quarter", "city_block", "village", "hamlet", "locality", "isolated_dwelling"}
    | {"town", "city", "farm"}
)
# How far from its centre a place without an outline may reach, in metres.
REACH_M = {"city": 8000.0, "town": 3000.0, "village": 1500.0, "suburb": 1200.0}
REACH_ELSE_M = 700.0
# A street that ends this near to another is taken to cross it.
GAP_M = 40.0


@dataclass
class _Drawn:
    """A street while it is being read: nodes by their id in the extract."""

    way: Way
    name: str
    lines: list[list[int]] = field(default_factory=list)


@dataclass
class _Read:
    streets: dict[str, _Drawn] = field(default_factory=dict)
    nodes: dict[int, Point] = field(default_factory=dict)
    through: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    houses: list[gazetteers.HouseRow] = field(default_factory=list)
    areas: list[gazetteers.AreaRow] = field(default_factory=list)
    aliases: set[tuple[str, str]] = field(default_factory=set)


def build(extract: Path, out: Path, progress: Progress = lambda step, share: None) -> dict[str, Any]:
    """Write the index of `extract` (an .osm.pbf) to `out`; what it holds, for the city's manifest."""
    read = _Read()
    progress("addresses: reading", 0.0)
    for thing in osmium.FileProcessor(str(extract)).with_locations():
        if isinstance(thing, osmium.osm.Node):
            _node(read, thing)
        elif isinstance(thing, osmium.osm.Way):
            _way(read, thing)
    progress("addresses: crossings", 0.6)
    _close_gaps(read)
    progress("addresses: writing", 0.7)
    about = {
        "streets": len(read.streets),
        "houses": len(read.houses),
        "areas": len(read.areas),
        "crossings": sum(len(keys) > 1 for keys in read.through.values()),
        "centre": _centre(list(read.nodes.values())) if read.nodes else None,
    }
    content = gazetteers.Content(_shapes(read), read.houses, read.areas, _corners(read), sorted(read.aliases))
    gazetteers.write(out, about, content)
    progress("addresses: done", 1.0)
    return about


def _node(read: _Read, node: Any) -> None:
    here = (node.lat, node.lon)
    _house(read, node.tags, here)
    kind, name = node.tags.get("place"), node.tags.get("name")
    if kind in PLACES and name:
        read.areas.append((folded(name), kind, *here, REACH_M.get(kind, REACH_ELSE_M)))


def _way(read: _Read, way: Any) -> None:
    tags = way.tags
    if not ("highway" in tags or "addr:housenumber" in tags or "place" in tags or "landuse" in tags):
        return
    line = [(node.ref, (node.lat, node.lon)) for node in way.nodes if node.location.valid()]
    if len(line) < 2:
        return
    if "highway" in tags and tags["highway"] not in NOT_YET:
        names = [name for key in NAMES if key in tags for name in tags[key].split(";")]
        if names:
            _street(read, names, line)
        return
    _house(read, tags, _centre([point for _, point in line]))
    if "name" in tags and (tags.get("place") in PLACES or tags.get("landuse") == "residential"):
        _outline(read, tags, [point for _, point in line])


def _street(read: _Read, names: list[str], line: list[tuple[int, Point]]) -> None:
    ways = [way for name in dict.fromkeys(names) if (way := parse_way(name)) is not None]
    if not ways:
        return
    key = ways[0].key
    drawn = read.streets.setdefault(key, _Drawn(ways[0], folded(names[0])))
    drawn.lines.append([ref for ref, _ in line])
    for ref, point in line:
        read.nodes[ref] = point
        read.through[ref].add(key)
    read.aliases |= {(other.key, key) for other in ways[1:] if other.key != key}


def _house(read: _Read, tags: Any, here: Point) -> None:
    street, number = tags.get("addr:street"), tags.get("addr:housenumber")
    if not street or not number:
        return
    address = parse(f"{street} # {number}")
    if address.kind is Kind.GRID and address.way and address.cross:
        metres = address.metres or 0
        read.houses.append((address.way.key, address.cross.key, metres, number, *here))
        return
    way = parse_way(street)
    if way is not None:
        read.houses.append((way.key, "", 0, folded(number), *here))


def _outline(read: _Read, tags: Any, points: list[Point]) -> None:
    lat, lon = _centre(points)
    plane = Plane(lat, lon)
    reach = max(apart((0.0, 0.0), plane.spot(*point)) for point in points)
    kind = tags.get("place") or "neighbourhood"
    read.areas.append((folded(tags["name"]), kind, lat, lon, round(reach, 1)))


def _centre(points: list[Point]) -> Point:
    return (
        sum(point[0] for point in points) / len(points),
        sum(point[1] for point in points) / len(points),
    )


def _close_gaps(read: _Read) -> None:
    """Let a street that ends just before another cross it: a metre of unnamed road often lies between."""
    if not read.nodes:
        return
    plane = Plane(*_centre(list(read.nodes.values())))
    spots = {ref: plane.spot(*point) for ref, point in read.nodes.items()}
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for ref, (east, north) in spots.items():
        cells[int(east // GAP_M), int(north // GAP_M)].append(ref)
    met = {key: _met(read, drawn) for key, drawn in read.streets.items()}
    for key, drawn in read.streets.items():
        ends = {ref for line in drawn.lines for ref in (line[0], line[-1]) if len(read.through[ref]) == 1}
        for end in ends if drawn.way.number is not None else ():
            for other in _beside(read, spots, cells, end) - met[key] - {key}:
                read.through[end].add(other)


def _met(read: _Read, drawn: _Drawn) -> set[str]:
    return {other for line in drawn.lines for ref in line for other in read.through[ref]}


def _beside(
    read: _Read, spots: dict[int, Spot], cells: dict[tuple[int, int], list[int]], end: int
) -> set[str]:
    east, north = int(spots[end][0] // GAP_M), int(spots[end][1] // GAP_M)
    near = (
        ref
        for right in (-1, 0, 1)
        for up in (-1, 0, 1)
        for ref in cells[east + right, north + up]
        if apart(spots[ref], spots[end]) <= GAP_M
    )
    return {key for ref in near for key in read.through[ref] if read.streets[key].way.number is not None}


def _shapes(read: _Read) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each street with its own short numbers for its nodes, and where it crosses which others."""
    for key in sorted(read.streets):
        drawn = read.streets[key]
        number: dict[int, int] = {}
        lines = [[number.setdefault(ref, len(number)) for ref in line] for line in drawn.lines]
        crossings: dict[str, list[int]] = defaultdict(list)
        for ref, at in number.items():
            for other in sorted(read.through[ref] - {key}):
                crossings[other].append(at)
        way = drawn.way
        shape = {
            "way": [way.kind, way.number, way.letter, way.bis, way.quadrant, way.name],
            "nodes": _steps([read.nodes[ref] for ref in number]),
            "lines": [_run(line) for line in lines],
            "crossings": crossings,
        }
        yield key, drawn.name, shape


def _corners(read: _Read) -> Iterator[gazetteers.CornerRow]:
    ways = {key: drawn.way for key, drawn in read.streets.items() if drawn.way.number is not None}
    for ref, keys in read.through.items():
        for one in keys & ways.keys():
            for other in keys & ways.keys() - {one}:
                way, cross = ways[one], ways[other]
                if way.quadrant == cross.quadrant or not cross.quadrant:
                    lat, lon = read.nodes[ref]
                    yield way.kind, way.quadrant, order(way), cross.kind, order(cross), lat, lon


def _run(line: list[int]) -> list[int]:
    """A line of nodes one after the other as its first and, negative, its last: most are drawn so."""
    return [line[0], -line[-1]] if line == list(range(line[0], line[-1] + 1)) else line


def _steps(points: list[Point]) -> list[int]:
    """Latitude and longitude in millionths of a degree (0.1 m), each as the difference from the last."""
    lat = lon = 0
    steps: list[int] = []
    for point in points:
        now = round(point[0] * 1e6), round(point[1] * 1e6)
        steps += [now[0] - lat, now[1] - lon]
        lat, lon = now
    return steps
