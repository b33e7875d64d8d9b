"""The desk where a person looks at addresses that are badly placed and puts them right. Finds none itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from sync.records import Precision, Refused
from sync.words import N_

from .. import cities
from ..doors import UNSURE_M
from ..geocoding import Found, Gazetteer, geocode
from ..geocoding.deciding import Decided, accept, asked, point
from ..store import placings
from ..store.boards import geocoding as board
from ..store.engine import reading
from ..store.gazetteers import WrongGazetteer
from . import here
from .labels import said
from .maps import Point, map_document, movable_document
from .paging import SIZE, Page, place
from .tiles import ground_of

blueprint = Blueprint("geocoding", __name__, url_prefix="/geocoding")
WHICH = {
    "unsure": N_("Por revisar"),
    "doubt": N_("Con contradicción"),
    "unplaced": N_("Sin ubicar"),
    "all": N_("Todas"),
}
# Points of one map: more is what a person would not drag one by one.
MOST = 3000
SOURCES = {
    "lender": N_("La entidad"),
    "file": N_("La entidad"),
    "geocoder": N_("El mapa de la ciudad"),
    "field": N_("Un gestor en la calle"),
    "visits": N_("Las visitas"),
    "desk": N_("Una persona"),
    "online": N_("Un servicio en línea"),
}


@blueprint.get("/")
def index() -> str:
    return _index({})


@blueprint.post("/accept")
def accept_all() -> BaseResponse | tuple[str, int]:
    """Take the points of the chosen addresses for good, or of all that the page showed."""
    chosen = request.form.getlist("shown" if "all" in request.form else "address")[:SIZE]
    decided = accept(here.engine(), chosen, scope=here.scope(), actor=here.actor(), now=here.now())
    if isinstance(decided, Refused):
        return _index({"address": here.sentence(decided.reason)}), 422
    _tell(decided)
    return redirect(url_for("geocoding.index"))


@blueprint.get("/map")
def map() -> Response:
    with reading(here.engine()) as connection:
        rows = board.listed(connection, here.scope(), asked(**_filters()), limit=MOST)
        ground = ground_of(connection)
    points = [
        Point(
            row["lat"],
            row["lon"],
            _sign(row),
            row["debtor_name"],
            f"{row['text']} · ±{row['within_m']:.0f} m",
        )
        for row in rows
        if row["lat"] is not None
    ]
    return map_document(points, ground=ground, language=str(get_locale()), title=_("Direcciones por revisar"))


@blueprint.get("/<address_id>")
def address(address_id: str) -> str:
    return _page(address_id, {}, {})


@blueprint.get("/<address_id>/map")
def address_map(address_id: str) -> Response:
    """The address's point, which may be dragged, and the other places it may mean."""
    with reading(here.engine()) as connection:
        row = _row(connection, address_id)
        ground = ground_of(connection)
    others = [
        Point(one.lat, one.lon, "pendiente", str(number), here.sentence(one.why), number)
        for number, one in enumerate(_alternatives(row), 1)
        if one.lat is not None and one.lon is not None
    ]
    at = (row["lat"], row["lon"]) if row["lat"] is not None else None
    title = _("Punto de la dirección")
    return movable_document(at, others, ground=ground, language=str(get_locale()), title=title)


@blueprint.post("/<address_id>")
def correct(address_id: str) -> BaseResponse | str | tuple[str, int]:
    given = {name: request.form.get(name, "").strip() for name in ("lat", "lon")}
    try:
        lat, lon = (float(given[name].replace(",", ".")) for name in ("lat", "lon"))
    except ValueError:
        return _page(address_id, {"lat": _("Escriba los grados con decimales, como 5.8265.")}, given), 422
    try:
        decided = point(
            here.engine(), address_id, lat, lon, scope=here.scope(), actor=here.actor(), now=here.now()
        )
    except LookupError:
        abort(404)
    if isinstance(decided, Refused):
        return _page(address_id, {"lat": here.sentence(decided.reason)}, given), 422
    _tell(decided)
    return redirect(url_for("geocoding.address", address_id=address_id))


def _index(errors: dict[str, str]) -> str:
    filters = _filters()
    wanted, scope = asked(**filters), here.scope()
    with reading(here.engine()) as connection:
        total = board.counted(connection, scope, wanted)
        number, pages = place(request.args.get("page"), total)
        rows = board.listed(connection, scope, wanted, limit=SIZE, offset=(number - 1) * SIZE)
        figures = board.figures(connection, scope, wanted)
        known = board.lenders_of(connection, scope)
    return render_template(
        "geocoding/index.html",
        page=Page(rows, number, pages, total),
        asked=filters,
        given={
            name: value for name, value in filters.items() if value and (name, value) != ("which", "unsure")
        },
        figures=figures,
        lenders=known,
        which=[(code, _(word)) for code, word in WHICH.items()],
        precisions=[(one.value, said(one.value, "precision")) for one in Precision],
        source=_source,
        sign=_sign,
        errors=errors,
        unsure_m=UNSURE_M,
    )


def _page(address_id: str, errors: dict[str, str], given: dict[str, str]) -> str:
    with reading(here.engine()) as connection:
        row = _row(connection, address_id)
        told = placings.history(connection, address_id)
    return render_template(
        "geocoding/address.html",
        address=row,
        history=told,
        alternatives=_alternatives(row),
        errors=errors,
        given=given,
        source=_source,
        unsure_m=UNSURE_M,
    )


def _row(connection: Any, address_id: str) -> dict[str, Any]:
    row = board.one(connection, here.scope(), asked(), address_id)
    if row is None:
        abort(404)
    return row


def _alternatives(row: dict[str, Any]) -> list[Found]:
    """The places that the city's index gives for the address, the likeliest first."""
    city = cities.used(here.engine(), here.office().config.cities)
    if city is None:
        return []
    try:
        gazetteer = Gazetteer.open(city.gazetteer_file, called=city.name)
    except WrongGazetteer:
        return []
    try:
        found = geocode(gazetteer, row["text"], neighbourhood=row["district"], city=row["city"])
    finally:
        gazetteer.index.close()
    return [one for one in (found, *found.alternatives) if one.lat is not None]


def _filters() -> dict[str, str]:
    given = {name: request.args.get(name, "").strip() for name in ("which", "precision", "lender", "text")}
    if given["which"] not in WHICH:
        given["which"] = "unsure"
    if given["precision"] not in set(Precision):
        given["precision"] = ""
    return given


def _sign(row: dict[str, Any]) -> str:
    """The look's state for how sure a place is: the colour, the shape and the word of the map."""
    if row["doubted"]:
        return "negativa"
    return "pendiente" if row["lat"] is None or row["within_m"] > UNSURE_M else "visitada"


def _source(code: str) -> str:
    return _(SOURCES.get(code, SOURCES["geocoder"])) if code else ""


def _tell(decided: Decided) -> None:
    text = ngettext("%(num)s dirección ubicada.", "%(num)s direcciones ubicadas.", decided.addresses)
    effect = ngettext(
        "%(num)s deudor más se puede planificar.",
        "%(num)s deudores más se pueden planificar.",
        decided.routable,
    )
    flash(f"{text} {effect}", "success")
