"""The board of the day: what waits at each station, with the page where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection

from ..standing import AccountToday, accounts_today, board
from ..store.boards import outside, stations
from ..store.engine import reading
from . import here
from .labels import decimal

blueprint = Blueprint("home", __name__)
Figure = dict[str, Any]


@dataclass(frozen=True)
class Station:
    """A heading and its figures; each figure links to the page that shows it, where one may open it."""

    title: str
    figures: list[Figure]


@blueprint.get("/")
def index() -> str:
    with reading(here.engine()) as connection:
        held = accounts_today(connection, here.scope(), here.today())
        shown = [_portfolio(connection, held), _assignment(held), *_street(connection), _outside(connection)]
    return render_template(
        "home.html", stations=[station for station in shown if station], lines=board(held), day=here.today()
    )


def _portfolio(connection: Connection, held: list[AccountToday]) -> Station:
    late = [account for account in held if account.goes_to_the_field]
    located = stations.located(connection, here.scope())
    lost = {account.debtor for account in late} - located
    return Station(
        _("Cartera"),
        [
            _figure(
                _("Cuentas abiertas"), sum(account.state == "open" for account in held), "portfolio.index"
            ),
            _figure(_("Para campo"), len(late), "portfolio.accounts", field="1", note=_("90 días o más")),
            _figure(
                _("Sin ubicar"),
                len(lost),
                "portfolio.accounts",
                unlocated="1",
                note=_("deudores para campo"),
                tone="warn" if lost else "",
            ),
        ],
    )


def _assignment(held: list[AccountToday]) -> Station:
    late = [account for account in held if account.goes_to_the_field]
    counted = {
        outcome: sum(account.outcome == outcome for account in late)
        for outcome in ("assigned", "barred", "unassigned", None)
    }
    waiting = counted["unassigned"] + counted[None]
    return Station(
        _("Asignación"),
        [
            _figure(_("Asignadas"), counted["assigned"], "assignments.index"),
            _figure(_("Vedadas por norma"), counted["barred"], "assignments.barred"),
            _figure(_("Sin asignar"), waiting, "assignments.unassigned", tone="warn" if waiting else ""),
        ],
    )


def _street(connection: Connection) -> list[Station]:
    scope, day = here.scope(), here.today()
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(here.zone()))
    planned = stations.routes_on(connection, scope, day)
    findings = stations.findings_open(connection, scope)
    laptops = stations.laptops(connection, scope)
    return [
        Station(
            _("Hoy en la calle"),
            [
                _figure(
                    _("Rutas publicadas"),
                    planned.get("published", 0),
                    "routes.index",
                    note=_("%(n)s paradas", n=decimal(planned["stops"])),
                    day=day.isoformat(),
                ),
                _figure(
                    _("Visitas de hoy"),
                    stations.visits_between(connection, scope, midnight, midnight + timedelta(days=1)),
                    "visits.index",
                    day=day.isoformat(),
                ),
                _figure(_("Promesas para hoy"), stations.promises_due(connection, scope, day), ""),
            ],
        ),
        Station(
            _("Control"),
            [
                _figure(_("Hallazgos abiertos"), findings, "findings.index", tone="warn" if findings else ""),
                _figure(_("Portátiles en uso"), laptops["laptops"], "devices.index"),
                _figure(
                    _("Eventos por llegar"),
                    laptops["pending"],
                    "devices.index",
                    note=_("%(n)s en cuarentena", n=laptops["quarantined"]) if laptops["quarantined"] else "",
                ),
            ],
        ),
    ]


def _outside(connection: Connection) -> Station | None:
    """What came from outside the street and waits for somebody of the office."""
    if not here.may("stops.index"):
        return None
    counted = outside.waiting(connection, here.scope(), here.now(), here.today())
    flags, open_proposals = counted["flags"], counted["proposals"]
    return Station(
        _("De fuera y por decidir"),
        [
            _figure(_("Cobranza detenida"), counted["stops"], "stops.index", note=_("por resolver")),
            _figure(_("Paradas impedidas"), flags, "routes.index", tone="warn" if flags else ""),
            _figure(
                _("Direcciones y teléfonos hallados"),
                open_proposals,
                "proposals.index",
                note=_("por decidir"),
            ),
        ],
    )


def _figure(
    label: str, value: int, endpoint: str, *, note: str = "", tone: str = "", **arguments: Any
) -> Figure:
    open_to_me = bool(endpoint) and here.may(endpoint)
    return {
        "label": label,
        "value": decimal(value),
        "note": note,
        "tone": tone,
        "href": url_for(endpoint, **arguments) if open_to_me else "",
    }
