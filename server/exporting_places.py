"""Writes an export's tables again for maps: one GeoPackage of them all, and GeoJSON of those with a place.

It reads the CSV that is there, so the three tell the same. Knows no office and no database.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sync.cells import unsafe

from .export_columns import Column, Table
from .store.geopackages import Package, Place

PACKAGE = "ronda.gpkg"
FOLDER = "geojson"
LONGEST_CELL = 1_000_000
# What GeoPackage calls each kind of column. Amounts stay text: as floating numbers they would lose cents.
TYPES = {
    "integer": "INTEGER",
    "number": "REAL",
    "date": "DATE",
    "instant": "DATETIME",
    "flag": "BOOLEAN",
}


def write_places(folder: Path, tables: Sequence[Table]) -> None:
    """`ronda.gpkg` with a layer per table, and `geojson/NAME.geojson` for each table with places."""
    part = folder / f"part-{PACKAGE}"  # it takes no name that ends otherwise
    package = Package(part)
    for table in tables:
        package.add(
            table.name,
            table.row,
            [(column.name, TYPES.get(column.kind, "TEXT")) for column in table.columns],
            (
                (_place(row), [_value(column, row) for column in table.columns])
                for row in _rows(folder, table)
            ),
            placed=table.placed,
        )
    package.close()
    part.replace(folder / PACKAGE)
    (folder / FOLDER).mkdir(exist_ok=True)
    for table in tables:
        if table.placed:
            _write_geojson(folder / FOLDER / f"{table.name}.geojson", folder, table)


def _placed(folder: Path, table: Table) -> Iterator[tuple[Place, list[Any]]]:
    for row in _rows(folder, table):
        yield _place(row), [_value(column, row) for column in table.columns]


def _rows(folder: Path, table: Table) -> Iterator[dict[str, str]]:
    csv.field_size_limit(LONGEST_CELL)
    with (folder / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: unsafe(cell) for name, cell in row.items()}


def _place(row: dict[str, str]) -> Place:
    lat, lon = row.get("lat"), row.get("lon")
    return (float(lon), float(lat)) if lat and lon else None


def _value(column: Column, row: dict[str, str]) -> Any:
    told = row[column.name]
    if not told:
        return None
    if column.kind == "integer":
        return int(told)
    if column.kind == "number":
        return float(told)
    if column.kind == "flag":
        return int(told == "yes")
    return told


def _write_geojson(path: Path, folder: Path, table: Table) -> None:
    """RFC 7946: longitude before latitude, WGS 84; what has no known place has a null geometry."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"type": "FeatureCollection", "name": ' + json.dumps(table.name) + ', "features": [\n')
        for number, row in enumerate(_rows(folder, table)):
            place = _place(row)
            feature = {
                "type": "Feature",
                "geometry": None if place is None else {"type": "Point", "coordinates": list(place)},
                "properties": {column.name: _plain(column, row) for column in table.columns},
            }
            file.write(("" if number == 0 else ",\n") + json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")
    part.replace(path)


def _plain(column: Column, row: dict[str, str]) -> Any:
    value = _value(column, row)
    return bool(value) if column.kind == "flag" and value is not None else value
