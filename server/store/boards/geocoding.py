"""The addresses of a scope with how well each is placed, for the desk that corrects them. Places none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select

from ..debtors import folded
from ..scopes import Scope
from ..tables import addresses, debtors, lenders, placings

OPEN = (addresses.c.until.is_(None), addresses.c.state == "accepted")


@dataclass(frozen=True)
class Asked:
    """Which addresses to show. `which`: unsure | doubt | unplaced | all. `errors`: metres by precision."""

    errors: Mapping[str, float]
    unsure_m: float
    which: str = "unsure"
    precision: str = ""
    lender: str = ""
    text: str = ""

    @property
    def error(self) -> ColumnElement[Any]:
        told = case(dict(self.errors), value=addresses.c.precision, else_=max(self.errors.values()))
        return func.coalesce(addresses.c.error_m, told)

    @property
    def unsure(self) -> ColumnElement[bool]:
        return addresses.c.lat.is_not(None) & (self.error > self.unsure_m)


# Asked for once and not of each address: few are in doubt.
DOUBT = addresses.c.id.in_(select(placings.c.address_id).where(placings.c.state == "doubt"))


def listed(
    connection: Connection, scope: Scope, asked: Asked, *, limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """The least sure first, those without any place before them."""
    order = (addresses.c.lat.is_not(None), asked.error.desc(), addresses.c.id)
    query = _ids(scope, asked).order_by(*order).limit(limit).offset(offset)
    ids = list(connection.execute(query).scalars())
    rows = connection.execute(_base(scope, asked).where(addresses.c.id.in_(ids))).mappings()
    by_id = {row["id"]: dict(row) for row in rows}
    return [by_id[one] for one in ids]


def counted(connection: Connection, scope: Scope, asked: Asked) -> int:
    return connection.execute(_ids(scope, asked).with_only_columns(func.count())).scalar_one()


def one(connection: Connection, scope: Scope, asked: Asked, address_id: str) -> dict[str, Any] | None:
    query = _base(scope, asked).where(addresses.c.id == address_id)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def figures(connection: Connection, scope: Scope, asked: Asked) -> dict[str, int]:
    """How many addresses can be planned, are unsure, unplaced, contradicted."""
    unplaced = addresses.c.lat.is_(None)
    counts = {
        "sure": ~unplaced & ~asked.unsure,
        "unsure": asked.unsure,
        "unplaced": unplaced,
        "doubt": DOUBT,
    }
    query = select(*(func.sum(case((which, 1), else_=0)).label(name) for name, which in counts.items()))
    row = connection.execute(query.where(*OPEN, scope.sees(addresses.c.debtor_id))).mappings().one()
    return {name: int(row[name] or 0) for name in counts}


def _base(scope: Scope, asked: Asked) -> Select[Any]:
    return (
        select(
            addresses,
            debtors.c.name.label("debtor_name"),
            lenders.c.name.label("lender_name"),
            asked.error.label("within_m"),
            DOUBT.label("doubted"),
        )
        .join(debtors, debtors.c.id == addresses.c.debtor_id)
        .outerjoin(lenders, lenders.c.id == addresses.c.lender_id)
        .where(*OPEN, scope.sees(addresses.c.debtor_id))
    )


def _ids(scope: Scope, asked: Asked) -> Select[Any]:
    query = select(addresses.c.id).where(*OPEN, scope.sees(addresses.c.debtor_id))
    unplaced = addresses.c.lat.is_(None)
    shown = {"unsure": or_(asked.unsure, unplaced, DOUBT), "doubt": DOUBT, "unplaced": unplaced}
    if asked.which in shown:
        query = query.where(shown[asked.which])
    if asked.precision:
        query = query.where(addresses.c.precision == asked.precision)
    if asked.lender:
        query = query.where(addresses.c.lender_id == asked.lender)
    if asked.text:
        query = query.join(debtors, debtors.c.id == addresses.c.debtor_id).where(
            or_(
                addresses.c.text.icontains(asked.text, autoescape=True),
                addresses.c.district.icontains(asked.text, autoescape=True),
                debtors.c.search_name.contains(folded(asked.text), autoescape=True),
            )
        )
    return query


def lenders_of(connection: Connection, scope: Scope) -> list[tuple[str, str]]:
    """(id, name) of the lenders whose addresses are in scope, by name."""
    query = (
        select(lenders.c.id, lenders.c.name)
        .where(
            lenders.c.id.in_(select(addresses.c.lender_id).where(*OPEN, scope.sees(addresses.c.debtor_id)))
        )
        .order_by(lenders.c.name)
    )
    return [(row.id, row.name) for row in connection.execute(query)]
