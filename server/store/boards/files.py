"""The lenders' files that were brought in: one of them with its lender, its remarks, what it left undone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, exists, func, select

from ..tables import accounts, addresses, import_remarks, imports, lenders


def one(connection: Connection, import_id: str) -> dict[str, Any] | None:
    query = (
        select(imports, lenders.c.name.label("lender"))
        .join(lenders, lenders.c.id == imports.c.lender_id)
        .where(imports.c.id == import_id)
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def levels(connection: Connection, import_id: str) -> dict[str, int]:
    """How many remarks of each level an import has."""
    query = (
        select(import_remarks.c.level, func.count())
        .where(import_remarks.c.import_id == import_id)
        .group_by(import_remarks.c.level)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def remarks(
    connection: Connection, import_id: str, level: str, *, limit: int, offset: int
) -> list[dict[str, Any]]:
    """A page of an import's remarks, in the order of the file; of one level where it is named."""
    query = select(import_remarks).where(import_remarks.c.import_id == import_id)
    if level:
        query = query.where(import_remarks.c.level == level)
    query = query.order_by(import_remarks.c.line, import_remarks.c.level, import_remarks.c.id)
    return [dict(row) for row in connection.execute(query.limit(limit).offset(offset)).mappings()]


def unplaced(connection: Connection, import_id: str) -> int:
    """Debtors this import touched last, open, for whom no address has a point yet."""
    placed = exists().where(
        addresses.c.debtor_id == accounts.c.debtor_id,
        addresses.c.until.is_(None),
        addresses.c.lat.is_not(None),
    )
    query = select(func.count(accounts.c.debtor_id.distinct())).where(
        accounts.c.last_import == import_id, accounts.c.state == "open", ~placed
    )
    return int(connection.execute(query).scalar_one())


def last_of(connection: Connection, lender_ids: set[str]) -> dict[str, Any] | None:
    """The latest portfolio file of these lenders: its lender and pack are likely those of the next."""
    query = (
        select(imports.c.pack, imports.c.lender_id, lenders.c.name.label("lender"))
        .join(lenders, lenders.c.id == imports.c.lender_id)
        .where(imports.c.kind == "portfolio", imports.c.lender_id.in_(sorted(lender_ids)))
        .order_by(imports.c.imported_at.desc(), imports.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None
