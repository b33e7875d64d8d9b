"""The roads of a city for one profile: which arcs there are, how long they take, where a point joins them.

Only the largest part in which every place can be reached from every other is routed on; a point that
joins no road of it is told so and never moved far away in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .building import VERSION
from .classes import CLASSES, Use, speed
from .turns import BINDS, Corner, Edges, corners, ends_with

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

METRES = 111_195.0  # in a degree of a great circle of the mean earth
# Further from any road a point is not on the network: a field, a lake, a wrong coordinate.
SNAP_M = 300.0
# By so much must the network be farther than a road that is cut off, for the point to lie on the latter.
CLEARLY_M = 100.0
# What opening a gate takes who drives (OSRM's), half on either side of it.
GATE_S = 60


class WrongRoads(ValueError):
    """The file is not a road network of this version; add the city again."""


@dataclass(frozen=True)
class Joined:
    """Where points join the network. `edge` is -1 for one that does not; `share`: how far along its edge.

    `island`: the road it lies on is cut off from the network.
    """

    edge: Whole
    share: Floats
    moved_m: Floats
    point: Floats  # latitude, longitude on the road
    island: Flags


@dataclass(frozen=True)
class Network:
    """Arcs are the two directions of each edge that the profile may take; `arc_ms` free travel time."""

    profile: str
    lat: Floats
    lon: Floats
    tail: Whole
    head: Whole
    length_m: Floats
    forward_ms: Whole  # -1 where it may not be taken
    backward_ms: Whole
    shapes: list[Floats]  # latitude, longitude of every point of each edge, ends included
    cut_off: list[Floats]  # shapes of the roads that lead nowhere else
    digest: str
    corners: list[Corner]  # copies of nodes, for the turns that are forbidden; numbered after the nodes

    @cached_property
    def at(self) -> tuple[Floats, Floats]:
        """Latitude and longitude of each node, copies too."""
        nodes = np.array([one.node for one in self.corners], dtype=np.int64)
        return np.concatenate([self.lat, self.lat[nodes]]), np.concatenate([self.lon, self.lon[nodes]])

    @cached_property
    def ends(self) -> tuple[Whole, Whole]:
        """Where who takes an edge forward arrives, and who takes it backward."""
        return ends_with(self.corners, self.tail, self.head, len(self.lat))

    @cached_property
    def ways_in(self) -> dict[tuple[int, bool], list[int]]:
        """By edge and direction, the copies from which it may be taken, besides its own end."""
        found: dict[tuple[int, bool], list[int]] = {}
        for number, one in enumerate(self.corners, len(self.lat)):
            for arc in one.onward:
                found.setdefault(arc, []).append(number)
        return found

    def node_of(self, node: int) -> int:
        """The node that a copy stands for; any other as it is."""
        return self.corners[node - len(self.lat)].node if node >= len(self.lat) else node

    @cached_property
    def arcs(self) -> tuple[Whole, Whole, Whole, Whole, Flags]:
        """(tail, head, milliseconds, edge, whether forward) of each arc."""
        ahead, back = np.flatnonzero(self.forward_ms >= 0), np.flatnonzero(self.backward_ms >= 0)
        begins = [number for arc, numbers in self.ways_in.items() for number in numbers]
        more = [arc for arc, numbers in self.ways_in.items() for _ in numbers]
        extra = np.array([edge for edge, _ in more], dtype=np.int64)
        onward = np.array([forward for _, forward in more], dtype=bool)
        tail = np.concatenate([self.tail[ahead], self.head[back], np.array(begins, dtype=np.int64)])
        edge = np.concatenate([ahead, back, extra])
        forward = np.concatenate([np.ones(len(ahead), bool), np.zeros(len(back), bool), onward])
        return (
            tail,
            np.where(forward, self.ends[0][edge], self.ends[1][edge]),
            np.where(forward, self.forward_ms[edge], self.backward_ms[edge]),
            edge,
            forward,
        )

    @cached_property
    def _scale(self) -> tuple[float, float]:
        middle = float(np.median(self.lat))
        return METRES * float(np.cos(np.radians(middle))), METRES

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._lines(self.shapes))

    @cached_property
    def _islands(self) -> shapely.STRtree:
        return shapely.STRtree(self._lines(self.cut_off))

    def _lines(self, shapes: list[Floats]) -> Any:
        if not shapes:
            return np.empty(0, dtype=object)
        across, up = self._scale
        points = np.vstack(shapes)[:, ::-1] * (across, up)
        return shapely.linestrings(
            points, indices=np.repeat(np.arange(len(shapes)), [len(s) for s in shapes])
        )

    def join(self, points: Sequence[tuple[float, float]]) -> Joined:
        """The nearest road of each (latitude, longitude), in the same order."""
        across, up = self._scale
        spots = np.array([(lon * across, lat * up) for lat, lon in points], dtype=float).reshape(-1, 2)
        here = shapely.points(spots)
        edges = np.asarray(self._tree.nearest(here), dtype=np.int64)
        lines = self._tree.geometries[edges]
        share = np.asarray(shapely.line_locate_point(lines, here, normalized=True))
        moved = np.asarray(shapely.distance(lines, here))
        on = shapely.get_coordinates(shapely.line_interpolate_point(lines, share, normalized=True))
        place = np.column_stack([on[:, 1] / up, on[:, 0] / across])
        island = self._on_island(here, moved)
        return Joined(np.where((moved <= SNAP_M) & ~island, edges, -1), share, moved, place, island)

    def _on_island(self, here: Any, moved: Floats) -> Flags:
        """Whose own road is cut off: a road of the network is far, or much farther than that one."""
        found = np.zeros(len(moved), dtype=bool)
        far = np.flatnonzero(moved > CLEARLY_M)
        if len(far) and self.cut_off:
            near = self._islands.nearest(here[far])
            lost = np.asarray(shapely.distance(self._islands.geometries[near], here[far]))
            found[far] = (lost <= SNAP_M) & (lost + CLEARLY_M < moved[far])
        return found


def load(path: Path, profile: str) -> Network:
    """The network of a city's file, for `car`, `motorcycle` or `foot`. Raises WrongRoads."""
    try:
        with np.load(BytesIO(path.read_bytes())) as file:
            held = {name: file[name] for name in file.files}
        if int(held["version"][0]) != VERSION:
            raise WrongRoads(f"{path.name} was made by another version of Ronda; add the city again")
    except (OSError, ValueError, KeyError, BadZipFile) as wrong:
        raise WrongRoads(f"{path.name} is not a road network; add the city again") from wrong
    forward, backward = Use.of(profile)
    usable = (held["use"] & (forward | backward)) != 0
    tail, head = _parted(held, profile)
    lat, lon = held["node_lat"] / 1e6, held["node_lon"] / 1e6
    shapes = _shapes(held, lat, lon)
    length = np.array([_length(shape) for shape in shapes])
    ms = _milliseconds(held, length, profile)
    ahead = np.where(held["use"] & forward, ms, -1)
    back = np.where(held["use"] & backward, ms, -1)
    inside = _largest(tail, head, ahead, back)
    keep = np.flatnonzero(usable & inside)
    if not len(keep):
        raise WrongRoads(f"the city has no road for the profile '{profile}'; take an extract that has some")
    nodes, ends = np.unique(np.concatenate([tail[keep], head[keep]]), return_inverse=True)
    original = np.minimum(nodes, len(lat) - 1) if nodes.max() < len(lat) else _original(held, nodes)
    begin, end = ends[: len(keep)], ends[len(keep) :]
    forbidden = _forbidden(held, keep, profile)
    return Network(
        profile,
        lat[original],
        lon[original],
        begin,
        end,
        length[keep],
        ahead[keep],
        back[keep],
        [shapes[edge] for edge in keep],
        [shapes[edge] for edge in np.flatnonzero(usable & ~inside)],
        sha256(path.read_bytes()).hexdigest()[:16],
        corners(forbidden, Edges(begin, end, ahead[keep], back[keep], len(original))),
    )


