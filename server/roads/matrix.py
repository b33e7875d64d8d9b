"""Points out of a CSV, and a table as its rows. Routes nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import Point, Whole

MOST_POINTS = 5_000


class Unreadable(ValueError):
    """The file cannot be used; the message says where and what to write."""


def read_points(path: Path) -> tuple[list[str], list[Point]]:
    """The name (column `id`, else its number from 1) and the place of each row. Raises Unreadable."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if not {"lat", "lon"} <= set(rows.fieldnames or ()):
                raise Unreadable(f"{path.name} has no columns lat and lon in its first line")
            found = [
                (row.get("id") or str(number), _point(row, number, path))
                for number, row in enumerate(rows, 1)
            ]
    except OSError as wrong:
        raise Unreadable(f"{path} cannot be read ({wrong.strerror}); name a CSV with lat and lon") from wrong
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise Unreadable(f"{path} is not a CSV in UTF-8 ({wrong}); save it as one") from wrong
    if not found:
        raise Unreadable(f"{path.name} has no points; write one a line, below lat,lon")
    if len(found) > MOST_POINTS:
        raise Unreadable(f"{path.name} has {len(found)} points; a matrix takes {MOST_POINTS} at most")
    return [name for name, _ in found], [point for _, point in found]


def _point(row: dict[str, str | None], number: int, path: Path) -> Point:
    try:
        lat, lon = float(row["lat"] or ""), float(row["lon"] or "")
    except ValueError as wrong:
        raise Unreadable(f"{path.name}: point {number} has no latitude and longitude in degrees") from wrong
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Unreadable(
            f"{path.name}: point {number} ({lat}, {lon}) is on no map; are lat and lon exchanged?"
        )
    return lat, lon


def rows_of(ids: Sequence[str], seconds: Whole, metres: Whole) -> Iterator[tuple[str, str, int, int]]:
    for one, times, lengths in zip(ids, seconds.tolist(), metres.tolist(), strict=True):
        for other, time, length in zip(ids, times, lengths, strict=True):
            yield one, other, time, length
