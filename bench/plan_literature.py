"""The product's solver on instances of the literature: value, best known, gap. Plans no agent's day.

Every solution is worked out again from the file's own figures (`plan_instances`) before it counts.
"""

from __future__ import annotations

import csv
import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from sync.routing import solver
from sync.routing.tasks import Solved, Task, Vehicle, Visit

from .plan_instances import Instance, Node, NotFeasible, Unreadable, exactly, floored, worth

# r108's best known value is not the optimum it is said to be: better solutions have been checked.
WRONG = frozenset({"r108"})
# Solomon's distances are no round figures; a thousandth of a minute is nobody's delay.
SLACK = 0.001


@dataclass(frozen=True)
class Run:
    """How long each instance is searched, by which clock, and which instances by the start of their name."""

    seconds: float
    seed: int = 1
    only: str = ""
    clock: Callable[[], float] = time.perf_counter


@dataclass(frozen=True)
class Row:
    """One instance solved. A gap is in per cent of the best known, positive where ours is worse."""

    instance: str
    vehicles: int
    value: float
    best_known: float | None
    gap: float | None
    seconds: float
    iterations: int
    visited: int
    wrong: str = ""


def toptw(folder: Path, run: Run) -> Iterator[Row]:
    """Team orienteering with time windows: the more score the better."""
    listed = _best_known(folder, "score")
    for file in _files(folder, "*.txt", run.only):
        if file.stem.lower().endswith("_format"):
            continue
        for vehicles, best in listed.get(file.stem.lower(), [(1, None)]):
            instance = _read_toptw(file, vehicles)
            task = _task(instance, 100 if file.stem.startswith("pr") else 10, 1000, required=False)
            yield _solved(instance, task, run, best, _scored, SLACK / 10)


def solomon(folder: Path, run: Run) -> Iterator[Row]:
    """Everybody served within capacity and windows: the less distance the better."""
    listed = _best_known(folder, "distance")
    for file in _files(folder, "*.txt", run.only):
        instance = _read_solomon(file)
        best = listed.get(file.stem.lower(), [(0, None)])[0][1]
        task = _task(instance, 10_000, 0, required=True)
        yield _solved(instance, task, run, best, _driven, SLACK)


def pcvrptw(folder: Path, run: Run) -> Iterator[Row]:
    """Whoever is worth the way: the less distance and prizes left behind the better.

    As its authors do: everything times ten, distances cut off there.
    """
    for file in _files(folder, "*.vrp", run.only):
        instance = _read_vrp(file)
        best = _cost_of(file.with_suffix(".sol"))
        task = _task(instance, 10, 10, required=False)
        yield _solved(instance, task, run, best, _costed, SLACK / 10)


KINDS: dict[str, Callable[[Path, Run], Iterator[Row]]] = {
    "toptw": toptw,
    "solomon": solomon,
    "pcvrptw": pcvrptw,
}


def summary(kind: str, rows: list[Row], run: Run) -> dict[str, Any]:
    """The rows and their mean gaps; with several numbers of vehicles, a mean for each."""
    counted = [row for row in rows if row.gap is not None and row.instance.lower() not in WRONG]
    means: dict[str, Any] = {"all": _mean(counted)}
    if kind == "toptw":
        for vehicles in sorted({row.vehicles for row in counted}):
            means[f"{vehicles} vehicles"] = _mean([row for row in counted if row.vehicles == vehicles])
        means["2 to 4 vehicles"] = _mean([row for row in counted if row.vehicles > 1])
    else:
        for family in sorted({_family(row.instance) for row in counted}):
            means[family] = _mean([row for row in counted if _family(row.instance) == family])
    return {
        "kind": kind,
        "solver": solver.name(),
        "seconds": run.seconds,
        "of": "the wall" if run.clock is time.perf_counter else "processor time",
        "seed": run.seed,
        "instances": [asdict(row) for row in rows],
        "mean_gap": means,
        "not_feasible": [row.instance for row in rows if row.wrong],
        "left_out_of_means": sorted({row.instance for row in rows} & WRONG),
    }


def _family(name: str) -> str:
    """Where and how the customers lie, and the width of their windows: R1, RC2."""
    found = re.match(r"\D*\d?", name)
    return found.group() if found else name


def _mean(rows: list[Row]) -> float | None:
    gaps = [row.gap for row in rows if row.gap is not None]
    return round(fmean(gaps), 3) if gaps else None


def _solved(
    instance: Instance,
    task: Task,
    run: Run,
    best: float | None,
    value_of: Callable[[Instance, Solved], tuple[float, int, bool]],
    slack: float,
) -> Row:
    began = run.clock()
    found = solver.solve(task, seed=run.seed, seconds=run.seconds, clock=run.clock)
    took = run.clock() - began
    try:
        value, visited, more_is_better = value_of(instance, found)
        wrong = ""
    except NotFeasible as told:
        value, visited, more_is_better, wrong = 0.0, 0, True, str(told)
    gap = None
    if best:
        gap = round(100 * (best - value) / best * (1 if more_is_better else -1), 3)
    return Row(
        instance.name,
        instance.vehicles,
        round(value, 2),
        best,
        gap,
        round(took, 2),
        found.iterations,
        visited,
        wrong,
    )


