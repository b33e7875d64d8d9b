"""An agent's day, planned against done, in order of time: on a map with a slider, and as a table.

A place is shown where a visit was made and nowhere else; who looks is kept, for the agent to see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Connection

from sync.words import N_

from .. import looking, replaying_days
from ..replaying_days import Day, Intended, Made
from ..store import agents as workforce
from ..store.agents import Agent
from ..store.boards import replays as boards
from ..store.boards import visits
from ..store.engine import reading
from . import days, here
from .labels import said
from .maps import Point, Seen, replay_document
from .paging import SIZE, Page, place
from .signs import sign_of
from .tiles import ground_of

blueprint = Blueprint("replays", __name__, url_prefix="/days")
FATES = (replaying_days.VISITED, replaying_days.SKIPPED, replaying_days.WITHDRAWN, replaying_days.NOTHING)
PLACES = {
    "none": N_("Sin ubicación"),
    "off_duty": N_("Fuera de su turno: no se muestra"),
    "forgotten": N_("Ya se borró"),
}


@dataclass(frozen=True)
class Event:
    """One line of the day. `kind`: visit, skip, nothing, withdrawn, gap, sync, begins, ends."""

    kind: str
    at: datetime
    minute: int
    words: str
    until: datetime | None = None
    made: Made | None = None
    intended: Intended | None = None
    sign: str = ""
    lunch: bool = False


@blueprint.get("/")
def index() -> str:
    day = days.asked_day("day") or here.today()
    start, end = days.midnight(day), days.midnight(day + timedelta(days=1))
    scope = here.scope()
    with reading(here.engine()) as connection:
        total = boards.agents_counted(connection, scope)
        number, pages = place(request.args.get("page"), total)
        rows = boards.days_of(connection, scope, day, start, end, limit=SIZE, offset=(number - 1) * SIZE)
    return render_template(
        "replays/index.html",
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        page=Page(rows, number, pages, total),
    )


@blueprint.get("/<agent_id>")
def day(agent_id: str) -> str:
    asked = days.asked_day("day")
    with reading(here.engine()) as connection:
        agent = _agent(connection, agent_id)
        picked = request.args.get("visit", "")
        told = _day(connection, agent, asked or _day_of(connection, agent, picked))
        drawable = any(one.lat is not None for one in told.made) or any(
            one.stop.lat is not None for one in told.intended
        )
    if agent.user_id != here.me().id:
        looking.looked(
            here.engine(),
            agent.id,
            looking.REPLAY,
            told.day.isoformat(),
            username=here.actor(),
            day=here.today(),
            now=here.now(),
        )
    events = list(_events(told))
    return render_template(
        "replays/day.html",
        told=told,
        agent=told.agent,
        zone_there=agent.timezone,
        events=events,
        first=min((event.minute for event in events), default=0),
        last=max((event.minute for event in events), default=0),
        picked=picked,
        drawable=drawable,
        before=told.day - timedelta(days=1),
        after=told.day + timedelta(days=1),
        places={code: _(text) for code, text in PLACES.items()},
        fates={fate: sum(one.fate == fate for one in told.intended) for fate in FATES},
        unplanned=sum(one.planned is None for one in told.made),
        signs={one.id: sign_of(one.told["results"]) for one in told.made},
    )


@blueprint.get("/<agent_id>/map")
def map(agent_id: str) -> Response:
    with reading(here.engine()) as connection:
        agent = _agent(connection, agent_id)
        told = _day(connection, agent, days.asked_day("day") or here.today())
        ground = ground_of(connection)
    planned = [
        Point(one.stop.lat, one.stop.lon, "", _planned_label(one), _fate(one), number=one.stop.sequence)
        for one in told.intended
        if one.stop.lat is not None and one.stop.lon is not None
    ]
    made = [
        Seen(one.id, _minute(told, one.start), _point(one, number), one.told["accuracy_m"])
        for number, one in enumerate(told.made, 1)
        if one.lat is not None and one.lon is not None
    ]
    language = str(get_locale() or "es")
    return replay_document(planned, made, ground=ground, language=language, title=_("Un día"))


def _agent(connection: Connection, agent_id: str) -> Agent:
    """The agent, if he is in the reader's scope; else he does not exist."""
    found = workforce.seen(connection, agent_id, here.scope().agents())
    if found is None:
        abort(404)
    return found


