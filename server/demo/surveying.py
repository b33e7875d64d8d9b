"""Lays out Villa Ronda on its grid: river, bridges, oblique streets, barrios, the road to the veredas.

Knows no address and no person.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .geometry import Point, along, at, crossing, distance, to_line
from .grid import CALLES, Course, Grid, Line, lay_grid, straight
from .streets import Barrio, Block, Bridge, Landmark, Street

RIVER_CLEARANCE_M = 14.0
BRIDGES = 4
EDGE_M = 60.0
NAMED = 5  # blocks a Diagonal or a Transversal runs

BARRIO_NAMES = (
    ("La Ribera", "San Vicente", "El Progreso", "Villa del Prado"),
    ("Santa Lucía", "Centro", "La Estación", "Los Fundadores"),
    ("Los Cerezos", "El Recreo", "San Roque", "Bellavista"),
)
ZONES = (
    ("Suroriente", "Suroriente", "Suroccidente", "Suroccidente"),
    ("Oriente", "Oriente", "Occidente", "Occidente"),
    ("Nororiente", "Nororiente", "Noroccidente", "Noroccidente"),
)
RURAL_ZONE = "Nororiente"
VEREDAS = (("El Salitre", 1400.0, 2950.0), ("Quebrada Honda", 3250.0, 4650.0))
LANDMARKS = (
    Landmark("El Salitre", "la capilla", 1650.0),
    Landmark("El Salitre", "la escuela", 1900.0),
    Landmark("El Salitre", "el puente", 2300.0),
    Landmark("El Salitre", "la tienda de doña Rosa", 2700.0),
    Landmark("Quebrada Honda", "la cancha", 3500.0),
    Landmark("Quebrada Honda", "la escuela", 3800.0),
    Landmark("Quebrada Honda", "el puesto de salud", 4050.0),
    Landmark("Quebrada Honda", "el molino", 4350.0),
)


@dataclass(frozen=True)
class Ground:
    center: Point
    streets: tuple[Street, ...]
    blocks: tuple[Block, ...]
    road: Street
    river: tuple[Point, ...]
    bridges: tuple[Bridge, ...]
    barrios: tuple[Barrio, ...]
    landmarks: tuple[Landmark, ...]


def survey(seed: int) -> Ground:
    """Everything that stands on the ground; streets the river leaves unreachable are not built."""
    rng = random.Random(seed)  # noqa: S311 - a made-up town must be the same for everyone, not unguessable
    grid = lay_grid(rng)
    river = _river(rng, grid)
    courses = [*straight(grid, "Calle"), *straight(grid, "Carrera")]
    courses += _oblique(rng, grid, river)
    bridges = _bridges(courses, river)
    bridged = {bridge.street for bridge in bridges}
    open_edges = _reachable(courses, river, bridged)
    road = _road(courses)
    return Ground(
        center=grid.point(grid.width / 2, grid.height / 2),
        streets=tuple(_street(course, open_edges) for course in courses),
        blocks=tuple(_blocks(courses, open_edges, river)),
        road=road,
        river=river,
        bridges=bridges,
        barrios=(*_barrios(grid), *(_vereda(road, *vereda) for vereda in VEREDAS)),
        landmarks=LANDMARKS,
    )


def _river(rng: random.Random, grid: Grid) -> tuple[Point, ...]:
    phase = rng.uniform(0, math.pi)
    bend = rng.uniform(110, 150)
    points = []
    for step in range(61):
        v = -260 + (grid.height + 520) * step / 60
        share = v / grid.height
        u = grid.width * (0.30 + 0.16 * share) + bend * math.sin(share * 4.6 + phase)
        points.append(grid.point(u, v))
    return tuple(points)


def _oblique(rng: random.Random, grid: Grid, river: tuple[Point, ...]) -> list[Course]:
    """One Diagonal and one Transversal, from corner to corner of blocks with no lettered street."""
    rows = [line for line in grid.calles if line.label.isdigit()]
    columns = [line for line in grid.carreras if line.label.isdigit()]
    built: list[Course] = []
    taken: set[tuple[int, int]] = set()
    for kind, lean in (("Diagonal", 1), ("Transversal", -1)):
        starts = [(i, j) for i in range(2, len(rows) - NAMED - 1) for j in range(2, len(columns) - 2)]
        rng.shuffle(starts)
        for i, j in starts:
            cells = [(i + step, j + lean * step) for step in range(NAMED + 1)]
            area = {(i + a, j + lean * b) for a in range(NAMED + 1) for b in range(NAMED + 1)}
            if not all(0 <= column < len(columns) for _, column in cells) or area & taken:
                continue
            course = _leaning(grid, kind, [(rows[r], columns[c]) for r, c in cells])
            if _plain(grid, cells, rows, columns) and not any(
                _wet(a[1], b[1], river) for a, b in course.edges()
            ):
                built.append(course)
                taken |= area
                break
    return built


def _leaning(grid: Grid, kind: str, corners: list[tuple[Line, Line]]) -> Course:
    """A Diagonal is numbered like a Calle (it counts Carreras), a Transversal like a Carrera."""
    first_calle, first_carrera = corners[0]
    label = first_calle.label if kind == "Diagonal" else first_carrera.label
    met = [(carrera if kind == "Diagonal" else calle).label for calle, carrera in corners]
    points = [grid.point(carrera.at, calle.at) for calle, carrera in corners]
    return Course(kind, label, tuple(zip(met, points, strict=True)))


def _plain(grid: Grid, cells: list[tuple[int, int]], rows: list[Line], columns: list[Line]) -> bool:
    """No lettered street passes between these corners: it would be crossed where neither has a corner."""
    south, north = rows[cells[0][0]].at, rows[cells[-1][0]].at
    sides = sorted((columns[cells[0][1]].at, columns[cells[-1][1]].at))
    calles = (x for x in grid.calles if not x.label.isdigit() and south < x.at < north)
    carreras = (x for x in grid.carreras if not x.label.isdigit() and sides[0] < x.at < sides[1])
    return not any(x.low < sides[1] and x.high > sides[0] for x in calles) and not any(
        x.low < north and x.high > south for x in carreras
    )


def _wet(a: Point, b: Point, river: tuple[Point, ...]) -> bool:
    """Whether a stretch of street crosses the river or runs on its bank."""
    if min(to_line(a, river), to_line(b, river)) < RIVER_CLEARANCE_M:
        return True
    return any(crossing(a, b, c, d) is not None for c, d in pairwise(river))


def _bridges(courses: list[Course], river: tuple[Point, ...]) -> tuple[Bridge, ...]:
    """A few bridges, spread out, on Calles that need to span just one block."""
    fit: list[Bridge] = []
    for course in courses:
        if course.kind != "Calle" or not course.label.isdigit() or not 2 < int(course.label) < CALLES - 1:
            continue
        wet = [(a[1], b[1]) for a, b in course.edges() if _wet(a[1], b[1], river)]
        spans = [p for c, d in pairwise(river) for a, b in wet if (p := crossing(a, b, c, d)) is not None]
        if len(wet) == 1 and len(spans) == 1:
            fit.append(Bridge(f"Puente de la {course.name}", course.name, spans[0]))
    every = (len(fit) - 1) / (BRIDGES - 1)
    return tuple(fit[round(every * n)] for n in range(BRIDGES))


Edges = frozenset[tuple[str, Point, Point]]


def _reachable(courses: list[Course], river: tuple[Point, ...], bridged: set[str]) -> Edges:
    """The edges that are neither under the river nor on an island of their own."""
    edges = [
        (course.name, a[1], b[1])
        for course in courses
        for a, b in course.edges()
        if course.name in bridged or not _wet(a[1], b[1], river)
    ]
    beside: dict[Point, list[Point]] = {}
    for _, a, b in edges:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    start = courses[CALLES // 2].corners[-1][1]
    seen, waiting = {start}, [start]
    while waiting:
        for neighbour in beside[waiting.pop()]:
            if neighbour not in seen:
                seen.add(neighbour)
                waiting.append(neighbour)
    return frozenset(edge for edge in edges if edge[1] in seen)


def _street(course: Course, open_edges: Edges) -> Street:
    pieces: list[list[Point]] = []
    for (_, a), (_, b) in course.edges():
        if (course.name, a, b) not in open_edges:
            continue
        if pieces and pieces[-1][-1] == a:
            pieces[-1].append(b)
        else:
            pieces.append([a, b])
    return Street(course.name, course.kind, course.label, tuple(tuple(piece) for piece in pieces))


def _blocks(courses: list[Course], open_edges: Edges, river: tuple[Point, ...]) -> Iterator[Block]:
    """Every stretch with doors: nobody lives on a bridge."""
    for course in courses:
        street = _street(course, open_edges)
        for (cross, a), (_, b) in course.edges():
            if (course.name, a, b) in open_edges and not _wet(a, b, river):
                yield Block(street, cross, a, b, distance(a, b))


def _road(courses: list[Course]) -> Street:
    """The only way to the veredas: it leaves the last Calle's end in the north-east and climbs."""
    last = next(c for c in courses if c.kind == "Calle" and c.label == str(CALLES - 4))
    start = last.corners[0][1]
    points = [start]
    heading = math.radians(25)
    for step in range(1, 53):
        heading += math.radians(14) * math.sin(step / 3.1)
        east, north = 92 * math.cos(heading), 92 * math.sin(heading)
        points.append(at(points[-1], east, north))
    return Street("Vía a Quebrada Honda", "Vía", "Quebrada Honda", (tuple(points),))


