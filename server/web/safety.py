"""Safety of who walks the street: who was not heard of, visits broken off, and zones of risk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from sync.records import Refused
from sync.rules.risk import LEVELS, Zone, silent, zones_at
from sync.words import N_

from .. import guarding
from ..store import risk
from ..store.engine import reading
from ..store.routes import Stop
from . import here
from .days import asked_day
from .maps import Area, Point, map_document
from .tiles import ground_of

blueprint = Blueprint("safety", __name__, url_prefix="/safety")

LEVEL_WORDS = {
    "caution": N_("Ir con cuidado"),
    "pair": N_("Ir de a dos"),
    "avoid": N_("No ir"),
}
LEVEL_TONES = {"caution": "warn", "pair": "bad", "avoid": "bad"}
SIGNS = {"caution": "no_encontrado", "pair": "negativa", "avoid": "detenida"}
OUTCOMES = {
    "safe": N_("Está bien"),
    "trying": N_("Se le sigue llamando"),
    "escalated": N_("Se avisó a la autoridad o a su familia"),
}
OUTCOME_TONES = {"safe": "good", "trying": "warn", "escalated": "bad"}
LOOKS_BACK = timedelta(days=60)
FIELDS = {
    "risk.name": "name",
    "risk.level": "level",
    "risk.reason": "reason",
    "risk.days": "days",
    "risk.shape": "lat",
    "risk.radius": "radius_m",
}


@blueprint.get("/")
def index() -> str:
    scope, now = here.scope(), here.now()
    day = asked_day("day") or here.today()
    after = guarding.silent_after(here.engine())
    with reading(here.engine()) as connection:
        expected = risk.expected(connection, scope, day)
        found = risk.looked_for(connection, day)
        broken = risk.broken_off(connection, scope, now - LOOKS_BACK)
        zones = risk.listed(connection)
    return render_template(
        "safety/index.html",
        day=day,
        today=here.today(),
        quiet=silent(expected, now, after),
        walking=len(expected),
        after=int(after.total_seconds() // 60),
        found=found,
        broken=broken,
        zones=[row | {"review": row["review_on"] <= here.today()} for row in zones],
        levels=_levels(),
        tones=LEVEL_TONES,
        outcomes=[(code, _(word)) for code, word in OUTCOMES.items()],
        outcome_words={code: _(word) for code, word in OUTCOMES.items()},
        outcome_tones=OUTCOME_TONES,
    )


@blueprint.get("/map")
def map() -> Response:
    with reading(here.engine()) as connection:
        ground = ground_of(connection)
    return map_document([], ground=ground, areas=areas(here.today()), language=str(get_locale() or "es"))


@blueprint.get("/zones/new")
def new() -> str:
    """The form, begun from a visit broken off or an address where one is named."""
    given = {"days": str(guarding.USUAL_DAYS), "radius_m": "200", "level": "caution"}
    with reading(here.engine()) as connection:
        visit, place = request.args.get("visit", ""), request.args.get("address", "")
        row = risk.visit(connection, here.scope(), visit) if visit else None
        known = risk.address(connection, here.scope(), place) if place else None
    if row is not None:
        lat, lon = (
            (row["lat"], row["lon"]) if row["lat"] is not None else (row["address_lat"], row["address_lon"])
        )
        given |= {"visit": visit, "name": row["address_text"] or "", "reason": row["note"]}
        given |= {"lat": "" if lat is None else str(lat), "lon": "" if lon is None else str(lon)}
    elif known is not None and known["lat"] is not None:
        given |= {"lat": str(known["lat"]), "lon": str(known["lon"]), "name": known["text"]}
    return _form({}, given)


@blueprint.post("/zones/new")
def mark() -> Answer | tuple[str, int]:
    names = ("name", "level", "reason", "days", "lat", "lon", "radius_m", "corners", "visit")
    given = {name: request.form.get(name, "").strip() for name in names}
    corners = guarding.corners_of(given["corners"])
    if corners is None:
        return _form({"corners": _("Escriba una latitud y una longitud por línea, hasta 100.")}, given), 422
    try:
        centre = (float(given["lat"]), float(given["lon"])) if given["lat"] and not corners else None
        days, radius = int(given["days"] or 0), int(given["radius_m"] or 0)
    except ValueError:
        return _form({"lat": _("Escriba números: 5.8265, -73.0331, y metros y días enteros.")}, given), 422
    if centre is not None and not (-90 <= centre[0] <= 90 and -180 <= centre[1] <= 180):
        return _form({"lat": _("Ese punto no está en la Tierra: revise latitud y longitud.")}, given), 422
    try:
        done = guarding.mark(
            here.engine(),
            name=given["name"],
            level=given["level"],
            reason=given["reason"],
            days=days,
            corners=corners,
            centre=centre,
            radius_m=radius,
            visit=given["visit"],
            actor=here.actor(),
            now=here.now(),
            today=here.today(),
            scope=here.scope(),
        )
    except LookupError:
        abort(404)
    if isinstance(done, Refused):
        return _form({FIELDS.get(done.rule, ""): here.sentence(done.reason)}, given), 422
    flash(_("Zona %(number)s marcada: se ve en las rutas y en sus hojas.", number=done), "success")
    return redirect(url_for("safety.index"))


@blueprint.post("/zones/<number>/renew")
def renew(number: str) -> Answer:
    days = request.form.get("days", "")
    when = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
    done = _done(guarding.renew, number, days=when, actor=here.actor(), now=here.now(), today=here.today())
    return _back(done, _("Revisada: sigue en pie."))


@blueprint.post("/zones/<number>/end")
def end(number: str) -> Answer:
    done = _done(guarding.end, number, why=request.form.get("why", ""), actor=here.actor(), now=here.now())
    return _back(done, _("La zona terminó: ya no se advierte."))


@blueprint.post("/visits/<visit_id>/dismiss")
def dismiss(visit_id: str) -> Answer:
    done = _done(
        guarding.dismiss,
        visit_id,
        why=request.form.get("why", ""),
        actor=here.actor(),
        now=here.now(),
        scope=here.scope(),
    )
    return _back(done, _("Anotado: no se marca ninguna zona. La visita sigue sin ser falta de nadie."))


@blueprint.post("/agents/<agent_id>/silence")
def acknowledge(agent_id: str) -> Answer:
    day = asked_day("day") or here.today()
    done = _done(
        guarding.acknowledge,
        agent_id,
        day,
        outcome=request.form.get("outcome", ""),
        note=request.form.get("note", ""),
        actor=here.actor(),
        now=here.now(),
        scope=here.scope(),
    )
    return _back(done, _("Anotado."))


def areas(day: date) -> list[Area]:
    """The zones of a day as maps draw them; for the maps of routes too."""
    with reading(here.engine()) as connection:
        zones = risk.standing(connection, day)
    return [
        Area(
            zone.outline(),
            zone.level,
            Point(*zone.middle, SIGNS[zone.level], f"{_(LEVEL_WORDS[zone.level])}: {zone.name}", zone.reason),
        )
        for zone in zones
    ]


def risks_of(stops: Sequence[Stop], day: date) -> dict[str, list[dict[str, Any]]]:
    """By stop, the zones of that day it lies in, the gravest first; for the pages and sheets of routes."""
    with reading(here.engine()) as connection:
        zones = risk.standing(connection, day)
    found: dict[str, list[dict[str, Any]]] = {}
    for stop in stops if zones else ():
        if stop.lat is None or stop.lon is None:
            continue
        inside = zones_at(zones, stop.lat, stop.lon, day)
        if inside:
            found[stop.id] = [_said(zone) for zone in inside]
    return found


@blueprint.app_context_processor
def _asked_by_others() -> dict[str, Any]:
    return {"risks_of": risks_of}


def _said(zone: Zone) -> dict[str, Any]:
    return {
        "number": zone.number,
        "name": zone.name,
        "reason": zone.reason,
        "level": zone.level,
        "word": _(LEVEL_WORDS[zone.level]),
        "tone": LEVEL_TONES[zone.level],
    }


def _levels() -> dict[str, str]:
    return {code: _(LEVEL_WORDS[code]) for code in LEVELS}


def _form(errors: dict[str, str], given: dict[str, str]) -> str:
    return render_template(
        "safety/zone.html",
        errors=errors,
        given=given,
        levels=list(_levels().items()),
        longest=guarding.LONGEST_DAYS,
    )


def _done(act: Any, *named: Any, **given: Any) -> Any:
    try:
        return act(here.engine(), *named, **given)
    except LookupError:
        abort(404)


def _back(done: Refused | None, told: str) -> Answer:
    if isinstance(done, Refused):
        flash(here.sentence(done.reason), "error")
    else:
        flash(told, "success")
    return redirect(url_for("safety.index", day=request.form.get("day") or None))
