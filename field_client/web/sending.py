"""What waits, what was sent, what the office could not apply; and the button that sends."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from sync.words import N_, Phrase

from .. import syncing
from ..store import drafts, journal, receipts, records, settings
from ..store.journal import Row
from .guard import clock, store
from .today import say_exchange

blueprint = Blueprint("sending", __name__)

KINDS = {
    "visit.recorded": N_("Visita"),
    "promise.made": N_("Promesa"),
    "address.proposed": N_("Dirección propuesta"),
    "phone.proposed": N_("Teléfono propuesto"),
    "payment.reported": N_("Pago reportado"),
    "visit.amended": N_("Corrección de visita"),
    "stop.skipped": N_("Parada no hecha"),
    "contact.recorded": N_("Contacto"),
    "attachment.added": N_("Adjunto"),
    "incarnation.opened": N_("Nueva instalación"),
}
# What the collector can do about the office's no; the code itself is stable.
TODO = {
    "unreachable": N_("Revise el internet o acérquese a la oficina. Puede seguir visitando."),
    "revoked": N_("No siga visitando con este portátil y hable con su coordinador."),
    "not_enrolled": N_("Hable con su coordinador: hay que inscribir el portátil de nuevo."),
    "untrusted": N_("Avise al coordinador: puede no ser su oficina quien responde."),
    "update_required": N_("Pida la versión nueva del programa."),
}
ELSE_TODO = N_("Intente de nuevo en un rato; si sigue, avise al coordinador.")


@blueprint.get("/enviar")
def show() -> str:
    with store().reading() as db:
        rows = journal.rows(db, newest=300)
        covered = {row.entry.id: _covered(db, row) for row in rows}
        names = {one["id"]: one["name"] for one in records.all_of(db, "debtor")}
        failure: dict[str, Any] | None = settings.get(db, "last_failure")
        page = {
            "drafts": drafts.all_of(db),
            "quarantined": journal.quarantined(db),
            "last_sent": settings.get(db, "last_sent"),
            "last_received": settings.get(db, "last_received"),
            "office_name": settings.get(db, "office_name"),
            "server": settings.get(db, "server"),
            "notices": settings.get(db, "notices", []),
        }
    return render_template(
        "field/sending.html",
        rows=rows,
        covered=covered,
        names=names,
        kinds=KINDS,
        failure=Phrase.from_json(failure["because"]) if failure else None,
        todo=TODO.get(failure["code"], ELSE_TODO) if failure else "",
        **page,
    )


def _covered(db: Any, row: Row) -> bool:
    return row.acknowledged and receipts.of_event(db, row.entry.incarnation, row.entry.n) is not None


@blueprint.post("/enviar")
def send() -> Response:
    say_exchange(syncing.exchange(store(), clock()))
    return redirect(url_for("sending.show"))
