"""The lenders' files that were brought in: one of them with its lender, and its rejected rows as a file."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from ..tables import imports, lenders


def one(connection: Connection, import_id: str) -> dict[str, Any] | None:
    query = (
        select(imports, lenders.c.name.label("lender"))
        .join(lenders, lenders.c.id == imports.c.lender_id)
        .where(imports.c.id == import_id)
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None
