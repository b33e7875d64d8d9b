"""Worklists as they were worked out for a day, and what came of their rows. Works nothing out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from sync.ids import new_id

from .chunks import append
from .debtors import folded
from .scopes import Scope
from .standings import remembered
from .tables import (
    accounts,
    debtors,
    lenders,
    work_results,
    worklist_places,
    worklist_rows,
    worklist_runs,
)

KEPT = 3  # older runs can be worked out again from the facts


@dataclass(frozen=True)
class Wanted:
    """What a page of rows is narrowed to; empty asks nothing."""

    words: str = ""
    segment: str = ""
    risk: str = ""
    stage: str = ""
    action: str = ""
    zone: str = ""
    lender: str = ""
    among: Select[tuple[str]] | None = None  # accounts of a saved list, as a query
    undone: bool = True  # without those that a result was written for since the run


def begin(
    connection: Connection, *, as_of: date, strategy: str, version: str, now: datetime, actor: str
) -> str:
    made = new_id()
    connection.execute(
        insert(worklist_runs).values(
            id=made, as_of=as_of, strategy=strategy, version=version, counts={}, made_at=now, actor=actor
        )
    )
    return made


def add(
    connection: Connection, rows: Sequence[Mapping[str, Any]], places: Sequence[Mapping[str, Any]]
) -> None:
    append(connection, worklist_rows, rows)
    append(connection, worklist_places, places)


def finish(connection: Connection, run_id: str, counts: Mapping[str, Any], now: datetime) -> None:
    """The run may be read from now on, in its order; the oldest ones give way."""
    _give_turns(connection, run_id)
    connection.execute(
        update(worklist_runs).where(worklist_runs.c.id == run_id).values(counts=dict(counts), finished_at=now)
    )
    every = select(worklist_runs.c.id).order_by(worklist_runs.c.made_at.desc(), worklist_runs.c.id.desc())
    old = list(connection.execute(every.where(worklist_runs.c.id != run_id).offset(KEPT - 1)).scalars())
    for one in old:
        for table in (worklist_places, worklist_rows):
            connection.execute(delete(table).where(table.c.run_id == one))
        connection.execute(delete(worklist_runs).where(worklist_runs.c.id == one))


def _give_turns(connection: Connection, run_id: str) -> None:
    """Settle in which order the run is read: those worth the most first, then by name."""
    order = [worklist_rows.c.value.desc(), debtors.c.search_name, accounts.c.number, accounts.c.id]
    sorted_ = (
        select(worklist_rows.c.account_id, func.row_number().over(order_by=order).label("turn"))
        .join(accounts, accounts.c.id == worklist_rows.c.account_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .where(worklist_rows.c.run_id == run_id)
        .subquery()
    )
    connection.execute(
        update(worklist_rows)
        .where(worklist_rows.c.run_id == run_id, worklist_rows.c.account_id == sorted_.c.account_id)
        .values(turn=sorted_.c.turn)
    )
    connection.execute(
        update(worklist_places)
        .where(
            worklist_places.c.run_id == run_id,
            worklist_rows.c.run_id == run_id,
            worklist_rows.c.account_id == worklist_places.c.account_id,
        )
        .values(turn=worklist_rows.c.turn)
    )


def _has_turns(connection: Connection, run_id: str) -> bool:
    """False of a run that was made before runs were put in order."""
    query = select(worklist_rows.c.turn).where(worklist_rows.c.run_id == run_id).limit(1)
    return connection.execute(query).scalar() is not None


def run(connection: Connection, as_of: date | None = None) -> dict[str, Any] | None:
    """The newest finished run, of a day where one is named."""
    query = select(worklist_runs).where(worklist_runs.c.finished_at.is_not(None))
    if as_of is not None:
        query = query.where(worklist_runs.c.as_of == as_of)
    newest = query.order_by(worklist_runs.c.made_at.desc(), worklist_runs.c.id.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    return dict(row) if row else None


def counted(
    connection: Connection, scope: Scope, run_id: str, made_at: datetime
) -> dict[str, tuple[int, int]]:
    """By list: how many of the scope's accounts stand on it, and how many of them are done."""
    query = (
        select(worklist_places.c.list, func.count())
        .join(accounts, accounts.c.id == worklist_places.c.account_id)
        .where(worklist_places.c.run_id == run_id, scope.accounts())
        .group_by(worklist_places.c.list)
    )
    done = _done(made_at)
    same = and_(done.c.account_id == worklist_places.c.account_id, done.c.list == worklist_places.c.list)
    ready = {row[0]: row[1] for row in connection.execute(query.join(done, same))}
    every = remembered(connection, ("listed", scope, run_id), lambda: connection.execute(query).all())
    return {name: (count, ready.get(name, 0)) for name, count in every}


