"""Column mappings saved under a name: which header of a lender's file holds which field."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from sync.ids import new_id

from .tables import mappings


def save(connection: Connection, name: str, kind: str, columns: dict[str, str]) -> None:
    """Keep field → header under `name`; the same name of the same kind is replaced."""
    changed = connection.execute(
        update(mappings).where(mappings.c.name == name).values(kind=kind, columns=columns)
    )
    if changed.rowcount == 0:
        connection.execute(insert(mappings).values(id=new_id(), name=name, kind=kind, columns=columns))


def load(connection: Connection, name: str, kind: str) -> dict[str, str] | None:
    """The mapping of that name and kind, or None."""
    query = select(mappings.c.columns).where(mappings.c.name == name, mappings.c.kind == kind)
    held = connection.execute(query).scalar()
    return None if held is None else {str(field): str(header) for field, header in held.items()}


def names(connection: Connection, kind: str) -> list[str]:
    query = select(mappings.c.name).where(mappings.c.kind == kind).order_by(mappings.c.name)
    return list(connection.execute(query).scalars())
