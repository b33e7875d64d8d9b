"""The day's page: the next stop, the list and the map, and receiving it all in one click."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from sync.wire.lines import decoded

from ..changes import changes, read
from ..glance import glance
from ..today import Day, DayStop, day_of, local_date, received
from . import city, exchanges
from .guard import clock, store

blueprint = Blueprint("today", __name__)


@blueprint.get("/")
def show() -> str:
    exchanges.say_result()
    now = clock().read().wall
    day = day_of(store(), now)
    with store().reading() as db:
        known = received(db)
        ground = city.ground(db)
    return render_template(
        "field/today.html",
        day=day,
        changed_since=changes(store(), day),
        glance=glance,
        known=known,
        is_today=day is not None and day.date == local_date(now, known.timezone),
        map_data=_map(day, ground) if day else None,
        attribution=ground["attribution"],
    )


@blueprint.post("/cambios/vistos")
def changes_read() -> Response:
    """He has read what the office changed."""
    day = day_of(store(), clock().read().wall)
    if day is not None:
        read(store(), day)
    return redirect(url_for("today.show"))


@blueprint.post("/recibir")
def receive() -> Response:
    exchanges.ask()
    return redirect(url_for("today.show"))


def _map(day: Day, ground: dict[str, Any]) -> dict[str, Any]:
    placed = [stop for stop in (*day.stops, *day.left_out) if stop.lat is not None]
    return city.map_data([_point(stop) for stop in placed], _line(day), ground)


def _line(day: Day) -> list[list[float]]:
    """Along the roads where the office knew them; else straight from stop to stop."""
    try:
        along = decoded(day.line)
    except ValueError:
        along = []
    if along:
        return [list(at) for at in along]
    line = [[stop.lat, stop.lon] for stop in day.stops if stop.lat is not None and stop.lon is not None]
    return [list(day.depot), *line] if day.depot is not None and line else line


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