GROUPED = ("segment", "risk", "stage", "action")
Group = tuple[str, int, int, str]


def grouped(connection: Connection, scope: Scope, run_id: str) -> dict[str, list[Group]]:
    """By each of `GROUPED`: (value, accounts, overdue in minor units, currency), in order."""
    columns = [*(worklist_rows.c[name] for name in GROUPED), accounts.c.currency]
    query = (
        select(*columns, func.count(), func.sum(worklist_rows.c.overdue_minor))
        .join(accounts, accounts.c.id == worklist_rows.c.account_id)
        .where(worklist_rows.c.run_id == run_id, scope.accounts())
        .group_by(*columns)
    )
    # A run does not change: only whose the accounts are can.
    rows = remembered(connection, ("grouped", scope, run_id), lambda: connection.execute(query).all())
    found: dict[str, dict[tuple[str, str], tuple[int, int]]] = {name: {} for name in GROUPED}
    for *values, currency, count, overdue in rows:
        for name, value in zip(GROUPED, values, strict=True):
            before = found[name].get((value, currency), (0, 0))
            found[name][value, currency] = (before[0] + count, before[1] + int(overdue or 0))
    return {
        name: [(value, *held, currency) for (value, currency), held in sorted(each.items())]
        for name, each in found.items()
    }