def _forbidden(held: dict[str, Any], keep: Whole, profile: str) -> list[tuple[int, bool, int]]:
    """Of the edges kept: (from, whether forward, into) of each turn that this profile may not take."""
    place = np.full(len(held["tail"]), -1, dtype=np.int64)
    place[keep] = np.arange(len(keep))
    return [
        (int(place[edge]), bool(held["head"][edge] == at), int(place[other]))
        for edge, at, other, binds in held.get("turns", np.empty((0, 4), np.uint32)).astype(np.int64).tolist()
        if binds & BINDS.get(profile, 0) and place[edge] >= 0 and place[other] >= 0
    ]


def _parted(held: dict[str, Any], profile: str) -> tuple[Whole, Whole]:
    """Ends of each edge; at a closed barrier, for vehicles, each edge ends at a node of its own."""
    tail, head = held["tail"].astype(np.int64), held["head"].astype(np.int64)
    if profile == "foot" or not held["node_closed"].any():
        return tail, head
    count = len(held["node_lat"])
    edges = np.arange(len(tail))
    tail = np.where(held["node_closed"][tail], count + 2 * edges, tail)
    head = np.where(held["node_closed"][head], count + 2 * edges + 1, head)
    return tail, head


def _original(held: dict[str, Any], nodes: Whole) -> Whole:
    """The node of the file that each stands for: itself, or the barrier its edge ends at."""
    count = len(held["node_lat"])
    apart = np.maximum(nodes - count, 0)
    ends = np.where(apart % 2 == 0, held["tail"][apart // 2], held["head"][apart // 2])
    original: Whole = np.where(nodes < count, nodes, ends)
    return original


def _shapes(held: dict[str, Any], lat: Floats, lon: Floats) -> list[Floats]:
    inner = np.column_stack([np.cumsum(held["shape_lat"]) / 1e6, np.cumsum(held["shape_lon"]) / 1e6])
    stops = np.cumsum(held["shape_count"].astype(np.int64))
    nodes = np.column_stack([lat, lon])
    return [
        np.vstack([nodes[one : one + 1], inner[stop - many : stop], nodes[other : other + 1]])
        for one, other, stop, many in zip(
            held["tail"], held["head"], stops, held["shape_count"].astype(np.int64), strict=True
        )
    ]


def _length(shape: Floats) -> float:
    steps = np.diff(shape, axis=0)
    across = np.cos(np.radians(shape[0, 0]))
    return float(np.hypot(steps[:, 0], steps[:, 1] * across).sum() * METRES)


def _milliseconds(held: dict[str, Any], length: Floats, profile: str) -> Whole:
    kinds = list(CLASSES)
    pairs = np.column_stack([held["kind"], held["limit"]])
    told, which = np.unique(pairs, axis=0, return_inverse=True)
    speeds = np.array([speed(profile, kinds[int(kind)], int(limit)) for kind, limit in told])
    # At least one millisecond: an arc of no time would make routes of no end.
    ms: Whole = np.maximum((length / speeds[which.reshape(-1)] * 3600).round(), 1).astype(np.int64)
    if profile != "foot":
        gates = held["node_gate"][held["tail"]].astype(np.int64) + held["node_gate"][held["head"]]
        ms = ms + gates * (GATE_S * 1000 // 2)
    return ms


def _largest(tail: Whole, head: Whole, ahead: Whole, back: Whole) -> Flags:
    """The edges of the largest strongly connected part: from anywhere to anywhere."""
    one, other = np.flatnonzero(ahead >= 0), np.flatnonzero(back >= 0)
    rows = np.concatenate([tail[one], head[other]])
    columns = np.concatenate([head[one], tail[other]])
    size = int(max(tail.max(), head.max())) + 1
    graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(size, size))
    _, part = connected_components(graph, connection="strong")
    largest = np.bincount(part[np.concatenate([tail, head])]).argmax()
    inside: Flags = (part[tail] == largest) & (part[head] == largest)
    return inside
