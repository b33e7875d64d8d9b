"""A day's routes as a table, one route as a way for another program. Makes no map: `map_files` does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from sync.wayfinding import Waypoint, gpx, kml

from ..disclosing import day_saved, route_saved
from ..store import routes
from ..store.boards import whereabouts
from ..store.engine import reading
from ..store.routes import Route
from ..tabulating import Column
from . import days, here
from .routes import found_route, line_of, staff
from .sheets import TYPES, answer

blueprint = Blueprint("route_files", __name__, url_prefix="/routes")
WAYS = {"gpx": "application/gpx+xml", "kml": "application/vnd.google-earth.kml+xml"}


@blueprint.post("/files")
def day() -> Response:
    """Every stop of a day's routes, as XLSX or CSV; those left out too, each with its reason."""
    asked, kind = days.asked_day("day"), request.form.get("kind", "xlsx")
    if asked is None or kind not in TYPES:
        abort(404)
    with reading(here.engine()) as connection:
        found = routes.newest(connection, asked, {agent.id for agent in staff(connection)})
        ids = {stop.debtor for route in found for stop in route.stops}
        people = whereabouts.people(connection, here.scope(), ids)
        texts = whereabouts.texts(
            connection,
            {
                stop.address
                for route in found
                for stop in route.stops
                if stop.address and stop.debtor in people
            },
        )
    rows = [row for route in sorted(found, key=_by_name) for row in _rows(route, people, texts)]
    day_saved(here.engine(), asked, kind, len(found), len(rows), actor=here.actor(), now=here.now())
    return answer(kind, f"rutas-{asked.isoformat()}", _("Rutas del día"), _columns(), rows)


@blueprint.post("/<route_id>/way")
def way(route_id: str) -> Response:
    """One route as GPX or KML: its stops in order and the line along the roads."""
    kind = request.form.get("kind", "gpx")
    if kind not in WAYS:
        abort(404)
    with reading(here.engine()) as connection:
        found = found_route(connection, route_id)
        people = whereabouts.people(connection, here.scope(), {stop.debtor for stop in found.planned})
        texts = whereabouts.texts(
            connection, {stop.address for stop in found.planned if stop.address and stop.debtor in people}
        )
    stops = [
        Waypoint(
            stop.lat,
            stop.lon,
            f"{stop.sequence}. {people[stop.debtor]['name'] if stop.debtor in people else ''}".strip(),
            str(texts[stop.address]["text"]) if stop.address in texts else "",
            stop.eta,
        )
        for stop in found.planned
        if stop.lat is not None and stop.lon is not None
    ]
    name = f"{found.agent_name} {found.day.isoformat()}"
    body = (gpx if kind == "gpx" else kml)(name, stops, line_of(found))
    route_saved(here.engine(), found, actor=here.actor(), now=here.now())
    reply = Response(body, mimetype=WAYS[kind])
    reply.headers["Content-Disposition"] = f'attachment; filename="ruta-{found.day.isoformat()}.{kind}"'
    return reply


def _by_name(route: Route) -> tuple[str, str]:
    return route.agent_name, route.id


def _columns() -> list[Column]:
    return [
        Column("day", _("Día"), "date"),
        Column("agent", _("Gestor")),
        Column("state", _("Estado")),
        Column("version", _("Versión"), "integer"),
        Column("sequence", _("Parada"), "integer"),
        Column("eta", _("Hora"), "instant"),
        Column("appointment", _("Cita"), "yes"),
        Column("from", _("Cita desde"), "instant"),
        Column("until", _("Cita hasta"), "instant"),
        Column("name", _("Deudor")),
        Column("address", _("Dirección")),
        Column("lat", _("Latitud"), "number", decimals=6),
        Column("lon", _("Longitud"), "number", decimals=6),
        Column("minutes", _("Minutos en la puerta"), "integer"),
        Column("locked", _("Fijada a mano"), "yes"),
        Column("why", _("Por qué")),
    ]


def _rows(route: Route, people: dict[str, Any], texts: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "day": route.day,
            "agent": route.agent_name,
            "state": route.state.value,
            "version": route.version,
            "sequence": stop.sequence,
            "eta": stop.eta,
            "appointment": stop.appointment,
            "from": stop.window.start if stop.appointment and stop.window else None,
            "until": stop.window.end if stop.appointment and stop.window else None,
            "name": people[stop.debtor]["name"] if stop.debtor in people else "",
            "address": texts[stop.address]["text"] if stop.address in texts else "",
            "lat": stop.lat if stop.debtor in people else None,
            "lon": stop.lon if stop.debtor in people else None,
            "minutes": round(stop.service_s / 60),
            "locked": stop.locked,
            "why": here.sentence(stop.why),
        }
        for stop in (*route.planned, *route.left_out)
    ]
