"""The week at a glance: every agent's days, planning them together, and why an account is not visited."""

from __future__ import annotations

import math
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.words import N_

from .. import planning
from ..doors import UNSURE_M
from ..planning.asking import WeekAnswer, answers, week_of
from ..planning.executing import opened
from ..planning.weeks import plan_week
from ..roads.picking import roads_of
from ..standing import on_day
from ..store import seats, standings
from ..store.engine import reading
from . import days, here, jobs
from .paging import paged
from .routes import staff

WEEKDAYS = (N_("lun"), N_("mar"), N_("mié"), N_("jue"), N_("vie"), N_("sáb"), N_("dom"))

blueprint = Blueprint("weeks", __name__, url_prefix="/week")


@blueprint.get("/")
def index() -> str:
    """A row per agent and a column per day; below, the answer for the account that was asked about."""
    monday, sunday = week_of(days.asked_day("day") or here.today())
    week = [monday + timedelta(days=number) for number in range(7)]
    asked = request.args.get("account", "").strip()
    with reading(here.engine()) as connection:
        agents = staff(connection)
        page = paged([agent for agent in agents if agent.active], request.args.get("page"))
        boards = seats.boards(connection, [agent.id for agent in page.rows], monday, sunday)
        totals = seats.totals(connection, here.scope().agents(), monday, sunday)
    by_place = {(one.agent, one.day): one for one in boards}
    return render_template(
        "routes/week.html",
        week=week,
        columns=[f"{_(WEEKDAYS[day.weekday()])} {day.day}" for day in week],
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        page=page,
        rows=[(agent, [by_place.get((agent.id, day)) for day in week]) for agent in page.rows],
        visits=[totals.visits.get(day, 0) for day in week],
        drafts=totals.drafts,
        planned=totals.routes > 0,
        asked=asked,
        found=_asked(asked, monday, sunday) if asked else [],
        today=here.today(),
    )


@blueprint.post("/plan")
def plan() -> Response:
    """Start planning the rest of the week of every agent in scope; the next page says how far it is."""
    first, last = week_of(days.asked_day("day") or here.today())
    first = max(first, here.today())
    if first > last:
        flash(_("Esa semana ya pasó: elija otra."), "error")
        return _back(last)
    with reading(here.engine()) as connection:
        chosen = [agent.id for agent in staff(connection) if agent.active]
    if not chosen:
        flash(_("No hay gestores de campo en su parte de la cartera."), "error")
        return _back(first)
    engine, actor, now, config = here.engine(), here.actor(), here.now(), here.office().config
    unsure_m = math.inf if request.form.get("unsure") == "1" else UNSURE_M

    def work(say: jobs.Say) -> object:
        with opened(config.executor_url) as executor:
            return plan_week(
                engine,
                first=first,
                days=(last - first).days + 1,
                agents=chosen,
                actor=actor,
                now=now,
                progress=say,
                roads=roads_of(config, engine),
                unsure_m=unsure_m,
                executor=executor,
            )

    job = jobs.start(work, actor=actor, subject=f"week {first}", now=now)
    return redirect(url_for("routes.progress", job_id=job.id, day=first.isoformat()))


@blueprint.post("/publish")
def publish() -> Response:
    """Publish the drafts of the week, day by day; the first that does not pass the checker stops it."""
    first, last = week_of(days.asked_day("day") or here.today())
    engine, sent = here.engine(), 0
    with reading(engine) as connection:
        mine = [agent.id for agent in staff(connection)]
        planned = [day for day in seats.planned_days(connection, first, last) if day >= here.today()]
    roads = roads_of(here.office().config, engine)
    for day in planned:
        done = planning.publish(engine, day=day, agents=mine, actor=here.actor(), now=here.now(), roads=roads)
        if isinstance(done, planning.PublishReport):
            sent += done.published
            continue
        name = done.agent_name if isinstance(done, planning.NotPublished) else ""
        said = _(
            "El %(day)s no se publicó. %(name)s: %(why)s.",
            day=f"{day:%d/%m/%Y}",
            name=name,
            why=here.sentence(done.reason).rstrip("."),
        )
        flash(said, "error")
        break
    if sent:
        flash(_("%(routes)s rutas de la semana publicadas.", routes=sent), "success")
    elif not planned:
        flash(_("No hay nada que publicar desde hoy en esa semana."), "info")
    return _back(first)


def _asked(account: str, first: date, last: date) -> list[WeekAnswer]:
    """The answers for the accounts of that number that the reader may see."""
    with reading(here.engine()) as connection:
        owners = standings.owners(connection, on_day(connection, here.scope(), here.today()), account)
        return list(answers(connection, owners, first, last, now=here.now()).values())


def _back(day: date) -> Response:
    return redirect(url_for("weeks.index", day=day.isoformat()))
