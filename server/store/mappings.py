"""Column mappings saved under a name: which header of a lender's file holds which field."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select, update

from sync.ids import new_id

from .tables import mappings, reading_habits


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


def habits(connection: Connection, name: str, kind: str) -> dict[str, str]:
    """How the files of that mapping are read, as a person said it last."""
    query = (
        select(reading_habits.c.told)
        .join(mappings, mappings.c.id == reading_habits.c.mapping_id)
        .where(mappings.c.name == name, mappings.c.kind == kind)
    )
    held = connection.execute(query).scalar()
    return {} if held is None else {str(what): str(value) for what, value in held.items()}


def keep(
    connection: Connection, name: str, kind: str, columns: Mapping[str, str], told: Mapping[str, str]
) -> None:
    """Keep what a person said of a sender's files, whole; nothing said forgets what was kept."""
    query = select(mappings.c.id).where(mappings.c.name == name, mappings.c.kind == kind)
    held = connection.execute(query).scalar()
    if held is not None:
        connection.execute(delete(reading_habits).where(reading_habits.c.mapping_id == held))
    if not columns and not told:
        if held is not None:
            connection.execute(delete(mappings).where(mappings.c.id == held))
        return
    save(connection, name, kind, dict(columns))
    made = connection.execute(query).scalar_one()
    connection.execute(insert(reading_habits).values(mapping_id=made, told=dict(told)))
