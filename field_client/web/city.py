"""Serves the tiles of this laptop's city to its own maps, by ranges of bytes. Draws nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from sqlite_utils import Database

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
        size = int(said["size"])
        asked = request.range.range_for_length(size) if request.range else None
        if request.range and asked is None:
            return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
        start, end = asked or (0, size)
        answer = Response(tiles.read(db, sha256, start, end - start), mimetype=KIND)
    answer.headers["Accept-Ranges"] = "bytes"
    answer.set_etag(sha256)
    answer.cache_control.private = True
    answer.cache_control.max_age = 86_400
    if asked is not None:
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return answer


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
