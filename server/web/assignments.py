"""Who has what and why: loads, the barred with their rule, the unassigned, a map; and running it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as BaseResponse

from sync.records import Refused

from ..assigning import assign
from ..roads.picking import roads_of
from ..standing import ZERO, AccountToday, accounts_today
from ..store import agents as workforce
from ..store import assignments
from ..store.agents import Agent
from ..store.boards import whereabouts
from ..store.engine import reading
from . import days, here
from .maps import Point, map_document
from .paging import paged
from .tiles import ground_of

blueprint = Blueprint("assignments", __name__, url_prefix="/assignments")
MOST_POINTS = 20_000


@dataclass
class Load:
    """What an agent has; amounts by currency, never added across."""

    agent: Agent
    number: int
    debtors: set[str] = field(default_factory=set)
    accounts: int = 0
    overdue: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    unlocated: int = 0


@blueprint.get("/")
def index() -> str:
    with reading(here.engine()) as connection:
        held = accounts_today(connection, here.scope(), here.today())
        loads = _loads(connection, held)
        last = assignments.last_since(connection)
    late = [account for account in held if account.goes_to_the_field]
    barred: dict[tuple[str, str], int] = defaultdict(int)
    for account in late:
        if account.outcome == "barred":
            barred[account.rule, account.rule_source] += 1
    return render_template(
        "assignments/index.html",
        loads=loads,
        most=max((len(load.debtors) for load in loads), default=0),
        late=len(late),
        assigned=sum(account.outcome == "assigned" for account in late),
        barred=sorted(barred.items(), key=lambda item: -item[1]),
        unassigned=sum(account.outcome in (None, "unassigned") for account in late),
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
    roads = roads_of(here.office().config, here.engine())
    report = assign(here.engine(), as_of=day, actor=here.actor(), now=here.now(), roads=roads)
    if isinstance(report, Refused):
        flash(here.sentence(report.reason), "error")
        return redirect(url_for("assignments.index"))
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
    return redirect(url_for("assignments.index"))


@blueprint.get("/barred")
def barred() -> str:
    rule = request.args.get("rule", "")
    with reading(here.engine()) as connection:
        held = accounts_today(connection, here.scope(), here.today())
    found = [account for account in held if account.outcome == "barred" and rule in ("", account.rule)]
    return render_template("assignments/barred.html", page=paged(found, request.args.get("page")), rule=rule)


@blueprint.get("/unassigned")
def unassigned() -> str:
    with reading(here.engine()) as connection:
        held = accounts_today(connection, here.scope(), here.today())
    found = [
        account for account in held if account.goes_to_the_field and account.outcome in (None, "unassigned")
    ]
    return render_template("assignments/unassigned.html", page=paged(found, request.args.get("page")))


@blueprint.get("/agents/<agent_id>")
def agent(agent_id: str) -> str:
    with reading(here.engine()) as connection:
        shown = _agent(connection, agent_id)
        held = accounts_today(connection, here.scope(), here.today())
        mine = [account for account in held if account.agent == agent_id]
        located = whereabouts.places(connection, here.scope(), {account.debtor for account in mine})
    return render_template(
        "assignments/agent.html",
        agent=shown,
        page=paged(mine, request.args.get("page")),
        debtors=len({account.debtor for account in mine}),
        located=located,
    )


@blueprint.get("/map")
def map() -> Response:
    """Where the assigned debtors are, each with the number of his agent; of one agent with ?agent=."""
    wanted = request.args.get("agent", "")
    scope = here.scope()
    with reading(here.engine()) as connection:
        numbers = {one.id: number for number, one in enumerate(_staff(connection), 1)}
        held = accounts_today(connection, scope, here.today())
        mine = [one for one in held if one.agent in numbers and wanted in ("", one.agent)]
        places = whereabouts.places(connection, scope, {account.debtor for account in mine})
        ground = ground_of(connection)
    return map_document(_points(mine, places, numbers), ground=ground, language=str(get_locale() or "es"))


def _points(
    mine: Sequence[AccountToday], places: dict[str, dict[str, object]], numbers: dict[str, int]
) -> list[Point]:
    points: dict[str, Point] = {}
    for account in mine:
        place = places.get(account.debtor)
        if place is None or account.debtor in points or len(points) >= MOST_POINTS:
            continue
        points[account.debtor] = Point(
            lat=float(str(place["lat"])),
            lon=float(str(place["lon"])),
            state="",
            label=account.debtor_name,
            detail=f"{account.agent_name} · {place['text']}",
            number=numbers[account.agent or ""],
        )
    return list(points.values())


def _loads(connection: Connection, held: Sequence[AccountToday]) -> list[Load]:
    loads = {one.id: Load(one, number) for number, one in enumerate(_staff(connection), 1)}
    mine = [account for account in held if account.agent in loads]
    located = whereabouts.places(connection, here.scope(), {account.debtor for account in mine})
    for account in mine:
        load = loads[account.agent or ""]
        load.unlocated += account.debtor not in load.debtors and account.debtor not in located
        load.debtors.add(account.debtor)
        load.accounts += 1
        load.overdue[account.currency] += account.overdue or ZERO
    return [load for load in loads.values() if load.agent.active or load.debtors]


def _staff(connection: Connection) -> list[Agent]:
    return workforce.every(connection, here.scope().agents())


def _agent(connection: Connection, agent_id: str) -> Agent:
    found = next((one for one in _staff(connection) if one.id == agent_id), None)
    if found is None:
        abort(404)
    return found
