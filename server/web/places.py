"""Where the debtors are: the whole portfolio on one map by the state of each, and one case. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from ..standing import AccountToday, accounts_today, choices, figures, on_day
from ..store import standings
from ..store.boards import cases, visits, whereabouts
from ..store.engine import reading
from ..store.standings import Asked
from . import here
from .maps import MOST_POINTS, Point, map_document
from .signs import sign_of
from .tiles import ground_of

blueprint = Blueprint("places", __name__, url_prefix="/places")


@blueprint.get("/")
def index() -> str:
    with reading(here.engine()) as connection:
        counted = figures(connection, here.scope(), here.today())
        zones = choices(connection, here.scope(), here.today()).zones
    return render_template(
        "places/index.html",
        debtors=counted["debtors"],
        located=counted["located"],
        day=here.today(),
        zone=request.args.get("zone", ""),
        zones=zones,
        most=MOST_POINTS,
    )


@blueprint.get("/map")
def map() -> Response:
    """Every located debtor of an open account, with the sign of what is known of him."""
    with reading(here.engine()) as connection:
        scope, day = here.scope(), here.today()
        asked = Asked(state="open", zone=request.args.get("zone", ""))
        today = on_day(connection, scope, day)
        found = standings.remembered(
            connection,
            ("places.map", today, asked),
            lambda: standings.where(connection, today, asked, most=MOST_POINTS),
        )
        held = accounts_today(connection, scope, day, account_ids=found.accounts)
        told = visits.last_results(connection, scope, {one.debtor for one in held})
        places = whereabouts.places(connection, scope, {one.debtor for one in held})
        ground = ground_of(connection)
    points = _points(held, told, places)
    return map_document(points, cells=found.cells, ground=ground, language=str(get_locale() or "es"))


@blueprint.get("/case/<debtor_id>")
def case(debtor_id: str) -> Response:
    """The addresses in force of one debtor, and those that the field proposed."""
    scope = here.scope()
    with reading(here.engine()) as connection:
        person = cases.debtor(connection, scope, debtor_id)
        if person is None:
            abort(404)
        held = cases.addresses_of(connection, scope, debtor_id)
        ground = ground_of(connection)
    points = [
        Point(
            one["lat"],
            one["lon"],
            "agendada" if one["state"] == "proposed" else "pendiente",
            one["text"],
            _("Propuesta del campo") if one["state"] == "proposed" else one["district"],
        )
        for one in held
        if one["lat"] is not None and one["state"] != "rejected"
    ]
    return map_document(points, ground=ground, language=str(get_locale() or "es"))


def _points(
    held: Sequence[AccountToday], told: Mapping[str, list[str]], places: Mapping[str, Mapping[str, Any]]
) -> list[Point]:
    points: dict[str, Point] = {}
    for account in held:
        place = places.get(account.debtor)
        if place is None:
            continue
        sign = sign_of(told.get(account.debtor, ()))
        if account.outcome == "barred":
            sign = "detenida"
        points[account.debtor] = Point(
            place["lat"], place["lon"], sign, account.debtor_name, f"{account.number} · {place['text']}"
        )
    return list(points.values())