def _day(connection: Connection, agent: Agent, asked: date) -> Day:
    return replaying_days.replay(connection, agent, asked, here.scope(), here.now())


def _day_of(connection: Connection, agent: Agent, visit_id: str) -> date:
    """The day of the visit the address names; today when it names none of his."""
    row = visits.one(connection, here.scope(), visit_id) if visit_id else None
    if row is None or row["agent_id"] != agent.id:
        return here.today()
    moment: datetime = row["started"]
    return moment.astimezone(agent.where).date()


def _minute(told: Day, at: datetime) -> int:
    """Minutes since the agent's midnight."""
    midnight = datetime.combine(told.day, datetime.min.time(), tzinfo=told.agent.where)
    return int((at - midnight).total_seconds() // 60)


def _events(told: Day) -> Iterator[Event]:
    """The day's lines in order of time; a stop of which nothing was told stands at its planned time."""
    lines = [*_edges(told), *_visits(told), *_intended(told), *_gaps(told), *_syncs(told)]
    order = {"begins": 0, "ends": 9}
    yield from sorted(lines, key=lambda event: (event.minute, order.get(event.kind, 5), event.at))


def _edges(told: Day) -> Iterator[Event]:
    yield Event("begins", told.starts, _minute(told, told.starts), _("Empieza su turno"))
    yield Event("ends", told.ends, _minute(told, told.ends), _("Termina su turno"))


def _visits(told: Day) -> Iterator[Event]:
    for one in told.made:
        sign = sign_of(one.told["results"])
        words = _("Visita a %(name)s", name=one.told["debtor_name"] or _("un deudor fuera de su cartera"))
        yield Event("visit", one.start, _minute(told, one.start), words, until=one.end, made=one, sign=sign)


def _intended(told: Day) -> Iterator[Event]:
    for one in told.intended:
        if one.fate == replaying_days.VISITED:
            continue
        at = one.at or one.stop.eta or told.ends
        yield Event(one.fate, at, _minute(told, at), _planned_label(one), intended=one)


def _gaps(told: Day) -> Iterator[Event]:
    for gap in told.gaps:
        yield Event(
            "gap",
            gap.start,
            _minute(told, gap.start),
            _("Sin nada contado"),
            until=gap.end,
            lunch=gap.lunch,
        )


def _syncs(told: Day) -> Iterable[Event]:
    return [
        Event("sync", moment, _minute(told, moment), _("El portátil sincronizó")) for moment in told.syncs
    ]


def _planned_label(one: Intended) -> str:
    name = one.name or _("Un deudor fuera de su cartera")
    return f"{one.stop.sequence}. {name}"


def _fate(one: Intended) -> str:
    told = {
        replaying_days.VISITED: _("Visitada"),
        replaying_days.SKIPPED: _("No se hizo: %(cause)s", cause=one.cause),
        replaying_days.WITHDRAWN: _("Se retiró de la ruta"),
        replaying_days.NOTHING: _("Sin visita y sin motivo dicho"),
    }
    return str(told[one.fate])


def _point(one: Made, number: int) -> Point:
    name = one.told["debtor_name"] or _("Un deudor fuera de su cartera")
    source = said(one.told["location_source"], "location")
    accuracy = one.told["accuracy_m"]
    detail = source if accuracy is None else f"{source}, ±{round(accuracy)} m"
    sign = sign_of(one.told["results"])
    return Point(one.lat or 0.0, one.lon or 0.0, sign, f"{number}. {name}", detail, number=number)


def hours(told: timedelta) -> str:
    """A stretch of time in words: 1 h 20 min."""
    minutes = int(told.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


blueprint.add_app_template_filter(hours, "hours")
