"""Registers the office's pages and what every template may use. Knows no page's content."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_babel import gettext as _
from flask_security import current_user

from sync.words import N_

from . import (
    agreements,
    approvals,
    assignments,
    attachments,
    debtors,
    devices,
    erasures,
    fiction,
    findings,
    geocoding,
    hands,
    here,
    home,
    imports,
    labels,
    messages,
    notices,
    objections,
    people,
    places,
    policy,
    portfolio,
    proposals,
    questions,
    remote,
    routes,
    slips,
    stops,
    strategy,
    tiles,
    visits,
    weeks,
    wording,
    worklists,
)

PAGES = (
    agreements,
    approvals,
    home,
    portfolio,
    imports,
    debtors,
    questions,
    objections,
    geocoding,
    assignments,
    routes,
    hands,
    weeks,
    visits,
    remote,
    stops,
    proposals,
    attachments,
    notices,
    messages,
    slips,
    findings,
    erasures,
    devices,
    people,
    places,
    tiles,
    worklists,
    strategy,
    policy,
    wording,
)

# endpoint → the word in the navigation; shown to whoever may open it.
NAVIGATION = (
    ("home.index", N_("Tablero")),
    ("portfolio.index", N_("Cartera")),
    ("geocoding.index", N_("Direcciones")),
    ("worklists.index", N_("Listas")),
    ("assignments.index", N_("Asignación")),
    ("routes.index", N_("Rutas")),
    ("visits.index", N_("Visitas")),
    ("remote.index", N_("Contacto remoto")),
    ("findings.index", N_("Hallazgos")),
    ("approvals.index", N_("Aprobaciones")),
    ("objections.index", N_("Objeciones")),
    ("policy.index", N_("Reglas")),
    ("erasures.index", N_("Supresión")),
    ("devices.index", N_("Portátiles")),
    ("people.index", N_("Personas")),
)
# Shown only to whoever may not open the page that leads to it: the line of the navigation is one.
FOLDED = {"remote.index": "worklists.index", "objections.index": "policy.index"}
# A page of another noun that belongs under one of the navigation.
UNDER = {
    "agreements": "approvals",
    "debtors": "portfolio",
    "stops": "portfolio",
    "proposals": "portfolio",
    "questions": "portfolio",
    "places": "portfolio",
    "strategy": "worklists",
    "imports": "portfolio",
    "attachments": "visits",
    "messages": "portfolio",
    "wording": "policy",
    "weeks": "routes",
}


def install(app: Flask) -> None:
    for module in PAGES:
        app.register_blueprint(module.blueprint)
    slips.install(app.extensions["ronda.limiter"])
    fiction.install(app)
    app.jinja_env.filters.update(labels.FILTERS)
    app.context_processor(_shared)


def _shared() -> dict[str, Any]:
    return {
        "navigation": _navigation,
        "may": here.may,
        "me": _me,
        "choices": labels.choices,
        "bucket_choices": labels.bucket_choices,
        "zone": here.zone,
        "unsigned_packs": policy.unsigned,
    }


def _me() -> Any:
    return here.me() if current_user.is_authenticated else None


def _navigation() -> list[tuple[str, str, bool]]:
    """(endpoint, word, is it here) of what this person may open."""
    if not current_user.is_authenticated or here.me().must_change_password:
        return []
    noun = (request.endpoint or "").partition(".")[0]
    folded = {one.partition(".")[0]: lead for one, lead in FOLDED.items() if here.may(lead)}
    current = folded[noun].partition(".")[0] if noun in folded else UNDER.get(noun, noun)
    return [
        (endpoint, _(word), endpoint.partition(".")[0] == current)
        for endpoint, word in NAVIGATION
        if here.may(endpoint) and not (endpoint in FOLDED and here.may(FOLDED[endpoint]))
    ]
