"""Solves the agents' days side by side, each on its own: problems in, plans out. Knows no store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context

from sync.routing.day import ITERATIONS, plan_day
from sync.routing.records import Plan, Problem

# Starting a process costs more than solving so few days here.
WORTH_A_POOL = 4


def solve_all(
    problems: Sequence[Problem],
    *,
    seed: int,
    iterations: int = ITERATIONS,
    workers: int | None = None,
    executor: Executor | None = None,
    done: Callable[[int], None] | None = None,
) -> list[Plan]:
    """A plan for each problem, in order. The same seed gives one agent the same day, alone or among many.

    `executor` is used when given (a cluster's, say); else a pool of `workers` processes, one per core.
    """
    solve = partial(plan_day, seed=seed, iterations=iterations)
    count = workers or os.cpu_count() or 1
    if executor is not None:
        return _collect(executor.map(solve, problems), done)
    if count == 1 or len(problems) < WORTH_A_POOL:
        return _collect(map(solve, problems), done)
    try:
        with _pool(min(count, len(problems))) as pool:
            return _collect(pool.map(solve, problems), done)
    except BrokenProcessPool:
        # A machine where processes cannot be started still gets its plan, only later.
        return _collect(map(solve, problems), done)


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    # Spawned, not forked: the office has threads, and a fork would copy their locks as they stand.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield pool


def _collect(plans: Iterator[Plan], done: Callable[[int], None] | None) -> list[Plan]:
    found: list[Plan] = []
    for plan in plans:
        found.append(plan)
        if done is not None:
            done(len(found))
    return found
