"""Tells the laptops which city's map is theirs and hands out its bytes. Knows no road and no address."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from .. import publishing
from ..store import agents, city_maps
from ..store.city_maps import Bounds, CityMap
from ..store.engine import reading


def announce(
    connection: Connection,
    tiles: Path,
    *,
    fingerprint: str,
    name: str,
    bounds: Bounds,
    attribution: str,
    now: datetime,
) -> CityMap:
    """From now on every map is drawn on these tiles (`<data>/cities/<slug>/tiles.pmtiles`)."""
    digest = hashlib.sha256()
    with tiles.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    city = CityMap(
        id=fingerprint,
        name=name,
        folder=tiles.parent.name,
        bounds=bounds,
        attribution=attribution,
        size=tiles.stat().st_size,
        sha256=digest.hexdigest(),
    )
    city_maps.put(connection, city)
    _tell(connection, now)
    return city


def withdraw(connection: Connection, now: datetime) -> None:
    """No city's tiles are used any more."""
    city_maps.put(connection, None)
    _tell(connection, now)


def piece(engine: Engine, data: Path, sha256: str, *, offset: int, limit: int) -> bytes | None:
    """Bytes of the tiles in use; None for any other hash. Every laptop draws on them: no scope is asked."""
    with reading(engine) as connection:
        city = city_maps.announced(connection)
    if city is None or city.sha256 != sha256 or not city.file(data).is_file():
        return None
    with city.file(data).open("rb") as file:
        file.seek(offset)
        return file.read(limit)


def _tell(connection: Connection, now: datetime) -> None:
    publishing.refresh_agents(connection, [agent.id for agent in agents.every(connection)], now)
