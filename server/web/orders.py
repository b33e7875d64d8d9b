"""The route desk by hand: another order with its effect, the rest of a day again, what a version changes.

Optimises nothing: `planning.arranging` and `rerouting` do, and refuse what cannot be carried out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as BaseResponse

from sync.records import Refused, RouteState
from sync.routing.rest import Happened
from sync.words import Phrase

from .. import rerouting
from ..planning import arranging
from ..planning.arranging import Looked
from ..store import routes
from ..store.boards import reached, whereabouts
from ..store.engine import reading
from ..store.routes import Route, Stop
from . import here
from .routes import found_route

blueprint = Blueprint("orders", __name__, url_prefix="/routes")
MOST_LATE_MIN = 600


@dataclass(frozen=True)
class Moved:
    """A stop in another order: its place and time before and after, how late it is and what is wrong."""

    stop: Stop
    name: str
    was: Stop | None
    late: timedelta
    wrong: tuple[Phrase, ...]

    @property
    def changed(self) -> bool:
        return self.was is None or (self.was.sequence, self.was.eta) != (self.stop.sequence, self.stop.eta)


@dataclass(frozen=True)
class Difference:
    """A debtor whose day is another one than what was published: None where he has no time."""

    name: str
    before: datetime | None
    after: datetime | None
    appointment: bool
    why: Phrase


@blueprint.post("/<route_id>/order/look")
def look(route_id: str) -> str:
    """What an order would do, as a part of the route's page. Nothing is kept."""
    with reading(here.engine()) as connection:
        found_route(connection, route_id)
    answer = arranging.look(here.engine(), route_id, request.form.getlist("stop"), now=here.now())
    if isinstance(answer, Refused):
        return render_template("routes/order.html", refused=here.sentence(answer.reason))
    with reading(here.engine()) as connection:
        names = _names(connection, answer.after.planned)
    return render_template("routes/order.html", refused="", **_effect(answer, names))


@blueprint.post("/<route_id>/order")
def keep(route_id: str) -> BaseResponse:
    """Keep an order: the next version of the route, or the words why it cannot be."""
    with reading(here.engine()) as connection:
        found_route(connection, route_id)
    order = request.form.getlist("stop")
    answer = arranging.reorder(here.engine(), route_id, order, actor=here.actor(), now=here.now())
    if isinstance(answer, Refused):
        said = _("El orden no cambió. %(why)s.", why=here.sentence(answer.reason).rstrip("."))
        flash(said, "error")
        return redirect(url_for("routes.route", route_id=route_id))
    flash(_("Orden guardado como versión nueva: publíquela para que llegue al portátil."), "success")
    return redirect(url_for("routes.route", route_id=answer))


@blueprint.get("/<route_id>/changes")
def changes(route_id: str) -> str:
    """What this version changes of the published one, and which laptops have that."""
    with reading(here.engine()) as connection:
        found = found_route(connection, route_id)
        published = _published(connection, found)
        told = _differences(connection, published, found) if published and published.id != found.id else []
        laptops = reached.of_routes(connection, [published.id]) if published else {}
        newest = routes.newest(connection, found.day, [found.agent])
    return render_template(
        "routes/changes.html",
        route=found,
        published=published,
        changes=told,
        kept=_kept(published, found) if published else (0, 0),
        laptops=laptops.get(published.id, []) if published else [],
        newest=bool(newest) and newest[0].id == found.id,
        today=found.day == here.today(),
        left=_left(published) if published else [],
    )


@blueprint.post("/<route_id>/again")
def again(route_id: str) -> BaseResponse:
    """Plan the rest of today's published route again, with the time that was lost; a draft to look at."""
    with reading(here.engine()) as connection:
        found = found_route(connection, route_id)
    minutes = request.form.get("late", "").strip() or "0"
    if not (minutes.isascii() and minutes.isdigit() and int(minutes) <= MOST_LATE_MIN):
        flash(_("Escriba los minutos perdidos como un número de 0 a 600."), "error")
        return redirect(url_for("orders.changes", route_id=route_id))
    happened = Happened(given_up=frozenset(request.form.getlist("given_up")), late_s=int(minutes) * 60)
    answer = rerouting.reroute(here.engine(), found.agent, happened, actor=here.actor(), now=here.now())
    if isinstance(answer, Refused):
        flash(here.sentence(answer.reason), "error")
        return redirect(url_for("orders.changes", route_id=route_id))
    said = _(
        "Borrador con lo que queda del día: %(n)s paradas, %(out)s fuera. Mire qué cambia y publíquelo.",
        n=len(answer.after),
        out=len(answer.out),
    )
    flash(said, "success")
    return redirect(url_for("orders.changes", route_id=answer.route))


