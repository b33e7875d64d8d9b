"""Hands the day to paper and to other programs: the route sheet, GPX and KML, links that open a map.

A file leaves the encrypted store, so it holds places, hours and addresses, and nobody's name or debt.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template
from flask_babel import gettext as _

from sync.look.sheet import SheetAccount, SheetLine
from sync.rules.geo import haversine_m
from sync.wayfinding import Waypoint, google_maps, google_maps_day, gpx, kml, waze
from sync.wire.lines import decoded

from ..today import Day, DayStop, day_of, received
from .guard import clock, store

blueprint = Blueprint("ways", __name__)
PHONES = ("mobile", "landline")
WRITERS = {"gpx": (gpx, "application/gpx+xml"), "kml": (kml, "application/vnd.google-earth.kml+xml")}


@blueprint.get("/ruta.<kind>")
def carried(kind: str) -> Response:
    """Today's route as a file. 404 for another kind, or where there is no route."""
    day = day_of(store(), clock().read().wall)
    if kind not in WRITERS or day is None:
        abort(404)
    write, mimetype = WRITERS[kind]
    held = write(f"Ronda {day.date.isoformat()}", _waypoints(day), along(day))
    named = {"Content-Disposition": f"attachment; filename=ronda-{day.date.isoformat()}.{kind}"}
    return Response(held, mimetype=mimetype, headers=named)


@blueprint.get("/hoja")
def sheet() -> str | Response:
    """The day on paper: numbered lines to work from when the laptop cannot, and to type from afterwards."""
    day = day_of(store(), clock().read().wall)
    if day is None:
        abort(404)
    with store().reading() as db:
        agent = received(db).agent_name
    return render_template("field/sheet.html", day=day, agent=agent, lines=[_line(one) for one in day.stops])


def _line(stop: DayStop) -> SheetLine:
    place = stop.address
    return SheetLine(
        sequence=stop.sequence,
        zone=stop.case.zone,
        hour=stop.eta,
        window=stop.window if stop.appointment else None,
        name=stop.name,
        where=", ".join(part for part in (place.text, place.district) if part) if place else "",
        phones=tuple(one.value for one in stop.case.state.contact_points if one.kind in PHONES),
        stopped=stop.stopped,
        accounts=tuple(
            SheetAccount(
                one.known.account.number,
                one.standing.overdue,
                one.standing.currency,
                one.standing.dpd,
                one.known.account.balance.as_of if one.known.account.balance else None,
            )
            for one in stop.accounts
            if one.standing is not None
        ),
    )


def along(day: Day) -> list[tuple[float, float]]:
    """The line of the day along the roads; empty where the office knew none, or the order was changed."""
    try:
        return [(float(lat), float(lon)) for lat, lon in decoded(day.line)]
    except ValueError:
        return []


def links(stop: DayStop) -> dict[str, str]:
    """The addresses of other programs that lead to a stop; none where its place is not known."""
    if stop.lat is None or stop.lon is None:
        return {}
    return {"Google Maps": google_maps((stop.lat, stop.lon)), "Waze": waze((stop.lat, stop.lon))}


def day_links(day: Day) -> list[str]:
    """Google Maps for what is left of the day, in as many parts as it takes."""
    places = [(one.lat, one.lon) for one in day.stops if not one.done and one.lat is not None]
    return google_maps_day([(lat, lon) for lat, lon in places if lon is not None])


def metres_to(day: Day, stop: DayStop) -> int | None:
    """As the crow flies, from where he was last (the depot before the first stop) to a stop."""
    done = [one for one in day.stops if one.visit is not None and one.lat is not None]
    last = max(done, key=lambda one: one.sequence or 0, default=None)
    here: Any = (last.lat, last.lon) if last is not None else day.depot
    if here is None or stop.lat is None or stop.lon is None:
        return None
    return round(haversine_m(here[0], here[1], stop.lat, stop.lon))


def _waypoints(day: Day) -> list[Waypoint]:
    return [
        Waypoint(one.lat, one.lon, str(one.sequence), one.address.text if one.address else "", one.eta)
        for one in day.stops
        if one.lat is not None and one.lon is not None
    ]


@blueprint.app_context_processor
def ways() -> dict[str, Any]:
    return {"ways_to": links, "ways_of": day_links, "metres_to": metres_to, "straight": _("en línea recta")}
