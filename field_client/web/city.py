"""Serves the tiles of this laptop's city to its own maps, by ranges of bytes. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, url_for
from sqlite_utils import Database

from sync.look.ranges import ranged

from ..store import records, tiles
from .guard import quietly

blueprint = Blueprint("city", __name__, url_prefix="/ciudad")
KIND = "application/vnd.pmtiles"


@blueprint.get("/<sha256>.pmtiles")
def part(sha256: str) -> Response:
    """A range of the file, or all of it."""
    with quietly().reading() as db:
        said = tiles.usable(db)
        if said is None or said["sha256"] != sha256:
            abort(404)
        return ranged(lambda start, length: tiles.read(db, sha256, start, length), said["size"], sha256, KIND)


def ground(db: Database) -> dict[str, Any]:
    """What a map draws under its points: the city's tiles, else the office's streets, else nothing."""
    said = tiles.usable(db)
    if said is not None:
        city = {
            "url": url_for("city.part", sha256=said["sha256"]),
            "bounds": said["bounds"],
        }
        return {"city": city, "attribution": said["attribution"]}
    streets = records.first_of(db, "basemap")
    if streets is not None:
        return {"streets": streets["geojson"], "attribution": streets["attribution"]}
    return {"attribution": ""}


def map_data(
    points: Sequence[dict[str, Any]], line: Sequence[Sequence[float]], ground: dict[str, Any]
) -> dict[str, Any]:
    """What the look's map draws: points, a line in the order of driving, and what lies under them."""
    return {
        "points": list(points),
        "line": [list(at) for at in line],
        "streets": ground.get("streets"),
        "city": ground.get("city"),
    }