def _effect(looked: Looked, names: Mapping[str, str]) -> dict[str, Any]:
    was = {stop.id: stop for stop in looked.before.planned}
    wrong: dict[str, list[Phrase]] = {}
    for one in looked.wrong:
        wrong.setdefault(one.stop, []).append(one.because)
    ids = {stop.id for stop in looked.after.planned}
    moved = [
        Moved(stop, names.get(stop.debtor, ""), was.get(stop.id), _late(stop), tuple(wrong.get(stop.id, ())))
        for stop in looked.after.planned
    ]
    return {
        "moved": moved,
        "day_wrong": [said for stop, told in wrong.items() if stop not in ids for said in told],
        "fine": not looked.wrong,
        "late": sum((one.late for one in moved), timedelta(0)),
        "travel": (_travel(looked.before), _travel(looked.after)),
        "metres": (looked.before.certificate.get("travel_m"), looked.after.certificate.get("travel_m")),
    }


def _late(stop: Stop) -> timedelta:
    """How long after the end of its window a visit would begin."""
    if stop.window is None or stop.eta is None:
        return timedelta(0)
    return max(stop.eta - stop.window.end, timedelta(0))


def _travel(route: Route) -> int:
    return round(int(route.certificate.get("travel_s", 0)) / 60)


def _published(connection: Connection, found: Route) -> Route | None:
    out = routes.newest(connection, found.day, [found.agent], state=RouteState.PUBLISHED)
    return out[0] if out else None


def _differences(connection: Connection, before: Route, after: Route) -> list[Difference]:
    """The debtors whose time is another one by a minute or more, by their time now."""
    was = {stop.debtor: stop for stop in before.planned}
    now = {stop.debtor: stop for stop in after.stops}
    names = _names(connection, [*before.planned, *after.planned])
    found = []
    for debtor in dict.fromkeys([*was, *(stop.debtor for stop in after.planned)]):
        old, new = was.get(debtor), now.get(debtor)
        times = (old.eta if old else None, new.eta if new and new.sequence is not None else None)
        one = new or old
        if one is not None and _tells(*times):
            appointment = one.appointment or (old is not None and old.appointment)
            found.append(Difference(names.get(debtor, ""), *times, appointment, one.why))
    return sorted(found, key=lambda one: (one.after is None, one.after or one.before or before.starts))


def _tells(before: datetime | None, after: datetime | None) -> bool:
    """Whether somebody would notice: a minute, or no time at all."""
    if before is None or after is None:
        return before is not after
    return abs(after - before) >= timedelta(minutes=1)


def _kept(before: Route, after: Route) -> tuple[int, int]:
    """How many of the published appointments are kept within their window, and of how many."""
    now = {stop.debtor: stop for stop in after.planned}
    agreed = [stop for stop in before.planned if stop.appointment and stop.window is not None]
    kept = sum(stop.debtor in now and not _late(now[stop.debtor]) for stop in agreed)
    return kept, len(agreed)


def _left(published: Route) -> Sequence[tuple[str, str]]:
    """The debtors of the published route, to say who is given up today."""
    with reading(here.engine()) as connection:
        names = _names(connection, published.planned)
    return [(stop.debtor, names[stop.debtor]) for stop in published.planned if stop.debtor in names]


def _names(connection: Connection, stops: Sequence[Stop]) -> dict[str, str]:
    """Those in scope: another's name is not told."""
    people = whereabouts.people(connection, here.scope(), {stop.debtor for stop in stops})
    return {debtor: str(row["name"]) for debtor, row in people.items()}
