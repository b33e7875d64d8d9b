"""Runs of the planner: kept as they go, stopped, killed and taken up again; on a cluster too."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from bench.exact import small_day
from server.planning import PlanReport, plan
from server.planning.executing import NoCluster, opened
from server.planning.replaying import Replayed, replay
from server.planning.running import Run, begin, cancel, key_of, packed, runs, unpacked
from server.planning.solving import Cancelled, solve_all
from server.store import facts, plan_runs, routes, schema, tables
from server.store.engine import open_engine, reading, writing
from sync.records import Refused
from sync.routing.checker import check
from sync.routing.day import plan_day
from sync.routing.records import Plan, Problem

from ..rules.routing_world import claimed
from .debts import DAY, NOW, World, around
from .test_planning import give, route_of

SEED, ITERATIONS = 3, 40
NAMES = [f"agent {number}" for number in range(8)]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


def days(count: int = 8) -> list[Problem]:
    return [small_day(seed) for seed in range(100, 100 + count)]


def a_run(engine: Engine) -> Run:
    return begin(engine, day=DAY, agents=NAMES, seed=SEED, iterations=ITERATIONS, actor="cli", now=NOW)


def solve(run: Run | None, problems: Sequence[Problem], **given: Any) -> list[Plan]:
    effort: dict[str, Any] = {"seed": SEED, "iterations": ITERATIONS, "workers": 1, "certified": True}
    return solve_all(problems, memory=run, **effort | given)


def without_key(plan: Plan) -> Plan:
    return replace(plan, certificate=replace(plan.certificate, problem=""))


def test_a_packed_problem_is_the_same_day_and_names_nobody(engine: Engine) -> None:
    for problem in days(20):
        again = unpacked(packed(problem))
        assert packed(again) == packed(problem)
        assert not [one.id for one in again.candidates if one.id.startswith("d")]
        made, remade = (plan_day(one, seed=SEED, iterations=ITERATIONS) for one in (problem, again))
        assert (made.order, made.certificate) == (remade.order, remade.certificate)


def test_a_run_that_stopped_goes_on_and_solves_only_the_rest(engine: Engine) -> None:
    class Pulled(RuntimeError):
        """Somebody pulled the plug."""

    def pull(count: int) -> None:
        if count == 3:
            raise Pulled

    with pytest.raises(Pulled):
        solve(a_run(engine), days(), done=pull)
    counts: list[int] = []
    run = a_run(engine)
    plans = solve(run, days(), done=counts.append)
    run.end()
    assert counts == [3, 4, 5, 6, 7, 8]
    (second, names), (first, before) = runs(engine)
    assert (second.state, second.total, second.done, second.reused) == ("finished", 8, 8, 3)
    assert (first.state, first.done, before) == ("running", 3, NAMES[:3])
    assert names == NAMES[3:]
    assert [without_key(one) for one in plans] == solve(None, days())


def test_a_day_is_reused_only_for_the_same_question_and_effort(engine: Engine) -> None:
    (problem,) = days(1)
    data = packed(problem)
    assert key_of(data, 1, 40) == key_of(packed(unpacked(data)), 1, 40)
    assert len({key_of(data, 1, 40), key_of(data, 2, 40), key_of(data, 1, 41)}) == 3
    dearer = replace(problem, shift_s=problem.shift_s + 1)
    assert key_of(packed(dearer), 1, 40) != key_of(data, 1, 40)


def test_a_run_that_is_cancelled_stops_keeps_what_it_has_and_says_so(engine: Engine) -> None:
    run = a_run(engine)

    def stop(count: int) -> None:
        if count == 2:
            assert not isinstance(cancel(engine, run=run.id, actor="Marta", now=NOW), Refused)

    with pytest.raises(Cancelled, match="2 of 8"):
        solve(run, days(), done=stop)
    run.end()
    ((told, names),) = runs(engine)
    assert (told.state, told.done, names) == ("cancelled", 2, NAMES[:2])
    with reading(engine) as connection:
        (fact,) = facts.listed(connection, kind="plan.cancelled")
    assert (fact["actor"], fact["payload"]) == ("Marta", {"done": 2, "total": 8})
    answer = cancel(engine, run=run.id, actor="Marta", now=NOW)
    assert isinstance(answer, Refused)
    assert answer.rule == "plan.not_running"


PROGRAM = """
import os, sys
from tests.office.test_plan_runs import a_run, days, solve
from server.store.engine import open_engine

def die(count):
    if count == 3:
        os._exit(9)

solve(a_run(open_engine(sys.argv[1])), days(), done=die)
"""


def test_a_run_killed_in_its_process_is_taken_up_by_another(engine: Engine) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(engine.url)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 9, ran.stderr
    counts: list[int] = []
    solve(a_run(engine), days(), done=counts.append)
    assert counts == [3, 4, 5, 6, 7, 8]


def test_what_is_older_than_the_replay_is_dropped(engine: Engine) -> None:
    solve(a_run(engine), days(2))
    with writing(engine) as connection:
        assert plan_runs.forget(connection, NOW) == 0
        assert plan_runs.forget(connection, NOW.replace(year=NOW.year + 5)) == 2
        assert plan_runs.held(connection) == 0


# A cluster


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and its workers, each a process of its own."""
    told = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    environ = os.environ | {"DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "false"}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environ}
    where = ["--host", "127.0.0.1", "--scheduler-file", str(told)]
    started = [subprocess.Popen([*dask, "scheduler", *where, "--port", "0", "--no-dashboard"], **quiet)]
    alone = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder)]
    for _ in range(workers):
        command = [*dask, "worker", "--scheduler-file", str(told), "--host", "127.0.0.1", *alone]
        started.append(subprocess.Popen(command, **quiet))
    try:
        yield address_of(told, started[0]), started[1:]
    finally:
        for one in reversed(started):
            one.kill()
        for one in started:
            one.wait()


