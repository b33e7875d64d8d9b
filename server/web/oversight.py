"""What waits for compliance, and what the manager looks at. They read here; each is decided on its page."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template

from sync.words import N_

from ..fleet import SILENT
from ..hearing.looking import NEAR
from ..packs import at_office
from ..store import claims, erasures
from ..store.boards import watch
from ..store.claims import OPEN, Wanted
from ..store.engine import reading
from ..store.standings import packs_in_use
from . import days, here
from .claims import shown

blueprint = Blueprint("oversight", __name__, url_prefix="/oversight")

MONTH = timedelta(days=30)
EXPIRES = timedelta(days=90)
TAKEN = {
    "access.written": N_("Datos de una persona, para ella"),
    "case.handed_over": N_("Caso entregado"),
    "case_file.taken": N_("Carpeta descargada"),
    "dossier.written": N_("Dossier"),
    "evidence.written": N_("Constancia de una visita"),
    "export.written": N_("Exportación de la oficina"),
    "figures.saved": N_("Figuras"),
    "letters.taken": N_("PDF de cartas"),
    "log.saved": N_("Registro"),
    "route.saved": N_("Ruta para enviar"),
    "worklist.saved": N_("Lista de trabajo"),
}


@blueprint.get("/compliance")
def compliance() -> str:
    scope, today, now = here.scope(), here.today(), here.now()
    with reading(here.engine()) as connection:
        rows = claims.listed(
            connection, scope, Wanted(state=OPEN, due_before=today + NEAR + timedelta(days=1)), limit=20
        )
        counts = watch.cases_waiting(connection, scope, today, today + NEAR)
        complaints = claims.complaints_of_visits(connection, scope, today - MONTH, today)
        begin = days.midnight(today - MONTH)
        visited = watch.visits_between(connection, scope, begin, now)
        packs = at_office(connection)
        found = [packs(name) for name in packs_in_use(connection)]
        serious = watch.findings_open(connection, scope, severity="serious")
        worded = watch.findings_open(connection, scope, rule="audit.wording")
        shown_rows = {
            "loose": claims.disputes_without(connection, scope, now, limit=10),
            "erasures": [
                row for row in erasures.waiting(connection, scope, limit=20) if row["due"] <= today + NEAR
            ],
            "stops": watch.stops_standing(connection, scope, now),
            "overrides": watch.overrides_lately(connection, scope, today - MONTH),
            "askers": watch.overrides_by_person(connection, scope, today - MONTH),
            "taken": watch.taken(connection) if here.sees_everything() else None,
        }
    return render_template(
        "oversight/compliance.html",
        rows=[row | shown(row) for row in rows],
        counts=counts,
        complaints=complaints,
        visited=visited,
        per_thousand=round(1000 * complaints / visited, 1) if visited else None,
        serious=serious,
        worded=worded,
        packs=[
            (pack, pack.valid_to is not None and pack.valid_to <= today + EXPIRES)
            for pack in found
            if pack is not None
        ],
        unknown=sum(pack is None for pack in found),
        taken_words=TAKEN,
        today=today,
        **shown_rows,
    )


@blueprint.get("/manager")
def manager() -> str:
    scope, today, now = here.scope(), here.today(), here.now()
    with reading(here.engine()) as connection:
        told = {
            "day": watch.day_of(connection, scope, today),
            "cases": watch.cases_waiting(connection, scope, today, today + NEAR),
            "laptops": watch.devices_of(connection, scope, now - SILENT),
            "offers": watch.offers_waiting(connection, scope),
            "serious": watch.findings_open(connection, scope, severity="serious", limit=1)[0],
            "visits": watch.visits_between(connection, scope, days.midnight(today), now),
            "stops": watch.stops_standing(connection, scope, now),
            "departments": claims.by_department(connection, scope, claims.CLAIMS),
        }
    return render_template("oversight/manager.html", today=today, silent=SILENT.days, **told)
