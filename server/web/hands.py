"""What a coordinator changes on a route by hand: a stop up or down, fixed in the day, the order forgotten."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Refused

from ..planning import arranging
from ..planning.publishing import unpublish
from ..store.engine import reading
from . import days, here
from .routes import asked_agents, found_route

blueprint = Blueprint("hands", __name__, url_prefix="/routes")


@blueprint.post("/<route_id>/move")
def move(route_id: str) -> Response:
    """One place up or down. The page that follows stands at the stop, where the next key is pressed."""
    stop, by = request.form.get("stop", ""), 1 if request.form.get("way") == "down" else -1
    sequence = _sequence(route_id, stop)
    answer = arranging.move(here.engine(), route_id, stop, by=by, actor=here.actor(), now=here.now())
    if isinstance(answer, Refused):
        said = _("El orden no cambió. %(why)s.", why=here.sentence(answer.reason).rstrip("."))
        flash(said, "error")
        return _back(route_id, sequence)
    return _back(answer, max(1, sequence + by))


@blueprint.post("/<route_id>/lock")
def lock(route_id: str) -> Response:
    """Keep a stop in the day, or let it go."""
    stop, locked = request.form.get("stop", ""), request.form.get("locked") == "1"
    sequence = _sequence(route_id, stop)
    answer = arranging.lock(here.engine(), route_id, stop, locked=locked, actor=here.actor(), now=here.now())
    if isinstance(answer, Refused):
        flash(here.sentence(answer.reason), "error")
    elif locked:
        flash(_("Fijada en este día: planifique de nuevo y estará en la ruta."), "success")
    else:
        flash(_("Ya no está fijada: al planificar de nuevo puede quedar fuera."), "success")
    return _back(route_id, sequence)


@blueprint.post("/<route_id>/free-order")
def free_order(route_id: str) -> Response:
    _sequence(route_id, "")
    answer = arranging.free_order(here.engine(), route_id, actor=here.actor(), now=here.now())
    if isinstance(answer, Refused):
        flash(here.sentence(answer.reason), "error")
    else:
        flash(_("El orden puesto a mano se olvidó: planifique de nuevo para buscar otro."), "success")
    return _back(route_id, 0)


@blueprint.post("/unpublish")
def take_back() -> Response:
    """Take a day's published routes back, or one agent's."""
    day = days.asked_day("day")
    if day is None:
        flash(_("Elija el día que se va a retirar."), "error")
        return redirect(url_for("routes.index"))
    chosen = asked_agents()
    answer = unpublish(here.engine(), day=day, agents=chosen, actor=here.actor(), now=here.now())
    if isinstance(answer, Refused):
        flash(here.sentence(answer.reason), "error")
    else:
        said = _(
            "%(routes)s rutas retiradas: los portátiles las quitan al sincronizar.", routes=answer.published
        )
        flash(said, "success")
    return redirect(url_for("routes.index", day=day.isoformat()))


def _sequence(route_id: str, stop_id: str) -> int:
    """The stop's place in the route (0: it has none); 404 for a route of others."""
    with reading(here.engine()) as connection:
        route = found_route(connection, route_id)
    if stop_id and stop_id not in {stop.id for stop in route.stops}:
        abort(404)
    return next((stop.sequence or 0 for stop in route.stops if stop.id == stop_id), 0)


def _back(route_id: str, sequence: int) -> Response:
    anchor = f"parada-{sequence}" if sequence else "paradas"
    return redirect(url_for("routes.route", route_id=route_id, _anchor=anchor))
