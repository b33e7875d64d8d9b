"""The laptops' chains as a check from the office reads them, and what earlier checks said. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, insert, select

from sync.ids import new_id
from sync.ledger import Entry, Receipt

from .ledgers import entry, receipt
from .scopes import Scope
from .tables import agents, chain_checks, devices, events, incarnations, receipts

Rows = list[dict[str, Any]]


def laptops(
    connection: Connection, scope: Scope, *, limit: int = 10_000, offset: int = 0, device_id: str = ""
) -> Rows:
    """The scope's laptops by agent, each with its last check."""
    query = (
        select(
            devices.c.id,
            devices.c.name,
            devices.c.agent_id,
            devices.c.enrolled_at,
            devices.c.revoked_at,
            devices.c.last_sent,
            agents.c.name.label("agent_name"),
        )
        .join(agents, agents.c.id == devices.c.agent_id)
        .where(scope.agents())
        .order_by(devices.c.revoked_at.is_not(None), agents.c.name, devices.c.id)
        .limit(limit)
        .offset(offset)
    )
    if device_id:
        query = query.where(devices.c.id == device_id)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    last = _last_checks(connection, [row["id"] for row in rows])
    return [row | {"check": last.get(row["id"])} for row in rows]


def counted(connection: Connection, scope: Scope) -> int:
    query = select(func.count()).select_from(devices.join(agents, agents.c.id == devices.c.agent_id))
    return connection.execute(query.where(scope.agents())).scalar_one()


def incarnations_of(connection: Connection, device_id: str) -> list[str]:
    query = select(incarnations.c.id).where(incarnations.c.device_id == device_id)
    return list(connection.execute(query.order_by(incarnations.c.opened_at, incarnations.c.id)).scalars())


def links_of(connection: Connection, incarnation: str) -> Iterator[Entry]:
    """Every link of one chain, in order."""
    query = select(events).where(events.c.incarnation == incarnation).order_by(events.c.n)
    for row in connection.execute(query.execution_options(yield_per=500)).mappings():
        yield entry(row)


def length_of(connection: Connection, device_id: str) -> int:
    """How many links its chains have."""
    query = select(func.count()).select_from(
        events.join(incarnations, incarnations.c.id == events.c.incarnation)
    )
    return connection.execute(query.where(incarnations.c.device_id == device_id)).scalar_one()


def receipts_of(connection: Connection, device_id: str) -> list[Receipt]:
    query = select(receipts).where(receipts.c.device_id == device_id).order_by(receipts.c.server_time)
    return [receipt(row) for row in connection.execute(query).mappings()]


def add_check(connection: Connection, **values: Any) -> None:
    connection.execute(insert(chain_checks).values(id=new_id(), **values))


def checks_of(connection: Connection, device_id: str, limit: int = 20) -> Rows:
    query = select(chain_checks).where(chain_checks.c.device_id == device_id)
    rows = connection.execute(query.order_by(chain_checks.c.checked_at.desc()).limit(limit)).mappings()
    return [dict(row) for row in rows]


def _last_checks(connection: Connection, device_ids: list[str]) -> dict[str, dict[str, Any]]:
    latest = (
        select(chain_checks.c.device_id, func.max(chain_checks.c.checked_at).label("at"))
        .where(chain_checks.c.device_id.in_(device_ids))
        .group_by(chain_checks.c.device_id)
        .subquery()
    )
    query = select(chain_checks).join(
        latest,
        (latest.c.device_id == chain_checks.c.device_id) & (latest.c.at == chain_checks.c.checked_at),
    )
    return {row["device_id"]: dict(row) for row in connection.execute(query).mappings()}
