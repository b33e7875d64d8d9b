"""Where the debtors are: the whole portfolio on one map by the state of each, and one case. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, render_template
from flask_babel import get_locale
from flask_babel import gettext as _

from ..standing import AccountToday, accounts_today
from ..store.boards import cases, stations, visits, whereabouts
from ..store.engine import reading
from . import here
from .maps import Point, map_document
from .signs import sign_of
from .tiles import ground_of

blueprint = Blueprint("places", __name__, url_prefix="/places")
MOST_POINTS = 20_000


@blueprint.get("/")
def index() -> str:
    with reading(here.engine()) as connection:
        held = {one.debtor for one in accounts_today(connection, here.scope(), here.today())}
        located = stations.located(connection, here.scope())
    return render_template(
        "places/index.html", debtors=len(held), located=len(held & located), day=here.today()
    )


@blueprint.get("/map")
def map() -> Response:
    """Every located debtor of an open account, with the sign of what is known of him."""
    with reading(here.engine()) as connection:
        held = [one for one in accounts_today(connection, here.scope(), here.today()) if one.state == "open"]
        told = visits.last_results(connection, here.scope())
        places = whereabouts.places(connection, here.scope(), {one.debtor for one in held})
        ground = ground_of(connection)
    return map_document(_points(held, told, places), ground=ground, language=str(get_locale() or "es"))


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
        if place is None or account.debtor in points or len(points) >= MOST_POINTS:
            continue
        sign = sign_of(told.get(account.debtor, ()))
        if account.outcome == "barred":
            sign = "detenida"
        points[account.debtor] = Point(
            place["lat"], place["lon"], sign, account.debtor_name, f"{account.number} · {place['text']}"
        )
    return list(points.values())
