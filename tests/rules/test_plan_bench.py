"""What measures planning: its readers, its judges, and the peers by rule. Measures nothing itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.plan import main
from bench.plan_day import judge
from bench.plan_instances import NotFeasible
from bench.plan_literature import KINDS, Row, Run, summary
from bench.plan_peers import greedy, nearest_neighbour
from sync.routing.records import Opening, Problem

from .routing_world import HOUR, a_candidate, a_problem

TOPTW = """4 9 3 1
0 200
  0 0.00 0.00 0.00 0.00 0 0 0 100
  1 10.00 0.00 5.00 30.00 1 1 1 0 20
  2 20.00 0.00 5.00 20.00 1 1 1 0 90
  3 0.00 60.00 5.00 90.00 1 1 1 0 90
"""
SOLOMON = """C1

VEHICLE
NUMBER     CAPACITY
  2         20

CUSTOMER
CUST NO.   XCOORD.   YCOORD.   DEMAND    READY TIME   DUE DATE   SERVICE TIME

    0      0         0          0          0        200          0
    1      10        0         15          0        200         10
    2      20        0         15          0        200         10
"""
VRP = """NAME : tiny
TYPE : PCVRPTW
DIMENSION : 3
VEHICLES : 1
CAPACITY : 10
SERVICE_TIME : 1
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 3 4
3 90 90
DEMAND_SECTION
1 0
2 5
3 5
TIME_WINDOW_SECTION
1 0 1000
2 0 1000
3 0 1000
PRIZE_SECTION
1 0
2 40
3 7
DEPOT_SECTION
1
-1
EOF
"""


def solved(kind: str, folder: Path) -> list[Row]:
    """Every instance, searched for so many steps of a clock that steps on when it is read."""
    steps = count()
    return list(KINDS[kind](folder, Run(400, clock=lambda: float(next(steps)))))


def test_each_kind_of_instance_is_read_solved_and_set_against_the_best_known(tmp_path: Path) -> None:
    (tmp_path / "t1.txt").write_text(TOPTW)
    (tmp_path / "best_known.csv").write_text("instance,vehicles,score\nt1,1,50\nt1,2,100\n")
    rows = solved("toptw", tmp_path)
    # One cannot do both sides in time; two can.
    assert [(row.vehicles, row.value, row.gap, row.wrong) for row in rows] == [
        (1, 50.0, 0.0, ""),
        (2, 50.0, 50.0, ""),
    ]
    solomon = tmp_path / "solomon"
    solomon.mkdir()
    (solomon / "C1.txt").write_text(SOLOMON)
    (solomon / "best_known.csv").write_text("instance,distance,vehicles\nC1,60,2\n")
    found = summary("solomon", solved("solomon", solomon), Run(400))
    assert found["mean_gap"] == {"all": 0.0, "C1": 0.0}


def test_a_prize_is_collected_where_it_is_worth_its_way(tmp_path: Path) -> None:
    pytest.importorskip("vrplib", reason="the extra bench is not installed")
    (tmp_path / "tiny.vrp").write_text(VRP)
    (tmp_path / "tiny.sol").write_text("Route #1: 1\nCost: 170\n")
    (row,) = solved("pcvrptw", tmp_path)
    assert (row.value, row.best_known, row.visited) == (17.0, 17.0, 1)


def test_a_folder_without_instances_is_told_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["toptw", str(tmp_path)])
    assert done.exit_code == 1
    assert "holds no *.txt" in done.output


def busy() -> Problem:
    names = [
        a_candidate(
            f"d{i}",
            value=1 + i * 7 % 90,
            openings=((i * 900, i * 900 + 1200),) if i % 6 == 5 else ((0, 9 * HOUR),),
            appointment=i % 6 == 5,
        )
        for i in range(30)
    ]
    return a_problem(*names, at=[(i * 389 % 3000, i * 577 % 3000) for i in range(30)], shift_s=6 * HOUR)


def test_a_person_and_the_greedy_rule_keep_their_appointments_and_the_shift() -> None:
    for planner in (nearest_neighbour, greedy):
        worth = judge([busy()], planner([busy()]), 0.0)
        reachable = sum(one.appointment and one.openings[0].latest_s < 5 * HOUR for one in busy().candidates)
        assert worth.appointments == reachable
        assert worth.visits > worth.appointments


def test_the_judge_refuses_a_late_visit_a_late_return_and_a_visit_made_twice() -> None:
    problem = a_problem(a_candidate("ana"), a_candidate("beto"), at=[(600, 0), (1200, 0)])
    assert judge([problem], [[0, 1]], 0.0).visits == 2
    closed = replace(
        problem,
        candidates=(problem.candidates[0], replace(problem.candidates[1], openings=(Opening(0, 60),))),
    )
    for wrong, order in ((closed, [0, 1]), (replace(problem, shift_s=2000), [0, 1]), (problem, [0, 0])):
        with pytest.raises(NotFeasible):
            judge([wrong], [order], 0.0)
