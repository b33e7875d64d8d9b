"""Writes tables into a GeoPackage 1.3, an SQLite file that maps read. Knows no office and no column.

fudgeo writes 1.4, of which nothing is used here that 1.3 has not: the version is set back, so that readers
of before 2024 open it without a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fudgeo import (  # type: ignore[import-untyped]  # it ships no types
    Field,
    GeoPackage,
    SpatialReferenceSystem,
)
from fudgeo.geometry import Point  # type: ignore[import-untyped]  # likewise

VERSION = 10300
WGS_84 = 4326
AT_A_TIME = 2000
NAME = "WGS 84"
DEFINED = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]'
)
Place = tuple[float, float] | None  # longitude and latitude


class Package:
    """One GeoPackage being written; it is whole once it is closed."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._package = GeoPackage.create(path, flavor="EPSG", ogr_contents=True)
        self._package.connection.execute(f"PRAGMA user_version = {VERSION}")

    def add(
        self,
        name: str,
        description: str,
        columns: Sequence[tuple[str, str]],
        rows: Iterable[tuple[Place, Sequence[Any]]],
        *,
        placed: bool,
    ) -> None:
        """A layer of points, or a table without places. `columns`: (name, type as GeoPackage calls it)."""
        fields = [Field(column, kind) for column, kind in columns]
        if placed:
            reference = SpatialReferenceSystem(NAME, "EPSG", WGS_84, DEFINED)
            self._package.create_feature_class(
                name, reference, fields=fields, geom_name="geom", description=description
            )
        else:
            self._package.create_table(name, fields=fields, description=description)
        names = [*(["geom"] if placed else []), *(f'"{column}"' for column, _kind in columns)]
        marks = ", ".join("?" * len(names))
        statement = f'INSERT INTO "{name}" ({", ".join(names)}) VALUES ({marks})'  # noqa: S608  # our own names
        self._fill(statement, rows, placed)

    def _fill(self, statement: str, rows: Iterable[tuple[Place, Sequence[Any]]], placed: bool) -> None:
        waiting: list[tuple[Any, ...]] = []
        with self._package.connection as connection:
            for place, values in rows:
                waiting.append((*([_point(place)] if placed else []), *values))
                if len(waiting) >= AT_A_TIME:
                    connection.executemany(statement, waiting)
                    waiting.clear()
            connection.executemany(statement, waiting)

    def close(self) -> None:
        self._package.connection.close()


def _point(place: Place) -> Any:
    return None if place is None else Point(x=place[0], y=place[1], srs_id=WGS_84)