def _scored(instance: Instance, found: Solved) -> tuple[float, int, bool]:
    told = worth(instance, _nodes(found), all_of_them=False, slack=SLACK / 10)
    return told.collected, told.visited, True


def _driven(instance: Instance, found: Solved) -> tuple[float, int, bool]:
    told = worth(instance, _nodes(found), all_of_them=True, slack=SLACK)
    return told.distance, told.visited, False


def _costed(instance: Instance, found: Solved) -> tuple[float, int, bool]:
    told = worth(instance, _nodes(found), all_of_them=False, slack=SLACK / 10)
    return told.distance + told.left, told.visited, False


def _nodes(found: Solved) -> list[list[int]]:
    """Visit i of the task is node i + 1 of the instance."""
    return [[visit + 1 for visit in tour.visits] for tour in found.tours]


def _task(instance: Instance, scale: int, prize: int, *, required: bool) -> Task:
    """The instance in whole numbers: its units times `scale`, and a unit of prize as `prize`."""
    size = len(instance.nodes)
    table = np.array(
        [[round(instance.far(one, other) * scale) for other in range(size)] for one in range(size)]
    )
    visits = tuple(
        Visit(
            place=number,
            service=round(node.service * scale),
            windows=((round(node.opens * scale), round(node.closes * scale)),),
            prize=round(node.prize * prize),
            required=required,
            load=round(node.demand),
        )
        for number, node in enumerate(instance.nodes)
        if number
    )
    depot = instance.nodes[0]
    vehicle = Vehicle(
        0,
        0,
        round(depot.opens * scale),
        round(depot.closes * scale),
        load=round(instance.capacity) if math.isfinite(instance.capacity) else 2**40,
        count=instance.vehicles,
    )
    return Task([table], [table], visits, (vehicle,))


def _files(folder: Path, pattern: str, only: str) -> list[Path]:
    if not folder.is_dir():
        raise Unreadable(f"{folder} is no folder of instances")
    found = [file for file in sorted(folder.glob(pattern)) if file.stem.lower().startswith(only.lower())]
    if not found:
        raise Unreadable(f"{folder} holds no {pattern} that begins with '{only}'")
    return found


def _best_known(folder: Path, column: str) -> dict[str, list[tuple[int, float | None]]]:
    """By instance in lower case: (vehicles, best known) of each of its lines."""
    file = folder / "best_known.csv"
    if not file.exists():
        return {}
    listed: dict[str, list[tuple[int, float | None]]] = {}
    with file.open(newline="", encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            if column not in row or "instance" not in row:
                raise Unreadable(f"{file} needs the columns instance, vehicles and {column}")
            vehicles = int(row.get("vehicles") or 1)
            listed.setdefault(row["instance"].lower(), []).append((vehicles, float(row[column])))
    return listed


def _read_toptw(file: Path, vehicles: int) -> Instance:
    """A line a vertex: number, x, y, service, score, ..., opening, closing. The first is the depot."""
    nodes = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines()[2:]:
        cells = line.split()
        if len(cells) < 7:
            continue
        x, y, service, score = (float(cell) for cell in cells[1:5])
        nodes.append(Node(x, y, 0.0, float(cells[-2]), float(cells[-1]), service, score))
    if len(nodes) < 2:
        raise Unreadable(f"{file.name} has no vertices as TOPTW_format.txt describes them")
    decimals = 2 if file.stem.lower().startswith("pr") else 1
    return Instance(file.stem, tuple(nodes), vehicles, math.inf, floored(decimals))


def _read_solomon(file: Path) -> Instance:
    """Solomon's own layout: number and capacity of vehicles, then a line a customer."""
    rows = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    figures = [[float(cell) for cell in cells] for cells in rows if cells and _all_figures(cells)]
    fleet = next((cells for cells in figures if len(cells) == 2), None)
    nodes = tuple(Node(*cells[1:7]) for cells in figures if len(cells) == 7)
    if fleet is None or len(nodes) < 2:
        raise Unreadable(f"{file.name} is not in Solomon's layout: vehicles, then seven figures a customer")
    return Instance(file.stem, nodes, int(fleet[0]), fleet[1], exactly)


def _all_figures(cells: list[str]) -> bool:
    return all(re.fullmatch(r"-?\d+(\.\d*)?", cell) for cell in cells)


def _read_vrp(file: Path) -> Instance:
    import vrplib

    told = vrplib.read_instance(file, compute_edge_weights=False)
    count = len(told["node_coord"])
    service = told.get("service_time", 0)
    services = (
        [0.0, *([float(service)] * (count - 1))] if np.ndim(service) == 0 else [float(s) for s in service]
    )
    nodes = tuple(
        Node(float(x), float(y), float(demand), float(opens), float(closes), stay, float(prize))
        for (x, y), demand, (opens, closes), stay, prize in zip(
            told["node_coord"], told["demand"], told["time_window"], services, told["prize"], strict=True
        )
    )
    return Instance(file.stem, nodes, int(told["vehicles"]), float(told["capacity"]), floored(1))


def _cost_of(file: Path) -> float | None:
    """The cost of a best known solution, in the instance's own units; it is written times ten."""
    if not file.exists():
        return None
    found = re.search(r"Cost:?\s*([\d.]+)", file.read_text(encoding="utf-8"))
    return float(found.group(1)) / 10 if found else None