def _barrios(grid: Grid) -> Iterator[Barrio]:
    columns = [line.at for line in grid.carreras if line.label.isdigit()]
    rows = [line.at for line in grid.calles if line.label.isdigit()]
    u_cuts = [-EDGE_M, columns[5], columns[10], columns[16], columns[-1] + EDGE_M]
    v_cuts = [-EDGE_M, rows[7], rows[15], rows[-1] + EDGE_M]
    for row, (south, north) in enumerate(pairwise(v_cuts)):
        for column, (east, west) in enumerate(pairwise(u_cuts)):
            ring = [(u, south) for u in _steps(east, west)] + [(west, v) for v in _steps(south, north)]
            ring += [(u, north) for u in _steps(west, east)] + [(east, v) for v in _steps(north, south)]
            polygon = tuple(grid.point(u, v) for u, v in ring)
            yield Barrio(BARRIO_NAMES[row][column], ZONES[row][column], polygon)


def _steps(start: float, end: float) -> list[float]:
    """Eight steps of a side without its end, so that a barrio's border bends as the streets do."""
    return [start + (end - start) * step / 8 for step in range(8)]


def _vereda(road: Street, name: str, first: float, last: float) -> Barrio:
    """A strip of some 300 m on both sides of its part of the road."""
    left, right = [], []
    for step in range(9):
        start, end, rest = along(road.pieces[0], first + (last - first) * step / 8)
        east, north = end[1] - start[1], end[0] - start[0]
        size = math.hypot(east, north)
        base = at(start, rest * east / size, rest * north / size)
        left.append(at(base, -300 * north / size, 300 * east / size))
        right.append(at(base, 300 * north / size, -300 * east / size))
    return Barrio(name, RURAL_ZONE, tuple(left + right[::-1]), is_vereda=True)
