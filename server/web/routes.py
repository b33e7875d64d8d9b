"""The day's routes: planned, looked at with reasons, published, and printed for the street."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as BaseResponse

from sync.look.sheet import SheetAccount, SheetLine
from sync.records import Refused, RouteState, UserRole
from sync.wire.lines import decoded

from .. import planning
from ..disclosing import route_saved
from ..doors import UNSURE_M
from ..planning.executing import opened
from ..planning.reporting import WeekReport
from ..roads.picking import roads_of
from ..standing import AccountToday, accounts_today
from ..store import agents as workforce
from ..store import routes
from ..store.agents import Agent
from ..store.boards import reached, visits, whereabouts
from ..store.engine import reading
from ..store.routes import Route, Stop
from ..store.scopes import Scope
from . import days, here, job_pages, jobs, safety, stops
from .map_files import Line, file_of
from .maps import Point, map_document
from .paging import paged
from .signs import sign_of_stop
from .tiles import ground_of

blueprint = Blueprint("routes", __name__, url_prefix="/routes")


@dataclass(frozen=True)
class Shown:
    """A stop as a page shows it; `person` None is a debtor outside the reader's scope: no name is given."""

    stop: Stop
    sign: str
    person: dict[str, Any] | None
    place: dict[str, Any] | None
    accounts: tuple[AccountToday, ...]
    phones: tuple[str, ...]


@blueprint.get("/")
def index() -> str:
    with reading(here.engine()) as connection:
        workers = staff(connection)
        known = routes.days(connection, 14)
        day = days.asked_day("day") or _nearest(known)
        page = paged([agent for agent in workers if agent.active], request.args.get("page"))
        shown = {agent.id for agent in page.rows}
        drawn = routes.newest(connection, day, shown)
        published = routes.newest(connection, day, shown, state=RouteState.PUBLISHED)
        mine = here.scope().agents()
        drafts = routes.in_state(connection, day, RouteState.DRAFT, mine)
        sent = routes.in_state(connection, day, RouteState.PUBLISHED, mine)
        flags = [] if _only_published() else stops.flagged(connection)
        unknown = [] if _only_published() else stops.unknown(connection, day)
    if _only_published():
        drawn = published
    by_agent = {route.agent: route for route in drawn}
    return render_template(
        "routes/index.html",
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        page=page,
        sent=sent,
        rows=[(agent, by_agent.get(agent.id)) for agent in page.rows],
        travel={route.id: _travel(route) for route in drawn},
        published={route.agent: route for route in published},
        drafts=drafts,
        known=sorted(known, reverse=True),
        today=here.today(),
        flags=flags,
        unknown=unknown,
    )


@blueprint.post("/plan")
def plan() -> BaseResponse:
    """Start planning the day of every agent in scope; the page that follows says how far it is."""
    day = days.asked_day("day")
    if day is None:
        flash(_("Elija el día que se va a planificar."), "error")
        return redirect(url_for("routes.index"))
    with reading(here.engine()) as connection:
        chosen = [agent.id for agent in staff(connection) if agent.active]
    if not chosen:
        flash(_("No hay gestores de campo en su parte de la cartera."), "error")
        return redirect(url_for("routes.index", day=day.isoformat()))
    engine, actor, now = here.engine(), here.actor(), here.now()
    config = here.office().config
    unsure_m = math.inf if request.form.get("unsure") == "1" else UNSURE_M

    def work(say: jobs.Say) -> object:
        with opened(config.executor_url) as executor:
            return planning.plan(
                engine,
                day=day,
                agents=chosen,
                actor=actor,
                now=now,
                progress=say,
                roads=roads_of(config, engine),
                unsure_m=unsure_m,
                executor=executor,
            )

    job = jobs.start(work, actor=actor, subject=f"plan {day}", now=now)
    return redirect(url_for("routes.progress", job_id=job.id, day=day.isoformat()))


@blueprint.get("/jobs/<job_id>")
def progress(job_id: str) -> BaseResponse | str:
    """How far a plan is, as a page and, for the page's script, as JSON."""
    job = job_pages.asked(job_id)
    day = days.asked_day("day") or here.today()
    page = job_pages.waiting(job, "routes/progress.html", day=day)
    if page is not None:
        return page
    if job.refused is not None:
        flash(here.sentence(job.refused.reason), "error")
    elif isinstance(job.result, planning.PlanReport):
        report = job.result
        told = _(
            "Borrador de %(agents)s rutas con %(stops)s paradas; %(left)s deudores quedaron fuera, cada uno "
            "con su razón. Revíselas y publíquelas.",
            agents=len(report.routes),
            stops=report.stops,
            left=report.left_out,
        )
        flash(told, "success")
    elif isinstance(job.result, WeekReport):
        flash(week_said(job.result), "success")
        return redirect(url_for("weeks.index", day=day.isoformat()))
    else:
        flash(_("La planificación no terminó. No se guardó nada: intente de nuevo."), "error")
    return redirect(url_for("routes.index", day=day.isoformat()))


