"""How many of the places an office knows lie within a box. Judges nothing."""

from __future__ import annotations

from sqlalchemy import Connection, Table, and_, case, func, select

from .tables import addresses, agents


def inside(connection: Connection, box: tuple[float, float, float, float]) -> tuple[int, int]:
    """(those inside, all that are located) of open addresses and agents' homes; west, south, east, north."""
    one = _counted(connection, addresses, "lat", "lon", box, open_only=True)
    other = _counted(connection, agents, "home_lat", "home_lon", box)
    return one[0] + other[0], one[1] + other[1]


def _counted(
    connection: Connection,
    table: Table,
    lat: str,
    lon: str,
    box: tuple[float, float, float, float],
    *,
    open_only: bool = False,
) -> tuple[int, int]:
    west, south, east, north = box
    up, across = table.c[lat], table.c[lon]
    within = case((and_(up.between(south, north), across.between(west, east)), 1), else_=0)
    query = select(func.coalesce(func.sum(within), 0), func.count()).where(
        up.is_not(None), across.is_not(None)
    )
    if open_only:
        query = query.where(table.c.until.is_(None))
    found = connection.execute(query).one()
    return int(found[0]), int(found[1])
