"""Solves the agents' days side by side, each on its own: problems in, plans out. Knows no store.

Any `concurrent.futures.Executor` does the work: a pool of processes here, or a cluster's (`executing`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Protocol

from sync.routing.certifying import solved
from sync.routing.day import ITERATIONS
from sync.routing.records import Plan, Problem

# Starting a process costs more than solving so few days here.
WORTH_A_POOL = 4

Work = Callable[[Problem], Plan]


class Cancelled(RuntimeError):
    """Somebody stopped the run; the days solved until then are kept."""


class Memory(Protocol):
    """What a run remembers, so that one that stopped goes on where it did."""

    def recall(self, problems: Sequence[Problem]) -> Mapping[int, Plan]:
        """The plans known already, by the problem's number."""

    def keep(self, number: int, plan: Plan) -> Plan:
        """Keep a solved day; the plan comes back naming where."""

    def cancelled(self) -> bool:
        """Whether the run is to stop."""


def solve_all(
    problems: Sequence[Problem],
    *,
    seed: int,
    iterations: int = ITERATIONS,
    workers: int | None = None,
    executor: Executor | None = None,
    done: Callable[[int], None] | None = None,
    certified: bool = False,
    memory: Memory | None = None,
) -> list[Plan]:
    """A plan for each problem, in order. The same seed gives one agent the same day, alone or among many.

    `executor` is used when given (a cluster's, say); else a pool of `workers` processes, one per core.
    `certified` plans carry a bound. Each plan is kept in `memory` as soon as it is there; raises Cancelled
    when that says so.
    """
    work = partial(solved, seed=seed, iterations=iterations, certified=certified)
    run = _Run(problems, memory, done)
    run.recall()
    count = workers or os.cpu_count() or 1
    if executor is not None:
        run.through(executor, work)
    elif count > 1 and len(run.left) >= WORTH_A_POOL:
        # A machine where processes cannot be started, or die, still gets its plan, only later.
        try:
            with _pool(min(count, len(run.left))) as pool:
                run.through(pool, work)
        except BrokenProcessPool:
            run.here(work)
    else:
        run.here(work)
    return run.plans()


class _Run:
    """The days of one call: which are solved, and who is told."""

    def __init__(
        self, problems: Sequence[Problem], memory: Memory | None, done: Callable[[int], None] | None
    ) -> None:
        self.problems, self.memory, self.done = problems, memory, done
        self.found: dict[int, Plan] = {}

    @property
    def left(self) -> list[int]:
        return [number for number in range(len(self.problems)) if number not in self.found]

    def plans(self) -> list[Plan]:
        return [self.found[number] for number in range(len(self.problems))]

    def recall(self) -> None:
        if self.memory is not None:
            self.found.update(self.memory.recall(self.problems))
            if self.found and self.done is not None:
                self.done(len(self.found))

    def here(self, work: Work) -> None:
        for number in self.left:
            self._go_on()
            self._take(number, work(self.problems[number]))

    def through(self, executor: Executor, work: Work) -> None:
        """Everything that is left, as it comes; what has not begun is dropped when the run is stopped."""
        self._go_on()
        asked: dict[Future[Plan], int] = {
            executor.submit(work, self.problems[number]): number for number in self.left
        }
        try:
            for future in as_completed(asked):
                self._take(asked[future], future.result())
                self._go_on()
        finally:
            for future in asked:
                future.cancel()

    def _take(self, number: int, plan: Plan) -> None:
        self.found[number] = plan if self.memory is None else self.memory.keep(number, plan)
        if self.done is not None:
            self.done(len(self.found))

    def _go_on(self) -> None:
        if self.memory is not None and self.left and self.memory.cancelled():
            raise Cancelled(f"stopped after {len(self.found)} of {len(self.problems)} agents")


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    # Spawned, not forked: the office has threads, and a fork would copy their locks as they stand.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield pool