def page(
    connection: Connection,
    scope: Scope,
    run: Mapping[str, Any],
    wanted: Wanted,
    *,
    listed: str = "",
    unvisited: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """The rows of a list (or of all accounts), those worth the most first."""
    query = _narrowed(
        select(
            worklist_rows,
            accounts.c.number,
            accounts.c.currency,
            accounts.c.zone,
            accounts.c.pack,
            accounts.c.credit_type,
            accounts.c.product,
            accounts.c.exception_evidence,
            accounts.c.lender_id,
            lenders.c.name.label("lender"),
            debtors.c.name.label("debtor_name"),
            debtors.c.timezone,
            *([worklist_places.c.due] if listed else []),
        ),
        scope,
        run,
        wanted,
        listed,
        unvisited,
    )
    turn = (worklist_places if listed else worklist_rows).c.turn
    order: list[ColumnElement[Any]] = [turn]
    if unvisited or not _has_turns(connection, run["id"]):
        first = worklist_rows.c.unvisited if unvisited else worklist_rows.c.value
        order = [first.desc(), debtors.c.search_name, accounts.c.number, accounts.c.id]
    query = query.order_by(*order).offset(offset)
    if limit is not None:
        query = query.limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def total(
    connection: Connection,
    scope: Scope,
    run: Mapping[str, Any],
    wanted: Wanted,
    *,
    listed: str = "",
    unvisited: bool = False,
) -> int:
    def counted(wanted: Wanted, ready: bool = False) -> int:
        query = _narrowed(select(func.count()), scope, run, wanted, listed, unvisited)
        if ready:
            done = _done(run["made_at"])
            same = and_(done.c.account_id == worklist_rows.c.account_id, done.c.list == listed)
            query = query.join(done, same)
        return int(connection.execute(query).scalar_one())

    if wanted.words or wanted.among is not None:
        return counted(wanted)
    # All of them are the run's, which does not change; those done since are few.
    every = replace(wanted, undone=False)
    key = ("listed_total", scope, run["id"], every, listed, unvisited)
    found = remembered(connection, key, lambda: counted(every))
    return found - counted(every, ready=True) if wanted.undone and listed else found


def zones(connection: Connection, scope: Scope, run_id: str) -> list[str]:
    query = (
        select(accounts.c.zone)
        .join(worklist_rows, worklist_rows.c.account_id == accounts.c.id)
        .where(worklist_rows.c.run_id == run_id, scope.accounts(), accounts.c.zone != "")
        .distinct()
        .order_by(accounts.c.zone)
    )
    return remembered(
        connection, ("listed_zones", scope, run_id), lambda: list(connection.execute(query).scalars())
    )


def one(connection: Connection, scope: Scope, run_id: str, account_id: str) -> dict[str, Any] | None:
    """One account of a run, within the scope."""
    query = (
        select(
            worklist_rows,
            accounts.c.number,
            accounts.c.currency,
            accounts.c.pack,
            accounts.c.lender_id,
            debtors.c.name.label("debtor_name"),
            debtors.c.timezone,
        )
        .join(accounts, accounts.c.id == worklist_rows.c.account_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .where(worklist_rows.c.run_id == run_id, worklist_rows.c.account_id == account_id, scope.accounts())
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def lists_of(connection: Connection, run_id: str, account_id: str) -> dict[str, date]:
    query = select(worklist_places.c.list, worklist_places.c.due).where(
        worklist_places.c.run_id == run_id, worklist_places.c.account_id == account_id
    )
    return {row.list: row.due for row in connection.execute(query)}


def add_result(connection: Connection, row: Mapping[str, Any]) -> str:
    made = new_id()
    connection.execute(insert(work_results).values(id=made, **row))
    return made


def results_of(connection: Connection, account_id: str, limit: int = 20) -> list[dict[str, Any]]:
    query = (
        select(work_results)
        .where(work_results.c.account_id == account_id)
        .order_by(work_results.c.happened.desc(), work_results.c.id.desc())
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _done(made_at: datetime) -> Any:
    return (
        select(work_results.c.account_id, work_results.c.list)
        .where(work_results.c.recorded_at >= made_at, work_results.c.result != "not_done")
        .distinct()
        .subquery()
    )


def _narrowed(
    query: Select[Any],
    scope: Scope,
    run: Mapping[str, Any],
    wanted: Wanted,
    listed: str,
    unvisited: bool,
) -> Select[Any]:
    query = (
        query.select_from(worklist_rows)
        .join(accounts, accounts.c.id == worklist_rows.c.account_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .where(worklist_rows.c.run_id == run["id"], scope.accounts())
    )
    if listed:
        query = query.join(
            worklist_places,
            and_(
                worklist_places.c.run_id == worklist_rows.c.run_id,
                worklist_places.c.account_id == worklist_rows.c.account_id,
                worklist_places.c.list == listed,
            ),
        )
        if wanted.undone:
            done = _done(run["made_at"])
            query = query.outerjoin(
                done, and_(done.c.account_id == worklist_rows.c.account_id, done.c.list == listed)
            ).where(done.c.account_id.is_(None))
    if unvisited:
        query = query.where(worklist_rows.c.unvisited.is_not(None))
    return query.where(*_conditions(wanted))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for word in folded(wanted.words).split():
        like = f"%{word.replace('%', '').replace('_', '')}%"
        found.append(
            or_(
                debtors.c.search_name.like(like),
                func.lower(accounts.c.number).like(like),
                debtors.c.document == word,
            )
        )
    for name in ("segment", "risk", "stage", "action"):
        if getattr(wanted, name):
            found.append(worklist_rows.c[name] == getattr(wanted, name))
    if wanted.zone:
        found.append(accounts.c.zone == wanted.zone)
    if wanted.among is not None:
        found.append(accounts.c.id.in_(wanted.among))
    if wanted.lender:
        found.append(accounts.c.lender_id == wanted.lender)
    return found