def address_of(told: Path, scheduler: subprocess.Popen[bytes]) -> str:
    while not (told.exists() and told.read_text().strip().endswith("}")):
        assert scheduler.poll() is None, "the scheduler ended"
        try:
            scheduler.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    return str(json.loads(told.read_text())["address"])


@pytest.mark.filterwarnings("default")  # the cluster's own libraries warn of one another
def test_a_cluster_that_loses_a_worker_in_the_middle_still_plans_every_day(
    tmp_path: Path, engine: Engine
) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    problems = days()
    with cluster(tmp_path) as (address, workers), opened(address) as executor:
        assert executor is not None
        seen: set[int] = set()
        # Both workers are there before the first is killed, so that one goes on.
        while len(seen) < 2:
            seen |= {one.result() for one in [executor.submit(os.getpid) for _ in range(16)]}

        def kill(count: int) -> None:
            if count == 2:
                workers[0].send_signal(signal.SIGKILL)

        run = a_run(engine)
        plans = solve(run, problems, executor=executor, done=kill)
        assert workers[0].wait() == -signal.SIGKILL
    assert [without_key(one) for one in plans] == solve(None, problems)
    ((told, _),) = runs(engine)
    assert told.done == 8


@pytest.mark.filterwarnings("default")
def test_a_cluster_that_is_not_there_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr("server.planning.executing.ANSWER_S", 1)
    with pytest.raises(NoCluster, match="RONDA_EXECUTOR"), opened("tcp://127.0.0.1:9"):
        pass


def test_without_an_address_this_machine_plans() -> None:
    with opened("") as executor:
        assert executor is None


# The whole gerund


def planned_day(world: World, agents: int = 2) -> PlanReport:
    for number in range(agents):
        world.agent(f"agent {number}", home=around(number * 20))
    for number in range(24):
        world.debtor(f"d{number}", at=around(number), overdue=50_000 * (number + 1))
    give(world)
    report = plan(world.engine, day=DAY, actor="cli", now=NOW, iterations=ITERATIONS, workers=1)
    assert isinstance(report, PlanReport), report
    return report


def test_a_plan_carries_a_bound_no_lower_than_its_value_and_its_programs(world: World) -> None:
    report = planned_day(world)
    for route in report.routes:
        told = route_of(world, route.agent).certificate
        assert told["bound"] >= told["value"] == route.value
        assert told["gap"] == round(100 * (told["bound"] - told["value"]) / told["bound"], 2)
        assert told["relaxation"] in ("flow", "knapsack")
        assert {"ronda", "python", "numpy", "scipy"} <= set(told["versions"])
    ((run, names),) = runs(world.engine)
    assert (run.state, run.done, run.total) == ("finished", 2, 2)
    assert sorted(names) == sorted(route.agent for route in report.routes)


def test_a_plan_can_be_made_again_to_the_last_bit_in_another_process(world: World) -> None:
    report = planned_day(world)
    program = (
        "import json, sys\n"
        "from server.planning.replaying import replay\n"
        "from server.store.engine import open_engine\n"
        "print(json.dumps(replay(open_engine(sys.argv[1]), route=sys.argv[2]).to_json()))"
    )
    route = report.routes[0].route
    command = [sys.executable, "-c", program, str(world.engine.url), route]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"route": route, "same": True, "differs": [], "other_versions": {}}


def test_a_route_that_was_changed_or_made_by_another_program_is_told_apart(world: World) -> None:
    report = planned_day(world)
    route = route_of(world, report.routes[0].agent)
    other = dict(route.certificate) | {
        "value": 1,
        "versions": dict(route.certificate["versions"]) | {"ronda": "0"},
    }
    with writing(world.engine) as connection:
        connection.execute(
            update(tables.routes).where(tables.routes.c.id == route.id).values(certificate=other)
        )
        connection.execute(
            update(tables.stops).where(tables.stops.c.id == route.planned[-1].id).values(eta=route.starts)
        )
    answer = replay(world.engine, route=route.id)
    assert isinstance(answer, Replayed)
    assert not answer.same
    assert {"stops", "value", "versions"} <= set(answer.differs)


def test_a_route_that_nobody_kept_cannot_be_replayed_and_says_why(world: World) -> None:
    report = planned_day(world, agents=1)
    with writing(world.engine) as connection:
        plan_runs.forget(connection, NOW.replace(year=NOW.year + 5))
    answers = [replay(world.engine, route=one) for one in (report.routes[0].route, "nothing")]
    assert [one.rule for one in answers if isinstance(one, Refused)] == ["plan.not_kept", "plan.no_route"]
    with reading(world.engine) as connection:
        assert routes.by_id(connection, report.routes[0].route) is not None


def test_certified_plans_pass_the_checker_with_their_bound() -> None:
    for problem, made in zip(days(), solve(None, days()), strict=True):
        route = claimed(problem, made)
        assert route.bound is not None
        assert check(route, NOW.tzinfo) == ()
