"""The day's page: the next stop, the list and the map, and receiving it all in one click."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ..store import records
from ..today import Day, DayStop, day_of, local_date, received
from . import exchanges
from .guard import clock, store

blueprint = Blueprint("today", __name__)


@blueprint.get("/")
def show() -> str:
    exchanges.say_result()
    now = clock().read().wall
    day = day_of(store(), now)
    with store().reading() as db:
        known = received(db)
        streets = records.first_of(db, "basemap")
    return render_template(
        "field/today.html",
        day=day,
        known=known,
        is_today=day is not None and day.date == local_date(now, known.timezone),
        map_data=map_data(day, streets) if day else None,
        attribution=streets["attribution"] if streets else "",
    )


@blueprint.post("/recibir")
def receive() -> Response:
    exchanges.ask()
    return redirect(url_for("today.show"))


def map_data(day: Day, streets: dict[str, Any] | None) -> dict[str, Any]:
    """Points, the line in the order of driving, and the streets, for the look's map."""
    placed = [stop for stop in (*day.stops, *day.left_out) if stop.lat is not None]
    line = [[stop.lat, stop.lon] for stop in day.stops if stop.lat is not None]
    if day.depot is not None and line:
        line = [list(day.depot), *line]
    return {
        "points": [_point(stop) for stop in placed],
        "line": line,
        "streets": streets["geojson"] if streets else None,
    }


def _point(stop: DayStop) -> dict[str, Any]:
    return {
        "lat": stop.lat,
        "lon": stop.lon,
        "state": stop.state,
        "label": stop.name,
        "detail": stop.address.text if stop.address else "",
        "href": url_for("case.show", debtor=stop.case.state.id, parada=stop.id),
        "seq": stop.sequence,
    }