@blueprint.post("/publish")
def publish() -> BaseResponse:
    day = days.asked_day("day")
    if day is None:
        flash(_("Elija el día que se va a publicar."), "error")
        return redirect(url_for("routes.index"))
    chosen = asked_agents()
    report = planning.publish(
        here.engine(),
        day=day,
        agents=chosen,
        actor=here.actor(),
        now=here.now(),
        roads=roads_of(here.office().config, here.engine()),
    )
    if isinstance(report, planning.NotPublished):
        said = _(
            "No se publicó nada: la ruta de %(name)s no pasa la revisión. %(why)s (regla %(rule)s).",
            name=report.agent_name,
            why=here.sentence(report.reason),
            rule=report.rule,
        )
        flash(said, "error")
    elif isinstance(report, Refused):
        flash(here.sentence(report.reason), "error")
    elif not report.published:
        flash(_("Ya estaba todo publicado."), "info")
    else:
        said = _(
            "%(routes)s rutas publicadas con %(stops)s paradas: los portátiles las reciben al sincronizar.",
            routes=report.published,
            stops=report.stops,
        )
        flash(said, "success")
    return redirect(url_for("routes.index", day=day.isoformat()))


@blueprint.get("/<route_id>")
def route(route_id: str) -> str:
    with reading(here.engine()) as connection:
        found = found_route(connection, route_id)
        planned = _shown(connection, found, found.planned)
        left_out = _shown(connection, found, found.left_out)
        newest = any(one.id == found.id for one in routes.newest(connection, found.day, [found.agent]))
        out = routes.newest(connection, found.day, [found.agent], state=RouteState.PUBLISHED)
        laptops = reached.of_routes(connection, [one.id for one in out])
    return render_template(
        "routes/route.html",
        published=out[0] if out else None,
        laptops=laptops.get(out[0].id, []) if out else [],
        replay=f"ronda office plan replay {found.id}",
        route=found,
        planned=planned,
        left_out=left_out,
        travel=_travel(found),
        editable=here.may("hands.move") and newest,
        done=sum(one.sign not in ("pendiente", "agendada", "detenida") for one in planned),
    )


@blueprint.get("/<route_id>/sheet")
def sheet(route_id: str) -> str:
    """The day on paper: numbered lines to work from, and to type from afterwards."""
    with reading(here.engine()) as connection:
        found = found_route(connection, route_id)
        planned = _shown(connection, found, found.planned)
        agent = workforce.by_id(connection, found.agent)
    return render_template(
        "routes/sheet.html",
        route=found,
        planned=planned,
        agent=agent,
        travel=_travel(found),
        lines=[_sheet_line(one, agent.timezone) for one in planned] if agent else [],
    )


def _sheet_line(one: Shown, zone: str) -> SheetLine:
    place = [one.place[key] for key in ("text", "district") if one.place[key]] if one.place else []
    window = one.stop.window if one.stop.appointment else None
    return SheetLine(
        sequence=one.stop.sequence,
        zone=zone,
        hour=one.stop.eta,
        window=(window.start, window.end) if window else None,
        name=one.person["name"] if one.person else "",
        where=", ".join(place),
        phones=one.phones,
        stopped=one.stop.withdrawn,
        accounts=tuple(
            SheetAccount(
                account.number,
                account.overdue,
                account.currency,
                account.dpd,
                account.balance.as_of if account.balance else None,
            )
            for account in one.accounts
        ),
    )


@blueprint.get("/<route_id>/map")
def map(route_id: str) -> Response:
    with reading(here.engine()) as connection:
        found = found_route(connection, route_id)
        planned = _shown(connection, found, found.planned)
        ground = ground_of(connection)
    points = [_point(one) for one in planned if one.stop.lat is not None and one.stop.lon is not None]
    return map_document(
        points,
        line=line_of(found),
        ground=ground,
        depot=found.depot,
        areas=safety.areas(found.day),
        language=str(get_locale() or "es"),
    )


