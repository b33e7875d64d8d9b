"""Runs of the planner and the days they solved, each kept as soon as it was. Plans nothing.

A solved day is kept under its key: what was asked, the effort, the programs. The same key is the same plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from sync.ids import new_id

from . import chunks
from .tables import plan_results, plan_runs

RUNNING, CANCELLED, FINISHED = "running", "cancelled", "finished"


@dataclass(frozen=True)
class PlanRun:
    """One run: `done` of `total` agents' days are solved, `reused` of them by a run before it."""

    id: str
    day: date
    state: str
    seed: int
    iterations: int
    total: int
    done: int
    reused: int
    started_at: datetime
    ended_at: datetime | None
    actor: str


@dataclass(frozen=True)
class SolvedDay:
    """A day as it was posed (packed), and the order and certificate found for it."""

    key: str
    agent: str
    problem: bytes
    made: dict[str, Any]


def begin(
    connection: Connection, *, day: date, seed: int, iterations: int, total: int, actor: str, now: datetime
) -> str:
    run = new_id()
    connection.execute(
        insert(plan_runs).values(
            id=run,
            date=day,
            state=RUNNING,
            seed=seed,
            iterations=iterations,
            total=total,
            started_at=now,
            actor=actor,
        )
    )
    return run


def keep(connection: Connection, run: str, solved: SolvedDay, *, now: datetime) -> None:
    """Keep a solved day; who solved the same one first stands."""
    known = connection.execute(select(plan_results.c.key).where(plan_results.c.key == solved.key)).first()
    if known is None:
        connection.execute(
            insert(plan_results).values(
                key=solved.key,
                run_id=run,
                agent=solved.agent,
                problem=solved.problem,
                made=solved.made,
                solved_at=now,
            )
        )


def count(connection: Connection, run: str, *, done: int = 0, reused: int = 0) -> None:
    connection.execute(
        update(plan_runs)
        .where(plan_runs.c.id == run)
        .values(done=plan_runs.c.done + done, reused=plan_runs.c.reused + reused)
    )


def end(connection: Connection, run: str, *, now: datetime) -> None:
    """A run that was not cancelled is finished."""
    mine = (plan_runs.c.id == run) & (plan_runs.c.state == RUNNING)
    connection.execute(update(plan_runs).where(mine).values(state=FINISHED, ended_at=now))


def cancel(connection: Connection, run: str, *, now: datetime) -> bool:
    """Ask a running run to stop; False when it is not running."""
    mine = (plan_runs.c.id == run) & (plan_runs.c.state == RUNNING)
    return bool(
        connection.execute(update(plan_runs).where(mine).values(state=CANCELLED, ended_at=now)).rowcount
    )


def state(connection: Connection, run: str) -> str | None:
    found: str | None = connection.execute(
        select(plan_runs.c.state).where(plan_runs.c.id == run)
    ).scalar_one_or_none()
    return found


def latest(connection: Connection, limit: int = 20) -> list[PlanRun]:
    """The latest runs, newest first."""
    query = select(plan_runs).order_by(plan_runs.c.started_at.desc(), plan_runs.c.id.desc()).limit(limit)
    return [
        PlanRun(
            row.id,
            row.date,
            row.state,
            row.seed,
            row.iterations,
            row.total,
            row.done,
            row.reused,
            row.started_at,
            row.ended_at,
            row.actor,
        )
        for row in connection.execute(query)
    ]


def agents_done(connection: Connection, run: str) -> list[str]:
    """The agents (ids) whose day this run solved, in the order in which it did."""
    query = (
        select(plan_results.c.agent)
        .where(plan_results.c.run_id == run)
        .order_by(plan_results.c.solved_at, plan_results.c.key)
    )
    return list(connection.execute(query).scalars())


def solved(connection: Connection, keys: Iterable[str]) -> dict[str, SolvedDay]:
    """Those of the keys that are solved already."""
    rows = chunks.fetch(
        connection, keys, lambda piece: select(plan_results).where(plan_results.c.key.in_(piece))
    )
    return {
        row["key"]: SolvedDay(row["key"], row["agent"], bytes(row["problem"]), dict(row["made"]))
        for row in rows
    }


def forget(connection: Connection, before: datetime) -> int:
    """Drop the solved days and the runs from before that moment; how many days."""
    dropped = connection.execute(delete(plan_results).where(plan_results.c.solved_at < before)).rowcount
    still = select(plan_results.c.run_id)
    connection.execute(delete(plan_runs).where(plan_runs.c.started_at < before, plan_runs.c.id.not_in(still)))
    return int(dropped)


def held(connection: Connection) -> int:
    """How many solved days are kept."""
    return int(connection.execute(select(func.count()).select_from(plan_results)).scalar_one())
