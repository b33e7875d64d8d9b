"""What stops collection, with where it came from and how it was resolved. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from sync.ids import new_id

from .chunks import fetch, write
from .overwriting import NAMELESS
from .scopes import Scope
from .tables import (
    accounts,
    debtors,
    imports,
    lenders,
    resolutions,
    stop_origins,
    stop_states,
    visits,
)

OUTCOMES = ("founded", "unfounded", "settled", "mistaken", "other")


def add_origins(connection: Connection, rows: list[dict[str, Any]]) -> None:
    write(connection, insert(stop_origins), rows)


def known(connection: Connection, identities: Iterable[str]) -> set[str]:
    """Of these identities, those that an earlier import brought."""
    rows = fetch(
        connection,
        identities,
        lambda piece: select(stop_origins.c.identity).where(stop_origins.c.identity.in_(piece)),
    )
    return {row["identity"] for row in rows}


def of_debtors(connection: Connection, debtor_ids: Iterable[str]) -> list[RowMapping]:
    """Every stop of these debtors, with the lender whose file set it (None: a visit or the office did)."""
    query = select(stop_states, stop_origins.c.lender_id, stop_origins.c.follows).outerjoin(
        stop_origins, stop_origins.c.stop_id == stop_states.c.id
    )
    rows = fetch(connection, debtor_ids, lambda piece: query.where(stop_states.c.debtor_id.in_(piece)))
    return sorted(rows, key=lambda row: (row["since"], row["id"]))


def deaths(connection: Connection, debtor_ids: Collection[str] | None = None) -> list[RowMapping]:
    """The deaths that stand, of these people or of all: stops of the person and not of one account."""
    query = select(stop_states).where(
        stop_states.c.state == "deceased", stop_states.c.account_id.is_(None), stop_states.c.until.is_(None)
    )
    if debtor_ids is None:
        return list(connection.execute(query).mappings())
    return fetch(connection, debtor_ids, lambda piece: query.where(stop_states.c.debtor_id.in_(piece)))


def frozen_accounts(connection: Connection, account_ids: Iterable[str]) -> set[str]:
    """Of these accounts, those that a death already freezes by themselves."""
    rows = fetch(
        connection,
        account_ids,
        lambda piece: select(stop_states.c.account_id).where(
            stop_states.c.account_id.in_(piece),
            stop_states.c.state == "deceased",
            stop_states.c.until.is_(None),
        ),
    )
    return {row["account_id"] for row in rows}


def lift(connection: Connection, stop_ids: Collection[str], now: datetime) -> list[str]:
    """These stops, and those that follow from them, end now; answers with those that stood until now."""
    following = fetch(
        connection,
        stop_ids,
        lambda piece: select(stop_origins.c.stop_id).where(stop_origins.c.follows.in_(piece)),
    )
    lifted: list[str] = []
    for stop in sorted({*stop_ids, *(row["stop_id"] for row in following)}):
        statement = (
            update(stop_states)
            .where(stop_states.c.id == stop, or_(stop_states.c.until.is_(None), stop_states.c.until > now))
            .values(until=now)
            .returning(stop_states.c.id)
        )
        if connection.execute(statement).first() is not None:
            lifted.append(stop)
    return lifted


def resolve(
    connection: Connection,
    stop_ids: Iterable[str],
    *,
    outcome: str,
    because: str,
    now: datetime,
    actor: str,
    import_id: str | None = None,
) -> None:
    """Say why these stops were lifted."""
    rows = [
        {
            "id": new_id(),
            "stop_id": stop,
            "outcome": outcome,
            "because": because,
            "decided_at": now,
            "actor": actor,
            "import_id": import_id,
        }
        for stop in stop_ids
    ]
    write(connection, insert(resolutions), rows)


def one(connection: Connection, scope: Scope, stop_id: str) -> dict[str, Any] | None:
    """A stop of a debtor in scope; `erased`: it protects somebody whose data were erased."""
    query = (
        select(stop_states, stop_origins.c.follows, debtors.c.name)
        .join(debtors, debtors.c.id == stop_states.c.debtor_id)
        .outerjoin(stop_origins, stop_origins.c.stop_id == stop_states.c.id)
        .where(stop_states.c.id == stop_id, scope.sees(stop_states.c.debtor_id))
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return dict(row) | {"erased": row["name"] == NAMELESS}


def standing(connection: Connection, scope: Scope, now: datetime) -> list[dict[str, Any]]:
    """What stops collection now in scope, oldest first, with whose it is and who said so."""
    query = _TOLD.where(
        scope.sees(stop_states.c.debtor_id),
        or_(stop_states.c.account_id.is_(None), scope.accounts()),
        or_(stop_states.c.until.is_(None), stop_states.c.until > now),
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def history(connection: Connection, scope: Scope, debtor_id: str) -> list[dict[str, Any]]:
    """Every stop of a debtor, and of his accounts in scope, with its resolution; newest first."""
    query = (
        _TOLD.add_columns(
            resolutions.c.outcome,
            resolutions.c.because.label("resolved_because"),
            resolutions.c.decided_at.label("resolved_at"),
            resolutions.c.actor.label("resolved_by"),
        )
        .outerjoin(resolutions, resolutions.c.stop_id == stop_states.c.id)
        .where(
            stop_states.c.debtor_id == debtor_id,
            or_(stop_states.c.account_id.is_(None), scope.accounts()),
        )
    )
    rows: Iterable[Mapping[Any, Any]] = connection.execute(query).mappings()
    return [dict(row) for row in rows][::-1]


_TOLD = (
    select(
        stop_states,
        debtors.c.name.label("debtor_name"),
        debtors.c.timezone,
        accounts.c.number,
        stop_origins.c.follows,
        stop_origins.c.reference,
        lenders.c.name.label("lender"),
        stop_origins.c.lender_id,
        imports.c.file_name,
        visits.c.id.label("visit_id"),
    )
    .join(debtors, debtors.c.id == stop_states.c.debtor_id)
    .outerjoin(accounts, accounts.c.id == stop_states.c.account_id)
    .outerjoin(stop_origins, stop_origins.c.stop_id == stop_states.c.id)
    .outerjoin(lenders, lenders.c.id == stop_origins.c.lender_id)
    .outerjoin(imports, imports.c.id == stop_origins.c.import_id)
    .outerjoin(visits, visits.c.id == stop_states.c.source)
    .order_by(stop_states.c.since, stop_states.c.id)
)


def debtors_of(connection: Connection, stop_ids: Iterable[str]) -> set[str]:
    """Whose stops these are."""
    rows = fetch(
        connection,
        stop_ids,
        lambda piece: select(stop_states.c.debtor_id).where(stop_states.c.id.in_(piece)),
    )
    return {row["debtor_id"] for row in rows}
