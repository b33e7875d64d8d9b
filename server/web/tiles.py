"""Serves the tiles of the city in use, by ranges of bytes, to who was shown a map. Draws nothing.

A map is a document without our origin, so it carries no session: its address of the tiles is a pass instead,
good for that file today and tomorrow, and given only on pages behind the login.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256 as SHA256
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy import Connection

from sync.look.ranges import ranged

from ..store import offices
from ..store.city_maps import CityMap, announced
from ..store.engine import reading
from . import here

blueprint = Blueprint("tiles", __name__, url_prefix="/tiles")
PASS_LENGTH = 32
KIND = "application/vnd.pmtiles"


@dataclass(frozen=True)
class Ground:
    """What lies under the points of a map: a city's tiles, or the streets of a base map, or nothing."""

    city: CityMap | None = None
    basemap: dict[str, Any] | None = None


def ground_of(connection: Connection) -> Ground:
    city = announced(connection)
    if city is not None and city.file(here.office().config.data).is_file():
        return Ground(city=city)
    return Ground(basemap=offices.get(connection, "basemap"))


def url_of(city: CityMap) -> str:
    return url_for("tiles.city", given=_pass(city.sha256, here.today()), sha256=city.sha256)


@blueprint.route("/<given>/<sha256>.pmtiles", methods=["GET", "OPTIONS"], provide_automatic_options=False)
def city(given: str, sha256: str) -> Response:
    """A range of the tiles. The answer is public data; the pass only keeps strangers from our line."""
    today = here.today()
    if not any(hmac.compare_digest(given, _pass(sha256, day)) for day in (today, today - timedelta(days=1))):
        abort(404)
    if request.method == "OPTIONS":
        return _readable(Response(status=204))
    with reading(here.engine()) as connection:
        held = announced(connection)
    if held is None or held.sha256 != sha256:
        abort(404)
    file = held.file(here.office().config.data)
    if not file.is_file():
        abort(404)

    def read(start: int, length: int) -> bytes:
        with file.open("rb") as source:
            source.seek(start)
            return source.read(length)

    return _readable(ranged(read, held.size, sha256, KIND))


def _pass(sha256: str, day: date) -> str:
    told = f"tiles {sha256} {day.isoformat()}".encode()
    return hmac.new(here.office().session_secret.encode(), told, SHA256).hexdigest()[:PASS_LENGTH]


def _readable(answer: Response) -> Response:
    """A sandboxed map asks from no origin at all."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Allow-Headers"] = "Range, If-None-Match"
    answer.headers["Access-Control-Expose-Headers"] = "ETag, Content-Range, Content-Length"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
