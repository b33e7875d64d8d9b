"""The page that changes the rest of the day: what happened, what would change, take it or leave it."""

from __future__ import annotations

from datetime import datetime, time

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Interval, Refused
from sync.routing import day as solver
from sync.routing.rest import Happened
from sync.rules.policy import zone_of
from sync.words import N_, Phrase

from ..rerouting import Proposal, called_in, leave, move, propose, take, undo
from ..today import Day, DayStop, day_of, received
from .guard import clock, store

blueprint = Blueprint("rerouting", __name__)

LATEST_MINUTES = 600


@blueprint.get("/ruta/cambiar")
def form() -> str | Response:
    day = day_of(store(), clock().read().wall)
    if day is None or day.next is None:
        flash(_("No quedan paradas por hacer en la ruta de hoy"), "warn")
        return redirect(url_for("today.show"))
    return _page(day)


@blueprint.post("/ruta/cambiar")
def ask() -> str | Response | tuple[str, int]:
    now = clock().read().wall
    day = day_of(store(), now)
    if day is None:
        return redirect(url_for("today.show"))
    happened = _happened(day)
    proposal = happened if isinstance(happened, Refused) else propose(store(), now, happened)
    wrong = proposal.reason if isinstance(proposal, Refused) else None
    shown = proposal if isinstance(proposal, Proposal) else None
    page = _page(day, shown, wrong)
    return (page, 422) if wrong is not None else page


@blueprint.post("/ruta/mover")
def by_hand() -> Response | tuple[str, int]:
    """Move one stop a place up or down; at once where nobody falls out of the day, else shown first."""
    now = clock().read().wall
    by = -1 if request.form.get("hacia") == "antes" else 1
    proposal = move(store(), now, request.form.get("parada", ""), by)
    if isinstance(proposal, Refused):
        flash(proposal.reason.said(_), "warn")
        return redirect(url_for("today.show"))
    planned = {one.id for one in proposal.day.stops}
    if planned & set(proposal.rest.dropped):
        said = Phrase(N_("En ese orden no se llega a todas las paradas: vea cuáles quedarían fuera"))
        return _page(proposal.day, proposal, said), 422
    take(store())
    flash(_("Cambió el orden; las horas se calcularon de nuevo. Se puede deshacer."), "good")
    return redirect(url_for("today.show"))


@blueprint.post("/ruta/tomar")
def accept() -> Response:
    if take(store()):
        flash(_("Se tomó el cambio: el resto del día quedó en el nuevo orden. Se puede deshacer."), "good")
    else:
        flash(_("La oficina envió otra ruta mientras tanto: no se cambió nada. Vuelva a pedirlo."), "warn")
    return redirect(url_for("today.show"))


@blueprint.post("/ruta/dejar")
def keep() -> Response:
    leave(store())
    flash(_("El día quedó como estaba."), "info")
    return redirect(url_for("today.show"))


@blueprint.post("/ruta/deshacer")
def take_back() -> Response:
    undone = undo(store())
    flash(_("Se deshizo el último cambio del día.") if undone else _("No hay cambios que deshacer."), "info")
    return redirect(url_for("today.show"))


def _page(day: Day, proposal: Proposal | None = None, wrong: Phrase | None = None) -> str:
    stops = _names(day)
    told = {stop.id: f"{stop.sequence or '–'} · {stop.name}" for stop in stops.values()}
    return render_template(
        "field/reroute.html",
        day=day,
        proposal=proposal,
        wrong=wrong,
        names=stops,
        callers=[(one, told[one]) for one, stop in stops.items() if not stop.done],
        places=[("depot", _("Casa")), *told.items()],
        exact=solver.available(),
        said=request.form if request.method == "POST" else None,
    )


def _names(day: Day) -> dict[str, DayStop]:
    return {stop.id: stop for stop in (*day.stops, *day.left_out)}


def _happened(day: Day) -> Happened | Refused:
    """What the form says happened; everything is optional, and nothing means: from here, on time."""
    stops = _names(day)
    late = request.form.get("late", "").strip() or "0"
    if not (late.isascii() and late.isdigit() and int(late) <= LATEST_MINUTES):
        return Refused(Phrase(N_("Los minutos perdidos se escriben en cifras, hasta 600")), "reroute.late")
    given_up = frozenset(stop for stop in request.form.getlist("given_up") if stop in stops)
    closed = []
    one, other = request.form.get("closed_from", ""), request.form.get("closed_to", "")
    if one and other and one != other:
        closed.append((one if one != "depot" else "", other if other != "depot" else ""))
    called: dict[str, Interval] = {}
    debtor = request.form.get("called", "")
    if debtor in stops:
        found = _called(day, stops[debtor])
        if isinstance(found, Refused):
            return found
        called.update(found)
    return Happened(given_up=given_up, called=called, closed=tuple(closed), late_s=int(late) * 60)


def _called(day: Day, stop: DayStop) -> dict[str, Interval] | Refused:
    with store().reading() as db:
        zone = zone_of(received(db).timezone)
    try:
        since, until = (
            datetime.combine(day.date, time.fromisoformat(request.form.get(name, "")), tzinfo=zone)
            for name in ("called_since", "called_until")
        )
    except ValueError:
        return Refused(Phrase(N_("Escriba desde y hasta qué hora recibe, como 15:00")), "reroute.hours")
    found = called_in(stop, day, since, until)
    return found if isinstance(found, Refused) else dict(found)