@blueprint.post("/<route_id>/file")
def save(route_id: str) -> Response:
    """The route as one file to send: map, streets and stops, to be opened with no network."""
    with reading(here.engine()) as connection:
        found = found_route(connection, route_id)
        planned = _shown(connection, found, found.planned)
        ground = ground_of(connection)
    page = file_of(
        [_point(one) for one in planned if one.stop.lat is not None and one.stop.lon is not None],
        [_said(one) for one in planned],
        ground=ground,
        line=line_of(found),
        depot=found.depot,
        language=str(get_locale() or "es"),
        title=f"{found.agent_name} · {found.day.isoformat()}",
    )
    route_saved(here.engine(), found, actor=here.actor(), now=here.now())
    response = Response(page, mimetype="text/html")
    response.headers["Content-Disposition"] = f'attachment; filename="ruta-{found.day.isoformat()}.html"'
    return response


def _said(one: Shown) -> Line:
    point = _point(one)
    eta = one.stop.eta.astimezone(ZoneInfo(here.zone())) if one.stop.eta else None
    return Line(point.number or 0, point.label, point.detail, f"{eta:%H:%M}" if eta else "", one.sign)


def line_of(found: Route) -> list[tuple[float, float]]:
    """Along the roads where the planner knew them; else straight from stop to stop."""
    if "line" in found.matrix:
        return decoded(found.matrix["line"])
    line = [(one.lat, one.lon) for one in found.planned if one.lat is not None and one.lon is not None]
    return [found.depot, *line, found.depot] if found.depot is not None and line else line


def _point(one: Shown) -> Point:
    name = one.person["name"] if one.person else _("Fuera de su cartera")
    where = one.place["text"] if one.place else ""
    lat, lon = one.stop.lat or 0.0, one.stop.lon or 0.0
    return Point(lat, lon, one.sign, name, where, one.stop.sequence)


def found_route(connection: Connection, route_id: str) -> Route:
    """The route of an agent in scope; a collector sees what was published to him."""
    found = routes.by_id(connection, route_id)
    if found is None or found.agent not in {agent.id for agent in staff(connection)}:
        abort(404)
    if _only_published() and found.state is not RouteState.PUBLISHED:
        abort(404)
    return found


def _shown(connection: Connection, found: Route, stops: tuple[Stop, ...]) -> list[Shown]:
    scope = here.scope()
    ids = {stop.debtor for stop in stops}
    people = whereabouts.people(connection, scope, ids)
    phones = whereabouts.phones(connection, scope, ids)
    places = whereabouts.texts(
        connection, {stop.address for stop in stops if stop.address and stop.debtor in people}
    )
    told = visits.results_of_stops(connection, {stop.id for stop in stops})
    known = {account.id: account for account in _accounts(connection, scope, found, stops)}
    return [
        Shown(
            stop=stop,
            sign=sign_of_stop(
                told.get(stop.id, ()), appointment=stop.appointment, withdrawn=stop.withdrawn is not None
            ),
            person=people.get(stop.debtor),
            place=places.get(stop.address or ""),
            accounts=tuple(known[one] for one in stop.accounts if one in known),
            phones=tuple(phones.get(stop.debtor, ())),
        )
        for stop in stops
    ]


def _accounts(
    connection: Connection, scope: Scope, found: Route, stops: tuple[Stop, ...]
) -> list[AccountToday]:
    ids = {one for stop in stops for one in stop.accounts}
    return accounts_today(connection, scope, found.day, account_ids=ids)


def _travel(found: Route) -> dict[str, float]:
    """Kilometres and minutes on the road, from the depot through the stops and back."""
    where = {point: place for place, point in enumerate(found.matrix.get("points", []))}
    chain = ["", *(stop.id for stop in found.planned), ""]
    legs = [(where[start], where[end]) for start, end in pairwise(chain) if start in where and end in where]
    metres = sum(found.matrix["metres"][start][end] for start, end in legs)
    seconds = sum(found.matrix["seconds"][start][end] for start, end in legs)
    return {"km": round(metres / 1000, 1), "minutes": round(seconds / 60)}


def week_said(report: WeekReport) -> str:
    """What a planned week came to, for the page that waited for it."""
    said: str = _(
        "Semana planificada: %(visited)s de %(debtors)s deudores tienen visita; los demás, cada uno con su "
        "razón. Revise los días y publíquelos.",
        visited=report.visited,
        debtors=report.debtors,
    )
    return said


def _nearest(known: list[date]) -> date:
    """Today, or the next day that has routes when today has none."""
    coming = [day for day in known if day >= here.today()]
    return min(coming, default=here.today())


def asked_agents() -> list[str]:
    """The agent that the form names where he is of this person's scope, else all of it."""
    with reading(here.engine()) as connection:
        mine = [agent.id for agent in staff(connection)]
    return [request.form["agent"]] if request.form.get("agent") in mine else mine


def staff(connection: Connection) -> list[Agent]:
    return workforce.every(connection, here.scope().agents())


def _only_published() -> bool:
    return here.roles() <= {UserRole.COLLECTOR}
