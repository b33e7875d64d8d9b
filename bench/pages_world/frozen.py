"""The closed months of the filled office and its commissions, by the product; what it repeats is copied."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from server import closing_months, commissioning
from server.closing_months import Closed
from server.closing_months.freezing import PURPOSE, digest_of
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id

from .base import NOW, TODAY, Row, Rows, World
from .putting import put

FIRST, AUGUST = date(2025, 11, 1), date(2026, 8, 1)
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def months(world: World) -> None:
    """A year, closed one after the other; October of one lender, and of another it is asked for.

    The figures of a month are made for its close, so this comes when everything else is there. Before August
    there are no payments: those months are like August.
    """
    august = _close(world, AUGUST, None)
    with writing(world.engine) as connection:
        put(connection, _before(world, august))
    _close(world, SEPTEMBER, None)
    commissioning.make_draft(world.engine, OCTOBER, actor="nora", now=NOW, as_of=TODAY)
    _close(world, OCTOBER, world.lenders[2])
    _ask(world, OCTOBER, world.lenders[0])


def _ask(world: World, month: date, lender: str | None) -> str:
    asked = closing_months.ask(world.engine, month, lender, actor="nora", now=NOW, today=TODAY)
    assert isinstance(asked, str), asked
    return asked


def _close(world: World, month: date, lender: str | None) -> str:
    asked = _ask(world, month, lender)
    signer = world.office.signer
    done = closing_months.close(world.engine, asked, signer, actor="elena", now=NOW, today=TODAY)
    assert isinstance(done, Closed), done
    return asked


def _before(world: World, like: str) -> Rows:
    """The months before one that was closed, each with its run and signed anew."""
    with reading(world.engine) as connection:
        close, run = t.month_closes.c, t.commission_runs.c
        held = dict(connection.execute(select(t.month_closes).where(close.id == like)).mappings().one())
        runs = select(t.commission_runs).where(run.id == held["run_id"])
        ran = dict(connection.execute(runs).mappings().one())
    month = commissioning.month_before(held["month"])
    while month >= FIRST:
        made = new_id()
        yield t.commission_runs, ran | {"id": made, "month": month}
        yield t.month_closes, _signed(world, held | {"id": new_id(), "month": month, "run_id": made})
        month = commissioning.month_before(month)


def _signed(world: World, row: Row) -> Row:
    snapshot: dict[str, Any] = row["snapshot"] | {"month": row["month"].isoformat()}
    digest = digest_of(snapshot)
    signature = world.office.signer.sign(PURPOSE + digest)
    return row | {"snapshot": snapshot, "digest": digest.hex(), "signature": signature}
