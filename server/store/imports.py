"""What was imported, and the rows that were rejected or warned about, kept as they came."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from . import chunks
from .tables import import_remarks, imports, lenders


def add(connection: Connection, row: dict[str, Any]) -> None:
    connection.execute(insert(imports).values(**row))


def add_remarks(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.write(connection, insert(import_remarks), rows)


def count(connection: Connection, import_id: str, counts: dict[str, int]) -> None:
    """What the import came to, where that was known only after it was written."""
    connection.execute(update(imports).where(imports.c.id == import_id).values(counts=counts))


def latest_as_of(connection: Connection, lender_id: str, kind: str, mode: str | None = None) -> date | None:
    """The latest day a lender's files of this kind speak of: for payments, how far they are complete."""
    query = select(func.max(imports.c.as_of)).where(imports.c.lender_id == lender_id, imports.c.kind == kind)
    if mode is not None:
        query = query.where(imports.c.mode == mode)
    return connection.execute(query).scalar()


def rejected_accounts(connection: Connection, lender_id: str) -> dict[str, tuple[int, str]]:
    """Account number → (line, file) of the last portfolio row rejected under that number."""
    query = (
        select(import_remarks.c.line, import_remarks.c.raw, imports.c.file_name)
        .join(imports, imports.c.id == import_remarks.c.import_id)
        .where(
            imports.c.lender_id == lender_id,
            imports.c.kind == "portfolio",
            import_remarks.c.level == "rejected",
        )
        .order_by(imports.c.imported_at, imports.c.id, import_remarks.c.line)
    )
    found: dict[str, tuple[int, str]] = {}
    for row in connection.execute(query):
        number = row.raw.get("number") if isinstance(row.raw, dict) else None
        if number:
            found[str(number)] = (row.line, row.file_name)
    return found


def listed(connection: Connection, limit: int = 100) -> list[dict[str, Any]]:
    """The latest imports with their lender's name, newest first."""
    query = (
        select(imports, lenders.c.name.label("lender"))
        .join(lenders, lenders.c.id == imports.c.lender_id)
        .order_by(imports.c.imported_at.desc(), imports.c.id.desc())
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def one(connection: Connection, import_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(imports).where(imports.c.id == import_id)).mappings().first()
    return None if row is None else dict(row)


def remarks_of(connection: Connection, import_id: str) -> list[dict[str, Any]]:
    """Every remark of an import, in the order of the file."""
    query = (
        select(import_remarks)
        .where(import_remarks.c.import_id == import_id)
        .order_by(import_remarks.c.line, import_remarks.c.level, import_remarks.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
