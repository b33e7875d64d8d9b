"""Who has what and why: loads, the barred with their rule, the unassigned, a map; and running it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as BaseResponse

from sync.money import from_minor
from sync.records import Refused

from ..assigning import assign
from ..assigning.reporting import AssignmentReport
from ..roads.picking import roads_of
from ..standing import ZERO, AccountToday, accounts_today, figures, on_day, page_of
from ..store import agents as workforce
from ..store import assignments, standings
from ..store.agents import Agent
from ..store.boards import whereabouts
from ..store.engine import reading
from ..store.standings import Asked
from . import days, here, jobs
from .maps import MOST_POINTS, Point, map_document
from .paging import Page, cut, paged
from .tiles import ground_of

blueprint = Blueprint("assignments", __name__, url_prefix="/assignments")
# Accounts for the field that are shared out while the page waits; more is a job.
AT_ONCE = 300


@dataclass
class Load:
    """What an agent has; amounts by currency, never added across."""

    agent: Agent
    number: int
    debtors: int = 0
    accounts: int = 0
    overdue: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    unlocated: int = 0


@blueprint.get("/")
def index() -> str:
    with reading(here.engine()) as connection:
        scope, day = here.scope(), here.today()
        counted = figures(connection, scope, day)
        standing = on_day(connection, scope, day)
        loads = _loads(connection, standing)
        barred = standings.remembered(
            connection, ("barred_by", scope, day), lambda: standings.barred_by(connection, standing)
        )
        last = assignments.last_since(connection)
    return render_template(
        "assignments/index.html",
        page=paged(loads, request.args.get("page")),
        most=max((load.debtors for load in loads), default=0),
        late=counted["field"],
        assigned=counted["assigned"],
        barred=[((row["rule"], row["rule_source"]), row["accounts"]) for row in barred],
        unassigned=counted["unassigned"],
        last=last,
        day=here.today(),
        whole=here.sees_everything(),
    )


@blueprint.post("/")
def run() -> BaseResponse:
    """Assign as of a day; the whole portfolio at once, so only for who sees the whole."""
    if not here.sees_everything():
        text = _("La asignación reparte toda la cartera: la corre quien ve todas las sucursales y entidades.")
        flash(text, "error")
        return redirect(url_for("assignments.index"))
    day = days.asked_day("day")
    if day is None:
        flash(_("Elija el día desde el que vale la asignación."), "error")
        return redirect(url_for("assignments.index"))
    engine, actor, now = here.engine(), here.actor(), here.now()
    roads = roads_of(here.office().config, engine)

    def work(_say: jobs.Say) -> AssignmentReport | Refused:
        return assign(engine, as_of=day, actor=actor, now=now, roads=roads)

    with reading(engine) as connection:
        late = figures(connection, here.scope(), here.today())["field"]
    if late <= AT_ONCE:
        tell(work(lambda step: None))
        return redirect(url_for("assignments.index"))
    job = jobs.start(work, actor=actor, subject=f"assign {day}", now=now)
    return redirect(url_for("desk.progress", job_id=job.id))


def tell(report: AssignmentReport | Refused) -> None:
    """What a run came to, in words."""
    if isinstance(report, Refused):
        flash(here.sentence(report.reason), "error")
        return
    said = _(
        "%(assigned)s cuentas asignadas, %(barred)s vedadas por norma y %(rest)s sin asignar. "
        "%(new)s decisiones nuevas; %(kept)s siguen igual.",
        assigned=report.assigned_accounts,
        barred=report.barred_accounts,
        rest=report.unassigned_accounts,
        new=report.decided,
        kept=report.kept,
    )
    flash(said, "success")


@blueprint.get("/barred")
def barred() -> str:
    rule = request.args.get("rule", "")
    with reading(here.engine()) as connection:
        page = _page(connection, Asked(outcome="barred", rule=rule))
    return render_template("assignments/barred.html", page=page, rule=rule)


@blueprint.get("/unassigned")
def unassigned() -> str:
    with reading(here.engine()) as connection:
        page = _page(connection, Asked(outcome="unassigned", field=True))
    return render_template("assignments/unassigned.html", page=page)


@blueprint.get("/agents/<agent_id>")
def agent(agent_id: str) -> str:
    with reading(here.engine()) as connection:
        shown = _agent(connection, agent_id)
        page = _page(connection, Asked(agent=agent_id))
        mine = standings.people_of(connection, on_day(connection, here.scope(), here.today()), agent_id)
        located = whereabouts.places(connection, here.scope(), {account.debtor for account in page.rows})
    return render_template(
        "assignments/agent.html",
        agent=shown,
        page=page,
        debtors=mine.get(agent_id, (0, 0))[0],
        located=located,
    )


@blueprint.get("/map")
def map() -> Response:
    """Where the assigned debtors are, each with the number of his agent; of one agent with ?agent=."""
    wanted = request.args.get("agent", "")
    scope, day = here.scope(), here.today()
    with reading(here.engine()) as connection:
        numbers = {one.id: number for number, one in enumerate(_staff(connection), 1)}
        standing = on_day(connection, scope, day)
        asked = Asked(agent=wanted, outcome="assigned")
        found = standings.remembered(
            connection,
            ("where", scope, day, asked, MOST_POINTS),
            lambda: standings.where(connection, standing, asked, most=MOST_POINTS),
        )
        held = accounts_today(connection, scope, day, account_ids=found.accounts)
        texts = whereabouts.places(connection, scope, {one.debtor for one in held})
        ground = ground_of(connection)
    points = [
        Point(
            lat=found.accounts[one.id][0],
            lon=found.accounts[one.id][1],
            state="",
            label=one.debtor_name,
            detail=f"{one.agent_name} · {texts[one.debtor]['text']}",
            number=numbers[one.agent or ""],
        )
        for one in held
        if one.agent in numbers and one.debtor in texts
    ]
    return map_document(points, cells=found.cells, ground=ground, language=str(get_locale() or "es"))


def _loads(connection: Connection, standing: standings.OnDay) -> list[Load]:
    loads = {one.id: Load(one, number) for number, one in enumerate(_staff(connection), 1)}
    scope, day = standing.scope, standing.day
    each = standings.remembered(
        connection, ("loads", scope, day), lambda: standings.loads(connection, standing)
    )
    people = standings.remembered(
        connection, ("people", scope, day), lambda: standings.people_of(connection, standing)
    )
    for row in each:
        if (load := loads.get(row["agent_id"])) is not None:
            load.accounts += row["accounts"]
            load.overdue[row["currency"]] += from_minor(int(row["overdue_minor"]), row["currency"])
    for agent, (debtors, unlocated) in people.items():
        if agent in loads:
            loads[agent].debtors, loads[agent].unlocated = debtors, unlocated
    return [load for load in loads.values() if load.agent.active or load.debtors]


def _page(connection: Connection, asked: Asked) -> Page[AccountToday]:
    """The accounts asked for, by debtor's name."""
    scope, day = here.scope(), here.today()
    standing = on_day(connection, scope, day)

    def rows(limit: int, offset: int) -> list[AccountToday]:
        ids = standings.by_name(connection, standing, asked, limit=limit, offset=offset) if total else []
        return page_of(connection, scope, day, ids)

    total = standings.remembered(
        connection, ("counted", scope, day, asked), lambda: standings.count(connection, standing, asked)
    )
    return cut(request.args.get("page"), total, rows)


def _staff(connection: Connection) -> list[Agent]:
    return workforce.every(connection, here.scope().agents())


def _agent(connection: Connection, agent_id: str) -> Agent:
    found = next((one for one in _staff(connection) if one.id == agent_id), None)
    if found is None:
        abort(404)
    return found
